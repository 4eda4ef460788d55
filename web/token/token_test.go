package token_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
	"knowhow/web/token"
)

const base = "https://help.example"

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func ring(t *testing.T, text string) *redact.Keyring {
	t.Helper()
	keys, err := redact.ParseKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestTokensSayWhoIsActing(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	issuer := token.NewIssuer(ring(t, redact.GenerateKeys("a")), base, clock)
	for _, caller := range []access.Caller{
		access.PersonCaller(marketplace.NewID[access.Person]()),
		access.CustomerCaller(marketplace.BrandID{1}, access.NewCustomerID()),
	} {
		text, until, err := issuer.Issue(token.Grant{Caller: caller, Session: "s1", Limited: true})
		if err != nil {
			t.Fatal(err)
		}
		got, err := issuer.Read(text)
		want := token.Grant{Caller: caller, Session: "s1", Limited: true, Until: until}
		if err != nil || !got.Until.Equal(until) || got.Caller != want.Caller || got.Session != want.Session || !got.Limited {
			t.Errorf("%v: got %+v, %v", caller, got, err)
		}
		if until != start.Add(token.Life) {
			t.Errorf("good until %v", until)
		}
	}
	for _, caller := range []access.Caller{{}, access.SystemCaller("x")} {
		if _, _, err := issuer.Issue(token.Grant{Caller: caller}); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%v: %v", caller, err)
		}
	}
}

func TestTokensExpire(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	issuer := token.NewIssuer(ring(t, redact.GenerateKeys("a")), base, clock)
	text, _, err := issuer.Issue(token.Grant{Caller: access.PersonCaller(marketplace.NewID[access.Person]())})
	if err != nil {
		t.Fatal(err)
	}
	clock.Advance(token.Life - time.Second)
	if _, err := issuer.Read(text); err != nil {
		t.Errorf("within its life: %v", err)
	}
	clock.Advance(time.Second)
	if _, err := issuer.Read(text); !errors.Is(err, token.ErrExpired) {
		t.Errorf("after its life: %v", err)
	}
}

// Processes' clocks differ a little, and a token is used at any of them as soon
// as it was made.
func TestTokensAreGoodAtOnceEverywhere(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	keys := ring(t, redact.GenerateKeys("a"))
	text, _, err := token.NewIssuer(keys, base, clock).Issue(token.Grant{Caller: access.PersonCaller(marketplace.NewID[access.Person]())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.NewIssuer(keys, base, marketplace.NewManualClock(start.Add(-2*time.Second))).Read(text); err != nil {
		t.Errorf("where the clock is two seconds behind: %v", err)
	}
}

// A token signed with the old key is believed as long as that key is in the
// ring, and no longer.
func TestTokensOutliveARotation(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	index := redact.GenerateKey("index")
	older, newer := redact.GenerateKey("older"), redact.GenerateKey("newer")
	text, _, err := token.NewIssuer(ring(t, older+","+index), base, clock).
		Issue(token.Grant{Caller: access.PersonCaller(marketplace.NewID[access.Person]())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.NewIssuer(ring(t, newer+","+older+","+index), base, clock).Read(text); err != nil {
		t.Errorf("while the old key is in the ring: %v", err)
	}
	if _, err := token.NewIssuer(ring(t, newer+","+index), base, clock).Read(text); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("after the old key is gone: %v", err)
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	keys := ring(t, redact.GenerateKeys("a"))
	key := keys.DeriveRotating("web.token")["a"]
	person := marketplace.NewID[access.Person]().String()
	body := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": base, "aud": token.Audience, "sub": person, "kind": "person",
			"iat": start.Unix(), "exp": start.Add(time.Minute).Unix()}
		change(c)
		return c
	}
	sign := func(method jwt.SigningMethod, kid string, with any, c jwt.MapClaims) string {
		tok := jwt.NewWithClaims(method, c)
		tok.Header["kid"] = kid
		text, err := tok.SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	same := func(jwt.MapClaims) {}
	good := sign(jwt.SigningMethodHS256, "a", key, body(same))
	head, rest, _ := strings.Cut(good, ".")
	forged := map[string]string{
		"alg none":             sign(jwt.SigningMethodNone, "a", jwt.UnsafeAllowNoneSignatureType, body(same)),
		"another alg":          sign(jwt.SigningMethodHS512, "a", key, body(same)),
		"unknown kid":          sign(jwt.SigningMethodHS256, "b", key, body(same)),
		"no kid":               sign(jwt.SigningMethodHS256, "", key, body(same)),
		"another key":          sign(jwt.SigningMethodHS256, "a", []byte("guessed"), body(same)),
		"foreign issuer":       sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { c["iss"] = "https://evil.example" })),
		"foreign aud":          sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { c["aud"] = "knowhow:brand" })),
		"no expiry":            sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { delete(c, "exp") })),
		"from the future":      sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { c["iat"] = start.Add(time.Hour).Unix() })),
		"no subject":           sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { delete(c, "sub") })),
		"the system":           sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { c["kind"] = "system" })),
		"customer of no brand": sign(jwt.SigningMethodHS256, "a", key, body(func(c jwt.MapClaims) { c["kind"] = "customer" })),
		"signature cut":        strings.TrimRight(good, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
		"body swapped":         head + "." + strings.ToUpper(rest),
		"no token":             "", "dots": "..", "huge": strings.Repeat("a", 1<<20),
	}
	issuer := token.NewIssuer(keys, base, clock)
	if _, err := issuer.Read(good); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for name, text := range forged {
		if _, err := issuer.Read(text); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A token that was read is remembered, but for no longer than it is good, and
// for no other token.
func TestAReadTokenIsRememberedWhileItIsGood(t *testing.T) {
	clock := marketplace.NewManualClock(start)
	issuer := token.NewIssuer(ring(t, redact.GenerateKeys("a")), base, clock)
	mine := access.PersonCaller(marketplace.NewID[access.Person]())
	text, until, err := issuer.Issue(token.Grant{Caller: mine})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20_000 { // more than are remembered
		other := access.PersonCaller(marketplace.NewID[access.Person]())
		theirs, _, err := issuer.Issue(token.Grant{Caller: other})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := issuer.Read(theirs); err != nil || got.Caller != other {
			t.Fatalf("token %d grants %+v, %v", n, got, err)
		}
		if got, err := issuer.Read(text); err != nil || got.Caller != mine {
			t.Fatalf("after %d others it grants %+v, %v", n, got, err)
		}
	}
	for _, changed := range []string{text + "A", text[:len(text)-2], strings.ToUpper(text)} {
		if _, err := issuer.Read(changed); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("a changed token: %v", err)
		}
	}
	clock.Advance(until.Sub(clock.Now()) - time.Microsecond)
	if _, err := issuer.Read(text); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	clock.Advance(time.Microsecond)
	if _, err := issuer.Read(text); !errors.Is(err, token.ErrExpired) {
		t.Errorf("at its end: %v", err)
	}
}
