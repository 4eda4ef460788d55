package web_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"knowhow/marketplace/customer"
	"knowhow/web/api"
)

// begin comes in as a customer.
func (b *browser) begin(body fields) api.CustomerSession {
	b.T.Helper()
	s := decoded[api.CustomerSession](b.T, b.do("POST", "/customer_sessions", body, 200))
	b.token = s.AccessToken
	b.learn(s.AccessToken, s.DeviceToken)
	return s
}

func TestAnAnonymousCustomer(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.Expert("first")
		first := b.begin(fields{"program": b.Program.ID, "locale": "en"})
		if first.Customer.Brand != b.Brand || first.Customer.Verified || first.DeviceToken == "" || !first.ExpiresAt.Equal(b.Clock.Now().Add(10*time.Minute)) {
			t.Errorf("%+v", first.Customer)
		}
		asked := decoded[struct{ ID string }](t, b.do("POST", "/questions", fields{"program": b.Program.ID, "title": "My box is dead", "body": "Since yesterday."}, 201))
		b.Clock.Advance(11 * time.Minute)
		b.refused("GET", "/me/customer", nil, 401, "token_expired")
		b.token = ""
		back := b.begin(fields{"device_token": first.DeviceToken})
		if back.Customer != first.Customer || back.DeviceToken != "" || is[api.OwnCustomer](b, "/me/customer") != first.Customer {
			t.Errorf("%+v", back.Customer)
		}
		link := decoded[api.ResumeLink](t, b.do("POST", "/me/resume_links", nil, 200))
		u, err := url.Parse(link.URL)
		if err != nil || !strings.HasPrefix(link.URL, b.URL+"/") || u.RawQuery != "" {
			t.Fatalf("%s, %v", link.URL, err)
		}
		resume := fields{"resume_token": strings.TrimPrefix(u.Fragment, "token=")}
		phone := b.another()
		second := phone.begin(resume)
		if second.Customer != first.Customer || second.DeviceToken == "" || second.DeviceToken == first.DeviceToken {
			t.Errorf("%+v", second.Customer)
		}
		phone.do("GET", "/questions/"+asked.ID, nil, 200)
		phone.token = ""
		phone.refused("POST", "/customer_sessions", resume, 409, "link_used")
		b.refused("POST", "/customer_sessions", fields{"resume_token": "x"}, 404, "link_unknown")
		b.post("/customer_sessions/end", fields{"device_token": first.DeviceToken})
		b.refused("POST", "/customer_sessions", fields{"device_token": first.DeviceToken}, 401, "device_unknown")
		phone.begin(fields{"device_token": second.DeviceToken})
		b.learn(resume["resume_token"].(string))
	})
}

func TestResumeLinksAreRevoked(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.begin(fields{"brand": b.Brand})
		var link api.ResumeLink
		for range customer.MaxLinks {
			link = decoded[api.ResumeLink](t, b.do("POST", "/me/resume_links", nil, 200))
		}
		b.refused("POST", "/me/resume_links", nil, 409, "too_many_links")
		b.do("DELETE", "/me/resume_links", nil, 204)
		_, token, _ := strings.Cut(link.URL, "#token=")
		b.another().refused("POST", "/customer_sessions", fields{"resume_token": token}, 409, "link_used")
		link = decoded[api.ResumeLink](t, b.do("POST", "/me/resume_links", nil, 200))
		_, token, _ = strings.Cut(link.URL, "#token=")
		b.Clock.Advance(time.Hour)
		b.another().refused("POST", "/customer_sessions", fields{"resume_token": token}, 409, "link_expired")
	})
}

func TestCustomerSessionsThatDoNotGoTogether(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		before := b.Commits.Load()
		for _, body := range []fields{
			{}, {"locale": "en"}, {"brand": b.Brand, "program": b.Program.ID}, {"brand": b.Brand, "device_token": "x"},
			{"program": b.Program.ID, "resume_token": "x"}, {"device_token": "x", "resume_token": "x"}, {"identity_token": "x"},
			{"brand": b.Brand, "identity_token": "x", "locale": "en"}, {"brand": b.Brand, "locale": "no locale"}, {"brand": "x"},
			{"device_token": ""}, {"device_token": strings.Repeat("x", 101)}, {"brand": "00000000-0000-0000-0000-000000000000"},
		} {
			b.refused("POST", "/customer_sessions", body, 422, "invalid")
		}
		b.refused("POST", "/customer_sessions", fields{"brand": "0198a0a0-0000-7000-8000-000000000001"}, 404, "not_found")
		b.refused("POST", "/customer_sessions", fields{"program": "0198a0a0-0000-7000-8000-000000000001"}, 404, "not_found")
		if n := b.Commits.Load() - before; n != 0 {
			t.Errorf("%d refusals wrote", n)
		}
	})
}

func TestIdentifiedByTheBrandsWord(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		owner := b.another()
		owner.token = b.Token(b.Owner)
		key := decoded[api.NewIdentityKey](t, owner.do("POST", "/brands/"+b.Brand.String()+"/identity_keys", fields{"name": "Shop"}, 200))
		foreign, secret, err := b.Customers.CreateIdentityKey(b.Ctx(), b.Next.Owner, b.Next.Brand, "theirs")
		if err != nil {
			t.Fatal(err)
		}
		now := b.Clock.Now()
		good := func() jwt.MapClaims {
			return jwt.MapClaims{
				"sub": "c-17", "aud": "knowhow:" + b.Brand.String(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "name": "Dana Whitlow", "jti": "once",
			}
		}
		sign := func(method jwt.SigningMethod, kid, key any, c jwt.MapClaims) string {
			token := jwt.NewWithClaims(method, c)
			token.Header["kid"] = fmt.Sprint(kid)
			text, err := token.SignedString(key)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		with := func(name string, value any) string {
			c := good()
			if c[name] = value; value == nil {
				delete(c, name)
			}
			return sign(jwt.SigningMethodHS256, key.ID, []byte(key.Secret), c)
		}
		body := base64.RawURLEncoding.EncodeToString
		byHand := body([]byte(`{"alg":"none","kid":"`+key.ID.String()+`"}`)) + "." + strings.Split(with("sub", "c-17"), ".")[1] + "."
		for name, bad := range map[string]string{
			"alg none":       byHand,
			"HS512":          sign(jwt.SigningMethodHS512, key.ID, []byte(key.Secret), good()),
			"foreign kid":    sign(jwt.SigningMethodHS256, foreign.ID, []byte(secret), good()),
			"foreign secret": sign(jwt.SigningMethodHS256, key.ID, []byte(secret), good()),
			"foreign aud":    with("aud", customer.Audience(b.Next.Brand)),
			"no exp":         with("exp", nil),
			"too old":        with("iat", now.Add(-6*time.Minute).Unix()),
			"expired":        with("exp", now.Unix()),
			"our own token":  b.Token(b.Owner),
		} {
			p := b.refused("POST", "/customer_sessions", fields{"brand": b.Brand, "identity_token": bad}, 401, "identity_token")
			if !strings.HasPrefix(p.Detail, "the identity token is not valid: ") || strings.Contains(p.Detail, bad) {
				t.Errorf("%s: %q", name, p.Detail)
			}
		}
		token := with("sub", "c-17")
		in := fields{"brand": b.Brand, "identity_token": token}
		first := b.begin(in)
		if !first.Customer.Verified || first.Customer.Brand != b.Brand {
			t.Errorf("%+v", first.Customer)
		}
		b.refused("POST", "/customer_sessions", in, 401, "identity_token") // once, by its jti
		again := b.another().begin(fields{"program": b.Program.ID, "identity_token": with("jti", "twice")})
		if again.Customer != first.Customer {
			t.Errorf("%+v, then %+v", first.Customer, again.Customer)
		}
		owner.do("DELETE", "/brands/"+b.Brand.String()+"/identity_keys/"+key.ID.String(), nil, 204)
		b.refused("POST", "/customer_sessions", fields{"brand": b.Brand, "identity_token": with("jti", "thrice")}, 401, "identity_token")
		b.learn(key.Secret, token, again.DeviceToken)
	})
}
