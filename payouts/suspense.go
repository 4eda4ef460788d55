package payouts

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// kindSuspend is the kind of postings that bring money into suspense, which alone
// can be explained: what takes it out again has entries there too.
const kindSuspend = "suspend"

// Belonging is where money in suspense belonged after all.
type Belonging string

// Where money in suspense may have belonged.
const (
	ToWallet   Belonging = "wallet"    // a brand's, who is named: it had paid us, of which it gets the net, or was paid back
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
	// Who finds its posting meanwhile takes it back: one of both waits for the other.
	if _, err := still(tx.WithContext(ctx), EntrySuspense, []providerEntry{{Provider: x.Provider, ID: x.Line}}); err != nil {
		return err
	}
	e, fee, err := x.suspendedTx(ctx, tx)
	if err != nil {
		return err
	}
	posting := ledger.Posting{
		Key: x.ClearKey(), Kind: "clear_suspense", At: now, Entries: x.entries(e, fee), About: string(x.To) + " " + x.Owner.String() + " " + x.By.String(),
	}
	if x.To == ToExpert {
		return x.clearToExpert(ctx, tx, now, posting, e.Account.Currency)
	}
	_, err = ledger.PostTx(ctx, tx, posting)
	return err
}

// clearToExpert is what came back for an expert, which pays first what they owe, or
// what went to them, which what they have pays.
func (x Explanation) clearToExpert(ctx context.Context, tx *gorm.DB, now time.Time, p ledger.Posting, c Currency) error {
	tx = tx.WithContext(ctx)
	if err := awaitReleases(tx, x.Owner, c); err != nil {
		return err
	}
	if _, err := ledger.HoldingTx(ctx, tx, account(ledger.ExpertAvailable, x.Owner, c), owes(x.Owner, c)); err != nil {
		return err
	}
	posted, err := ledger.PostTx(ctx, tx, p)
	if err != nil || !posted {
		return err
	}
	return netDebtTx(ctx, tx, now, p.Key, x.Owner, c)
}

// ClearableTx refuses what ClearSuspenseTx would, and a line that was cleared
// before: *InvalidError, *NotFoundError.
func ClearableTx(ctx context.Context, tx *gorm.DB, x Explanation) error {
	if _, _, err := x.suspendedTx(ctx, tx); err != nil {
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

// suspendedTx is what the line had brought into suspense, and what the provider
// kept of it.
func (x Explanation) suspendedTx(ctx context.Context, tx *gorm.DB) (in ledger.Entry, fee int64, err error) {
	if err := x.check(); err != nil {
		return in, 0, err
	}
	found, err := ledger.FindTx(ctx, tx, bookingKey(x.Provider, x.Line), kindSuspend)
	if err != nil && !errors.Is(err, ledger.ErrNoPosting) {
		return in, 0, err
	}
	_, err = ledger.FindTx(ctx, tx, bookingKey(x.Provider, x.Line)+partBack)
	if err == nil {
		return in, 0, x.unknown() // it was taken back
	}
	if !errors.Is(err, ledger.ErrNoPosting) {
		return in, 0, err
	}
	for _, e := range found {
		switch e.Account.Kind {
		case ledger.Suspense:
			in = e
		case ledger.ProviderFees:
			fee = -e.Minor
		}
	}
	if in.Minor == 0 {
		return in, 0, x.unknown()
	}
	return in, fee, nil
}

// entries move what is in suspense to where it belonged. Of a payment the wallet
// gets the net, as when it is funded: the fee is passed on; and it is given back with
// what was given twice.
func (x Explanation) entries(in ledger.Entry, fee int64) []ledger.Entry {
	passed := fee > 0 && in.Minor > fee || fee < 0 && in.Minor < fee
	if x.To != ToWallet || !passed {
		return ledger.Move(in.Account, x.belongs(in), in.Minor)
	}
	return append(ledger.Move(in.Account, x.belongs(in), in.Minor-fee),
		ledger.Move(in.Account, account(ledger.FundingFee, uuid.Nil, in.Account.Currency), fee)...)
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
