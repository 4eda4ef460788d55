package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
)

// allPayoutRoutes are everybody's payouts.
func (a *API) allPayoutRoutes() {
	runs := operator(access.RunPayouts)
	read(a, Route{ID: "listAllPayouts", Path: "/payouts", Tag: operatorsTag, Who: runs,
		Summary: "List everybody's payouts, newest first"}, a.allPayouts)
	read(a, Route{ID: "listPayoutRuns", Path: "/payout_runs", Tag: operatorsTag, Who: runs,
		Summary: "List the rounds of payouts and what became of them, newest first"}, a.payoutRuns)
}

type allPayoutsIn struct {
	PageParams
	State payouts.PayoutState `query:"state" enum:"created,sending,sent,failed" doc:"In this state."`
}

// AnyPayout is one transfer to one expert, as operators see it.
type AnyPayout struct {
	Payout
	Expert   access.PersonID `json:"expert" format:"uuid"`
	Run      uuid.UUID       `json:"run" format:"uuid"`
	Attempt  int             `json:"attempt" doc:"Which key it is sent under, from 1."`
	Tries    int             `json:"tries" doc:"How often it was sent or looked for."`
	NextAt   *time.Time      `json:"next_at" doc:"When it is worked on next; null at its end."`
	Transfer *string         `json:"transfer" doc:"The provider's id of it."`
	Failure  string          `json:"failure" doc:"The provider's last code; empty: none."`
}

func anyPayoutOf(p payouts.Payout) AnyPayout {
	shape := AnyPayout{
		Payout: payoutOf(p), Expert: access.PersonID(p.ExpertID), Run: p.RunID, Attempt: p.Attempt, Tries: p.Tries,
		Transfer: p.TransferID, Failure: p.Failure,
	}
	if p.EndedAt == nil {
		shape.NextAt = &p.NotBefore
	}
	return shape
}

func (a *API) allPayouts(ctx context.Context, caller access.Caller, in *allPayoutsIn) (*Listed[AnyPayout], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.AllPayouts(ctx, caller, in.State, page)
	return listOf(list, anyPayoutOf), err
}

// PayoutRound is one round of payouts and what became of it.
type PayoutRound struct {
	ID          uuid.UUID       `json:"id" format:"uuid"`
	Kind        payouts.RunKind `json:"kind" enum:"weekly,on_demand"`
	Period      string          `json:"period" doc:"The ISO week; on demand, the expert's request."`
	CreatedAt   time.Time       `json:"created_at"`
	CompletedAt *time.Time      `json:"completed_at" doc:"When all its payouts were made; null: it goes on."`
	Made        int             `json:"made"`
	Sent        int             `json:"sent"`
	Failed      int             `json:"failed"`
	Amounts     []Money         `json:"amounts" doc:"Of what did not fail, by currency."`
}

func payoutRoundOf(r earnings.Run) PayoutRound {
	return PayoutRound{
		ID: r.ID, Kind: r.Kind, Period: r.Period, CreatedAt: r.CreatedAt, CompletedAt: r.CompletedAt,
		Made: r.Made, Sent: r.Sent, Failed: r.Failed, Amounts: list(r.Amounts),
	}
}

func (a *API) payoutRuns(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[PayoutRound], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	runs, err := a.House.Earnings.Runs(ctx, caller, page)
	return listOf(runs, payoutRoundOf), err
}
