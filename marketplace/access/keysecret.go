package access

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

const (
	// KeyPrefix is what every key's secret begins with.
	KeyPrefix = "khk_"
	maxSecret = 200         // bytes; anything longer is no secret of ours
	usedEvery = time.Minute // how exactly a key's last use is kept
)

var secretAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newSecret is khk_, the environment, and 256 bits of chance.
func (s *Service) newSecret() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return KeyPrefix + s.Environment + "_" + secretAlphabet.EncodeToString(random[:])
}

// KeyBySecret gives the caller that an API key's secret stands for, and notes
// that it was used. Errors: ErrKey.
func (s *Service) KeyBySecret(ctx context.Context, secret string) (Caller, error) {
	if !strings.HasPrefix(secret, KeyPrefix) || len(secret) > maxSecret {
		return Caller{}, ErrKey
	}
	now := s.clock.Now()
	k, err := s.findKey(ctx, secret, now)
	if err != nil {
		return Caller{}, err
	}
	if k.LastUsedAt == nil || now.Sub(*k.LastUsedAt) >= usedEvery {
		if err := s.noteUse(ctx, k, now); err != nil {
			return Caller{}, err
		}
	}
	return KeyCaller(k.BrandID, k.ID), nil
}

func (s *Service) findKey(ctx context.Context, secret string, now time.Time) (Key, error) {
	var k Key
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Where("secret_hash = ?", HashToken(secret)).Take(&k).Error
	})
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound) || err == nil && !k.works(now):
		return Key{}, ErrKey
	case err != nil:
		return Key{}, fmt.Errorf("find a key by its secret: %w", err)
	}
	return k, nil
}

func (s *Service) noteUse(ctx context.Context, k Key, now time.Time) error {
	return s.store.InTx(ctx, k.BrandID, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Model(&Key{}).
			Where("brand_id = ? AND id = ? AND (last_used_at IS NULL OR last_used_at < ?)", k.BrandID, k.ID, now).
			Updates(map[string]any{"last_used_at": now}).Error
		if err != nil {
			return fmt.Errorf("note the use of key %s: %w", k.ID, err)
		}
		return nil
	})
}
