// Package receipt is the command that prints what became of a question.
package receipt

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// Command is `knowhow receipt`.
type Command struct {
	ID string `arg:"" help:"The question's id."`
	database.Flag
	output.Format
}

// Help is the end of --help.
func (Command) Help() string {
	return `The receipt is the brand's: the wait promised and the wait it was, why each expert was asked, what they could not see, and where every cent went.

Example:
  knowhow receipt 01a1ffa5-85ee-7841-bbed-27cdcb0e5eeb`
}

// Run implements the command.
func (c *Command) Run(ctx context.Context, out io.Writer, log *slog.Logger) (err error) {
	id, err := marketplace.ParseID[question.Question](c.ID)
	if err != nil {
		return err
	}
	h, db, err := house.OpenUnsealed(ctx, c.Flag, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	brand, err := h.Questions.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	r, err := h.Questions.BrandReceipt(ctx, access.SystemCaller("receipt"), brand, id)
	if err != nil {
		return err
	}
	return c.Print(out, r, func(w io.Writer) error { return write(w, r) })
}
