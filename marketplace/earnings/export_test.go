package earnings

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

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
