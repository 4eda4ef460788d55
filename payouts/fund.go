package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Funding is a brand's payment that has succeeded at the provider. ID is the
// payment's and the key. Gross is what was paid; Fee, at most Gross and in its
// currency, is what the provider kept and the brand bears.
type Funding struct {
	ID       uuid.UUID
	Brand    uuid.UUID
	Provider string
	Gross    Money
	Fee      Money
}

// FundBrandTx puts a payment, less its fee, into the brand's wallet, once it has
// paid what the brand owes, and appends the fact FactFunded.
func FundBrandTx(ctx context.Context, tx *gorm.DB, now time.Time, f Funding) error {
	net, err := f.check()
	if err != nil {
		return err
	}
	mirror, err := ledger.Mirror(f.Provider, net.Currency)
	if err != nil {
		return &InvalidError{Field: "provider", Reason: "is not known"}
	}
	owed := account(ledger.BrandOwes, f.Brand, net.Currency)
	err = f.post(ctx, tx, now, f.entries(mirror, net, 0), unlessOwing(f.fact(now, net), owed))
	if !errors.Is(err, errDebtFirst) {
		return err
	}
	have, err := ledger.HoldingTx(ctx, tx, owed)
	if err != nil {
		return err
	}
	return f.post(ctx, tx, now, f.entries(mirror, net, min(net.Minor, have[0].Minor)), f.fact(now, net))
}

func (f Funding) post(ctx context.Context, tx *gorm.DB, now time.Time, entries []ledger.Entry, fact ledger.Rider) error {
	_, err := ledger.PostTx(ctx, tx, f.posting(now, entries), fact)
	return err
}

func (f Funding) posting(now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{
		Key: "funding:" + f.ID.String(), Kind: "fund", At: now, Entries: entries,
		About: fmt.Sprintln(f.Brand, f.Provider, f.Gross, f.Fee.Minor),
	}
}

// entries are the provider's balance to what the brand owes, and to its wallet;
// the fee is the brand's.
func (f Funding) entries(mirror ledger.Account, net Money, debt int64) []ledger.Entry {
	c := net.Currency
	entries := append(ledger.Move(mirror, account(ledger.BrandOwes, f.Brand, c), debt),
		ledger.Move(mirror, account(ledger.BrandWallet, f.Brand, c), net.Minor-debt)...)
	return append(entries, ledger.Move(account(ledger.ProviderFees, uuid.Nil, c), account(ledger.FundingFee, uuid.Nil, c), f.Fee.Minor)...)
}

func (f Funding) fact(now time.Time, net Money) ledger.Rider {
	return Fact{
		Kind: FactFunded, BrandID: &f.Brand, SubjectID: f.ID, Currency: &net.Currency, Minor: net.Minor, At: stamp(now),
	}.insert()
}

func (f Funding) check() (net Money, err error) {
	if err := checkIDs([]string{"funding", "brand"}, f.ID, f.Brand); err != nil {
		return Money{}, err
	}
	if err := checkAmount("gross", f.Gross, 1); err != nil {
		return Money{}, err
	}
	if f.Fee == (Money{}) {
		f.Fee.Currency = f.Gross.Currency
	}
	if err := checkAmount("fee", f.Fee, 0); err != nil {
		return Money{}, err
	}
	net, err = f.Gross.Sub(f.Fee)
	if err != nil {
		return Money{}, &InvalidError{Field: "fee", Reason: err.Error()}
	}
	return net, checkAmount("net", net, 1)
}

// Allocation moves money between a brand's wallet and one program's budget. ID
// is the key.
type Allocation struct {
	ID      uuid.UUID
	Brand   uuid.UUID
	Program uuid.UUID
	Amount  Money
}

// AllocateBudgetTx gives a program money from its brand's wallet:
// *InsufficientFundsError when the wallet lacks it.
func AllocateBudgetTx(ctx context.Context, tx *gorm.DB, now time.Time, a Allocation) error {
	return a.post(ctx, tx, now, "allocate", func(wallet, budget ledger.Account) (from, to ledger.Account) {
		return wallet, budget
	})
}

// ReturnBudgetTx gives unspent budget back to the wallet:
// *InsufficientFundsError when the budget lacks it.
func ReturnBudgetTx(ctx context.Context, tx *gorm.DB, now time.Time, a Allocation) error {
	return a.post(ctx, tx, now, "deallocate", func(wallet, budget ledger.Account) (from, to ledger.Account) {
		return budget, wallet
	})
}

func (a Allocation) post(ctx context.Context, tx *gorm.DB, now time.Time, kind string,
	direction func(wallet, budget ledger.Account) (from, to ledger.Account),
) error {
	if err := checkIDs([]string{"allocation", "brand", "program"}, a.ID, a.Brand, a.Program); err != nil {
		return err
	}
	if err := checkAmount("amount", a.Amount, 1); err != nil {
		return err
	}
	from, to := direction(account(ledger.BrandWallet, a.Brand, a.Amount.Currency),
		account(ledger.ProgramBudget, a.Program, a.Amount.Currency))
	_, err := ledger.PostTx(ctx, tx, a.posting(kind, now, ledger.Move(from, to, a.Amount.Minor)))
	return err
}

func (a Allocation) posting(kind string, now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: "allocation:" + a.ID.String(), Kind: kind, At: now, Entries: entries}
}

func account(kind ledger.Kind, owner uuid.UUID, c Currency) ledger.Account {
	return ledger.Account{Kind: kind, Owner: owner, Currency: c}
}
