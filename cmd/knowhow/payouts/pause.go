package payouts

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/assembly"
)

// Pause is `knowhow payouts pause`.
type Pause struct {
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"Why; operators read it."`
	Operator
	Flag
	output.Format
}

// Help is the end of --help.
func (Pause) Help() string {
	return `Nothing new is sent until somebody resumes; what the provider was asked for before is still recorded, and experts go on earning. Paused already, it stays so, with the first reason.

Example:
  knowhow payouts pause --operator ada@example.com --reason "bank holiday"`
}

// pausedNow is what is printed of both.
type pausedNow struct {
	Paused  bool `json:"paused"`
	Changed bool `json:"changed"` // false: it was so before
}

// Run implements the command.
func (c *Pause) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	result := pausedNow{Paused: true}
	err := c.in(ctx, log, func(h *assembly.House) error {
		caller, err := c.find(ctx, h)
		if err != nil {
			return err
		}
		result.Changed, err = h.Earnings.PausePayouts(ctx, caller, c.Reason)
		return err
	})
	if err != nil {
		return err
	}
	return c.Print(out, result, func(w io.Writer) error {
		text := "Payouts are paused. What is under way at the provider is still recorded."
		if !result.Changed {
			text = "Payouts were paused already."
		}
		_, err := fmt.Fprintln(w, text)
		return err
	})
}

// Resume is `knowhow payouts resume`.
type Resume struct {
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"Why they may go on; operators read it."`
	Operator
	Flag
	output.Format
}

// Help is the end of --help.
func (Resume) Help() string {
	return `Look at "status" and "reconcile" first: where payouts stopped by themselves, something did not add up, and what is not explained stops them again. What waited is sent by the service, or by "run".

Example:
  knowhow payouts resume --operator ada@example.com --reason "the entry was the bank's fee"`
}

// Run implements the command.
func (c *Resume) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	var result pausedNow
	err := c.in(ctx, log, func(h *assembly.House) error {
		caller, err := c.find(ctx, h)
		if err != nil {
			return err
		}
		st, err := h.Earnings.Status(ctx, caller)
		if err != nil {
			return err
		}
		result.Changed = st.Paused != nil
		return h.Earnings.ResumePayouts(ctx, caller, c.Reason)
	})
	if err != nil {
		return err
	}
	return c.Print(out, result, func(w io.Writer) error {
		text := "Payouts go on."
		if !result.Changed {
			text = "Payouts were not paused."
		}
		_, err := fmt.Fprintln(w, text)
		return err
	})
}
