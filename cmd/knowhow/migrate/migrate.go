// Package migrate is the commands that move a database's schema.
package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/migrations"
)

// Command is `knowhow migrate`.
type Command struct {
	Up     Up     `cmd:"" help:"Bring the schema up to date."`
	Down   Down   `cmd:"" help:"Take back the newest step, with the data it held."`
	Status Status `cmd:"" help:"List every step and whether the database has it."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `Several processes may migrate one PostgreSQL at once: one does it, the others wait.

Examples:
  knowhow migrate up
  knowhow migrate status --database-url postgres://knowhow@localhost/knowhow --format json`
}

// Up is `knowhow migrate up`.
type Up struct {
	database.Flag
	output.Format
}

// Run implements the command.
func (c *Up) Run(ctx context.Context, out io.Writer) (err error) {
	db, err := c.Create(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	n, err := database.Migrate(ctx, db)
	if err != nil {
		return err
	}
	result := struct {
		Applied int `json:"applied"`
	}{n}
	return c.Print(out, result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "The schema is up to date (steps applied: %d).\n", n)
		return err
	})
}

// Down is `knowhow migrate down`.
type Down struct {
	database.Flag
	output.Format
}

// Run implements the command.
func (c *Down) Run(ctx context.Context, out io.Writer) (err error) {
	db, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.SQL()
	if err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	file, err := migrations.Down(ctx, conn, db.Dialect)
	if err != nil {
		return err
	}
	result := struct {
		TakenBack string `json:"taken_back"` // empty where no step was left
	}{file}
	return c.Print(out, result, func(w io.Writer) error {
		if file == "" {
			_, err := fmt.Fprintln(w, "No step was left to take back.")
			return err
		}
		_, err := fmt.Fprintf(w, "Took back %s.\n", file)
		return err
	})
}

// Status is `knowhow migrate status`.
type Status struct {
	database.Flag
	output.Format
}

// step is one line of the status.
type step struct {
	Version   int64      `json:"version"`
	File      string     `json:"file"`
	AppliedAt *time.Time `json:"applied_at"` // null where the database lacks it
}

// Run implements the command.
func (c *Status) Run(ctx context.Context, out io.Writer) (err error) {
	db, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.SQL()
	if err != nil {
		return fmt.Errorf("read the migration status: %w", err)
	}
	list, err := migrations.Status(ctx, conn, db.Dialect)
	if err != nil {
		return err
	}
	steps := make([]step, len(list))
	for i, s := range list {
		steps[i] = step{Version: s.Version, File: s.File}
		if s.Applied {
			at := s.At.UTC()
			steps[i].AppliedAt = &at
		}
	}
	result := struct {
		Steps []step `json:"steps"`
	}{steps}
	return c.Print(out, result, func(w io.Writer) error { return table(w, steps) })
}

func table(w io.Writer, steps []step) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range steps {
		at := "missing"
		if s.AppliedAt != nil {
			at = s.AppliedAt.Format(time.DateTime)
		}
		if _, err := fmt.Fprintf(columns, "%05d\t%s\t%s\n", s.Version, at, s.File); err != nil {
			return err
		}
	}
	return columns.Flush()
}
