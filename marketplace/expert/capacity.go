package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// TakeTx puts one more assignment in the person's hands. The expert's row stays
// locked until tx ends, so of any number of takers only as many win as there is
// capacity. Errors: ErrAtCapacity, *marketplace.NotFoundError.
func (s *Service) TakeTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	taken, err := countTx(ctx, tx, "UPDATE experts SET active_count = active_count + 1 WHERE person_id = ? AND active_count < capacity", person)
	if err != nil || taken {
		return err
	}
	return orUnknownTx(ctx, tx, person, ErrAtCapacity)
}

// FreeTx takes one assignment out of the person's hands. Errors:
// ErrNothingInHand, *marketplace.NotFoundError.
func (s *Service) FreeTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	freed, err := countTx(ctx, tx, "UPDATE experts SET active_count = active_count - 1 WHERE person_id = ? AND active_count > 0", person)
	if err != nil || freed {
		return err
	}
	return orUnknownTx(ctx, tx, person, ErrNothingInHand)
}

func countTx(ctx context.Context, tx *gorm.DB, update string, person access.PersonID) (bool, error) {
	done := tx.WithContext(ctx).Exec(update, person)
	if done.Error != nil {
		return false, fmt.Errorf("count the assignments of expert %s: %w", person, done.Error)
	}
	return done.RowsAffected == 1, nil
}

// orUnknownTx returns refusal where the expert exists.
func orUnknownTx(ctx context.Context, tx *gorm.DB, person access.PersonID, refusal error) error {
	_, found, err := findTx(ctx, tx, person)
	switch {
	case err != nil:
		return err
	case !found:
		return marketplace.NotFound("expert", person)
	}
	return fmt.Errorf("expert %s: %w", person, refusal)
}
