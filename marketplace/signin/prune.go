package signin

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// keptFor is how long what is over is kept, to be looked into.
const keptFor = 30 * 24 * time.Hour

// Prune removes what has been over for long: links a day after they expired,
// sessions and invitations after 30 days, counts at once. Call it now and then,
// as often and from as many processes as you like. It returns how many rows
// went.
func (s *Service) Prune(ctx context.Context) (int, error) {
	now := s.clock.Now()
	removed := int64(0)
	for _, over := range []struct {
		row    any
		column string
		before time.Time
	}{
		{&throttle{}, "ends_at", now},
		{&signup{}, "expires_at", now.Add(-24 * time.Hour)},
		{&reset{}, "expires_at", now.Add(-24 * time.Hour)},
		{&Session{}, "expires_at", now.Add(-keptFor)},
		{&Session{}, "ended_at", now.Add(-keptFor)},
		{&Invitation{}, "expires_at", now.Add(-keptFor)},
	} {
		err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
			done := tx.WithContext(ctx).Where(over.column+" < ?", over.before).Delete(over.row)
			removed += done.RowsAffected
			return done.Error
		})
		if err != nil {
			return int(removed), fmt.Errorf("prune %T: %w", over.row, err)
		}
	}
	return int(removed), nil
}
