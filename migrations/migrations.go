// Package migrations holds the schema of both databases as SQL files and
// brings a database to a version of it. The two directories describe the same
// tables, one file per step under the same number; goose runs each file in one
// transaction, so a broken file leaves nothing behind.
package migrations

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed postgres/*.sql sqlite/*.sql
var files embed.FS

// Step is one migration file and whether the database has it.
type Step struct {
	Version int64
	File    string
	Applied bool
	At      time.Time // when it was applied; zero if it was not
}

// Up applies every step the database lacks and returns how many it applied.
// On PostgreSQL one advisory lock lets only one process migrate at a time.
func Up(ctx context.Context, db *sql.DB, dialect string) (int, error) {
	p, err := provider(db, dialect)
	if err != nil {
		return 0, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate up: %w", err)
	}
	return len(done), nil
}

// Down takes back the newest applied step and returns its file name, or ""
// where none was applied.
func Down(ctx context.Context, db *sql.DB, dialect string) (string, error) {
	p, err := provider(db, dialect)
	if err != nil {
		return "", err
	}
	version, err := p.GetDBVersion(ctx)
	if err != nil {
		return "", fmt.Errorf("read the schema version: %w", err)
	}
	if version == 0 {
		return "", nil
	}
	done, err := p.Down(ctx)
	if err != nil {
		return "", fmt.Errorf("migrate down: %w", err)
	}
	return done.Source.Path, nil
}

// Status lists every step, oldest first.
func Status(ctx context.Context, db *sql.DB, dialect string) ([]Step, error) {
	p, err := provider(db, dialect)
	if err != nil {
		return nil, err
	}
	list, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the migration status: %w", err)
	}
	steps := make([]Step, len(list))
	for i, s := range list {
		steps[i] = Step{
			Version: s.Source.Version, File: s.Source.Path,
			Applied: s.State == goose.StateApplied, At: s.AppliedAt,
		}
	}
	return steps, nil
}

// Sum is a digest of every step of a dialect: databases that are migrated under
// the same sum are alike.
func Sum(dialect string) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, dialect, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read migrations for %s: %w", dialect, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func provider(db *sql.DB, dialect string) (*goose.Provider, error) {
	dir, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, fmt.Errorf("open migrations for %s: %w", dialect, err)
	}
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	gooseDialect := goose.DialectSQLite3
	if dialect == "postgres" {
		gooseDialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, fmt.Errorf("make the migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(gooseDialect, db, dir, opts...)
	if err != nil {
		return nil, fmt.Errorf("read migrations for %s: %w", dialect, err)
	}
	return p, nil
}
