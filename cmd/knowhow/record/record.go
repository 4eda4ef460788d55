// Package record is the commands about experts' records of work.
package record

import (
	"context"
	"fmt"
	"io"
	"os"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/insight/workrecord"
)

// Command is `knowhow record`.
type Command struct {
	Verify verify `cmd:"" help:"Find out whether a record of work is true, and print it."`
}

type verify struct {
	File string `arg:"" type:"existingfile" help:"The record, as it was handed out."`
	Keys string `required:"" type:"existingfile" placeholder:"FILE" help:"The issuer's published keys: what /.well-known/knowhow-records.json of its service says."`
	output.Format
}

// Help is the end of --help.
func (verify) Help() string {
	return `A record verifies if it is, byte for byte, what the service of these keys has signed; else the command fails. It asks no network.

Example:
  curl -s https://help.example.com/.well-known/knowhow-records.json >keys.json
  knowhow record verify work-record.json --keys keys.json`
}

// Run implements the command.
func (c *verify) Run(_ context.Context, out io.Writer) error {
	keys, err := os.ReadFile(c.Keys)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	public, err := workrecord.ParsePublished(keys)
	if err != nil {
		return err
	}
	signed, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the record: %w", err)
	}
	r, err := workrecord.Verify(public, signed)
	if err != nil {
		return err
	}
	return c.Print(out, r, func(w io.Writer) error { return write(w, r) })
}

// write is the record for people to read. Its writer is in memory, so that only
// the last error is looked at.
func write(w io.Writer, r workrecord.Record) error {
	fmt.Fprintf(w, "Verified: signed by %s on %s\n", r.Issuer, r.IssuedOn)
	_, err := fmt.Fprintf(w, "%s (%s)\n", r.Person.Name, r.Person.Handle)
	for _, p := range r.Programs {
		fmt.Fprintf(w, "\n%s, %s: %s", p.Brand, p.Name, p.State)
		if p.Since != "" {
			fmt.Fprintf(w, ", since %s", p.Since)
		}
		_, err = fmt.Fprintln(w)
		for _, t := range p.Topics {
			if t.Slug == "" {
				t.Slug = "(no topic)"
			}
			fmt.Fprintf(w, "  %s: %d answered, %d paid, %s to %s", t.Slug, t.Answered, t.Paid, t.First, t.Last)
			if s := t.Standing; s != nil {
				fmt.Fprintf(w, "; good work %.2f (%.2f to %.2f, of %d)", s.Mean, s.Low, s.High, s.Evidence)
			}
			_, err = fmt.Fprintln(w)
		}
	}
	return err
}
