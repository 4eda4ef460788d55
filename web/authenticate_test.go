package web_test

import (
	"net/http"
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

// A page counts once, however often it asks the API; nothing a client sends
// makes a request count as a page's.
func TestAPageCountsOnce(t *testing.T) {
	near := func(_ *markettest.Market, o *web.Options) { o.Limits.Address = 4 }
	eachBrowser(t, func(t *testing.T, b *browser) {
		program := b.Program.ID.String()
		for range 3 {
			if got := b.raw("GET", "/ask/"+program, map[string]string{"Accept": "text/html"}); got != 200 {
				t.Fatalf("a page: %d", got)
			}
		}
		b.do("GET", "/programs/"+program+"/public", nil, 200)
		for _, as := range []map[string]string{{}, {"countedKey": "true", "X-Counted": "1", "Sec-Fetch-Site": "same-origin"}} {
			if got := b.raw("GET", "/api/v1/programs/"+program+"/public", as); got != 429 {
				t.Errorf("one too many, with %v: %d", as, got)
			}
		}
		if got := b.raw("GET", "/ask/"+program, map[string]string{"Accept": "text/html"}); got != 429 {
			t.Errorf("a page too many: %d", got)
		}
	}, near)
}

// raw is the status of a request to any path.
func (b *browser) raw(method, path string, header map[string]string) int {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.Ctx(), method, b.URL+path, nil)
	if err != nil {
		b.T.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		b.T.Fatal(err)
	}
	_ = got.Body.Close() // only the status is looked at
	return got.StatusCode
}
