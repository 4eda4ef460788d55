package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// paymentRoutes are what a brand pays in, and when that happens by itself.
func (a *API) paymentRoutes() {
	funding, seeing := member(access.FundBudget), member(access.SeeMoney)
	call(a, Route{ID: "pay", Path: "/programs/{program}/payments", Tag: moneyTag, Who: funding,
		Summary: "Begin a payment into the brand's wallet",
		About:   "It is made on the page of the payment provider's that `url` leads to. With the sandbox, where no real money moves, it is made at once. The same reference again returns the same payment."}, a.pay)
	read(a, Route{ID: "listPayments", Path: "/programs/{program}/payments", Tag: moneyTag, Who: seeing,
		Summary: "List what the brand has paid in, or begun to, newest first"}, a.payments)
	read(a, Route{ID: "getTopUp", Path: "/programs/{program}/top_up", Tag: moneyTag, Who: seeing,
		Summary: "Read when the brand's wallet is topped up by itself"}, a.topUp)
	act(a, Route{ID: "setTopUp", Method: "PUT", Path: "/programs/{program}/top_up", Tag: moneyTag, Who: funding,
		Summary: "Set when the brand's wallet is topped up by itself",
		About:   "By the card that was left with a payment of the method `nothing`. A charge that is declined ends it until it is set anew."}, a.setTopUp)
}

// Payment is what a brand pays in.
type Payment struct {
	ID          uuid.UUID            `json:"id" format:"uuid"`
	Method      payouts.PayMethod    `json:"method" enum:"card,bank_transfer,top_up,nothing"`
	Provider    string               `json:"provider" doc:"With the sandbox no real money moves."`
	Amount      Money                `json:"amount"`
	Fee         Money                `json:"fee" doc:"What the provider kept of it."`
	State       payouts.PaymentState `json:"state" enum:"created,open,paid,failed"`
	URL         string               `json:"url" doc:"The provider's page to pay on; empty: there is none, or no more."`
	Failure     string               `json:"failure" doc:"The provider's code for what went wrong last."`
	AvailableAt *time.Time           `json:"available_at" doc:"When experts can be paid with it."`
	CreatedAt   time.Time            `json:"created_at"`
	EndedAt     *time.Time           `json:"ended_at"`
}

func paymentOf(p payouts.Payment) Payment {
	return Payment{
		ID: p.ID, Method: p.Method, Provider: p.Provider, Amount: p.Amount(), Fee: Money{Minor: p.FeeMinor, Currency: p.Currency},
		State: p.State, URL: p.URL, Failure: p.Failure, AvailableAt: p.AvailableAt, CreatedAt: p.CreatedAt, EndedAt: p.EndedAt,
	}
}

type payIn struct {
	ProgramIn
	Body struct {
		Method    payouts.PayMethod `json:"method" enum:"card,bank_transfer,nothing" doc:"With nothing, an amount of 0: a card is left for top-ups." example:"card"`
		Amount    Money             `json:"amount"`
		Reference string            `json:"reference" minLength:"1" maxLength:"100" doc:"Your own id of the payment." example:"$REFERENCE"`
	}
}

func (a *API) pay(ctx context.Context, caller access.Caller, in *payIn) (*One[Payment], error) {
	p, err := a.House.Programs.Pay(ctx, caller, in.Program, in.Body.Method, in.Body.Amount, in.Body.Reference)
	return one(paymentOf(p)), err
}

type paymentsIn struct {
	ProgramIn
	PageParams
}

func (a *API) payments(ctx context.Context, caller access.Caller, in *paymentsIn) (*Listed[Payment], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Programs.Payments(ctx, caller, in.Program, page)
	return listOf(list, paymentOf), err
}

// TopUp is when a wallet is topped up, in minor units of the program's currency.
type TopUp struct {
	Currency string `json:"currency" example:"EUR"`
	Active   bool   `json:"active"`
	Below    int64  `json:"below" doc:"It is topped up when there is less in it; in minor units."`
	Amount   int64  `json:"amount" doc:"What is charged then, in minor units."`
	Month    int64  `json:"month" doc:"What is charged at most in one calendar month, UTC, in minor units."`
	Card     bool   `json:"card" doc:"Whether a card was left that can be charged."`
	Failure  string `json:"failure" doc:"Why it is active no more: the provider's code."`
}

func topUpOf(t program.AutoTopUp) TopUp {
	return TopUp{
		Currency: string(t.Currency), Active: t.Active, Below: t.BelowMinor, Amount: t.AmountMinor, Month: t.MonthMinor, Card: t.Card, Failure: t.Failure,
	}
}

func (a *API) topUp(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[TopUp], error) {
	t, err := a.House.Programs.TopUp(ctx, caller, in.Program)
	return one(topUpOf(t)), err
}

type setTopUpIn struct {
	ProgramIn
	Body struct {
		Active bool  `json:"active"`
		Below  int64 `json:"below" minimum:"1" doc:"It is topped up when there is less in it; in minor units of the program's currency, as all of these." example:"50000"`
		Amount int64 `json:"amount" minimum:"1" doc:"What is charged then, in minor units." example:"20000"`
		Month  int64 `json:"month" minimum:"1" doc:"What is charged at most in a calendar month, in minor units." example:"100000"`
	}
}

func (a *API) setTopUp(ctx context.Context, caller access.Caller, in *setTopUpIn) error {
	b := in.Body
	return a.House.Programs.SetTopUp(ctx, caller, in.Program, b.Active, b.Below, b.Amount, b.Month)
}
