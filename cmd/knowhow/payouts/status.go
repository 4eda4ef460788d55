package payouts

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/assembly"
	"knowhow/payouts"
)

// Status is `knowhow payouts status`.
type Status struct {
	Flag
	output.Format
}

// Help is the end of --help.
func (Status) Help() string {
	return `It reads what the database knows and asks the provider nothing. "Entries waiting" are lines of the provider's books whose cause is not known yet; "in suspense" are those that a person must explain, in the console; "orders not shown" are refunds and instant payouts that the provider does not let us look at, such as of an account that was closed. Exits with 0, paused or not.

Example:
  knowhow payouts status --format json`
}

// status is payouts.Status as it is printed.
type status struct {
	Provider     string     `json:"provider"`
	Paused       *paused    `json:"paused"` // null: payouts go on
	UnderWay     []underWay `json:"under_way"`
	Waiting      int        `json:"entries_waiting"`
	Suspense     int        `json:"entries_in_suspense"`
	Unseen       int        `json:"orders_not_shown"`
	ReconciledAt *time.Time `json:"reconciled_at"` // null: never
	ComparedAt   *time.Time `json:"compared_at"`
}

type paused struct {
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

type underWay struct {
	Kind     payouts.MoveKind    `json:"kind"`
	State    payouts.PayoutState `json:"state"`
	Currency payouts.Currency    `json:"currency"`
	Count    int                 `json:"count"`
	Minor    int64               `json:"minor"`
	Oldest   time.Time           `json:"oldest"`
	NextAt   time.Time           `json:"next_at"`
}

func statusOf(st payouts.Status) status {
	shape := status{
		Provider: st.Provider, UnderWay: make([]underWay, len(st.Open)), Waiting: st.Waiting, Suspense: st.Suspense,
		Unseen: st.Unseen, ReconciledAt: st.ReconciledAt, ComparedAt: st.ComparedAt,
	}
	if st.Paused != nil {
		shape.Paused = &paused{Reason: st.Paused.Reason, Since: st.Paused.At.UTC()}
	}
	for i, o := range st.Open {
		shape.UnderWay[i] = underWay(o)
	}
	return shape
}

// Run implements the command.
func (c *Status) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	var shape status
	err := c.in(ctx, log, func(h *assembly.House) error {
		st, err := h.Earnings.Status(ctx, self)
		shape = statusOf(st)
		return err
	})
	if err != nil {
		return err
	}
	return c.Print(out, shape, shape.write)
}

func (s status) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Provider\t%s\n", s.Provider)
	if s.Paused != nil {
		fmt.Fprintf(t, "Paused\tsince %s: %s\n", s.Paused.Since.Format(time.DateTime), s.Paused.Reason)
	} else {
		fmt.Fprintf(t, "Paused\tno\n")
	}
	fmt.Fprintf(t, "Books read\t%s\n", moment(s.ReconciledAt))
	fmt.Fprintf(t, "Books compared\t%s\n", moment(s.ComparedAt))
	fmt.Fprintf(t, "Entries waiting\t%d\n", s.Waiting)
	fmt.Fprintf(t, "Entries in suspense\t%d\n", s.Suspense)
	fmt.Fprintf(t, "Orders not shown\t%d\n", s.Unseen)
	if len(s.UnderWay) == 0 {
		fmt.Fprintf(t, "Under way\tnothing\n")
		return t.Flush()
	}
	fmt.Fprintf(t, "\nKIND\tSTATE\tCOUNT\tAMOUNT\tOLDEST\tNEXT\n")
	for _, u := range s.UnderWay {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\n", u.Kind, u.State, u.Count, payouts.Money{Minor: u.Minor, Currency: u.Currency},
			u.Oldest.UTC().Format(time.DateTime), u.NextAt.UTC().Format(time.DateTime))
	}
	return t.Flush()
}

func moment(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return at.UTC().Format(time.DateTime)
}
