package notify

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
)

// addressRefusal is the word of who reads an address, and is nobody we know, that
// they want no more invitations from a brand. Of the address only the blind index
// is kept.
type addressRefusal struct {
	BrandID      marketplace.BrandID `gorm:"primaryKey"`
	AddressIndex []byte              `gorm:"primaryKey"`
	RefusedAt    time.Time
}

func (s *Service) addressIndex(brand marketplace.BrandID, address string) []byte {
	return s.keys.BlindIndex(brand, "email", address)
}

// wantsTx tells whether the reader of a mail wants mails of its kind.
func (s *Service) wantsTx(ctx context.Context, tx *gorm.DB, m Mail) (bool, error) {
	if m.Kind == "" || m.ToAddress == "" || !m.Customer.IsZero() {
		return wantedTx(ctx, tx, m)
	}
	refused, err := RefusedTx(ctx, tx, m.Brand, [][]byte{s.addressIndex(m.Brand, m.ToAddress)})
	return len(refused) == 0, err
}

// RefusedTx finds which addresses, by their blind indexes at a brand, want no more
// invitations from it.
func RefusedTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, indexes [][]byte) ([][]byte, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	var list []addressRefusal
	err := tx.WithContext(ctx).Where("brand_id = ? AND address_index IN ?", brand, indexes).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look who wants no invitations of brand %s: %w", brand, err)
	}
	refused := make([][]byte, len(list))
	for i, r := range list {
		refused[i] = r.AddressIndex
	}
	return refused, nil
}

// setAddress records whether an address wants invitations.
func (s *Service) setAddress(ctx context.Context, brand marketplace.BrandID, index []byte, wanted bool) error {
	r := addressRefusal{BrandID: brand, AddressIndex: index, RefusedAt: s.clock.Now()}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx)
		if wanted {
			done = done.Where("brand_id = ? AND address_index = ?", brand, index).Delete(&addressRefusal{})
		} else {
			done = done.Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
		}
		if done.Error != nil {
			return fmt.Errorf("record whether an address wants invitations of brand %s: %w", brand, done.Error)
		}
		return nil
	})
}

// WithdrawTx takes back brand's mails of these keys that were not sent yet, and
// empties them.
func (s *Service) WithdrawTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	err := tx.WithContext(ctx).Model(&Record{}).Where("brand_id = ? AND mail_key IN ? AND state IN ?", brand, keys, []State{Queued, Failed}).
		Updates(map[string]any{"state": Withdrawn, "to_sealed": nil, "content_sealed": nil, "ended_at": s.clock.Now()}).Error
	if err != nil {
		return fmt.Errorf("withdraw mails of brand %s: %w", brand, err)
	}
	return nil
}
