package expert

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// moveEvery is how often an expert may tell another country than before: the least
// that they are offered goes by it, and nobody chooses it offer by offer.
const moveEvery = 90 * 24 * time.Hour

// checkMoveTx refuses another country than the one the expert is paid in, which an
// account is of for good, and another move shortly after one. Errors:
// *marketplace.InvalidError, *MovedError.
func (s *Service) checkMoveTx(ctx context.Context, tx *gorm.DB, x Expert, country string, now time.Time) error {
	if s.paidIn != nil {
		account, err := s.paidIn(ctx, tx, uuid.UUID(x.PersonID))
		if err != nil {
			return err
		}
		if account != "" && account != country {
			return &marketplace.InvalidError{Field: "country", Reason: "is not the one of the account that you are paid into"}
		}
		if account == country {
			return nil // the account was opened elsewhere than they had told
		}
	}
	if at := x.MovedAt; x.Country != "" && at != nil && now.Before(at.Add(moveEvery)) {
		return &MovedError{At: at.Add(moveEvery)}
	}
	return nil
}

// moveTx writes another country to the expert's profile. Offers that were made
// keep what they were quoted; those quoted from now on go by it. Of two moves at
// once one is made.
func (s *Service) moveTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, x Expert, country string) error {
	now := s.clock.Now()
	if err := s.checkMoveTx(ctx, tx, x, country, now); err != nil {
		return err
	}
	columns := map[string]any{"country": country}
	if x.Country != "" { // telling it for the first time is no move
		columns["moved_at"] = now
	}
	done := tx.WithContext(ctx).Model(&Expert{}).
		Where("person_id = ? AND country = ? AND moved_at IS NOT DISTINCT FROM ?", x.PersonID, x.Country, x.MovedAt).Updates(columns)
	if done.Error != nil {
		return fmt.Errorf("move expert %s: %w", x.PersonID, done.Error)
	}
	if done.RowsAffected == 0 {
		return &MovedError{At: now.Add(moveEvery)}
	}
	if x.Country != "" {
		if err := s.PersonEventTx(ctx, tx, Moved, Change{By: caller.String()}, brand, x.PersonID); err != nil {
			return err
		}
	}
	return s.PersonEventTx(ctx, tx, ProfileChanged, Change{By: caller.String()}, brand, x.PersonID)
}
