package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Withholding is what a tax office has us keep of an expert's money. ID is the
// key.
type Withholding struct {
	ID     uuid.UUID
	Expert uuid.UUID
	Amount Money
}

// WithholdTx keeps it back of what is available: *InsufficientFundsError when
// that is less.
func WithholdTx(ctx context.Context, tx *gorm.DB, now time.Time, w Withholding) error {
	if err := checkIDs([]string{"withholding", "expert"}, w.ID, w.Expert); err != nil {
		return err
	}
	if err := checkAmount("amount", w.Amount, 1); err != nil {
		return err
	}
	posted, err := ledger.PostTx(ctx, tx, ledger.Posting{
		Key: "withholding:" + w.ID.String() + ":withhold", Kind: "withhold", At: now, Entries: w.entries(),
	}, ledger.Rider{
		Doing: "insert withholding " + w.ID.String(), Rows: 1, Else: ErrState,
		SQL: `INSERT INTO withholdings (id, expert_id, currency, amount_minor, withheld_at)
			SELECT ?, ?, ?, ?, ? WHERE true%s`,
		Args: []any{w.ID, w.Expert, w.Amount.Currency, w.Amount.Minor, stamp(now)},
	})
	if err != nil || !posted {
		return err
	}
	return lowerAsides(ctx, tx.WithContext(ctx), w.Expert, w.Amount.Currency)
}

// entries are available to what is owed to the tax office.
func (w Withholding) entries() []ledger.Entry {
	return ledger.Move(account(ledger.ExpertAvailable, w.Expert, w.Amount.Currency),
		account(ledger.TaxWithheld, uuid.Nil, w.Amount.Currency), w.Amount.Minor)
}

// Remittance is what we paid a tax office out of our bank account. ID is the key.
type Remittance struct {
	ID     uuid.UUID
	Amount Money
}

// RemitTaxTx books that withheld tax was paid: *InvalidError for more than was
// withheld.
func RemitTaxTx(ctx context.Context, tx *gorm.DB, now time.Time, r Remittance) error {
	if err := checkIDs([]string{"remittance"}, r.ID); err != nil {
		return err
	}
	if err := checkAmount("amount", r.Amount, 1); err != nil {
		return err
	}
	withheld := account(ledger.TaxWithheld, uuid.Nil, r.Amount.Currency)
	posting := ledger.Posting{
		Key: "remittance:" + r.ID.String(), Kind: "remit", At: now,
		Entries: ledger.Move(withheld, account(ledger.Bank, uuid.Nil, r.Amount.Currency), r.Amount.Minor),
	}
	if err := lockWithheld(tx.WithContext(ctx), r.Amount.Currency); err != nil {
		return err
	}
	posted, err := ledger.PostedTx(ctx, tx, posting)
	if err != nil || posted {
		return err
	}
	have, err := ledger.BalanceTx(ctx, tx, withheld)
	if err != nil {
		return err
	}
	if have.Minor < r.Amount.Minor {
		return &InvalidError{Field: "amount", Reason: fmt.Sprintf("is more than was withheld: %s", have)}
	}
	_, err = ledger.PostTx(ctx, tx, posting)
	return err
}

// lockWithheld has one at a time remit what was withheld in a currency: the account
// has no row to lock.
func lockWithheld(tx *gorm.DB, c Currency) error {
	var ids []uuid.UUID
	if err := forUpdate(tx).Table("withholdings").Where("currency = ?", c).Order("id").Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("lock what was withheld in %s: %w", c, err)
	}
	return nil
}
