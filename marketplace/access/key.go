package access

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
)

// KeyID identifies an API key.
type KeyID = marketplace.ID[Key]

// Key lets a brand's own software act for the brand, as far as its scopes go.
type Key struct {
	ID         KeyID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	Name       string // what the brand uses it for
	Scopes     Scopelist
	SecretHash []byte // SHA-256; the secret itself was shown once
	CreatedBy  PersonID
	CreatedAt  time.Time
	LastUsedAt *time.Time // to the minute; nil: never
	ExpiresAt  *time.Time // nil: it does not expire
	RevokedAt  *time.Time // nil: it was not revoked
}

// TableName implements gorm's Tabler.
func (Key) TableName() string { return "api_keys" }

// works reports whether the key is good at now.
func (k Key) works(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// Scopelist is a set of scopes, kept as text with a space between them.
type Scopelist []Scope

// Value implements driver.Valuer.
func (l Scopelist) Value() (driver.Value, error) {
	words := make([]string, len(l))
	for i, s := range l {
		words[i] = string(s)
	}
	return strings.Join(words, " "), nil
}

// Scan implements sql.Scanner.
func (l *Scopelist) Scan(src any) error {
	*l = nil
	for _, word := range strings.Fields(fmt.Sprintf("%s", src)) {
		*l = append(*l, Scope(word))
	}
	return nil
}

// MaxKeys is how many keys that work a brand may have.
const MaxKeys = 50

// NewKey describes a key to create.
type NewKey struct {
	Name      string    // 1 to 200 bytes
	Scopes    []Scope   // at least one
	ExpiresAt time.Time // zero: never
}

func (n NewKey) key(brand marketplace.BrandID, by PersonID, now time.Time) (Key, error) {
	name, err := NormalName(n.Name)
	if err != nil {
		return Key{}, err
	}
	k := Key{ID: marketplace.NewID[Key](), BrandID: brand, Name: name, CreatedBy: by, CreatedAt: now}
	if len(n.Scopes) == 0 {
		return Key{}, &marketplace.InvalidError{Field: "scopes", Reason: "must not be empty"}
	}
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes, s) {
			return Key{}, &marketplace.InvalidError{Field: "scopes", Reason: fmt.Sprintf("must be some of %v", Scopes)}
		}
	}
	for _, s := range Scopes { // in the one order, each once
		if slices.Contains(n.Scopes, s) {
			k.Scopes = append(k.Scopes, s)
		}
	}
	if n.ExpiresAt.IsZero() {
		return k, nil
	}
	expires := n.ExpiresAt.UTC().Truncate(time.Microsecond)
	if !expires.After(now) || expires.Year() > 9999 {
		return Key{}, &marketplace.InvalidError{Field: "expires_at", Reason: "must be in the future"}
	}
	k.ExpiresAt = &expires
	return k, nil
}

// CreateKey adds a key to brand and returns it with its secret, which is shown
// this once. Owners only, themselves: no key makes keys. Errors:
// *ForbiddenError (permission ManageKeys), *marketplace.InvalidError,
// ErrTooManyKeys.
func (s *Service) CreateKey(ctx context.Context, caller Caller, brand marketplace.BrandID, n NewKey) (Key, string, error) {
	if err := CheckBrand(brand); err != nil {
		return Key{}, "", err
	}
	k, err := n.key(brand, caller.Person, s.clock.Now())
	if err != nil {
		return Key{}, "", err
	}
	secret := s.newSecret()
	k.SecretHash = HashToken(secret)
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := AuthorizeTx(ctx, tx, caller, brand, ManageKeys); err != nil {
			return err
		}
		if err := roomForKeyTx(ctx, tx, brand, k.CreatedAt); err != nil {
			return err
		}
		if err := tx.WithContext(ctx).Create(&k).Error; err != nil {
			return fmt.Errorf("insert key %s: %w", k.ID, err)
		}
		marketplace.Made(ctx, k.ID)
		return s.keyTx(ctx, tx, caller, KeyCreated, k, k.CreatedAt)
	})
	if err != nil {
		return Key{}, "", err
	}
	return k, secret, nil
}

func roomForKeyTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, now time.Time) error {
	var n int64
	err := tx.WithContext(ctx).Model(&Key{}).
		Where("brand_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", brand, now).Count(&n).Error
	if err != nil {
		return fmt.Errorf("count the keys of brand %s: %w", brand, err)
	}
	if n >= MaxKeys {
		return ErrTooManyKeys
	}
	return nil
}

// Keys lists brand's keys, also those that work no more, newest first. Owners
// only.
func (s *Service) Keys(ctx context.Context, caller Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[Key], err error) {
	if err := CheckBrand(brand); err != nil {
		return list, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := AuthorizeTx(ctx, tx, caller, brand, ManageKeys); err != nil {
			return err
		}
		by := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(tx.WithContext(ctx).Where("brand_id = ?", brand), page, by, func(k Key) marketplace.Place {
			return marketplace.Place{At: k.CreatedAt, ID: k.ID}
		})
		if err != nil {
			return fmt.Errorf("list the keys of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}

// RevokeKey ends a key of brand at once; again changes nothing. Owners only.
// Errors: *ForbiddenError, *marketplace.NotFoundError.
func (s *Service) RevokeKey(ctx context.Context, caller Caller, brand marketplace.BrandID, id KeyID) error {
	if err := CheckBrand(brand); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := AuthorizeTx(ctx, tx, caller, brand, ManageKeys); err != nil {
			return err
		}
		var k Key
		err := marketplace.ForUpdate(tx).WithContext(ctx).Where("brand_id = ? AND id = ?", brand, id).Take(&k).Error
		if err := marketplace.OnlyOne(err, "key", id); err != nil || k.RevokedAt != nil {
			return err
		}
		done := tx.WithContext(ctx).Model(&Key{}).Where("id = ?", id).Updates(map[string]any{"revoked_at": now})
		if done.Error != nil {
			return fmt.Errorf("revoke key %s: %w", id, done.Error)
		}
		return s.keyTx(ctx, tx, caller, KeyRevoked, k, now)
	})
}

func (s *Service) keyTx(ctx context.Context, tx *gorm.DB, caller Caller, kind event.Kind, k Key, now time.Time) error {
	e := event.Event{Brand: k.BrandID, Kind: kind, Subject: event.Subject(k.ID), At: now}
	return s.log.AppendTx(ctx, tx, e, byCaller{By: caller.String()})
}
