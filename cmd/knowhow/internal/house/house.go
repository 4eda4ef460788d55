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

// Flag is the flags of every command that opens what is sealed; embed it.
type Flag struct {
	database.Flag
	KeyFile string `name:"key-file" env:"KNOWHOW_KEY_FILE" placeholder:"FILE" help:"The keys personal data is encrypted with. $$KNOWHOW_KEYS (id:base64,…) goes before it (default: beside the SQLite file, named FILE.keys)."`
}

// Open builds every service on the flag's database, which must be there with an
// up-to-date schema and its keys. The caller closes the database.
func (f Flag) Open(ctx context.Context, log *slog.Logger) (*assembly.House, *sqldb.DB, error) {
	return open(ctx, f.Flag, log, f.keys)
}

// OpenUnsealed is Open for commands that read nothing sealed and so need no
// keys.
func OpenUnsealed(ctx context.Context, f database.Flag, log *slog.Logger) (*assembly.House, *sqldb.DB, error) {
	return open(ctx, f, log, func() (*redact.Keyring, error) { return redact.ParseKeyring(redact.GenerateKeys("unused")) })
}

func open(ctx context.Context, f database.Flag, log *slog.Logger, find func() (*redact.Keyring, error)) (*assembly.House, *sqldb.DB, error) {
	db, err := f.Existing(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	keys, err := find()
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	clock, err := sqldb.NewClock(ctx, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	store := marketplace.NewStore(db.Write, db.Read)
	return assembly.New(assembly.Parts{Store: store, Clock: clock, Log: log, Keys: keys, Mailer: noMail{}}), db, nil
}

// keys are those of the environment, or of the key file.
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
	keys, err := redact.LoadKeyFile(path)
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
