package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Take is a statement of tx that puts one more assignment in the person's hands.
// The expert's row stays locked until tx ends, so of any number of takers only
// as many win as there is capacity. Errors: ErrAtCapacity,
// *marketplace.NotFoundError.
func (s *Service) Take(ctx context.Context, tx *gorm.DB, person access.PersonID) marketplace.Statement {
	return count(ctx, tx, person, "UPDATE experts SET active_count = active_count + 1 WHERE person_id = ? AND active_count < capacity", ErrAtCapacity)
}

// Free is a statement of tx that takes one assignment out of the person's hands.
// Errors: ErrNothingInHand, *marketplace.NotFoundError.
func (s *Service) Free(ctx context.Context, tx *gorm.DB, person access.PersonID) marketplace.Statement {
	return count(ctx, tx, person, "UPDATE experts SET active_count = active_count - 1 WHERE person_id = ? AND active_count > 0", ErrNothingInHand)
}

func count(ctx context.Context, tx *gorm.DB, person access.PersonID, update string, refusal error) marketplace.Statement {
	return marketplace.Statement{
		Doing: "count the assignments of expert " + person.String(), SQL: update, Args: []any{person},
		Then: func(rows int64) error {
			if rows == 1 {
				return nil
			}
			return orUnknownTx(ctx, tx, person, refusal)
		},
	}
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
