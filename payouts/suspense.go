package payouts

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Belonging is where money in suspense belonged after all.
type Belonging string

// Where money in suspense may have belonged.
const (
	ToWallet   Belonging = "wallet"    // a brand's, who is named: it had paid us, or was paid back
	ToExpert   Belonging = "expert"    // an expert's, who is named: what came back to us is available to them, what went to them is owed
	ToFees     Belonging = "fees"      // the provider's fees
	ToBank     Belonging = "bank"      // our own money, to or from our bank
	ToWriteoff Belonging = "write_off" // nobody's: our loss, or gain
)

// Explanation is a person's word for a line of the provider's books that is in
// suspense. Owner is the brand or expert whose money it was, else zero. By is the
// person.
type Explanation struct {
	Provider string
	Line     string
	To       Belonging
	Owner    uuid.UUID
	By       uuid.UUID
}

// ClearSuspenseTx moves what the line had brought into suspense to where it
// belonged. A line is cleared once. Errors: *InvalidError, *NotFoundError where no
// such line is in suspense, *InsufficientFundsError, ErrKeyReused.
func ClearSuspenseTx(ctx context.Context, tx *gorm.DB, now time.Time, x Explanation) error {
	e, err := x.suspendedTx(ctx, tx)
	if err != nil {
		return err
	}
	_, err = ledger.PostTx(ctx, tx, ledger.Posting{
		Key: x.ClearKey(), Kind: "clear_suspense", At: now,
		Entries: ledger.Move(e.Account, x.belongs(e), e.Minor), About: string(x.To) + " " + x.Owner.String() + " " + x.By.String(),
	})
	return err
}

// ClearableTx refuses what ClearSuspenseTx would, and a line that was cleared
// before: *InvalidError, *NotFoundError.
func ClearableTx(ctx context.Context, tx *gorm.DB, x Explanation) error {
	if _, err := x.suspendedTx(ctx, tx); err != nil {
		return err
	}
	_, err := ledger.FindTx(ctx, tx, x.ClearKey())
	if errors.Is(err, ledger.ErrNoPosting) {
		return nil
	}
	if err == nil {
		err = x.unknown()
	}
	return err
}

// suspendedTx is what the line had brought into suspense.
func (x Explanation) suspendedTx(ctx context.Context, tx *gorm.DB) (ledger.Entry, error) {
	if err := x.check(); err != nil {
		return ledger.Entry{}, err
	}
	found, err := ledger.FindTx(ctx, tx, bookingKey(x.Provider, x.Line))
	if err != nil && !errors.Is(err, ledger.ErrNoPosting) {
		return ledger.Entry{}, err
	}
	for _, e := range found {
		if e.Account.Kind == ledger.Suspense {
			return e, nil
		}
	}
	return ledger.Entry{}, x.unknown()
}

func (x Explanation) unknown() error {
	return &NotFoundError{Noun: "line in suspense", ID: EntryID(x.Provider, x.Line)}
}

func (x Explanation) check() error {
	if err := checkIDs([]string{"by"}, x.By); err != nil {
		return err
	}
	owned := x.To == ToWallet || x.To == ToExpert
	switch {
	case !owned && x.To != ToFees && x.To != ToBank && x.To != ToWriteoff:
		return &InvalidError{Field: "to", Reason: "is not known"}
	case owned == (x.Owner == uuid.Nil):
		return &InvalidError{Field: "owner", Reason: "is missing, or not wanted"}
	}
	return nil
}

// belongs is the account that a line's money in suspense is moved to.
func (x Explanation) belongs(e ledger.Entry) ledger.Account {
	kind := ledger.Writeoff
	switch x.To {
	case ToWallet:
		kind = ledger.BrandWallet
	case ToFees:
		kind = ledger.ProviderFees
	case ToBank:
		kind = ledger.Bank
	case ToExpert:
		if kind = ledger.ExpertAvailable; e.Minor < 0 { // it went to them
			kind = ledger.ExpertOwes
		}
	}
	return account(kind, x.Owner, e.Account.Currency)
}
