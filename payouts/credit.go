package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts/ledger"
)

// CreditLimit is what a brand may owe us in a currency, signed by an operator. The
// newest of a brand and currency is in force; none, or nothing, is no credit.
type CreditLimit struct {
	ID         uuid.UUID
	BrandID    uuid.UUID
	Currency   Currency
	LimitMinor int64
	SignedBy   uuid.UUID
	SignedAt   time.Time
}

// SignCreditTx puts a limit into force, for what the brand may come to owe from
// now on: what it owes already stays owed. SignedAt is set to now.
func SignCreditTx(ctx context.Context, tx *gorm.DB, now time.Time, l CreditLimit) error {
	if err := checkIDs([]string{"limit", "brand", "signed_by"}, l.ID, l.BrandID, l.SignedBy); err != nil {
		return err
	}
	if err := checkAmount("limit", Money{Minor: l.LimitMinor, Currency: l.Currency}, 0); err != nil {
		return err
	}
	l.SignedAt = stamp(now)
	tx = tx.WithContext(ctx)
	done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&l)
	if done.Error != nil {
		return fmt.Errorf("sign credit limit %s: %w", l.ID, done.Error)
	}
	if done.RowsAffected == 1 {
		return nil
	}
	before, err := byID[CreditLimit](tx, "credit limit", l.ID)
	if err != nil {
		return err
	}
	if before.BrandID != l.BrandID || before.Currency != l.Currency || before.LimitMinor != l.LimitMinor || before.SignedBy != l.SignedBy {
		return fmt.Errorf("%w: credit limit %s", ErrKeyReused, l.ID)
	}
	return nil
}

// Credit is money for a brand's wallet that it has not paid yet. ID is the key.
type Credit struct {
	ID     uuid.UUID
	Brand  uuid.UUID
	Amount Money
}

// FundOnCreditTx puts money into a brand's wallet that it owes from then on, up to
// its signed limit; what it funds later pays that first. Errors: *InvalidError,
// ErrFrozen, ErrCreditLimit, ErrKeyReused.
func FundOnCreditTx(ctx context.Context, tx *gorm.DB, now time.Time, c Credit) error {
	if err := checkIDs([]string{"credit", "brand"}, c.ID, c.Brand); err != nil {
		return err
	}
	if err := checkAmount("amount", c.Amount, 1); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	posting := ledger.Posting{Key: "credit:" + c.ID.String(), Kind: "credit", At: now, Entries: c.entries()}
	posted, err := ledger.PostedTx(ctx, tx, posting)
	if err != nil || posted {
		return err
	}
	if err := refuseFrozen(tx, c.Brand, uuid.Nil); err != nil {
		return err
	}
	limit, err := lockLimit(tx, c.Brand, c.Amount.Currency)
	if err != nil {
		return err
	}
	have, err := ledger.HoldingTx(ctx, tx, account(ledger.BrandOwes, c.Brand, c.Amount.Currency))
	if err != nil {
		return err
	}
	if c.Amount.Minor > limit-have[0].Minor {
		return fmt.Errorf("%w: brand %s", ErrCreditLimit, c.Brand)
	}
	_, err = ledger.PostTx(ctx, tx, posting)
	return err
}

// entries are what the brand owes to its wallet.
func (c Credit) entries() []ledger.Entry {
	return ledger.Move(account(ledger.BrandOwes, c.Brand, c.Amount.Currency),
		account(ledger.BrandWallet, c.Brand, c.Amount.Currency), c.Amount.Minor)
}

// lockLimit finds the limit in force, and holds it: one at a time funds on it.
func lockLimit(tx *gorm.DB, brand uuid.UUID, c Currency) (int64, error) {
	var l CreditLimit
	err := forUpdate(tx).Where("brand_id = ? AND currency = ?", brand, c).Order("signed_at DESC, id DESC").Take(&l).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read credit limit of brand %s: %w", brand, err)
	}
	return l.LimitMinor, nil
}

// CreditTx is a brand's limit in force in a currency, and what it owes.
func CreditTx(ctx context.Context, tx *gorm.DB, brand uuid.UUID, c Currency) (limit, owed Money, err error) {
	if owed, err = balanceTx(ctx, tx, ledger.BrandOwes, brand, c); err != nil {
		return Money{}, Money{}, err
	}
	var l CreditLimit
	err = tx.WithContext(ctx).Where("brand_id = ? AND currency = ?", brand, c).Order("signed_at DESC, id DESC").Take(&l).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return Money{}, Money{}, fmt.Errorf("read credit limit of brand %s: %w", brand, err)
	}
	return Money{Minor: l.LimitMinor, Currency: c}, owed, nil
}
