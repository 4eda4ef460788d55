package earnings

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// ReadBooks does a job that reads the provider's books.
func (s *Service) ReadBooks(ctx context.Context, j job.Job) error { return s.readBooks(ctx, j) }

// ActOn heeds a notice.
func (s *Service) ActOn(ctx context.Context, n payouts.Notice) error { return s.actOn(ctx, n) }

// Keep works off one line of the timetable, as the sweep does.
func (s *Service) Keep(ctx context.Context, name string) error {
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		var e entry
		if err := tx.Where("name = ?", name).Take(&e).Error; err != nil {
			return err
		}
		return s.dueTx(ctx, tx, e.ID, s.clock.Now())
	})
}
