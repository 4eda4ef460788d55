// Package house is how commands come by the services: it opens the database,
// finds the keys and puts the rooms together.
package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
)

// Flag is the flags of every command that opens what is sealed; embed it.
type Flag struct {
	database.Flag
	KeyFile string `name:"key-file" env:"KNOWHOW_KEY_FILE" placeholder:"FILE" help:"The keys personal data is encrypted with. $$KNOWHOW_KEYS (id:base64,…) goes before it (default: beside the SQLite file, named FILE.keys)."`
}

// Open builds every service on the flag's database, which must be there with an
// up-to-date schema and its keys. The caller closes the database.
func (f Flag) Open(ctx context.Context, log *slog.Logger) (*assembly.House, *sqldb.DB, error) {
	return open(ctx, f.Flag, log, f.Keys, nil)
}

// OpenAt is Open for commands that write what is sealed and hand out links,
// which begin with base. Keys that are not the database's are refused.
func (f Flag) OpenAt(ctx context.Context, base *url.URL, log *slog.Logger) (*assembly.House, *sqldb.DB, error) {
	var keys *redact.Keyring
	h, db, err := open(ctx, f.Flag, log, func() (_ *redact.Keyring, err error) {
		keys, err = f.Keys()
		return keys, err
	}, base)
	if err != nil {
		return nil, nil, err
	}
	if err := CheckKeys(ctx, h.Store, keys); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return h, db, nil
}

// CheckKeys refuses keys that are not the database's.
func CheckKeys(ctx context.Context, store *marketplace.Store, keys *redact.Keyring) error {
	if err := assembly.CheckKeys(ctx, store, keys); err != nil {
		return fmt.Errorf("%s or --key-file: %w", keysVariable, err)
	}
	return nil
}

// OpenUnsealed is Open for commands that read nothing sealed and so need no
// keys.
func OpenUnsealed(ctx context.Context, f database.Flag, log *slog.Logger) (*assembly.House, *sqldb.DB, error) {
	unused := func() (*redact.Keyring, error) { return redact.ParseKeyring(redact.GenerateKeys("unused")) }
	return open(ctx, f, log, unused, nil)
}

func open(ctx context.Context, f database.Flag, log *slog.Logger, find func() (*redact.Keyring, error), base *url.URL) (*assembly.House, *sqldb.DB, error) {
	db, err := f.Existing(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	keys, err := find()
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	parts, _, err := Parts(ctx, db, keys, log)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	parts.Base = base
	return assembly.New(parts), db, nil
}

// Parts are what a house on db is built of, with a mailer that sends nothing,
// and its clock, which is to be synced from time to time.
func Parts(ctx context.Context, db *sqldb.DB, keys *redact.Keyring, log *slog.Logger) (assembly.Parts, *sqldb.Clock, error) {
	clock, err := sqldb.NewClock(ctx, db)
	if err != nil {
		return assembly.Parts{}, nil, err
	}
	store := marketplace.NewStore(db.Write, db.Read)
	return assembly.Parts{Store: store, Clock: clock, Log: log, Keys: keys, Mailer: noMail{}}, clock, nil
}

// noMail is the mailer of commands that send nothing.
type noMail struct{}

func (noMail) Send(context.Context, notify.Message) error {
	return errors.New("this command sends no mail")
}
