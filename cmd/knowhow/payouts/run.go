package payouts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/payouts"
)

// Run is `knowhow payouts run`.
type Run struct {
	Week string `name:"week" placeholder:"WEEK" help:"The ISO week whose payouts are made, such as 2026-W47 (default: this one)."`
	Rate int    `name:"rate" default:"50" placeholder:"N" help:"How many are sent in a second at most, 1 to 1000 (default: ${default})."`
	Operator
	Flag
	output.Format
}

// Help is the end of --help.
func (Run) Help() string {
	return `A week's payouts are made once: repeated, or interrupted and called again, the command makes what is missing and sends what is due. What waits is tried again by the service, or by the next call.

Example:
  knowhow payouts run --operator ada@example.com --week 2026-W47`
}

// ran is what came of it.
type ran struct {
	Week    string `json:"week"`
	Made    int    `json:"made"`
	Sent    int    `json:"sent"`
	Failed  int    `json:"failed"`
	Waiting int    `json:"waiting"` // tried, and to be tried again
}

// maxRate is how many may be sent in a second, as serve bounds it too.
const maxRate = 1000

// ofFlag names the flag where the week is none.
func ofFlag(err error) error {
	var invalid *marketplace.InvalidError
	if errors.As(err, &invalid) && invalid.Field == "period" {
		return &marketplace.InvalidError{Field: "--week", Reason: invalid.Reason}
	}
	return err
}

// sendAtOnce is how many are sent between two looks at whether to go on.
const sendAtOnce = 500

// Run implements the command.
func (c *Run) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if c.Rate < 1 || c.Rate > maxRate {
		return &marketplace.InvalidError{Field: "--rate", Reason: fmt.Sprintf("must be 1 to %d", maxRate)}
	}
	var r ran
	err := c.in(ctx, log, func(h *assembly.House) error {
		caller, err := c.find(ctx, h)
		if err != nil {
			return err
		}
		if r.Week = c.Week; r.Week == "" {
			r.Week = payouts.WeekOf(h.Clock.Now())
		}
		h.Payouts.Parallel, h.Payouts.Pace = 8, payouts.NewPace(c.Rate)
		if r.Made, err = h.Earnings.CreateRun(ctx, caller, r.Week); err != nil {
			return ofFlag(err)
		}
		for {
			done, err := h.Earnings.Send(ctx, caller, sendAtOnce)
			r.Sent, r.Failed, r.Waiting = r.Sent+done.Sent, r.Failed+done.Failed, r.Waiting+done.Waiting
			if err != nil || done.Sent+done.Failed+done.Waiting < sendAtOnce {
				return err
			}
		}
	})
	if err != nil && !errors.Is(err, payouts.ErrPaused) {
		return err
	}
	return errors.Join(c.Print(out, r, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Week %s: %d payouts made. %d sent, %d failed, %d wait for their next try.\n", r.Week, r.Made, r.Sent, r.Failed, r.Waiting)
		return err
	}), err)
}
