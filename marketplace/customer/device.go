package customer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

const (
	anonymousLife  = 180 * 24 * time.Hour // of a browser not used
	identifiedLife = 24 * time.Hour       // the brand can vouch anew
	usedEvery      = time.Hour            // how exactly the last use is kept, at most
	maxToken       = 100                  // bytes; anything longer is no token of ours
)

// DeviceID identifies a device.
type DeviceID = marketplace.ID[Device]

// Device is a browser that a customer came with: who has its token is that
// customer.
type Device struct {
	ID         DeviceID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	CustomerID ID
	TokenHash  []byte
	Identified bool // its customer was verified when it was made
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time // if it is not used again before
}

func (d Device) life() time.Duration {
	if d.Identified {
		return identifiedLife
	}
	return anonymousLife
}

// Started is a customer with the browser they now use, and its token, which only
// the browser keeps.
type Started struct {
	Customer  Customer
	Device    DeviceID
	Token     string    // empty where the browser has it
	ExpiresAt time.Time // if it is not used before
}

// EndedSessions is the data of SessionsEnded.
type EndedSessions struct {
	Sessions []DeviceID `json:"sessions"`
}

// Caller is the customer, acting.
func (s Started) Caller() access.Caller {
	return access.CustomerCaller(s.Customer.BrandID, s.Customer.ID)
}

// StartDevice makes a customer of brand of whom nothing is known but the
// browser they came with. They are not verified. locale may be empty. Errors:
// *marketplace.InvalidError, *marketplace.NotFoundError for an unknown brand.
func (s *Service) StartDevice(ctx context.Context, brand marketplace.BrandID, locale string) (Started, error) {
	if err := access.CheckBrand(brand); err != nil {
		return Started{}, err
	}
	locale, err := normalLocale(locale)
	if err != nil {
		return Started{}, err
	}
	now := s.clock.Now()
	var started Started
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.KnownBrandTx(ctx, tx, brand); err != nil {
			return err
		}
		c := Customer{ID: access.NewCustomerID(), BrandID: brand, Locale: locale, CreatedAt: now}
		if err := tx.WithContext(ctx).Create(&c).Error; err != nil {
			return wrap(err, "insert customer", c.ID)
		}
		if err := s.appendTx(ctx, tx, Created, brand, c.ID, now, map[string]Channel{"channel": Web}); err != nil {
			return err
		}
		started, err = startTx(ctx, tx, c, now)
		return err
	})
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// startTx makes a device of c's.
func startTx(ctx context.Context, tx *gorm.DB, c Customer, now time.Time) (Started, error) {
	token, hash := access.NewToken()
	d := Device{
		ID: marketplace.NewID[Device](), BrandID: c.BrandID, CustomerID: c.ID, TokenHash: hash, Identified: c.Verified,
		CreatedAt: now, LastUsedAt: now,
	}
	d.ExpiresAt = now.Add(d.life())
	err := tx.WithContext(ctx).Create(&d).Error
	return Started{Customer: c, Device: d.ID, Token: token, ExpiresAt: d.ExpiresAt}, wrap(err, "insert a device of customer", c.ID)
}

// FromDevice gives the customer that a device's token stands for, without
// their name, and lengthens the device's life: 180 days without use, or a day
// for a verified customer, whose brand can vouch for them anew. Errors:
// ErrDevice.
func (s *Service) FromDevice(ctx context.Context, token string) (Started, error) {
	now := s.clock.Now()
	d, err := s.device(ctx, token, now)
	if err != nil {
		return Started{}, err
	}
	if now.Sub(d.LastUsedAt) >= min(usedEvery, d.life()/24) {
		if err := s.noteUse(ctx, d, now); err != nil {
			return Started{}, err
		}
		d.ExpiresAt = now.Add(d.life())
	}
	c, err := s.Customer(ctx, access.CustomerCaller(d.BrandID, d.CustomerID), d.BrandID, d.CustomerID)
	return Started{Customer: c, Device: d.ID, ExpiresAt: d.ExpiresAt}, err
}

// DeviceLasts tells whether a device of brand's has neither ended nor expired.
func (s *Service) DeviceLasts(ctx context.Context, brand marketplace.BrandID, id DeviceID) (bool, error) {
	now := s.clock.Now()
	var n int64
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Model(&Device{}).Where("brand_id = ? AND id = ? AND expires_at > ?", brand, id, now).Count(&n).Error
	})
	if err != nil {
		return false, fmt.Errorf("look for device %s: %w", id, err)
	}
	return n > 0, nil
}

// device finds a device that lasts.
func (s *Service) device(ctx context.Context, token string, now time.Time) (Device, error) {
	if token == "" || len(token) > maxToken {
		return Device{}, ErrDevice
	}
	var d Device
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Where("token_hash = ?", access.HashToken(token)).Take(&d).Error
	})
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound) || err == nil && !now.Before(d.ExpiresAt):
		return Device{}, ErrDevice
	case err != nil:
		return Device{}, fmt.Errorf("find a device by its token: %w", err)
	}
	return d, nil
}

func (s *Service) noteUse(ctx context.Context, d Device, now time.Time) error {
	return s.store.InTx(ctx, d.BrandID, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Model(&Device{}).
			Where("brand_id = ? AND id = ? AND last_used_at < ?", d.BrandID, d.ID, now).
			Updates(map[string]any{"last_used_at": now, "expires_at": now.Add(d.life())}).Error
		return wrap(err, "note the use of a device of customer", d.CustomerID)
	})
}

// EndDevice forgets the device of a token. What is no device's token changes
// nothing.
func (s *Service) EndDevice(ctx context.Context, token string) error {
	now := s.clock.Now()
	d, err := s.device(ctx, token, now)
	if errors.Is(err, ErrDevice) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, d.BrandID, func(tx *gorm.DB) error { return s.endTx(ctx, tx, d.BrandID, d.CustomerID, now, "id = ?", d.ID) })
}

// endTx forgets those of a customer's devices that meet a condition, and
// records it in one event.
func (s *Service) endTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, now time.Time, where string, args ...any) error {
	var ended EndedSessions
	err := marketplace.ForUpdate(tx).WithContext(ctx).Model(&Device{}).
		Where("brand_id = ? AND customer_id = ?", brand, id).Where(where, args...).Order("id").Pluck("id", &ended.Sessions).Error
	if err != nil || len(ended.Sessions) == 0 {
		return wrap(err, "lock the devices of customer", id)
	}
	err = tx.WithContext(ctx).Where("brand_id = ? AND id IN ?", brand, ended.Sessions).Delete(&Device{}).Error
	if err != nil {
		return wrap(err, "end the devices of customer", id)
	}
	return s.appendTx(ctx, tx, SessionsEnded, brand, id, now, ended)
}

// Prune removes devices, links and used tokens that have expired. Call it now
// and then, as often and from as many processes as you like. It returns how
// many rows went.
func (s *Service) Prune(ctx context.Context) (int, error) {
	now, removed := s.clock.Now(), int64(0)
	for _, row := range []any{&Device{}, &resumeLink{}, &usedToken{}} {
		err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
			done := tx.WithContext(ctx).Where("expires_at < ?", now).Delete(row)
			removed += done.RowsAffected
			return done.Error
		})
		if err != nil {
			return int(removed), fmt.Errorf("prune %T: %w", row, err)
		}
	}
	return int(removed), nil
}
