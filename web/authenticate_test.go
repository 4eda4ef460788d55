package web_test

import (
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

// Where somebody comes in, or goes, a token that is no good is in nobody's way.
func TestAnExpiredTokenIsInNobodysWay(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		first := b.signUp(ada, "Ada")
		customer := b.another().begin(fields{"program": b.Program.ID})
		b.Clock.Advance(11 * time.Minute)
		b.refused("GET", "/me", nil, 401, "token_expired")
		b.refresh()
		if is[api.Me](b, "/me").ID != first.Person {
			t.Error("somebody else's session goes on")
		}
		for _, bad := range []string{first.AccessToken, "forged", access.KeyPrefix + "test_none"} {
			b.token = bad
			b.signIn(ada, webtest.Password)
			other := b.another()
			other.token = bad
			other.begin(fields{"device_token": customer.DeviceToken})
			other.token = bad
			other.post("/password/forgotten", fields{"email": "nobody@example.org"})
		}
		b.token = "forged"
		b.do("POST", "/sign_out", nil, 204)
	})
}

// Who guesses tokens is held up as anybody from their address; who has a good
// one is not.
func TestGuessedTokensAreLimited(t *testing.T) {
	near := func(_ *markettest.Market, o *web.Options) { o.Limits.Address = 4 }
	eachBrowser(t, func(t *testing.T, b *browser) {
		good := b.Token(b.Owner)
		for _, bad := range []string{"forged", access.KeyPrefix + "test_none", access.KeyPrefix + "test_" + strings.Repeat("a", 52), "a.b.c"} {
			b.token = bad
			b.refused("GET", "/brands", nil, 401, "token_invalid")
		}
		b.refused("GET", "/brands", nil, 429, "too_many_requests")
		b.token = good
		b.do("GET", "/brands", nil, 200)
	}, near)
}

// To become another customer costs nothing, so those of one address have a
// limit together.
func TestCustomersOfOneAddressAreLimited(t *testing.T) {
	near := func(_ *markettest.Market, o *web.Options) { o.Limits.Address = 2 }
	eachBrowser(t, func(t *testing.T, b *browser) {
		for n := range 20 {
			b.token = b.Token(b.Customer(strings.Repeat("x", n+1)))
			b.do("GET", "/me/customer", nil, 200)
		}
		b.token = b.Token(b.Customer("One more"))
		b.refused("GET", "/me/customer", nil, 429, "too_many_requests")
		b.token = b.Token(b.Owner)
		b.do("GET", "/brands", nil, 200)
		b.Clock.Advance(time.Minute)
		b.token = b.Token(b.Customer("One more"))
		b.do("GET", "/me/customer", nil, 200)
	}, near)
}
