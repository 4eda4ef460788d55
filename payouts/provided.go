package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrOtherProvider: the books have another provider's money in them, of which this
// one knows nothing; the error is an *OtherProviderError.
var ErrOtherProvider = errors.New("the books are another payment provider's")

// OtherProviderError names the provider whose money is in the books, and the one
// that was to be used.
type OtherProviderError struct{ Books, Asked string }

func (e *OtherProviderError) Error() string {
	return fmt.Sprintf("the books have the money of %s in them, not of %s", e.Books, e.Asked)
}

// Is makes the error match ErrOtherProvider.
func (e *OtherProviderError) Is(target error) bool { return target == ErrOtherProvider }

// firstProvider is whose money is in books that do not say: there was no other
// when they were begun.
const firstProvider = "sandbox"

// provided is the one row that says whose money is in the books.
type provided struct {
	OnlyOne int `gorm:"primaryKey"`
	Name    string
	Since   time.Time
}

// TableName names the table.
func (provided) TableName() string { return "payment_provider" }

// UseProviderTx says whose money the books are kept of: "sandbox", "stripe test",
// "stripe live". While nothing was posted it may be changed; afterwards another is
// ErrOtherProvider, since it would pay real money for play money, or the other way
// round.
func UseProviderTx(ctx context.Context, tx *gorm.DB, now time.Time, name string) error {
	tx = tx.WithContext(ctx)
	var posted bool
	if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM ledger_postings)").Scan(&posted).Error; err != nil {
		return fmt.Errorf("look for postings: %w", err)
	}
	first := provided{OnlyOne: 1, Name: name, Since: stamp(now)}
	if posted {
		first.Name = firstProvider
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error; err != nil {
		return fmt.Errorf("note the payment provider: %w", err)
	}
	var is provided
	if err := forUpdate(tx).Take(&is).Error; err != nil {
		return fmt.Errorf("read the payment provider: %w", err)
	}
	if is.Name == name {
		return nil
	}
	if posted {
		return &OtherProviderError{Books: is.Name, Asked: name}
	}
	err := tx.Model(&provided{}).Where("only_one = 1").Updates(map[string]any{"name": name, "since": stamp(now)}).Error
	if err != nil {
		return fmt.Errorf("change the payment provider: %w", err)
	}
	return nil
}
