package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
)

// Rate is package money's: minor units of one currency for those of another.
type Rate = money.Rate

// Exchange is money in a brand's wallet that becomes money of another currency in
// it, at a rate that is kept with it. ID is the key. Prefer to pay in a program's
// currency, and to have the provider convert it at the expert's account.
type Exchange struct {
	ID    uuid.UUID
	Brand uuid.UUID
	From  Money
	To    Currency
	Rate  Rate
}

// ExchangeTx exchanges it and returns what it came to, rounded down. Two legs,
// each of which adds up to zero, meet in the accounts fx. Errors: *InvalidError,
// also where it comes to nothing, *InsufficientFundsError, ErrKeyReused.
func ExchangeTx(ctx context.Context, tx *gorm.DB, now time.Time, e Exchange) (Money, error) {
	got, err := e.check()
	if err != nil {
		return Money{}, err
	}
	_, err = ledger.PostTx(ctx, tx, ledger.Posting{
		Key: "exchange:" + e.ID.String() + ":exchange", Kind: "exchange", At: now, Entries: e.entries(got),
		About: fmt.Sprintln(e.Brand, e.From, got, e.Rate),
	}, ledger.Rider{
		Doing: "insert exchange " + e.ID.String(), Rows: 1, Else: ErrState,
		SQL: `INSERT INTO exchanges (id, brand_id, from_currency, from_minor, to_currency, to_minor, rate_num, rate_den, exchanged_at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s`,
		Args: []any{e.ID, e.Brand, e.From.Currency, e.From.Minor, got.Currency, got.Minor, e.Rate.Num, e.Rate.Den, stamp(now)},
	})
	if err != nil {
		return Money{}, err
	}
	return got, nil
}

func (e Exchange) check() (Money, error) {
	if err := checkIDs([]string{"exchange", "brand"}, e.ID, e.Brand); err != nil {
		return Money{}, err
	}
	if err := checkAmount("from", e.From, 1); err != nil {
		return Money{}, err
	}
	if e.To == e.From.Currency {
		return Money{}, &InvalidError{Field: "to", Reason: "is the same currency"}
	}
	got, err := e.Rate.Convert(e.From, e.To)
	if err != nil {
		return Money{}, &InvalidError{Field: "rate", Reason: err.Error()}
	}
	return got, checkAmount("to", got, 1)
}

// entries are the two legs: wallet to fx, and fx to wallet.
func (e Exchange) entries(got Money) []ledger.Entry {
	return append(
		ledger.Move(account(ledger.BrandWallet, e.Brand, e.From.Currency), account(ledger.FX, uuid.Nil, e.From.Currency), e.From.Minor),
		ledger.Move(account(ledger.FX, uuid.Nil, e.To), account(ledger.BrandWallet, e.Brand, e.To), got.Minor)...)
}
