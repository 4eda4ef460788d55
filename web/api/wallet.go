package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// walletRoutes are where a brand's money is, what a program may spend of it, and
// what goes back to the brand.
func (a *API) walletRoutes() {
	funding, seeing := member(access.FundBudget), member(access.SeeMoney)
	read(a, Route{ID: "listWallets", Path: "/brands/{brand}/wallets", Tag: moneyTag, Who: seeing,
		Summary: "Read where a brand's money is, by currency and program"}, a.wallets)
	read(a, Route{ID: "listRefunds", Path: "/brands/{brand}/refunds", Tag: moneyTag, Who: seeing,
		Summary: "List what was asked for of the wallet, newest first", About: "A line for each payment that it goes back to."}, a.refunds)
	act(a, Route{ID: "refundWallet", Path: "/brands/{brand}/refunds", Tag: moneyTag, Who: funding,
		Summary: "Have money of the wallet paid back",
		About:   "To the payments it came by, the oldest first; what the provider kept of them stays with it. The same reference again asks for nothing more."}, a.refundWallet)
	act(a, Route{ID: "setBudget", Method: "PUT", Path: "/programs/{program}/budget", Tag: moneyTag, Who: funding,
		Summary: "Set what a program may spend in a month, and who is told when it gets low",
		About:   "The budget is brought to it at once, and on the first of each month (UTC), from the wallet or back to it. The owners and finance people are told when 80, 95 and 100 percent have gone, each once until money is given again."}, a.setBudget)
}

// Wallet is where a brand's money of one currency is.
type Wallet struct {
	Balance   Money           `json:"balance" doc:"Paid in, and given to no program."`
	Refunding Money           `json:"refunding" doc:"On its way back to the brand."`
	Owed      Money           `json:"owed" doc:"By the brand; what it pays in pays that first."`
	Credit    Money           `json:"credit" doc:"What it may owe at most."`
	Provider  string          `json:"provider" doc:"With the sandbox no real money moves." example:"sandbox"`
	Programs  []ProgramBudget `json:"programs"`
}

// ProgramBudget is where a program's money is.
type ProgramBudget struct {
	Program program.ID    `json:"program" format:"uuid"`
	Name    string        `json:"name"`
	State   program.State `json:"state" enum:"draft,live,paused,closed"`
	Budget  Money         `json:"budget" doc:"It may still spend it."`
	Held    Money         `json:"held" doc:"Set aside for work under way."`
	Spent   Money         `json:"spent" doc:"In this calendar month (UTC), less what came back."`
	Month   Money         `json:"month" doc:"What it may spend in one; 0: whatever it is given."`
	Base    Money         `json:"base" doc:"What there was to be spent when money was last given."`
	Alerts  bool          `json:"alerts" doc:"The owners and finance people are told when it gets low."`
	Told    int           `json:"told" doc:"How much of the base has gone as far as they were told, in percent."`
}

func walletOf(w program.Wallet) Wallet {
	shape := Wallet{Balance: w.Balance, Refunding: w.Refunding, Owed: w.Owed, Credit: w.Credit, Provider: w.Provider, Programs: make([]ProgramBudget, len(w.Programs))}
	money := func(minor int64) Money { return Money{Minor: minor, Currency: w.Balance.Currency} }
	for i, p := range w.Programs {
		shape.Programs[i] = ProgramBudget{
			Program: p.ID, Name: p.Name, State: p.State, Budget: money(p.Budget), Held: money(p.Held), Spent: money(p.Spent()),
			Month: money(p.Plan.MonthMinor), Base: money(p.Plan.BaseMinor), Alerts: p.Plan.Alerts || p.Plan.FilledAt.IsZero(), Told: p.Plan.Told,
		}
	}
	return shape
}

func (a *API) wallets(ctx context.Context, caller access.Caller, in *BrandIn) (*Listed[Wallet], error) {
	list, err := a.House.Programs.Wallets(ctx, caller, in.Brand)
	return allOf(list, walletOf), err
}

type setBudgetIn struct {
	ProgramIn
	Body struct {
		Month  int64 `json:"month" minimum:"0" doc:"In minor units of the program's currency; 0: whatever it is given." example:"500000"`
		Alerts bool  `json:"alerts"`
	}
}

func (a *API) setBudget(ctx context.Context, caller access.Caller, in *setBudgetIn) error {
	return a.House.Programs.SetBudget(ctx, caller, in.Program, in.Body.Month, in.Body.Alerts)
}

// Refund is what goes back to one payment of a brand's.
type Refund struct {
	ID        uuid.UUID           `json:"id" format:"uuid"`
	Amount    Money               `json:"amount"`
	State     payouts.PayoutState `json:"state" enum:"created,sending,sent,failed"`
	Payment   string              `json:"payment" doc:"The provider's id of the payment that it goes back to."`
	Failure   string              `json:"failure" doc:"The provider's last code; empty: none."`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at"`
}

func refundOf(o payouts.Order) Refund {
	return Refund{ID: o.ID, Amount: o.Amount(), State: o.State, Payment: o.OfID, Failure: o.Failure, CreatedAt: o.CreatedAt, EndedAt: o.EndedAt}
}

type refundsIn struct {
	BrandIn
	PageParams
}

func (a *API) refunds(ctx context.Context, caller access.Caller, in *refundsIn) (*Listed[Refund], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.Refunds(ctx, caller, in.Brand, page)
	return listOf(list, refundOf), err
}

type refundIn struct {
	BrandIn
	Body struct {
		Amount    Money  `json:"amount"`
		Reference string `json:"reference" minLength:"1" maxLength:"100" doc:"Your own id of the refund." example:"$REFERENCE"`
	}
}

func (a *API) refundWallet(ctx context.Context, caller access.Caller, in *refundIn) error {
	return a.House.Earnings.RefundWallet(ctx, caller, in.Brand, in.Body.Amount, in.Body.Reference)
}
