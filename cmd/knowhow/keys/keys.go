// Package keys is the commands for the keys that personal data is sealed with.
package keys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/redact"
)

// Command is `knowhow keys`.
type Command struct {
	Generate Generate `cmd:"" help:"Print new keys, or one new key."`
	Reseal   Reseal   `cmd:"" help:"Seal anew, with the first key, what others sealed."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `To rotate: add a new key at the end, so that every process can open what it seals; put it first, so that it seals; reseal; take the old key away. Restart every process after each change.

Examples:
  knowhow keys generate
  knowhow keys generate --entry --id k2
  knowhow keys reseal --database-url postgres://knowhow@localhost/knowhow`
}

// Generate is `knowhow keys generate`.
type Generate struct {
	ID    string `name:"id" default:"k1" placeholder:"ID" help:"What the encryption key is called (default: ${default})."`
	Entry bool   `name:"entry" help:"Print that one key alone, to be put before those there are."`
	output.Format
}

// Run implements the command.
func (c *Generate) Run(out io.Writer) error {
	if _, err := redact.ParseKeyring(redact.GenerateKeys(c.ID)); err != nil {
		return &marketplace.InvalidError{Field: "id", Reason: "must be 1 to 32 letters, digits, - or _, and not index"}
	}
	keys := redact.GenerateKeys(c.ID)
	if c.Entry {
		keys = redact.GenerateKey(c.ID)
	}
	result := struct {
		Keys string `json:"keys"`
	}{keys}
	return c.Print(out, result, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, keys)
		return err
	})
}

// Reseal is `knowhow keys reseal`.
type Reseal struct {
	house.Flag
	output.Format
}

// Help is the end of --help.
func (Reseal) Help() string {
	return `It may run beside everything else, be stopped, and be run again. What does not open is named and left as it is; the command then fails, and no key may be taken away.`
}

// Run implements the command.
func (c *Reseal) Run(ctx context.Context, out io.Writer, log *slog.Logger) (err error) {
	h, db, err := c.Open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	did, err := h.Reseal(ctx, progress(log))
	if err != nil {
		return err
	}
	if err := c.Print(out, did, func(w io.Writer) error { return write(w, did) }); err != nil {
		return err
	}
	if did.Broken > 0 {
		return fmt.Errorf("sealed values that do not open: %d", did.Broken)
	}
	return nil
}

// progressEvery is how often progress is logged.
const progressEvery = 5 * time.Second

// progress logs how far a resealing has come, now and then.
func progress(log *slog.Logger) func(column redact.SealedColumn, done int) {
	last := time.Now()
	return func(column redact.SealedColumn, done int) {
		if time.Since(last) >= progressEvery {
			last = time.Now()
			log.Info("resealing", "column", column.String(), "looked_at", done)
		}
	}
}

// write tells what was done, for people.
func write(w io.Writer, did assembly.Resealing) error {
	fmt.Fprintf(w, "Sealed anew with key %s: %d. Already so: %d. Do not open: %d.\n", did.Primary, did.Resealed, did.Unchanged, did.Broken)
	for _, b := range did.Named {
		var key []string
		for _, name := range slices.Sorted(maps.Keys(b.Key)) {
			key = append(key, name+" "+b.Key[name])
		}
		fmt.Fprintf(w, "  %s.%s at %s: %s\n", b.Table, b.Column, strings.Join(key, ", "), b.Reason)
	}
	if more := did.Broken - len(did.Named); more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
	return nil
}
