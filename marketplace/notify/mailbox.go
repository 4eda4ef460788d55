package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Mailbox writes every message to a file of its own, for a Knowhow without an
// SMTP server: name.eml, in the form of RFC 5322, readable by its owner only.
// A message handed over again is the same file. Safe for concurrent use.
type Mailbox struct {
	dir    string
	sender sender
}

// NewMailbox makes the directory if it is missing.
func NewMailbox(dir, from string) (*Mailbox, error) {
	s, err := newSender(from)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the mailbox: %w", err)
	}
	return &Mailbox{dir: dir, sender: s}, nil
}

// Send implements Mailer. The file appears whole or not at all.
func (b *Mailbox) Send(_ context.Context, m Message) error {
	msg, err := b.sender.compose(m)
	if err != nil {
		return err
	}
	name := filepath.Join(b.dir, m.ID+".eml")
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	f, err := os.CreateTemp(b.dir, ".writing-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write to the mailbox: %w", err)
	}
	_, err = msg.WriteTo(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write to the mailbox: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return syncDir(b.dir)
}

// syncDir makes the renames in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the mailbox: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync the mailbox: %w", err)
	}
	return nil
}
