package payouts

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// BookTx books a line of the provider's books that nothing of ours has caused: its
// own fees, our money to and from our bank, what it keeps back and gives again.
// Anything else goes into suspense, with the fact FactUnmatched, until a person
// explains it. The provider's id of the line is the key; it reports whether the
// line was booked now. Errors: *InvalidError, ErrKeyReused, and
// *InsufficientFundsError where more is given back than was kept back.
func BookTx(ctx context.Context, tx *gorm.DB, now time.Time, provider string, e BalanceTransaction) (bool, error) {
	entries, kind, err := e.booking(provider)
	if err != nil {
		return false, err
	}
	var riders []ledger.Rider
	if kind == kindSuspend {
		riders = append(riders, Fact{
			Kind: FactUnmatched, SubjectID: EntryID(provider, e.ID), Currency: &e.Currency, Minor: e.Net,
			Reason: string(e.Kind), At: stamp(now),
		}.insert())
	}
	return ledger.PostTx(ctx, tx, ledger.Posting{Key: bookingKey(provider, e.ID), Kind: kind, At: now, Entries: entries}, riders...)
}

// EntryID is our id of a line of the provider's books.
func EntryID(provider, line string) uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, []byte("line "+provider+" "+line))
}

func bookingKey(provider, line string) string { return "books:" + provider + ":" + line }

// booking is what the line moves, and the posting's kind: the provider's balance
// by its net, of which a fee is our expense.
func (e BalanceTransaction) booking(provider string) ([]ledger.Entry, string, error) {
	if e.ID == "" || len(e.ID) > 100 {
		return nil, "", &InvalidError{Field: "line", Reason: "must have 1 to 100 bytes"}
	}
	if err := e.Currency.Check(); err != nil {
		return nil, "", &InvalidError{Field: "currency", Reason: "is not known"}
	}
	if e.Net == 0 && (e.Fee == 0 || e.Kind == EntryFee) || e.Net == math.MinInt64 || e.Fee == math.MinInt64 || e.Gross-e.Fee != e.Net {
		return nil, "", &InvalidError{Field: "net", Reason: fmt.Sprintf("%d less %d is not %d, or it moves nothing", e.Gross, e.Fee, e.Net)}
	}
	mirror, err := ledger.Mirror(provider, e.Currency)
	if err != nil {
		return nil, "", &InvalidError{Field: "provider", Reason: "is not known"}
	}
	reserved, err := ledger.Reserved(provider, e.Currency)
	if err != nil {
		return nil, "", &InvalidError{Field: "provider", Reason: "is not known"}
	}
	fees := account(ledger.ProviderFees, uuid.Nil, e.Currency)
	entries := ledger.Move(fees, mirror, e.Fee)
	switch e.Kind {
	case EntryFee:
		return append(entries, ledger.Move(mirror, fees, e.Gross)...), "fee", nil
	case EntryBank:
		return append(entries, ledger.Move(mirror, account(ledger.Bank, uuid.Nil, e.Currency), e.Gross)...), "bank", nil
	case EntryReserve:
		return append(entries, ledger.Move(mirror, reserved, e.Gross)...), "reserve", nil
	}
	return append(entries, ledger.Move(mirror, account(ledger.Suspense, uuid.Nil, e.Currency), e.Gross)...), kindSuspend, nil
}
