// Package house is how commands come by the services: it opens the database,
// finds the keys and puts the rooms together.
package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
)

// keysVariable holds keys; they are never a flag, which others could read in
// the list of processes.
const keysVariable = "KNOWHOW_KEYS"

// Flag is the flags of every command that needs the services; embed it.
type Flag struct {
	database.Flag
	KeyFile string `name:"key-file" env:"KNOWHOW_KEY_FILE" placeholder:"FILE" help:"The keys personal data is encrypted with; made if missing. $$KNOWHOW_KEYS (id:base64,…) goes before it (default: beside the SQLite file, named FILE.keys)."`
}

// Open builds every service on the flag's database, whose schema is brought up
// to date. A nil clock is the database's own, a nil mailer refuses to send. The
// caller closes the database.
func (f Flag) Open(ctx context.Context, log *slog.Logger, clock marketplace.Clock, mailer notify.Mailer) (*assembly.House, *sqldb.DB, error) {
	db, err := f.Flag.Open(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	keys, err := f.keys() // after the database, so that no key file lies beside what is none
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if clock == nil {
		if clock, err = sqldb.NewClock(ctx, db); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
	}
	if mailer == nil {
		mailer = noMail{}
	}
	store := marketplace.NewStore(db.Write, db.Read)
	return assembly.New(assembly.Parts{Store: store, Clock: clock, Log: log, Keys: keys, Mailer: mailer}), db, nil
}

// keys are those of the environment, of the key file, or of a new key file
// beside the SQLite file.
func (f Flag) keys() (*redact.Keyring, error) {
	if text := os.Getenv(keysVariable); text != "" {
		keys, err := redact.ParseKeyring(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", keysVariable, err)
		}
		return keys, nil
	}
	path := f.KeyFile
	if path == "" {
		file, ok := strings.CutPrefix(f.DatabaseURL, "sqlite:")
		if !ok {
			return nil, fmt.Errorf("--key-file: PostgreSQL needs one, or keys in %s", keysVariable)
		}
		path = file + ".keys"
	}
	keys, err := redact.LoadOrCreateKeyFile(path)
	if err != nil {
		return nil, fmt.Errorf("--key-file: %w", err)
	}
	return keys, nil
}

// noMail is the mailer of commands that send nothing.
type noMail struct{}

func (noMail) Send(context.Context, notify.Message) error {
	return errors.New("this command sends no mail")
}
