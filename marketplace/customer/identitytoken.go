package customer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

const (
	maxIdentityToken = 4096             // bytes
	maxSubject       = 200              // bytes of the brand's customer id
	maxJTI           = 200              // bytes
	maxAge           = 5 * time.Minute  // since it was issued
	maxSpan          = 10 * time.Minute // from issue to expiry
	clockSkew        = 30 * time.Second // a brand's clock may be ahead
)

// Audience is what a token for brand must name as its audience, and nothing
// else.
func Audience(brand marketplace.BrandID) string { return "knowhow:" + brand.String() }

// claims are what a brand says of its customer.
type claims struct {
	jwt.RegisteredClaims
	Email  string `json:"email"`
	Name   string `json:"name"`
	Locale string `json:"locale"`
}

// usedToken is a signed token with an id (jti) that was used.
type usedToken struct {
	BrandID   marketplace.BrandID `gorm:"primaryKey"`
	TokenHash []byte              `gorm:"primaryKey"`
	ExpiresAt time.Time
}

func distrust(reason string) error { return &IdentityTokenError{Reason: reason} }

// IdentifyByToken finds or makes the customer that brand vouches for by a JSON
// Web Token it signed, and starts a device of theirs. The token is signed with
// HS256 by the brand's identity key named by kid; aud is Audience(brand); sub
// is the customer's id in the brand's own system; iat is at most 5 minutes ago;
// exp is at most 10 minutes after it. email, name and locale may be given. One
// with a jti works once. Who the browser was before is left as they were: what
// an anonymous customer asked is not this one's. Errors: *IdentityTokenError,
// *marketplace.InvalidError for a brand that is none or a bad name, locale or
// address.
func (s *Service) IdentifyByToken(ctx context.Context, brand marketplace.BrandID, token string) (Started, error) {
	if err := access.CheckBrand(brand); err != nil {
		return Started{}, err
	}
	if len(token) > maxIdentityToken {
		return Started{}, distrust("it is too long")
	}
	now := s.clock.Now()
	var started Started
	err := s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		said, err := s.trustTx(ctx, tx, brand, token, now)
		if err != nil {
			return err
		}
		c, err := s.IdentifyTx(ctx, tx, self, brand, Contact{
			Channel: External, Handle: said.Subject, Name: said.Name, Locale: said.Locale,
		})
		if err != nil {
			return err
		}
		if err := s.reachTx(ctx, tx, c, said.Email, now); err != nil {
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

// self is who this room is to itself, where a brand's signature stands behind
// it.
var self = access.SystemCaller("identity token")

// trustTx checks a token and uses it up.
func (s *Service) trustTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, token string, now time.Time) (claims, error) {
	var said claims
	var broken error // not the token: the database or the keys
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(token, &said, func(t *jwt.Token) (any, error) {
		if _, critical := t.Header["crit"]; critical {
			return nil, ErrIdentityToken // it asks for something we do not know
		}
		secret, err := s.signerTx(ctx, tx, brand, t.Header["kid"])
		if !errors.Is(err, ErrIdentityToken) {
			broken = err
		}
		return secret, err
	})
	if broken != nil {
		return said, broken
	}
	if err != nil { // what the library says may quote the token
		return said, distrust("it is malformed, its kid is no key of the brand, or its signature is wrong")
	}
	if reason := said.check(brand, now); reason != "" {
		return said, distrust(reason)
	}
	return said, useTokenTx(ctx, tx, brand, said)
}

// signerTx opens the key a token names.
func (s *Service) signerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, kid any) ([]byte, error) {
	text, _ := kid.(string)
	id, err := marketplace.ParseID[IdentityKey](text)
	if err != nil {
		return nil, ErrIdentityToken
	}
	k, err := identityKeyTx(ctx, tx, brand, id)
	if errors.Is(err, marketplace.ErrNotFound) || err == nil && k.RevokedAt != nil {
		return nil, ErrIdentityToken
	}
	if err != nil {
		return nil, err
	}
	secret, err := s.keys.Open(k.SecretSealed, keyColumn.Context(id.String()))
	if err != nil {
		return nil, fmt.Errorf("open identity key %s: %w", id, err)
	}
	return secret, nil
}

// check says what is wrong with the claims of a token whose signature is right;
// empty where nothing is.
func (c claims) check(brand marketplace.BrandID, now time.Time) string {
	switch {
	case !slices.Equal(c.Audience, jwt.ClaimStrings{Audience(brand)}):
		return "aud must be " + Audience(brand)
	case c.ExpiresAt == nil || c.IssuedAt == nil:
		return "exp and iat must be given"
	case !now.Before(c.ExpiresAt.Time):
		return "it has expired"
	case c.IssuedAt.After(now.Add(clockSkew)):
		return "iat is in the future"
	case now.Sub(c.IssuedAt.Time) > maxAge:
		return "iat is more than 5 minutes ago"
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > maxSpan:
		return "exp is more than 10 minutes after iat"
	case c.NotBefore != nil && c.NotBefore.After(now.Add(clockSkew)):
		return "nbf is in the future"
	case marketplace.CheckText("sub", c.Subject, 1, maxSubject) != nil:
		return "sub must have 1 to 200 bytes"
	case len(c.ID) > maxJTI:
		return "jti must have at most 200 bytes"
	}
	return ""
}

// useTokenTx uses up a token that names itself.
func useTokenTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, said claims) error {
	if said.ID == "" {
		return nil
	}
	u := usedToken{BrandID: brand, TokenHash: access.HashToken(said.ID), ExpiresAt: said.ExpiresAt.UTC()}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&u)
	if done.Error != nil {
		return fmt.Errorf("use an identity token: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return distrust("it was used before")
	}
	return nil
}

// reachTx keeps an address the brand vouches for, unless it is another
// customer's already. An empty one is none.
func (s *Service) reachTx(ctx context.Context, tx *gorm.DB, c Customer, email string, now time.Time) error {
	if email == "" {
		return nil
	}
	email, err := normalHandle(Email, email)
	if err != nil {
		return err
	}
	i := Identity{
		BrandID: c.BrandID, Channel: Email, HandleIndex: s.keys.BlindIndex(c.BrandID, string(Email), email),
		CustomerID: c.ID, CreatedAt: now,
	}
	if i.HandleSealed, err = s.keys.Seal([]byte(email), handleContext(i)); err != nil {
		return fmt.Errorf("seal the handle of customer %s: %w", c.ID, err)
	}
	err = tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&i).Error
	return wrap(err, "insert the identity of customer", c.ID)
}
