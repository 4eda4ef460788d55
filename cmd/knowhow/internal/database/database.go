// Package database is how every command opens its database: one flag, one
// default, one place that decides whether the schema is brought up to date.
package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"knowhow/migrations"
	"knowhow/migrations/sqldb"
)

// Flag is the flag of every command that needs a database; embed it.
type Flag struct {
	DatabaseURL string `name:"database-url" env:"KNOWHOW_DATABASE_URL" default:"sqlite:knowhow.db" placeholder:"URL" help:"The database: sqlite:FILE or postgres://USER@HOST/NAME (default: ${default})."`
}

// File is the path of a SQLite database, and whether it is one.
func (f Flag) File() (string, bool) {
	file, ok := strings.CutPrefix(f.DatabaseURL, "sqlite:")
	return file, ok && file != ""
}

// Postgres reports whether the flag names a PostgreSQL.
func (f Flag) Postgres() bool {
	scheme, _, _ := strings.Cut(f.DatabaseURL, ":")
	return scheme == "postgres" || scheme == "postgresql"
}

// Open opens the flag's database as the function Open does.
func (f Flag) Open(ctx context.Context, log *slog.Logger) (*sqldb.DB, error) {
	return Open(ctx, f.DatabaseURL, log)
}

// Open opens the database at url, creating a SQLite file that is missing, and
// brings its schema up to date. A URL of no use is sqldb.ErrURL.
func Open(ctx context.Context, url string, log *slog.Logger) (*sqldb.DB, error) {
	db, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	n, err := Migrate(ctx, db)
	if err == nil {
		err = warnIfExempt(ctx, db, log)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if n > 0 {
		log.Info("the schema was brought up to date", "database", db.Dialect, "steps", n)
	}
	return db, nil
}

// warnIfExempt tells that row-level security does not bind the role the
// database was opened with: then a mistake in a query could mix brands.
func warnIfExempt(ctx context.Context, db *sqldb.DB, log *slog.Logger) error {
	if db.Dialect != "postgres" {
		return nil
	}
	var role string
	var exempt bool
	err := db.Read.WithContext(ctx).Raw("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").
		Row().Scan(&role, &exempt)
	if err != nil {
		return fmt.Errorf("look the database's role up: %w", err)
	}
	if exempt {
		log.Warn("row-level security does not bind this role, so PostgreSQL does not keep brands apart; open the database as one that is no superuser and has no BYPASSRLS", "role", role)
	}
	return nil
}

// Create opens the database, creating a SQLite file that is missing, and
// leaves its schema alone.
func (f Flag) Create(ctx context.Context) (*sqldb.DB, error) { return connect(ctx, f.DatabaseURL) }

// Connect is Create for a database that must be there already.
func (f Flag) Connect(ctx context.Context) (*sqldb.DB, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	return connect(ctx, f.DatabaseURL)
}

// Existing is Connect for a database whose schema must be up to date too: what
// only reads, or changes what is there, brings no schema up to date in passing.
func (f Flag) Existing(ctx context.Context, log *slog.Logger) (*sqldb.DB, error) {
	db, err := f.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err = Current(ctx, db); err == nil {
		err = warnIfExempt(ctx, db, log)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Current refuses a database that lacks a step of the schema.
func Current(ctx context.Context, db *sqldb.DB) error {
	conn, err := db.SQL()
	if err != nil {
		return fmt.Errorf("read the schema's status: %w", err)
	}
	file, err := migrations.Lacking(ctx, conn, db.Dialect)
	if err == nil && file != "" {
		err = fmt.Errorf("--database-url: the schema lacks %s; knowhow migrate up brings it up to date", file)
	}
	return err
}

// MustExist refuses a SQLite file that is not there. Whether a PostgreSQL is,
// shows on opening it.
func (f Flag) MustExist() error {
	file, ok := f.File()
	if !ok {
		return nil
	}
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--database-url: there is no file %s; knowhow migrate up makes one", file)
	}
	if err != nil {
		return fmt.Errorf("--database-url: %w", err)
	}
	return nil
}

// connect opens the database and makes sure that it answers.
func connect(ctx context.Context, url string) (*sqldb.DB, error) {
	if err := makePrivate(url); err != nil {
		return nil, fmt.Errorf("--database-url: %w", err)
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("--database-url: %w", err)
	}
	conn, err := db.SQL()
	if err == nil {
		err = conn.PingContext(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--database-url: the database does not answer: %w", err), db.Close())
	}
	return db, nil
}

// Migrate applies every step the database lacks and returns their number.
func Migrate(ctx context.Context, db *sqldb.DB) (int, error) {
	conn, err := db.SQL()
	if err != nil {
		return 0, fmt.Errorf("migrate up: %w", err)
	}
	if file, err := migrations.Lacking(ctx, conn, db.Dialect); err != nil || file == "" {
		return 0, err // most starts: looking is much cheaper than trying
	}
	return migrations.Up(ctx, conn, db.Dialect)
}

// makePrivate makes a SQLite file that is missing, so that only its owner can
// read it whatever the umask; SQLite gives the files beside it the same mode.
// The mode of one that is there is its owner's business.
func makePrivate(url string) error {
	name, ok := Flag{DatabaseURL: url}.File()
	if !ok {
		return nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}
