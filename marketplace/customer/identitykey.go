package customer

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/redact"
)

// MaxIdentityKeys is how many identity keys that work a brand may have: enough
// to change them one after another.
const MaxIdentityKeys = 5

// KeyID identifies an identity key; as text it is the kid of the tokens signed
// with it.
type KeyID = marketplace.ID[IdentityKey]

// IdentityKey is a secret with which a brand signs who its customers are (HMAC
// with SHA-256; the key is the secret's text as it was shown).
type IdentityKey struct {
	ID           KeyID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	Name         string // what the brand uses it for
	SecretSealed []byte // nil once revoked
	CreatedBy    access.PersonID
	CreatedAt    time.Time
	RevokedAt    *time.Time
}

var keyColumn = redact.SealedColumn{Table: "identity_keys", Column: "secret_sealed", Prefix: "identity_keys/secret_sealed/", Key: []string{"id"}}

// CreateIdentityKey adds a key to brand and returns it with its secret, which
// is shown this once. Errors: *access.ForbiddenError (permission ManageKeys),
// *marketplace.InvalidError, access.ErrTooManyKeys.
func (s *Service) CreateIdentityKey(ctx context.Context, caller access.Caller, brand marketplace.BrandID, name string) (IdentityKey, string, error) {
	if err := access.CheckBrand(brand); err != nil {
		return IdentityKey{}, "", err
	}
	name, err := access.NormalName(name)
	if err != nil {
		return IdentityKey{}, "", err
	}
	k := IdentityKey{
		ID: marketplace.NewID[IdentityKey](), BrandID: brand, Name: name, CreatedBy: caller.Person, CreatedAt: s.clock.Now(),
	}
	secret, _ := access.NewToken()
	if k.SecretSealed, err = s.keys.Seal([]byte(secret), keyColumn.Context(k.ID.String())); err != nil {
		return IdentityKey{}, "", fmt.Errorf("seal identity key %s: %w", k.ID, err)
	}
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageKeys); err != nil {
			return err
		}
		var n int64
		if err := tx.WithContext(ctx).Model(&IdentityKey{}).Where("brand_id = ? AND revoked_at IS NULL", brand).Count(&n).Error; err != nil {
			return fmt.Errorf("count the identity keys of brand %s: %w", brand, err)
		}
		if n >= MaxIdentityKeys {
			return access.ErrTooManyKeys
		}
		if err := tx.WithContext(ctx).Create(&k).Error; err != nil {
			return fmt.Errorf("insert identity key %s: %w", k.ID, err)
		}
		marketplace.Made(ctx, k.ID)
		return s.keyTx(ctx, tx, caller, KeyCreated, k, k.CreatedAt)
	})
	if err != nil {
		return IdentityKey{}, "", err
	}
	return k, secret, nil
}

// IdentityKeys lists brand's keys, also those revoked, newest first. Errors:
// *access.ForbiddenError (permission ManageKeys).
func (s *Service) IdentityKeys(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[IdentityKey], err error) {
	if err := access.CheckBrand(brand); err != nil {
		return list, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageKeys); err != nil {
			return err
		}
		by := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(tx.WithContext(ctx).Where("brand_id = ?", brand), page, by, func(k IdentityKey) marketplace.Place {
			return marketplace.Place{At: k.CreatedAt, ID: k.ID}
		})
		if err != nil {
			return fmt.Errorf("list the identity keys of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}

// RevokeIdentityKey ends a key at once; again changes nothing. Who was
// identified by it before stays so. Errors: *access.ForbiddenError (permission
// ManageKeys), *marketplace.NotFoundError.
func (s *Service) RevokeIdentityKey(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id KeyID) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageKeys); err != nil {
			return err
		}
		k, err := identityKeyTx(ctx, marketplace.ForUpdate(tx), brand, id)
		if err != nil || k.RevokedAt != nil {
			return err
		}
		err = tx.WithContext(ctx).Model(&IdentityKey{}).Where("id = ?", id).
			Updates(map[string]any{"revoked_at": now, "secret_sealed": nil}).Error
		if err != nil {
			return fmt.Errorf("revoke identity key %s: %w", id, err)
		}
		return s.keyTx(ctx, tx, caller, KeyRevoked, k, now)
	})
}

func identityKeyTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id KeyID) (IdentityKey, error) {
	var k IdentityKey
	err := tx.WithContext(ctx).Where("brand_id = ? AND id = ?", brand, id).Take(&k).Error
	return k, marketplace.OnlyOne(err, "identity key", id)
}

func (s *Service) keyTx(ctx context.Context, tx *gorm.DB, caller access.Caller, kind event.Kind, k IdentityKey, now time.Time) error {
	e := event.Event{Brand: k.BrandID, Kind: kind, Subject: event.Subject(k.ID), At: now}
	return s.log.AppendTx(ctx, tx, e, map[string]string{"by": caller.String()})
}
