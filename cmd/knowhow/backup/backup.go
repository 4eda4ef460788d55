// Package backup is the commands for backups: to write one of a SQLite file that
// is in use, and to make sure of a database that was restored from one.
// PostgreSQL is backed up by its own programs (docs/operations.md).
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/migrations/sqldb"
)

// Command is `knowhow backup`.
type Command struct {
	Write    Write    `cmd:"" help:"Write a backup of a SQLite database, which may be in use."`
	Restored Restored `cmd:"" help:"Settle and check a database that was restored."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `A backup holds no keys: keep them apart from it, and keep them as long as it. docs/operations.md tells how PostgreSQL is backed up, and how to restore.

Examples:
  knowhow backup write /backups/knowhow-monday.db --database-url sqlite:/var/lib/knowhow/knowhow.db
  knowhow backup restored --database-url sqlite:/var/lib/knowhow/knowhow.db`
}

// Write is `knowhow backup write`.
type Write struct {
	To string `arg:"" name:"file" help:"The file to write; there must be none of that name."`
	database.Flag
	output.Format
}

// Help is the end of --help.
func (Write) Help() string {
	return `The backup is the database as it stood at one moment; who writes meanwhile goes on. It is a SQLite file like the original, and appears whole or not at all.`
}

// Run implements the command.
func (c *Write) Run(ctx context.Context, out io.Writer) (err error) {
	if _, sqlite := c.File(); !sqlite {
		return &marketplace.InvalidError{Field: "--database-url", Reason: "must be a SQLite file; pg_dump backs PostgreSQL up"}
	}
	if _, err := os.Lstat(c.To); !errors.Is(err, fs.ErrNotExist) {
		return &marketplace.InvalidError{Field: "file", Reason: c.To + " is there already, or cannot be looked at"}
	}
	db, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	size, err := write(ctx, db, c.To)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	result := struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
	}{c.To, size}
	return c.Print(out, result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Wrote %s (%d bytes).\n", result.File, result.Bytes)
		return err
	})
}

// write copies the database into a new file beside to, which is then given its
// name.
func write(ctx context.Context, db *sqldb.DB, to string) (size int64, err error) {
	dir := filepath.Dir(to)
	part, err := os.CreateTemp(dir, "."+filepath.Base(to)+".*") // mode 0600, empty as VACUUM INTO wants it
	if err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	defer func() {
		err = errors.Join(err, part.Close())
		_ = os.Remove(part.Name()) // it is gone where all went well
	}()
	conn, err := db.SQL()
	if err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?", part.Name()); err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	info, err := part.Stat()
	if err == nil {
		err = part.Sync()
	}
	if err == nil {
		err = os.Link(part.Name(), to) // unlike a renaming, replaces nothing
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return 0, fmt.Errorf("write the backup: %w", err)
	}
	return info.Size(), nil
}

// syncDir makes a new name in a directory last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
