package customer_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// signer is a brand that signs who its customers are.
type signer struct {
	*house
	t      *testing.T
	owner  access.Caller
	key    customer.IdentityKey
	secret string
}

func newSigner(t *testing.T, db *sqldb.DB) *signer {
	t.Helper()
	s := &signer{house: newHouse(t, db), t: t}
	s.owner = s.open(t)
	var err error
	if s.key, s.secret, err = s.CreateIdentityKey(t.Context(), s.owner, s.brand, "shop"); err != nil {
		t.Fatal(err)
	}
	return s
}

// said are the claims of a good token.
func (s *signer) said() jwt.MapClaims {
	now := s.clock.Now()
	return jwt.MapClaims{
		"sub": "cust-17", "aud": customer.Audience(s.brand), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"email": "Dana.Whitlow@Example.org", "name": "Dana Whitlow", "locale": "en-gb",
	}
}

// with is a good token's claims, changed; a nil value takes one out.
func (s *signer) with(name string, value any) jwt.MapClaims {
	c := s.said()
	if c[name] = value; value == nil {
		delete(c, name)
	}
	return c
}

func (s *signer) sign(method jwt.SigningMethod, key any, header map[string]any, c jwt.Claims) string {
	s.t.Helper()
	token := jwt.NewWithClaims(method, c)
	token.Header["kid"] = s.key.ID.String()
	for name, value := range header {
		if token.Header[name] = value; value == nil {
			delete(token.Header, name)
		}
	}
	text, err := token.SignedString(key)
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

func (s *signer) token(c jwt.MapClaims) string {
	s.t.Helper()
	return s.sign(jwt.SigningMethodHS256, []byte(s.secret), nil, c)
}

func (s *signer) identified(token string) customer.Started {
	s.t.Helper()
	started, err := s.IdentifyByToken(s.t.Context(), s.brand, token)
	if err != nil {
		s.t.Fatal(err)
	}
	return started
}

func TestIdentifiedByToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		first := s.identified(s.token(s.said()))
		c := first.Customer
		if !c.Verified || c.Locale != "en-GB" || !slices.Equal(s.names(t, c.ID), []string{"Dana Whitlow"}) {
			t.Errorf("%+v", c)
		}
		s.in(t, func(tx *gorm.DB) error {
			address, err := s.OpenHandleTx(t.Context(), tx, s.brand, c.ID, customer.Email)
			if address != "dana.whitlow@example.org" {
				t.Errorf("reached at %q", address)
			}
			return err
		})
		if again := s.identified(s.token(s.said())); again.Customer.ID != c.ID || again.Token == first.Token {
			t.Errorf("again %+v", again.Customer)
		}
		same := s.identify(t, s.brand, customer.Contact{Channel: customer.External, Handle: "cust-17"})
		if same.ID != c.ID || !same.Verified {
			t.Errorf("by the brand's people: %+v", same)
		}
		got, err := s.FromDevice(t.Context(), first.Token)
		if err != nil || got.Caller() != first.Caller() {
			t.Errorf("FromDevice = %+v, %v", got, err)
		}
		s.clock.Advance(24 * time.Hour)
		if _, err := s.FromDevice(t.Context(), first.Token); !errors.Is(err, customer.ErrDevice) {
			t.Errorf("a day later: %v", err)
		}
		other := s.identified(s.token(s.with("sub", "c-18"))) // the same address
		if other.Customer.ID == c.ID {
			t.Error("two customers are one")
		}
		if dump := strings.ToLower(dbtest.Dump(t, db)); strings.Contains(dump, "whitlow") || strings.Contains(dump, strings.ToLower(s.secret)) {
			t.Error("something secret is kept in clear")
		}
		if got := s.kinds(t, customer.ID(s.key.ID)); !slices.Equal(got, []event.Kind{customer.KeyCreated}) {
			t.Errorf("events of the key %v", got)
		}
	})
}

// Who came with nothing but a browser stays who they are: signing in later does
// not hand over what was asked before.
func TestAnAnonymousCustomerIsNotMerged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		before := s.start(t)
		if c := s.identified(s.token(s.said())).Customer; c.ID == before.Customer.ID {
			t.Error("the browser's customer became the brand's")
		}
		if got, err := s.FromDevice(t.Context(), before.Token); err != nil || got.Caller() != before.Caller() {
			t.Errorf("FromDevice = %+v, %v", got, err)
		}
	})
}

func TestIdentityTokensThatAreNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		now, good, secret := s.clock.Now(), s.token(s.said()), []byte(s.secret)
		head, rest, _ := strings.Cut(good, ".")
		tampered, letter := []byte(good), len(good)-2
		if tampered[letter] = 'A'; good[letter] == 'A' {
			tampered[letter] = 'B'
		}
		other := newBrand()
		revoked, secret2, err := s.CreateIdentityKey(t.Context(), s.owner, s.brand, "old")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RevokeIdentityKey(t.Context(), s.owner, s.brand, revoked.ID); err != nil {
			t.Fatal(err)
		}
		encode := base64.RawURLEncoding.EncodeToString
		at := func(d time.Duration) int64 { return now.Add(d).Unix() }
		spanned := s.with("iat", at(-4*time.Minute))
		spanned["exp"] = at(6*time.Minute + time.Second)
		for name, token := range map[string]string{
			"empty":              "",
			"nonsense":           "x.y.z",
			"huge":               strings.Repeat("a", 1<<20),
			"alg none":           s.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil, s.said()),
			"alg none by hand":   encode([]byte(`{"alg":"none","kid":"`+s.key.ID.String()+`"}`)) + "." + strings.Split(good, ".")[1] + ".",
			"HS384":              s.sign(jwt.SigningMethodHS384, secret, nil, s.said()),
			"HS512":              s.sign(jwt.SigningMethodHS512, secret, nil, s.said()),
			"alg in other case":  encode([]byte(`{"alg":"hs256","kid":"`+s.key.ID.String()+`"}`)) + "." + rest,
			"another head":       head + "x." + rest,
			"another secret":     s.sign(jwt.SigningMethodHS256, []byte(secret2), nil, s.said()),
			"an empty secret":    s.sign(jwt.SigningMethodHS256, []byte{}, nil, s.said()),
			"tampered":           string(tampered),
			"no signature":       good[:strings.LastIndex(good, ".")+1],
			"no kid":             s.sign(jwt.SigningMethodHS256, secret, map[string]any{"kid": nil}, s.said()),
			"a kid of no key":    s.sign(jwt.SigningMethodHS256, secret, map[string]any{"kid": marketplace.NewID[house]().String()}, s.said()),
			"a kid of nonsense":  s.sign(jwt.SigningMethodHS256, secret, map[string]any{"kid": "' OR 1=1"}, s.said()),
			"a kid that is none": s.sign(jwt.SigningMethodHS256, secret, map[string]any{"kid": 17}, s.said()),
			"a revoked key":      s.sign(jwt.SigningMethodHS256, []byte(secret2), map[string]any{"kid": revoked.ID.String()}, s.said()),
			"critical":           s.sign(jwt.SigningMethodHS256, secret, map[string]any{"crit": []string{"x"}}, s.said()),
			"another audience":   s.token(s.with("aud", customer.Audience(other))),
			"two audiences":      s.token(s.with("aud", []string{customer.Audience(s.brand), "x"})),
			"no audience":        s.token(s.with("aud", nil)),
			"no exp":             s.token(s.with("exp", nil)),
			"no iat":             s.token(s.with("iat", nil)),
			"expired":            s.token(s.with("exp", at(0))),
			"too old":            s.token(s.with("iat", at(-5*time.Minute-time.Second))),
			"from the future":    s.token(s.with("iat", at(31*time.Second))),
			"not yet":            s.token(s.with("nbf", at(time.Minute))),
			"good for too long":  s.token(spanned),
			"good for ever":      s.token(s.with("exp", 1e300)),
			"exp as text":        s.token(s.with("exp", "tomorrow")),
			"no sub":             s.token(s.with("sub", nil)),
			"a long sub":         s.token(s.with("sub", strings.Repeat("x", 201))),
			"a long jti":         s.token(s.with("jti", strings.Repeat("x", 201))),
		} {
			dbtest.Unchanged(t, db, func() {
				_, err := s.IdentifyByToken(t.Context(), s.brand, token)
				if !errors.Is(err, customer.ErrIdentityToken) || !errors.Is(err, access.ErrUnauthenticated) {
					t.Errorf("%s: %v", name, err)
				}
				if err != nil && (strings.Contains(err.Error(), "cust-17") || len(err.Error()) > 300) {
					t.Errorf("%s: the error quotes the token: %v", name, err)
				}
			})
		}
		for name, do := range map[string]func() error{
			"at another brand": func() error { _, err := s.IdentifyByToken(t.Context(), other, good); return err },
			"of a bad address": func() error {
				_, err := s.IdentifyByToken(t.Context(), s.brand, s.token(s.with("email", "dana")))
				return err
			},
			"of a bad locale": func() error {
				_, err := s.IdentifyByToken(t.Context(), s.brand, s.token(s.with("locale", "english please")))
				return err
			},
			"at all brands": func() error { _, err := s.IdentifyByToken(t.Context(), marketplace.AllBrands, good); return err },
		} {
			dbtest.Unchanged(t, db, func() {
				if err := do(); !errors.Is(err, customer.ErrIdentityToken) && !errors.Is(err, marketplace.ErrInvalid) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		s.identified(good)
	})
}

// One brand's key vouches for nobody at another brand, whatever the token says.
func TestAKeyIsItsBrands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		home := s.brand
		s.brand = newBrand()
		s.open(t)
		token := s.token(s.said()) // aud is the other brand, the key is home's
		dbtest.Unchanged(t, db, func() {
			for _, brand := range []marketplace.BrandID{s.brand, home} {
				if _, err := s.IdentifyByToken(t.Context(), brand, token); !errors.Is(err, customer.ErrIdentityToken) {
					t.Errorf("%v", err)
				}
			}
		})
	})
}

func TestATokenWithAnIDWorksOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		token := s.token(s.with("jti", "once"))
		won := make(chan bool, 16)
		race(16, func(int) {
			_, err := s.IdentifyByToken(t.Context(), s.brand, token)
			if err == nil {
				won <- true
			} else if !errors.Is(err, customer.ErrIdentityToken) {
				t.Error(err)
			}
		})
		if len(won) != 1 {
			t.Errorf("%d of 16 came in by one token, want 1", len(won))
		}
		s.clock.Advance(6 * time.Minute)
		if n, err := s.Prune(t.Context()); err != nil || n != 1 {
			t.Errorf("Prune = %d, %v", n, err)
		}
		if _, err := s.IdentifyByToken(t.Context(), s.brand, token); !errors.Is(err, customer.ErrIdentityToken) {
			t.Errorf("after it was forgotten: %v", err)
		}
	})
}

func TestIdentifyByTokenHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSigner(t, db)
		token := s.token(s.with("jti", "once"))
		n := dbtest.Halfway(t, db, func() error { _, err := s.IdentifyByToken(t.Context(), s.brand, token); return err })
		if n < 7 {
			t.Errorf("only %d statements seen", n)
		}
	})
}

func TestIdentityKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := newSigner(t, db), t.Context()
		manager, api := s.member(t, access.Manager), access.Caller{}
		k, _, err := s.people.CreateKey(ctx, s.owner, s.brand, access.NewKey{Name: "k", Scopes: access.Scopes})
		if err != nil {
			t.Fatal(err)
		}
		api = access.KeyCaller(s.brand, k.ID)
		for name, caller := range map[string]access.Caller{"a manager": manager, "a key": api, "the system": system, "nobody": {}} {
			dbtest.Unchanged(t, db, func() {
				_, _, err1 := s.CreateIdentityKey(ctx, caller, s.brand, "x")
				_, err2 := s.IdentityKeys(ctx, caller, s.brand, marketplace.Page{})
				err3 := s.RevokeIdentityKey(ctx, caller, s.brand, s.key.ID)
				_, _, err4 := s.CreateIdentityKey(ctx, s.owner, newBrand(), "x")
				for _, err := range []error{err1, err2, err3, err4} {
					if !errors.Is(err, marketplace.ErrForbidden) {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
		for _, name := range []string{"", "a\nb", strings.Repeat("x", 201)} {
			if _, _, err := s.CreateIdentityKey(ctx, s.owner, s.brand, name); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("named %.10q: %v", name, err)
			}
		}
		for range customer.MaxIdentityKeys - 1 {
			if _, _, err := s.CreateIdentityKey(ctx, s.owner, s.brand, "x"); err != nil {
				t.Error(err)
			}
		}
		if _, _, err := s.CreateIdentityKey(ctx, s.owner, s.brand, "x"); !errors.Is(err, access.ErrTooManyKeys) {
			t.Errorf("one too many: %v", err)
		}
		if err := s.RevokeIdentityKey(ctx, s.owner, s.brand, s.key.ID); err != nil {
			t.Error(err)
		}
		dbtest.Unchanged(t, db, func() {
			if err := s.RevokeIdentityKey(ctx, s.owner, s.brand, s.key.ID); err != nil {
				t.Errorf("again: %v", err)
			}
			if err := s.RevokeIdentityKey(ctx, s.owner, s.brand, customer.KeyID{}); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("none: %v", err)
			}
		})
		list, err := s.IdentityKeys(ctx, s.owner, s.brand, marketplace.Page{})
		if err != nil || len(list.Items) != customer.MaxIdentityKeys || !list.Next.IsZero() {
			t.Errorf("%d keys, %v", len(list.Items), err)
		}
		// A key with the right scope may say who a customer is, as the people may.
		c, err := s.Identify(ctx, api, s.brand, dana)
		if err != nil || !c.Verified {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
