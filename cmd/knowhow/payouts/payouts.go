// Package payouts is the commands for whoever watches over payouts: they make and
// send them, tell how they stand, hold the provider's books against ours, and stop
// them. They may run beside the service.
package payouts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"knowhow/cmd/knowhow/internal/house"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
)

// Command is `knowhow payouts`.
type Command struct {
	Run       Run       `cmd:"" help:"Make a week's payouts, and send what is due."`
	Status    Status    `cmd:"" help:"Tell what is under way, paused or unexplained."`
	Reconcile Reconcile `cmd:"" help:"Hold the payment provider's books against ours."`
	Pause     Pause     `cmd:"" help:"Stop all payouts."`
	Resume    Resume    `cmd:"" help:"Let payouts go on."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `A served Knowhow does all of this by itself: it makes the payouts on Mondays at six, sends what is due, and reads the provider's books every hour. Payouts stop by themselves when something does not add up; look at "status" and "reconcile" before you resume them. Who pauses, resumes or makes payouts is named by --operator and kept with the other events.

They exit with 0; with 1 where something failed, payouts are paused or the books do not agree; with 2 where they were called wrongly.

Examples:
  knowhow payouts status
  knowhow payouts reconcile --format json
  knowhow payouts pause --operator ada@example.com --reason "bank holiday"`
}

// Flag is the flags of all of them.
type Flag struct {
	house.Flag
	house.ProviderFlag
}

// self is who these commands are to the rooms where no operator is asked for.
var self = access.SystemCaller("payouts")

// in opens the house, with the provider that the environment names, and has do
// use it.
func (f Flag) in(ctx context.Context, log *slog.Logger, do func(h *assembly.House) error) (err error) {
	db, err := f.Existing(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	keys, err := f.Keys()
	if err != nil {
		return err
	}
	parts, clock, err := house.Parts(ctx, db, keys, log)
	if err != nil {
		return err
	}
	if err := house.CheckKeys(ctx, parts.Store, keys); err != nil {
		return err
	}
	client, err := f.Stripe(&url.URL{Scheme: "https", Host: "localhost"}, time.Now, log)
	if err != nil {
		return err
	}
	if err := house.UseProvider(ctx, parts.Store, clock.Now(), client); err != nil {
		return err
	}
	if client != nil {
		parts.Provider = client
	}
	parts.Country = f.StripeCountry
	return do(assembly.New(parts))
}

// Operator is the flag that names who acts.
type Operator struct {
	Operator string `name:"operator" required:"" placeholder:"ADDRESS" help:"The e-mail address of the operator who does this; it is kept with the event."`
}

// find is the operator as a caller.
func (o Operator) find(ctx context.Context, h *assembly.House) (access.Caller, error) {
	p, err := h.Access.PersonByEmail(ctx, self, o.Operator)
	if err != nil {
		return access.Caller{}, fmt.Errorf("--operator: %w", err)
	}
	return access.PersonCaller(p.ID), nil
}
