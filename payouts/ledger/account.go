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
	// InTransitPayouts and InTransitRefunds are what payouts, and refunds to brands,
	// not yet confirmed have taken.
	InTransitPayouts Kind = "in_transit:payouts"
	InTransitRefunds Kind = "in_transit:refunds"
	// StripeReserved and SandboxReserved are what the provider keeps back of our
	// balance (asset).
	StripeReserved  Kind = "stripe:reserved"
	SandboxReserved Kind = "sandbox:reserved"
	// Bank is our own bank account, as far as the provider's books tell (asset).
	Bank Kind = "bank"
	// DisputesOpen is what a bank has taken back in a dispute not yet decided (asset);
	// its owner is the dispute.
	DisputesOpen Kind = "disputes:open"
	// ExpertOwes and BrandOwes are what we are owed: by an expert for pay taken back, by
	// a brand for lost disputes and on credit (assets).
	ExpertOwes Kind = "recv:expert"
	BrandOwes  Kind = "recv:brand"
	// TaxWithheld is owed to tax offices; Suspense is what the provider moved and
	// nobody has explained yet.
	TaxWithheld Kind = "tax:withheld"
	Suspense    Kind = "suspense"
	// PlatformFee, FundingFee and InstantFee are our income. Hot: no balance row.
	PlatformFee Kind = "revenue:platform_fee"
	FundingFee  Kind = "revenue:funding_fee"
	InstantFee  Kind = "revenue:instant_fee"
	// ProviderFees and DisputeFees are what the payment provider charges us; Bonuses
	// what we give experts; ChargebackLoss and Writeoff what brands, and experts, owe
	// us and will not pay (expenses).
	ProviderFees   Kind = "expense:provider_fees"
	DisputeFees    Kind = "expense:dispute_fees"
	ChargebackLoss Kind = "expense:chargeback_loss"
	Bonuses        Kind = "expense:bonus"
	Writeoff       Kind = "expense:writeoff"
	// FX is what we hold of a currency for another that we gave for it: "fx:EUR".
	FX Kind = "fx"
)

// rule is how a kind of account behaves. debit: its balance grows by debits
// (assets, expenses). constrained: it has a balance row and never falls below
// zero. last: the owner's id ends the account's.
type rule struct {
	owned, constrained, debit, last bool
	stripes                         stripes
}

var chart = map[Kind]rule{
	StripeBalance:    {debit: true},
	SandboxBalance:   {debit: true},
	StripeReserved:   {constrained: true, debit: true},
	SandboxReserved:  {constrained: true, debit: true},
	Bank:             {debit: true},
	DisputesOpen:     {owned: true, last: true, constrained: true, debit: true},
	ExpertOwes:       {owned: true, last: true, constrained: true, debit: true},
	BrandOwes:        {owned: true, last: true, constrained: true, debit: true},
	BrandWallet:      {owned: true, constrained: true},
	ProgramBudget:    {owned: true, constrained: true, stripes: levelled},
	ProgramHold:      {owned: true, constrained: true, stripes: apart},
	ExpertPending:    {owned: true, constrained: true},
	ExpertAvailable:  {owned: true, constrained: true},
	FeePending:       {},
	InTransitPayouts: {constrained: true, stripes: apart},
	InTransitRefunds: {constrained: true},
	TaxWithheld:      {},
	Suspense:         {},
	PlatformFee:      {},
	FundingFee:       {},
	InstantFee:       {},
	ProviderFees:     {debit: true},
	DisputeFees:      {debit: true},
	ChargebackLoss:   {debit: true},
	Bonuses:          {debit: true},
	Writeoff:         {debit: true},
	FX:               {},
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
func Mirror(label string, c money.Currency) (Account, error) { return atProvider(label, "balance", c) }

// Reserved is Mirror for what the provider keeps back.
func Reserved(label string, c money.Currency) (Account, error) {
	return atProvider(label, "reserved", c)
}

func atProvider(label, what string, c money.Currency) (Account, error) {
	a := Account{Kind: Kind(label + ":" + what), Currency: c}
	if _, ok := chart[a.Kind]; !ok {
		return Account{}, fmt.Errorf("%w: no account mirrors provider %q", ErrPosting, label)
	}
	return a, nil
}

// ID is the account's key in the database: "brand:<owner>:wallet:EUR", or
// "recv:brand:<owner>:EUR". The stripes but the first have a number after it.
func (a Account) ID() string {
	name, r := string(a.Kind), chart[a.Kind]
	switch {
	case r.last:
		name += ":" + a.Owner.String()
	case r.owned:
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
