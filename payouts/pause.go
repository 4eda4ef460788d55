package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Pause is why and since when payouts are stopped.
type Pause struct {
	Reason string
	At     time.Time
}

// PausePayoutsTx stops all payouts and orders until somebody resumes them, and
// appends the fact FactPayoutsPaused. What is under way at the provider is still
// recorded. It reports whether it did; paused already, it changes nothing.
func PausePayoutsTx(ctx context.Context, tx *gorm.DB, now time.Time, reason string) (bool, error) {
	if reason == "" {
		return false, &InvalidError{Field: "reason", Reason: "is missing"}
	}
	tx = tx.WithContext(ctx)
	paused, err := isPaused(tx)
	if err != nil || paused {
		return false, err
	}
	return true, pauseTx(tx, Fact{Kind: FactPayoutsPaused, SubjectID: uuid.Nil, Reason: reason, At: stamp(now)})
}

// ResumePayoutsTx lets payouts go on after a person has looked.
func ResumePayoutsTx(ctx context.Context, tx *gorm.DB) error {
	err := tx.WithContext(ctx).Where("scope = ?", scopePayouts).Delete(&freeze{}).Error
	if err != nil {
		return fmt.Errorf("resume payouts: %w", err)
	}
	return nil
}

// PausedSince tells why payouts are stopped; ok is false where they are not.
func PausedSince(ctx context.Context, tx *gorm.DB) (p Pause, ok bool, err error) {
	var f freeze
	err = tx.WithContext(ctx).Where("scope = ?", scopePayouts).Take(&f).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Pause{}, false, nil
	}
	if err != nil {
		return Pause{}, false, fmt.Errorf("look up pause: %w", err)
	}
	return Pause{Reason: f.Reason, At: f.FrozenAt}, true, nil
}

// pauseTx stops all payouts and says why: told is the fact of it. Who is first
// is told of.
func pauseTx(tx *gorm.DB, told Fact) error {
	paused, err := insertFreeze(tx, freeze{Scope: scopePayouts, OwnerID: uuid.Nil, Reason: told.Reason, FrozenAt: told.At})
	if err != nil || !paused {
		return err
	}
	return appendFact(tx, told)
}

// pauseOnceTx is pauseTx for what was not told of before: a person who has looked is
// not stopped by it again.
func pauseOnceTx(tx *gorm.DB, told Fact) error {
	var before int64
	err := tx.Model(&Fact{}).Where("kind = ? AND subject_id = ? AND reason = ?", told.Kind, told.SubjectID, told.Reason).Count(&before).Error
	if err != nil {
		return fmt.Errorf("look what was told of %s: %w", told.SubjectID, err)
	}
	if before > 0 {
		return nil
	}
	return pauseTx(tx, told)
}

func refusePaused(tx *gorm.DB) error {
	paused, err := isPaused(tx)
	if err == nil && paused {
		err = ErrPaused
	}
	return err
}

func isPaused(tx *gorm.DB) (bool, error) {
	var n int64
	if err := tx.Model(&freeze{}).Where("scope = ?", scopePayouts).Count(&n).Error; err != nil {
		return false, fmt.Errorf("look up pause: %w", err)
	}
	return n > 0, nil
}
