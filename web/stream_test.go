package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web"
	"knowhow/web/stream"
	"knowhow/web/token"
	"knowhow/web/webtest"
)

// listen opens a stream; lines are what comes, and end with the stream.
func listen(t *testing.T, s *webtest.Server, token string) (*http.Response, <-chan string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(answer.Body); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return answer, lines
}

// await reads lines up to one with text; false where the stream ends before.
func await(t *testing.T, lines <-chan string, text string) bool {
	t.Helper()
	late := time.After(5 * time.Minute)
	for {
		select {
		case line, open := <-lines:
			if !open || strings.Contains(line, text) {
				return open
			}
		case <-late:
			t.Fatalf("%q did not come", text)
		}
	}
}

// A person who signed in hears of the brand's questions through all that stands
// before the hub, until they sign out.
func TestStreamLastsAsLongAsItsSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		const password = "brindle box weather"
		if err := s.SignIn.SetPasswordFor(t.Context(), access.SystemCaller("test"), s.Manager.Person, password); err != nil {
			t.Fatal(err)
		}
		var email string
		err := s.Store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
			email, err = s.Access.OpenEmailTx(t.Context(), tx, s.Manager.Person)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		started, err := s.SignIn.SignIn(t.Context(), signin.Client{}, signin.Credentials{Email: email, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		answer, lines := listen(t, s, s.TokenOf(token.Grant{Caller: started.Caller(), Session: started.Session.ID.String()}))
		if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Request-Id") == "" || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Fatalf("answered %s, %v", answer.Status, answer.Header)
		}
		if !await(t, lines, "event: ready") {
			t.Fatal("the stream ended at once")
		}
		s.Ask(s.Customer("Dana"), "My box is dead")
		if !await(t, lines, "event: question.asked") {
			t.Fatal("the stream ended before the notice")
		}
		if err := s.SignIn.SignOut(t.Context(), started.Token); err != nil {
			t.Fatal(err)
		}
		if await(t, lines, "event: nothing") {
			t.Fatal("the stream outlived its session")
		}
	})
}

// A customer's stream ends with the browser it was begun in, and no other's.
func TestStreamEndsWithTheCustomersBrowser(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.Clock.Advance(time.Until(b.Clock.Now()).Abs()) // a stream ends with its token by the real time
		one, other := b.another(), b.another()
		first, second := one.begin(fields{"brand": b.Brand}), other.begin(fields{"brand": b.Brand})
		_, ends := listen(t, b.Server, first.AccessToken)
		_, stays := listen(t, b.Server, second.AccessToken)
		if !await(t, ends, "event: ready") || !await(t, stays, "event: ready") {
			t.Fatal("a stream ended at once")
		}
		b.post("/customer_sessions/end", fields{"device_token": first.DeviceToken})
		if await(t, ends, "event: nothing") {
			t.Fatal("the stream outlived its browser")
		}
		b.Expert("first")
		other.do("POST", "/questions", fields{"program": b.Program.ID, "title": "My box is dead", "body": "Since yesterday."}, 201)
		if !await(t, stays, "event: question.asked") {
			t.Fatal("the other's stream ended too")
		}
	})
}

// Whoever may have none gets a problem.
func TestRefusedStreamIsAProblem(t *testing.T) {
	s := sqliteServer(t)
	for _, c := range []struct {
		token, query string
		want         int
	}{
		{"", "", http.StatusUnauthorized}, {"forged", "", http.StatusUnauthorized},
		{s.Token(s.Manager), "?after=elsewhere", http.StatusBadRequest}, {s.Token(s.Manager), "?after=0-ffffff", http.StatusBadRequest},
		{s.TokenOf(token.Grant{Caller: s.Manager, Session: "00000000-0000-7000-8000-000000000001", Limited: true}), "", http.StatusForbidden},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/v1/stream"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != c.want || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%+v was answered %s %s, %v", c, answer.Status, body, err)
		}
	}
}

// A second stream from one address is refused, whoever wants it, where one is
// as many as it may have.
func TestStreamsOfAnAddressAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db, func(m *markettest.Market, o *web.Options) {
			o.Hub = stream.New(stream.Options{Store: m.Store, Events: m.Events, Clock: m.Clock, Log: o.Log, PerAddress: 1})
			var running sync.WaitGroup
			ctx, stop := context.WithCancel(context.Background())
			running.Go(func() { o.Hub.Run(ctx) })
			t.Cleanup(func() { stop(); running.Wait() })
		})
		_, lines := listen(t, s, s.Token(s.Owner))
		if !await(t, lines, "event: ready") {
			t.Fatal("the stream ended at once")
		}
		answer, body := listen(t, s, s.Token(s.Manager))
		if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" || !await(t, body, `"code":"too_many_requests"`) {
			t.Errorf("answered %s, %v", answer.Status, answer.Header)
		}
		if got := s.Do(http.MethodGet, "/api/v1/me", s.Token(s.Manager), ""); got.Status != http.StatusOK {
			t.Errorf("who was refused a stream is refused all else: %+v", got)
		}
	})
}
