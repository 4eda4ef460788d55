package api

import (
	"context"

	"knowhow/marketplace/access"
)

const operatorsTag = "Operators"

// operatorRoutes are what the platform's operators do with its money.
func (a *API) operatorRoutes() {
	runs := operator(access.RunPayouts)
	read(a, Route{ID: "getLedger", Path: "/ledger", Tag: operatorsTag, Who: runs,
		Summary: "Read how the platform's books stand"}, a.ledger)
	call(a, Route{ID: "checkLedger", Path: "/ledger/check", Tag: operatorsTag, Who: runs,
		Summary: "Prove that the books add up", About: "It reads all of them."}, a.checkLedger)
	call(a, Route{ID: "makePayoutRun", Path: "/payout_runs", Tag: operatorsTag, Who: runs,
		Summary: "Make the payouts of a week", About: "A week's run is made once; again it makes none."}, a.makePayoutRun)
	act(a, Route{ID: "pausePayouts", Path: "/payouts/pause", Tag: operatorsTag, Who: runs,
		Summary: "Stop payouts until somebody resumes them", About: "What is under way at the provider is still recorded."}, a.pausePayouts)
	act(a, Route{ID: "resumePayouts", Path: "/payouts/resume", Tag: operatorsTag, Who: runs,
		Summary: "Let payouts go on that were stopped until somebody looked"}, a.resumePayouts)
}

// Ledger is how the platform's books stand.
type Ledger struct {
	Accounts []LedgerTotal `json:"accounts" doc:"By kind of account and currency. Per currency those on the debit side add up to as much as those on the credit side."`
	Paused   bool          `json:"paused" doc:"Payouts wait until somebody has looked."`
}

// LedgerTotal is the sum of all accounts of one kind and currency.
type LedgerTotal struct {
	Kind    string `json:"kind"`
	Side    string `json:"side" enum:"debit,credit" doc:"What we have and spent is on the debit side, what we owe and earned on the credit side."`
	Balance Money  `json:"balance" doc:"By the account's own side."`
}

func (a *API) ledger(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Ledger], error) {
	standing, err := a.House.Earnings.LedgerBalances(ctx, caller)
	shape := Ledger{Accounts: make([]LedgerTotal, len(standing.Accounts)), Paused: standing.Paused}
	for i, t := range standing.Accounts {
		shape.Accounts[i] = LedgerTotal{Kind: string(t.Kind), Side: side(t.Kind.Debit()), Balance: Money{Minor: t.Minor, Currency: t.Currency}}
	}
	return one(shape), err
}

func side(debit bool) string {
	if debit {
		return "debit"
	}
	return "credit"
}

// LedgerCheck is the outcome of proving the books.
type LedgerCheck struct {
	Balanced   bool        `json:"balanced"`
	Postings   int64       `json:"postings"`
	Entries    int64       `json:"entries"`
	Violations []Violation `json:"violations"`
}

// Violation is an invariant that does not hold.
type Violation struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
	Detail  string `json:"detail"`
}

func (a *API) checkLedger(ctx context.Context, caller access.Caller, _ *struct{}) (*One[LedgerCheck], error) {
	report, err := a.House.Earnings.Check(ctx, caller)
	shape := LedgerCheck{Balanced: report.Balanced(), Postings: report.Postings, Entries: report.Entries, Violations: make([]Violation, len(report.Violations))}
	for i, v := range report.Violations {
		shape.Violations[i] = Violation(v)
	}
	return one(shape), err
}

type payoutRunIn struct {
	Body struct {
		Period string `json:"period" pattern:"^[0-9]{4}-W[0-9]{2}$" doc:"An ISO week that has begun." example:"2026-W09"`
	}
}

// PayoutRun is what a run made.
type PayoutRun struct {
	Period string `json:"period"`
	Made   int    `json:"made" doc:"Payouts made by this call."`
}

func (a *API) makePayoutRun(ctx context.Context, caller access.Caller, in *payoutRunIn) (*One[PayoutRun], error) {
	made, err := a.House.Earnings.CreateRun(ctx, caller, in.Body.Period)
	return one(PayoutRun{Period: in.Body.Period, Made: made}), err
}

type brakeIn struct {
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"Why; operators read it." example:"The bank's statement and ours differ."`
	}
}

func (a *API) pausePayouts(ctx context.Context, caller access.Caller, in *brakeIn) error {
	_, err := a.House.Earnings.PausePayouts(ctx, caller, in.Body.Reason)
	return err
}

func (a *API) resumePayouts(ctx context.Context, caller access.Caller, in *brakeIn) error {
	return a.House.Earnings.ResumePayouts(ctx, caller, in.Body.Reason)
}
