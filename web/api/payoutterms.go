package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
	"knowhow/web/problem"
)

// Earnings is where an expert's money of one currency stands, in minor units, and
// how it comes to them.
type Earnings struct {
	Currency  string `json:"currency" example:"EUR"`
	Pending   int64  `json:"pending" doc:"In minor units, as all amounts here. Earned, and may still be reviewed."`
	Available int64  `json:"available" doc:"In minor units. Yours to be paid out."`
	InTransit int64  `json:"in_transit" doc:"In minor units. On its way."`
	PaidOut   int64  `json:"paid_out" doc:"In minor units. Sent so far, all in all."`
	Owed      int64  `json:"owed" doc:"In minor units. For pay that was taken back: later rewards pay it first."`
	SetAside  int64  `json:"set_aside" doc:"In minor units. Of what is available: not paid out until it is decided whether it is taken back."`

	PendingUntil   *time.Time  `json:"pending_until" doc:"When the next of what is pending is available at the latest."`
	InTransitSince *time.Time  `json:"in_transit_since"`
	PaidAt         *time.Time  `json:"paid_at" doc:"When a payout was last sent."`
	Payout         PayoutTerms `json:"payout"`
}

// PayoutTerms is how one is paid in a currency, and what stands in the way.
type PayoutTerms struct {
	Schedule      payouts.Schedule `json:"schedule" enum:"weekly,on_demand" doc:"As chosen."`
	Threshold     int64            `json:"threshold" doc:"What the weekly payout waits for, in minor units of the currency."`
	Minimum       int64            `json:"minimum" doc:"The least that is paid out to your country, in minor units."`
	NextAt        *time.Time       `json:"next_at" doc:"When the next weekly payout pays it; null: not, as things stand."`
	Weekly        string           `json:"weekly" doc:"Why the weekly payout would not pay it: when_asked, below_threshold, payouts_paused, or as asked; empty: it would." example:"below_threshold"`
	Asked         string           `json:"asked" doc:"Why you cannot ask for it now: no_account, below_minimum, owing or held_back; empty: you can." example:""`
	Instant       string           `json:"instant" doc:"Why it cannot arrive at once: no_instant, or as asked; empty: it can." example:"no_instant"`
	InstantFee    int64            `json:"instant_fee" doc:"What it would cost to have it at once, in minor units."`
	InstantAmount int64            `json:"instant_amount" doc:"What would arrive, in minor units."`
}

func (a *API) earnings(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[Earnings], error) {
	terms, err := a.House.Earnings.Terms(ctx, caller)
	return allOf(terms, earningsOf), err
}

func earningsOf(t earnings.Terms) Earnings {
	return Earnings{
		Currency: string(t.Currency), Pending: t.Pending, Available: t.Available, InTransit: t.InTransit, PaidOut: t.PaidOut, Owed: t.Owed, SetAside: t.SetAside,
		PendingUntil: t.PendingUntil, InTransitSince: t.SentFirst, PaidAt: t.PaidLast,
		Payout: PayoutTerms{
			Schedule: t.Schedule, Threshold: t.Threshold, Minimum: t.Minimum, NextAt: t.Payday,
			Weekly: codeOf(t.Weekly), Asked: codeOf(t.Asked), Instant: codeOf(t.Terms.Instant), InstantFee: t.InstantFee, InstantAmount: t.InstantAmount,
		},
	}
}

// codeOf is the code of what stands in the way; empty: nothing.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return problem.From(err).Code
}

type choosePayoutsIn struct {
	Currency string `path:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217."`
	Body     struct {
		Schedule  payouts.Schedule `json:"schedule" enum:"weekly,on_demand"`
		Threshold int64            `json:"threshold" minimum:"1" doc:"What the weekly payout is to wait for, in minor units: at least the minimum, at most a hundred times that." example:"2500"`
	}
}

func (a *API) choosePayouts(ctx context.Context, caller access.Caller, in *choosePayoutsIn) error {
	return a.House.Earnings.Choose(ctx, caller, in.Body.Schedule, Money{Minor: in.Body.Threshold, Currency: currency(in.Currency)})
}
