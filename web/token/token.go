// Package token makes and reads access tokens: JWTs that say who is acting, for
// ten minutes. They are signed with HMAC-SHA256 under keys derived from the
// house's keyring and change with it: the primary key signs, the others are
// still believed, the header's kid tells which it was.
//
// It leaves to room signin who may have one, and to the domain what its holder
// may do. An access token is not looked up anywhere: when a session ends, its
// last token is good until it expires.
package token

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
)

const (
	// Life is how long a token is good.
	Life = 10 * time.Minute
	// Audience is whom every token is for.
	Audience = "knowhow-api"

	// skew is how far the clock of the process that reads a token may be behind
	// that of the one that made it.
	skew = 5 * time.Second

	purpose  = "web.token"
	mostSize = 4 << 10
)

var (
	// ErrInvalid: the token is not one of ours, or was changed.
	ErrInvalid = errors.New("the access token is not valid")
	// ErrExpired: the token was one of ours and its time is over.
	ErrExpired = errors.New("the access token has expired")
)

// Grant is what a token says.
type Grant struct {
	Caller  access.Caller // a person or a customer
	Session string        // the id of the session it belongs to; of a customer, their device's
	Limited bool          // may only complete its sign-in
	Until   time.Time     // when it expires
}

// claims is the token's body. The subject is the person's or customer's id.
type claims struct {
	jwt.RegisteredClaims
	Kind    access.Kind         `json:"kind"`
	Brand   marketplace.BrandID `json:"brand,omitzero"`
	Session string              `json:"sid,omitempty"`
	Limited bool                `json:"limited,omitempty"`
}

// Issuer makes tokens and reads them. Safe for concurrent use.
type Issuer struct {
	issuer  string
	primary string
	keys    map[string][]byte
	clock   marketplace.Clock
	parser  *jwt.Parser
	known   known
}

// NewIssuer makes an issuer called name, the service's base URL.
func NewIssuer(keys *redact.Keyring, name string, clock marketplace.Clock) *Issuer {
	return &Issuer{
		issuer: name, primary: keys.Primary(), keys: keys.DeriveRotating(purpose), clock: clock,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithAudience(Audience),
			jwt.WithIssuer(name), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(clock.Now)),
	}
}

// Issue makes a token for g's caller and session that is good for Life, and
// says until when.
func (i *Issuer) Issue(g Grant) (text string, until time.Time, err error) {
	now := i.clock.Now().Truncate(time.Second)
	c := claims{Kind: g.Caller.Kind, Session: g.Session, Limited: g.Limited, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: i.issuer, Audience: jwt.ClaimStrings{Audience},
		IssuedAt: jwt.NewNumericDate(now.Add(-skew)), ExpiresAt: jwt.NewNumericDate(now.Add(Life)),
	}}
	switch {
	case !g.Caller.Valid():
		return "", time.Time{}, ErrInvalid
	case g.Caller.Kind == access.KindPerson:
		c.Subject = g.Caller.Person.String()
	case g.Caller.Kind == access.KindCustomer:
		c.Subject, c.Brand = g.Caller.Customer.String(), g.Caller.Brand
	default:
		return "", time.Time{}, ErrInvalid
	}
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	t.Header["kid"] = i.primary
	if text, err = t.SignedString(i.keys[i.primary]); err != nil {
		return "", time.Time{}, fmt.Errorf("sign an access token: %w", err)
	}
	return text, now.Add(Life), nil
}

// Read checks a token and says what it grants. Errors: ErrExpired, ErrInvalid.
func (i *Issuer) Read(text string) (Grant, error) {
	if len(text) > mostSize {
		return Grant{}, ErrInvalid
	}
	hash := sha256.Sum256([]byte(text))
	if g, ok := i.known.of(hash); ok {
		if !i.clock.Now().Before(g.Until) {
			return Grant{}, ErrExpired
		}
		return g, nil
	}
	g, err := i.check(text)
	if err == nil {
		i.known.remember(hash, g)
	}
	return g, err
}

// check is Read for a token that was not seen before.
func (i *Issuer) check(text string) (Grant, error) {
	var c claims
	_, err := i.parser.ParseWithClaims(text, &c, i.key)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Grant{}, ErrExpired
	case err != nil:
		return Grant{}, ErrInvalid // jwt's text may quote the token
	}
	return c.grant()
}

func (i *Issuer) key(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	key := i.keys[kid]
	if key == nil {
		return nil, ErrInvalid
	}
	return key, nil
}

func (c claims) grant() (Grant, error) {
	g := Grant{Session: c.Session, Limited: c.Limited, Until: c.ExpiresAt.Time}
	switch c.Kind {
	case access.KindPerson:
		id, err := marketplace.ParseID[access.Person](c.Subject)
		if err != nil {
			return Grant{}, ErrInvalid
		}
		g.Caller = access.PersonCaller(id)
	case access.KindCustomer:
		var id access.CustomerID
		if err := id.UnmarshalText([]byte(c.Subject)); err != nil || id.IsZero() || c.Brand.IsZero() {
			return Grant{}, ErrInvalid
		}
		g.Caller = access.CustomerCaller(c.Brand, id)
	default:
		return Grant{}, ErrInvalid
	}
	return g, nil
}
