package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/problem"
	"knowhow/web/webtest"
)

// browser is somebody's: it keeps the session's cookie and the access token.
type browser struct {
	*webtest.Server
	cookie, token string
	header        http.Header // sent with every request
	told          *[]string   // secrets, by all browsers of a test
}

// eachBrowser runs fn on both databases.
func eachBrowser(t *testing.T, fn func(t *testing.T, b *browser), edits ...func(*markettest.Market, *web.Options)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBrowser(webtest.New(t, db, edits...))
		fn(t, b)
		b.keptQuiet()
	})
}

func newBrowser(s *webtest.Server) *browser {
	return &browser{Server: s, header: http.Header{}, told: &[]string{}}
}

// another is a browser on the same server that knows nothing.
func (b *browser) another() *browser {
	return &browser{Server: b.Server, header: http.Header{}, told: b.told}
}

// learn notes secrets; there may be empty ones among them.
func (b *browser) learn(secrets ...string) { *b.told = append(*b.told, secrets...) }

// keptQuiet checks that nothing that was told is in the log.
func (b *browser) keptQuiet() {
	b.T.Helper()
	logged := b.Logged()
	if !strings.Contains(logged, "msg=request ") {
		b.T.Error("nothing was logged")
	}
	for _, secret := range append(*b.told, webtest.Password) {
		if secret != "" && strings.Contains(logged, secret) {
			b.T.Errorf("the log holds %q", secret)
		}
	}
}

// do sends body as JSON where it is not nil, and checks the status.
func (b *browser) do(method, path string, body any, want int) webtest.Answer {
	b.T.Helper()
	text := ""
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			b.T.Fatal(err)
		}
		text = string(encoded)
	}
	r, err := http.NewRequestWithContext(b.T.Context(), method, b.URL+"/api/v1"+path, strings.NewReader(text))
	if err != nil {
		b.T.Fatal(err)
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	if text != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	if b.cookie != "" {
		r.Header.Set("Cookie", b.cookie)
	}
	got := b.Send(r)
	if got.Status != want {
		b.T.Fatalf("%s %s: got %d, want %d: %s", method, path, got.Status, want, got.Body)
	}
	return got
}

// post is do for what answers nothing.
func (b *browser) post(path string, body any) {
	b.T.Helper()
	b.do("POST", path, body, http.StatusNoContent)
}

// refused checks that a request is refused with a kind of problem, which it
// gives.
func (b *browser) refused(method, path string, body any, status int, code string) (p problem.Problem) {
	b.T.Helper()
	got := b.do(method, path, body, status)
	if err := json.Unmarshal([]byte(got.Body), &p); err != nil || p.Code != code {
		b.T.Errorf("%s %s: got %s, want %s", method, path, got.Body, code)
	}
	if got.Header.Get("Set-Cookie") != "" {
		b.T.Errorf("%s %s: refused with a cookie", method, path)
	}
	return p
}

// keep keeps what a session goes on with, as a browser does.
func (b *browser) keep(got webtest.Answer) api.SignedIn {
	b.T.Helper()
	in := decoded[api.SignedIn](b.T, got)
	b.cookie, _, _ = strings.Cut(got.Header.Get("Set-Cookie"), ";")
	_, secret, _ := strings.Cut(b.cookie, "=")
	b.token = in.AccessToken
	b.learn(b.token, secret)
	if b.token == "" || secret == "" || got.Header.Get("Cache-Control") != "no-store" {
		b.T.Fatalf("no session: %s, %s", got.Header, got.Body)
	}
	return in
}

// decoded reads an answer.
func decoded[T any](t testing.TB, a webtest.Answer) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("read %s: %v", a.Body, err)
	}
	return v
}

// is reads path and decodes the answer.
func is[T any](b *browser, path string) T {
	b.T.Helper()
	return decoded[T](b.T, b.do("GET", path, nil, http.StatusOK))
}

// fields are a body.
type fields map[string]any

// signUp makes an account with this address, by mail, and signs in.
func (b *browser) signUp(email, name string) api.SignedIn {
	b.T.Helper()
	b.post("/sign_up", fields{"email": email, "name": name, "password": webtest.Password})
	token := b.MailedToken(strings.ToLower(email), "verify")
	b.learn(token)
	return b.keep(b.do("POST", "/sign_up/verify", fields{"token": token, "password": webtest.Password}, http.StatusOK))
}

func (b *browser) signIn(email, password string) api.SignedIn {
	b.T.Helper()
	return b.keep(b.do("POST", "/sign_in", fields{"email": email, "password": password}, http.StatusOK))
}

// refresh goes on with the session, and tells the cookie it got.
func (b *browser) refresh() (cookie string) {
	b.T.Helper()
	b.keep(b.do("POST", "/sign_in/refresh", nil, http.StatusOK))
	return b.cookie
}
