package payouts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/assembly"
	"knowhow/payouts"
)

// ErrBooksDiffer: the provider's books and ours do not agree, or something in them
// is not explained.
var ErrBooksDiffer = errors.New("the books do not agree; payouts are paused until somebody has looked")

// Reconcile is `knowhow payouts reconcile`.
type Reconcile struct {
	Flag
	output.Format
}

// Help is the end of --help.
func (Reconcile) Help() string {
	return `It reads what is new in the provider's books, finds for each entry the posting that it is in ours, records what no webhook told of, and compares the sums. What cannot be explained is booked to suspense and pauses payouts; the command exits with 1 then.

Example:
  knowhow payouts reconcile --format json`
}

// reconciled is payouts.Reconciled as it is printed.
type reconciled struct {
	Read        int          `json:"read"`
	Matched     int          `json:"matched"`
	Waiting     int          `json:"waiting"`
	Suspended   int          `json:"suspended"`
	Polled      int          `json:"polled"`
	Unseen      int          `json:"not_shown"` // of the polled
	Overdue     int          `json:"overdue"`
	More        bool         `json:"more"`     // there was no time for all of the books
	Compared    bool         `json:"compared"` // false: the provider's balance moved meanwhile, or there is more
	Differences []difference `json:"differences"`
	Paused      bool         `json:"paused"`
}

type difference struct {
	Currency payouts.Currency `json:"currency"`
	Provider int64            `json:"provider_minor"`
	Ours     int64            `json:"ours_minor"`
	Posting  string           `json:"posting"` // of ours alone; empty: the sums differ
}

// Run implements the command.
func (c *Reconcile) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	var r payouts.Reconciled
	err := c.in(ctx, log, func(h *assembly.House) (err error) {
		r, err = h.Earnings.Reconcile(ctx, self)
		return err
	})
	if err != nil {
		return err
	}
	shape := reconciled{
		Read: r.Read, Matched: r.Matched, Waiting: r.Waiting, Suspended: r.Suspended, Polled: r.Polled, Unseen: r.Unseen, Overdue: r.Overdue,
		More: r.More, Compared: r.Compared, Differences: []difference{}, Paused: r.Paused,
	}
	for _, d := range r.Differing {
		shape.Differences = append(shape.Differences, difference(d))
	}
	if err := c.Print(out, shape, func(w io.Writer) error { return tell(w, r) }); err != nil {
		return err
	}
	if r.Suspended > 0 || len(r.Differing) > 0 {
		return ErrBooksDiffer
	}
	return nil
}

func tell(w io.Writer, r payouts.Reconciled) error {
	fmt.Fprintf(w, "%d entries read, %d matched, %d wait for their cause, %d went to suspense.\n", r.Read, r.Matched, r.Waiting, r.Suspended)
	fmt.Fprintf(w, "%d orders looked at, of which the provider did not show %d; %d payouts and orders have been under way for more than two days.\n", r.Polled, r.Unseen, r.Overdue)
	for _, d := range r.Differing {
		fmt.Fprintf(w, "They differ: %s.\n", d)
	}
	sums := "The sums agree."
	switch {
	case r.More:
		sums = "There was no time for all of the books, so the sums were not compared: run it again."
	case !r.Compared:
		sums = "The provider's balance moved meanwhile, so the sums were not compared."
	case len(r.Differing) > 0:
		sums = "The sums do not agree."
	}
	if r.Paused {
		sums += " Payouts are paused."
	}
	_, err := fmt.Fprintln(w, sums)
	return err
}
