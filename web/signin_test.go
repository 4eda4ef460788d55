package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

const ada = "ada@example.org"

func TestSigningUpByMail(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.post("/sign_up", fields{"email": " Ada@Example.org ", "name": "Ada", "password": webtest.Password})
		link := b.MailedToken(ada, "verify")
		b.refused("POST", "/sign_in", fields{"email": ada, "password": webtest.Password}, 401, "credentials")
		b.refused("POST", "/sign_up/verify", fields{"token": link, "password": "another password"}, 401, "credentials")
		b.refused("POST", "/sign_up/verify", fields{"token": link + "x", "password": webtest.Password}, 404, "link_unknown")
		in := b.keep(b.do("POST", "/sign_up/verify", fields{"token": link, "password": webtest.Password}, 200))
		if in.Limited || !in.ExpiresAt.Equal(b.Clock.Now().Add(10*time.Minute)) {
			t.Errorf("%+v", in)
		}
		me := is[api.Me](b, "/me")
		if me.ID != in.Person || me.Name != "Ada" || me.Email != ada || me.Operator || me.Expert || me.TOTP || me.Limited || len(me.Memberships) != 0 {
			t.Errorf("%+v", me)
		}
		b.refused("POST", "/sign_up/verify", fields{"token": link, "password": webtest.Password}, 409, "link_used")
		b.post("/sign_up", fields{"email": ada, "name": "Somebody", "password": "a password of theirs"}) // tells nothing
		b.refused("POST", "/sign_up", fields{"email": "a b@c", "name": "A", "password": webtest.Password}, 422, "invalid")
		b.refused("POST", "/sign_up", fields{"email": "a@example.org", "name": "A", "password": "password123"}, 422, "invalid")
		b.do("PUT", "/me/name", fields{"name": "Ada Lovelace"}, 204)
		if me := is[api.Me](b, "/me"); me.Name != "Ada Lovelace" {
			t.Errorf("%+v", me)
		}
		b.post("/sign_up", fields{"email": "late@example.org", "name": "Late", "password": webtest.Password})
		link = b.MailedToken("late@example.org", "verify")
		b.Clock.Advance(24 * time.Hour)
		b.another().refused("POST", "/sign_up/verify", fields{"token": link, "password": webtest.Password}, 409, "link_expired")
	})
}

func TestWhoSomebodyIs(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		in := b.signUp(ada, "Ada")
		for brand, role := range map[*markettest.Market]access.Role{b.Market: access.Agent, b.Next: access.Viewer} {
			if err := b.Access.AddMember(b.Ctx(), brand.Owner, brand.Brand, in.Person, role); err != nil {
				t.Fatal(err)
			}
			b.Clock.Advance(time.Second)
		}
		if err := b.Access.AddMember(b.Ctx(), b.Owner, b.Brand, in.Person, access.Reviewer); err != nil {
			t.Fatal(err)
		}
		b.do("POST", "/me/expert", fields{"handle": "ada", "languages": []string{"en"}}, 201)
		me := is[api.Me](b, "/me")
		if !me.Expert || len(me.Memberships) != 2 {
			t.Fatalf("%+v", me)
		}
		for _, m := range me.Memberships {
			roles := 1
			if m.Brand == b.Brand {
				roles = 2
			}
			if m.Name == "" || len(m.Roles) != roles {
				t.Errorf("%+v", m)
			}
		}
		b.token = b.Token(b.Operator)
		if me := is[api.Me](b, "/me"); !me.Operator || me.Email != "olga@example.com" {
			t.Errorf("%+v", me)
		}
	})
}

func TestWrongPasswordsAreCounted(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.signUp(ada, "Ada")
		other := b.another()
		for range 10 {
			other.refused("POST", "/sign_in", fields{"email": ada, "password": "not this one"}, 401, "credentials")
			other.refused("POST", "/sign_in", fields{"email": "nobody@example.org", "password": "not this one"}, 401, "credentials")
			b.Clock.Advance(time.Second)
		}
		for _, email := range []string{ada, "nobody@example.org"} { // who is known is not told
			body := `{"email":"` + email + `","password":"` + webtest.Password + `"}`
			got := other.Post("/api/v1/sign_in", "", body)
			if got.Status != http.StatusTooManyRequests || !strings.Contains(got.Body, `"code":"too_many_attempts"`) || got.Header.Get("Retry-After") != "890" {
				t.Errorf("%d %s %s", got.Status, got.Header, got.Body)
			}
		}
		b.Clock.Advance(15 * time.Minute)
		other.signIn(ada, webtest.Password)
	})
}

func TestSignInsFromOneAddressAreLimited(t *testing.T) {
	near := func(_ *markettest.Market, o *web.Options) { o.Limits.SignIns, o.Limits.CustomerSessions = 3, 2 }
	eachBrowser(t, func(t *testing.T, b *browser) {
		in := fields{"email": ada, "password": "not this one"}
		for range 3 {
			b.refused("POST", "/sign_in", in, 401, "credentials")
		}
		if p := b.refused("POST", "/password/forgotten", fields{"email": ada}, 429, "too_many_requests"); p.Detail != "" {
			t.Errorf("%+v", p)
		}
		got := b.do("POST", "/sign_in", in, 429)
		if got.Header.Get("Retry-After") == "" || got.Header.Get("RateLimit-Policy") != `"sign_in";q=3;w=60` || !strings.HasPrefix(got.Header.Get("RateLimit"), `"sign_in";r=0;t=`) {
			t.Errorf("%s", got.Header)
		}
		for range 2 {
			b.do("POST", "/customer_sessions", fields{"program": b.Program.ID}, 200)
		}
		b.refused("POST", "/customer_sessions", fields{"program": b.Program.ID}, 429, "too_many_requests")
		b.do("GET", "/programs/"+b.Program.ID.String()+"/public", nil, 200)
		b.Clock.Advance(time.Minute)
		b.refused("POST", "/sign_in", in, 401, "credentials")
	}, near)
}

// The cookie is for our own pages, over TLS where there is any, and for no
// script.
func TestTheSessionsCookie(t *testing.T) {
	for base, want := range map[string]string{
		"http://127.0.0.1:8080": "knowhow_refresh=",
		"https://knowhow.test":  "__Host-knowhow_refresh=",
	} {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		b := newBrowser(webtest.New(t, dbtest.Open(t, "sqlite"), func(_ *markettest.Market, o *web.Options) { o.Base = u }))
		b.signUp(ada, "Ada")
		got := b.do("POST", "/sign_in/refresh", nil, 200).Header.Values("Set-Cookie")
		if len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Fatalf("%s: %q", base, got)
		}
		for attribute, there := range map[string]bool{
			"Path=/": true, "HttpOnly": true, "SameSite=Strict": true, "Max-Age=2592000": true, "Domain=": false, "Secure": u.Scheme == "https",
		} {
			if strings.Contains(got[0], "; "+attribute) != there {
				t.Errorf("%s: %s in %q, want %v", base, attribute, got[0], there)
			}
		}
	}
}

func TestRefreshing(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		in := b.signUp(ada, "Ada")
		stolen, first := b.another(), b.cookie
		b.Clock.Advance(9 * time.Minute)
		second := b.refresh()
		if second == first || is[api.Me](b, "/me").ID != in.Person {
			t.Errorf("the cookie did not change")
		}
		b.cookie = first // the answer was lost, and is asked for again
		b.Clock.Advance(30 * time.Second)
		if again := b.refresh(); again != second {
			t.Error("the repeat within 30 seconds gives another successor")
		}
		third := b.refresh()
		b.Clock.Advance(time.Second)
		stolen.cookie = first
		stolen.refused("POST", "/sign_in/refresh", nil, 401, "token_reused")
		b.cookie = third
		b.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		for _, none := range []string{"", "knowhow_refresh=", "knowhow_refresh=x", "other=" + strings.TrimPrefix(third, "knowhow_refresh=")} {
			b.cookie = none
			if got := b.do("POST", "/sign_in/refresh", nil, 401); got.Header.Get("Set-Cookie") != "" {
				t.Errorf("%q: %s", none, got.Header)
			}
		}
		b.token = ""
		b.signIn(ada, webtest.Password)
		b.token = "" // an access token that has expired must not stand in the way
		b.Clock.Advance(11 * time.Minute)
		b.refresh()
	})
}

func TestSigningOut(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.signUp(ada, "Ada")
		cookie := b.cookie
		gone := b.do("POST", "/sign_out", nil, 204).Header.Get("Set-Cookie")
		if !strings.HasPrefix(gone, "knowhow_refresh=;") || !strings.Contains(gone, "Max-Age=0") {
			t.Errorf("the cookie stays: %q", gone)
		}
		b.do("POST", "/sign_out", nil, 204) // again: nothing to do
		b.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		b.cookie = ""
		b.refused("POST", "/sign_out", nil, 401, "unauthenticated")
		if strings.Contains(b.Logged(), strings.TrimPrefix(cookie, "knowhow_refresh=")) {
			t.Error("the cookie was logged")
		}
	})
}

// Pages of others can neither use a session's cookie nor plant one.
func TestPagesOfOthersAreRefused(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.signUp(ada, "Ada")
		in := fields{"email": ada, "password": webtest.Password}
		for _, from := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}},
			{"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://evil.example"}},
			{"Origin": {"http://evil.example"}},
			{"Origin": {"null"}},
			{"Origin": {strings.Replace(b.URL, "http:", "https:", 1) + "0"}},
		} {
			evil := b.another()
			evil.cookie, evil.header = b.cookie, from
			for _, path := range []string{"/sign_in/refresh", "/sign_out"} {
				evil.refused("POST", path, nil, 403, "cross_site")
			}
			evil.refused("POST", "/sign_in", in, 403, "cross_site")
			evil.refused("POST", "/sign_up/verify", fields{"token": "x", "password": "x"}, 403, "cross_site")
			evil.refused("POST", "/invitations/accept", fields{"token": "x", "name": "x", "password": webtest.Password}, 403, "cross_site")
		}
		for _, from := range []http.Header{{"Sec-Fetch-Site": {"same-origin"}}, {"Sec-Fetch-Site": {"none"}}, {"Origin": {b.URL}}, {}} {
			b.header = from
			b.refresh()
		}
	})
}

func TestForgettingAPassword(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.signUp(ada, "Ada")
		other := b.another()
		other.signIn(ada, webtest.Password)
		b.post("/password/forgotten", fields{"email": "nobody@example.org"})
		b.post("/password/forgotten", fields{"email": ada})
		link, fresh := b.MailedToken(ada, "reset"), "a brand new orange light"
		b.learn(link, fresh)
		b.refused("POST", "/password/reset", fields{"token": link, "password": "1111111111"}, 422, "invalid")
		b.post("/password/reset", fields{"token": link, "password": fresh})
		b.refused("POST", "/password/reset", fields{"token": link, "password": fresh}, 409, "link_used")
		for _, any := range []*browser{b, other} {
			any.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		}
		b.refused("POST", "/sign_in", fields{"email": ada, "password": webtest.Password}, 401, "credentials")
		b.cookie = ""
		b.signIn(ada, fresh)
		b.Clock.Advance(time.Second) // so that the mail is the last
		b.post("/password/forgotten", fields{"email": ada})
		link = b.MailedToken(ada, "reset")
		b.Clock.Advance(time.Hour)
		b.another().refused("POST", "/password/reset", fields{"token": link, "password": fresh}, 409, "link_expired")
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		first := b.signUp(ada, "Ada")
		phone, tablet := b.another(), b.another()
		phone.header.Set("User-Agent", "Phone/1.0")
		b.Clock.Advance(time.Second)
		second := phone.signIn(ada, webtest.Password)
		b.Clock.Advance(time.Second)
		tablet.signIn(ada, webtest.Password)
		list := is[api.ListOf[api.OwnSession]](phone, "/me/sessions")
		if len(list.Data) != 3 || !list.Data[1].Current || list.Data[1].UserAgent != "Phone/1.0" || list.Data[0].Current || list.Data[2].ID != first.Session {
			t.Fatalf("%+v", list)
		}
		stranger := b.another()
		stranger.signUp("eve@example.org", "Eve")
		stranger.refused("DELETE", "/me/sessions/"+second.Session.String(), nil, 404, "not_found")
		b.do("DELETE", "/me/sessions/"+second.Session.String(), nil, 204)
		b.do("DELETE", "/me/sessions/"+second.Session.String(), nil, 204)
		phone.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		b.do("PUT", "/me/password", fields{"old": webtest.Password, "password": "another orange light"}, 204)
		tablet.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		b.refused("PUT", "/me/password", fields{"old": webtest.Password, "password": "another orange light"}, 401, "credentials")
		phone = b.another()
		phone.signIn(ada, "another orange light")
		b.do("POST", "/me/sessions/revoke_others", nil, 204)
		phone.refused("POST", "/sign_in/refresh", nil, 401, "session_over")
		b.refresh()
		stranger.refresh()
	})
}
