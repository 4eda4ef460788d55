package ledger

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"knowhow/payouts/money"
)

// Kind is a line of the chart of accounts.
type Kind string

// The chart. Owned kinds have one account per owner and currency, the others one
// per currency.
const (
	// StripeBalance and SandboxBalance mirror our balance at the provider (asset).
	StripeBalance  Kind = "stripe:balance"
	SandboxBalance Kind = "sandbox:balance"
	// BrandWallet is what a brand paid in and has not given to a program.
	BrandWallet Kind = "brand:wallet"
	// ProgramBudget is what a program may spend.
	ProgramBudget Kind = "program:budget"
	// ProgramHold is what is set aside for work before anyone is asked.
	ProgramHold Kind = "program:hold"
	// ExpertPending is earned and under review.
	ExpertPending Kind = "expert:pending"
	// ExpertAvailable is earned, released and not yet paid out.
	ExpertAvailable Kind = "expert:available"
	// FeePending is our fee on pending rewards. Hot: no balance row.
	FeePending Kind = "fee:pending"
	// InTransitPayouts is what payouts not yet confirmed have taken.
	InTransitPayouts Kind = "in_transit:payouts"
	// PlatformFee and FundingFee are our income. Hot: no balance row.
	PlatformFee Kind = "revenue:platform_fee"
	FundingFee  Kind = "revenue:funding_fee"
	// ProviderFees is what the payment provider charges us (expense).
	ProviderFees Kind = "expense:provider_fees"
)

// rule is how a kind of account behaves. debit: its balance grows by debits
// (assets, expenses). constrained: it has a balance row and never falls below zero.
type rule struct{ owned, constrained, debit bool }

var chart = map[Kind]rule{
	StripeBalance:    {debit: true},
	SandboxBalance:   {debit: true},
	BrandWallet:      {owned: true, constrained: true},
	ProgramBudget:    {owned: true, constrained: true},
	ProgramHold:      {owned: true, constrained: true},
	ExpertPending:    {owned: true, constrained: true},
	ExpertAvailable:  {owned: true, constrained: true},
	FeePending:       {},
	InTransitPayouts: {constrained: true},
	PlatformFee:      {},
	FundingFee:       {},
	ProviderFees:     {debit: true},
}

// Debit reports whether balances of the kind grow by debits, as what we have and
// what we spent does; all others grow by credits.
func (k Kind) Debit() bool { return chart[k].debit }

// Account names one account. Owner is zero for kinds that are not owned.
type Account struct {
	Kind     Kind
	Owner    uuid.UUID
	Currency money.Currency
}

// Mirror returns the account that mirrors our balance at a provider, named by
// the provider's label, so that sandbox money never stands in Stripe's account.
// An unknown label is ErrPosting.
func Mirror(label string, c money.Currency) (Account, error) {
	a := Account{Kind: Kind(label + ":balance"), Currency: c}
	if _, ok := chart[a.Kind]; !ok {
		return Account{}, fmt.Errorf("%w: no account mirrors provider %q", ErrPosting, label)
	}
	return a, nil
}

// ID is the account's key in the database: "brand:<owner>:wallet:EUR".
func (a Account) ID() string {
	name := string(a.Kind)
	if chart[a.Kind].owned {
		group, rest, _ := strings.Cut(name, ":")
		name = group + ":" + a.Owner.String() + ":" + rest
	}
	return name + ":" + string(a.Currency)
}

// Constrained reports whether the account can never fall below zero.
func (a Account) Constrained() bool { return chart[a.Kind].constrained }

func (a Account) check() error {
	r, ok := chart[a.Kind]
	switch {
	case !ok:
		return fmt.Errorf("%w: no account kind %q", ErrPosting, a.Kind)
	case r.owned == (a.Owner == uuid.Nil):
		return fmt.Errorf("%w: account %s: owner missing or not wanted", ErrPosting, a.ID())
	}
	return a.Currency.Check()
}
