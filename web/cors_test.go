package web_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/webtest"
)

const shop, theirs, stranger = "https://shop.example", "https://theirs.example", "https://stranger.example"

// page sends a request as a browser does from a page of origin.
func page(s *webtest.Server, method, path, origin, token, body string) webtest.Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	if method == http.MethodOptions {
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return s.Send(r)
}

// withOrigins is a served market that trusts shop, and whose neighbour trusts
// theirs.
func withOrigins(t *testing.T, db *sqldb.DB) *webtest.Server {
	t.Helper()
	s := webtest.New(t, db)
	if a := s.Do(http.MethodPut, "/api/v1/programs/"+s.Program.ID.String()+"/origins", s.Token(s.Manager), `{"origins":["`+shop+`/"]}`); a.Status != http.StatusNoContent {
		t.Fatalf("setting origins answers %d: %s", a.Status, a.Body)
	}
	if err := s.Programs.SetOrigins(s.Ctx(), s.Next.Owner, s.Next.Program.ID, []string{theirs}); err != nil {
		t.Fatal(err)
	}
	return s
}

// Pages of origins that a brand trusts may do what customers do, in a browser,
// and nothing else; pages of others may do nothing.
func TestBrowsersAskOnlyFromTrustedPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := withOrigins(t, db)
		dana := s.Token(s.Customer("Dana Whitlow"))
		question := "/api/v1/questions/" + s.Ask(s.Customer("Otto Other"), "My box is dead").ID.String()
		for _, path := range []string{
			"/customer_sessions", "/questions", "/previews", "/me/consents", "/me/customer", "/stream", "/programs/" + s.Program.ID.String() + "/public",
			strings.TrimPrefix(question, "/api/v1") + "/messages",
		} {
			for origin, trusted := range map[string]bool{shop: true, theirs: true, stranger: false, "null": false, "http://shop.example": false, shop + ".evil.example": false} {
				a := page(s, http.MethodOptions, "/api/v1"+path, origin, "", "")
				h := a.Header
				switch {
				case h.Get("Vary") != "Origin" || h.Get("Access-Control-Allow-Credentials") != "":
					t.Errorf("%s from %s: %v", path, origin, h)
				case trusted && (a.Status != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != origin ||
					h.Get("Access-Control-Allow-Headers") != "Authorization, Content-Type, Idempotency-Key, Last-Event-ID" ||
					!strings.Contains(h.Get("Access-Control-Allow-Methods"), "PUT")):
					t.Errorf("%s from %s: %d, %v", path, origin, a.Status, h)
				case !trusted && strings.Contains(fmt.Sprint(h), "Access-Control"):
					t.Errorf("%s from %s: %v", path, origin, h)
				}
			}
		}
		for _, c := range []struct{ path, token string }{{"/questions", dana}, {"/questions", ""}, {"/questions", "bad"}, {strings.TrimPrefix(question, "/api/v1"), dana}} {
			a := page(s, http.MethodGet, "/api/v1"+c.path, shop, c.token, "")
			if a.Header.Get("Access-Control-Allow-Origin") != shop || !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "Retry-After") {
				t.Errorf("%s answers %d without letting the page read it: %v", c.path, a.Status, a.Header)
			}
			if a = page(s, http.MethodGet, "/api/v1"+c.path, stranger, c.token, ""); strings.Contains(fmt.Sprint(a.Header), "Access-Control") {
				t.Errorf("%s lets a stranger's page read it", c.path)
			}
		}
		for _, path := range []string{"/api/v1/brands", "/api/v1/me/sessions", "/api/v1/sign_in", "/api/v1/programs/" + s.Program.ID.String(), "/docs", "/openapi.json"} {
			for _, method := range []string{http.MethodOptions, http.MethodGet} {
				if a := page(s, method, path, shop, "", ""); strings.Contains(fmt.Sprint(a.Header), "Access-Control") {
					t.Errorf("%s %s: %v", method, path, a.Header)
				}
			}
		}
	})
}

// A customer's session begins on the brand's own pages and on ours, or without a
// browser, but on nobody else's.
func TestSessionsBeginOnTrustedPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := withOrigins(t, db)
		const path = "/api/v1/customer_sessions"
		brand, program := `{"brand":"`+s.Brand.String()+`"}`, `{"program":"`+s.Program.ID.String()+`"}`
		for origin, want := range map[string]int{
			shop: http.StatusOK, s.URL: http.StatusOK, "": http.StatusOK, theirs: http.StatusForbidden, stranger: http.StatusForbidden, "null": http.StatusForbidden,
		} {
			for _, body := range []string{brand, program} {
				a := page(s, http.MethodPost, path, origin, "", body)
				if a.Status != want || (want == http.StatusForbidden) != strings.Contains(a.Body, `"code":"origin"`) {
					t.Errorf("%q: %d %s", origin, a.Status, a.Body)
				}
			}
		}
		started, err := s.Customers.StartDevice(s.Ctx(), s.Brand, "")
		if err != nil {
			t.Fatal(err)
		}
		device := `{"device_token":"` + started.Token + `"}`
		for origin, want := range map[string]int{shop: http.StatusOK, theirs: http.StatusForbidden, stranger: http.StatusForbidden} {
			if a := page(s, http.MethodPost, path, origin, "", device); a.Status != want {
				t.Errorf("%s goes on: %d %s", origin, a.Status, a.Body)
			}
		}
		// What a brand changes is known within seconds.
		if err := s.Programs.SetOrigins(s.Ctx(), s.Manager, s.Program.ID, nil); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(5 * time.Second)
		if a := page(s, http.MethodPost, path, shop, "", brand); a.Status != http.StatusForbidden || strings.Contains(fmt.Sprint(a.Header), "Access-Control") {
			t.Errorf("once trusted: %d %v", a.Status, a.Header)
		}
	})
}

// Who is not verified is told when they may ask again; the address counts, not
// what the request says.
func TestCapsAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		p := s.Program.Policies
		p.Abuse = program.AbusePolicy{PerCustomer: 1, PerSource: 2, BudgetShareBP: 10_000}
		if err := s.Programs.SetPolicies(s.Ctx(), s.Owner, s.Program.ID, p); err != nil {
			t.Fatal(err)
		}
		ask := `{"program":"` + s.Program.ID.String() + `","title":"It hums"}`
		wait := int(s.Clock.Now().Truncate(24*time.Hour).Add(24*time.Hour).Sub(s.Clock.Now()) / time.Second)
		for i, want := range []int{http.StatusCreated, http.StatusCreated, http.StatusTooManyRequests} {
			started, err := s.Customers.StartDevice(s.Ctx(), s.Brand, "")
			if err != nil {
				t.Fatal(err)
			}
			token := s.Token(started.Caller())
			if a := s.Post("/api/v1/questions", token, ask); a.Status != want {
				t.Errorf("customer %d: %d %s", i, a.Status, a.Body)
			}
			a := s.Post("/api/v1/questions", token, ask)
			if a.Status != http.StatusTooManyRequests || !strings.Contains(a.Body, `"code":"cap_reached"`) || a.Header.Get("Retry-After") != strconv.Itoa(wait) {
				t.Errorf("customer %d again: %d %s, Retry-After %s, want %d", i, a.Status, a.Body, a.Header.Get("Retry-After"), wait)
			}
		}
		if a := s.Post("/api/v1/questions", s.Token(s.Customer("Dana Whitlow")), ask); a.Status != http.StatusCreated {
			t.Errorf("a verified customer: %d %s", a.Status, a.Body)
		}
	})
}
