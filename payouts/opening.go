package payouts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// opening is what somebody is to have at a provider once, an account or a payer, and
// the number of the attempt that is asked for: its answer may be under way, or lost.
type opening struct {
	Provider string `gorm:"primaryKey"`
	Name     string `gorm:"primaryKey"`
	OwnerID  uuid.UUID
	Attempt  int
}

// TableName names the table.
func (opening) TableName() string { return "payout_openings" }

// key is the idempotency key of the attempt.
func (o opening) key() string {
	if o.Attempt == 1 {
		return o.Name
	}
	return fmt.Sprintf("%s_%d", o.Name, o.Attempt)
}

// openOnce asks for something to be opened at the provider, under a key that is kept
// before: an answer that was lost is asked for under the same one, whenever that is,
// and by however many; nothing is opened twice while the provider keeps the key. What
// is refused was not opened, and the provider would say so under that key for a day,
// whatever was mended meanwhile: the next who ask do so under another.
func openOnce(ctx context.Context, inTx func(context.Context, func(*gorm.DB) error) error, o opening, ask func(key string) error) error {
	err := inTx(ctx, func(tx *gorm.DB) error { return o.find(tx) })
	if err != nil {
		return err
	}
	err = ask(o.key())
	var told *ProviderError
	if !errors.As(err, &told) || told.Class != Definitive && told.Class != Deferred {
		return err
	}
	return errors.Join(err, inTx(ctx, o.refused))
}

// find reads the attempt that is asked for: the first, where nobody has asked.
func (o *opening) find(tx *gorm.DB) error {
	first := opening{Provider: o.Provider, Name: o.Name, OwnerID: o.OwnerID, Attempt: 1}
	err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first).Error
	if err == nil {
		err = tx.Model(&opening{}).Where("provider = ? AND name = ?", o.Provider, o.Name).Pluck("attempt", &o.Attempt).Error
	}
	if err != nil {
		return fmt.Errorf("keep the attempt at %s: %w", o.Name, err)
	}
	return nil
}

// refused moves on to the next attempt, unless somebody has.
func (o opening) refused(tx *gorm.DB) error {
	err := tx.Exec("UPDATE payout_openings SET attempt = attempt + 1 WHERE provider = ? AND name = ? AND attempt = ?", o.Provider, o.Name, o.Attempt).Error
	if err != nil {
		return fmt.Errorf("move on from the attempt at %s: %w", o.Name, err)
	}
	return nil
}
