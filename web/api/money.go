package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

const moneyTag = "Money"

// moneyRoutes are what a brand does with a program's money.
func (a *API) moneyRoutes() {
	funding := member(access.FundBudget)
	read(a, Route{ID: "getProgramMoney", Path: "/programs/{program}/money", Tag: moneyTag, Who: member(access.SeeMoney),
		Summary: "Read what a program may spend and has set aside"}, a.programMoney)
	read(a, Route{ID: "listMoneyMoves", Path: "/programs/{program}/money_moves", Tag: moneyTag, Who: member(access.SeeMoney),
		Summary: "List the movements of a program's money that somebody asked for"}, a.moneyMoves)
	act(a, Route{ID: "fundWallet", Path: "/programs/{program}/fund", Tag: moneyTag, Who: funding,
		Summary: "Pay into the brand's wallet", About: "With the sandbox only, where no real money moves."}, a.moving(a.House.Programs.Fund))
	act(a, Route{ID: "allocateBudget", Path: "/programs/{program}/allocate", Tag: moneyTag, Who: funding,
		Summary: "Move money from the wallet to the program's budget"}, a.moving(a.House.Programs.AllocateBudget))
	act(a, Route{ID: "returnBudget", Path: "/programs/{program}/return", Tag: moneyTag, Who: funding,
		Summary: "Move unspent budget back to the wallet"}, a.moving(a.House.Programs.ReturnBudget))
}

// ProgramMoney is what a program has.
type ProgramMoney struct {
	Wallet Money `json:"wallet" doc:"The brand's, given to no program."`
	Budget Money `json:"budget" doc:"The program may still spend it."`
	Held   Money `json:"held" doc:"Set aside for work under way."`

	Provider string `json:"provider" doc:"With the sandbox no real money moves." example:"sandbox"`
}

func (a *API) programMoney(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[ProgramMoney], error) {
	f, err := a.House.Programs.Money(ctx, caller, in.Program)
	return one(ProgramMoney(f)), err
}

// MoneyMove is one movement of a program's money.
type MoneyMove struct {
	Kind   event.Kind `json:"kind"`
	Amount Money      `json:"amount"`
	At     time.Time  `json:"at"`
}

type moneyMovesIn struct {
	ProgramIn
	PageParams
}

func (a *API) moneyMoves(ctx context.Context, caller access.Caller, in *moneyMovesIn) (*Listed[MoneyMove], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	moves, err := a.House.Programs.MoneyMoves(ctx, caller, in.Program, page)
	return listOf(moves, func(m program.MoneyMove) MoneyMove {
		return MoneyMove{Kind: m.Kind, Amount: Money{Minor: m.AmountMinor, Currency: m.Currency}, At: m.MovedAt}
	}), err
}

type moveIn struct {
	ProgramIn
	Body struct {
		Amount    Money  `json:"amount"`
		Reference string `json:"reference" minLength:"1" maxLength:"100" doc:"Your own id of the movement: the same again moves nothing." example:"$REFERENCE"`
	}
}

// moving makes a handler of a verb that moves a program's money.
func (a *API) moving(verb func(context.Context, access.Caller, program.ID, payouts.Money, string) error) func(context.Context, access.Caller, *moveIn) error {
	return func(ctx context.Context, caller access.Caller, in *moveIn) error {
		return verb(ctx, caller, in.Program, in.Body.Amount, in.Body.Reference)
	}
}

// currency is an ISO 4217 code as the domain takes it, which also checks it.
func currency(code string) payouts.Currency { return payouts.Currency(code) }
