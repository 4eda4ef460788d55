package web_test

import (
	"bufio"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/token"
	"knowhow/web/webtest"
)

// badToken is an Authorization that is good for nothing.
type badToken struct {
	name   string
	header []string
	code   string // of the problem it gets
}

// badTokens are expired, forged, foreign and broken ones; all of them name the
// brand's owner.
func badTokens(s *webtest.Server) []badToken {
	s.T.Helper()
	good := s.Token(s.Owner)
	parts := strings.Split(good, ".")
	keys, primary := s.Keys().DeriveRotating("web.token"), s.Keys().Primary()
	issuer, now := s.URL, s.Clock.Now()
	claims := func(edit func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{
			"iss": issuer, "aud": token.Audience, "sub": s.Owner.Person.String(), "kind": string(access.KindPerson),
			"iat": now.Unix(), "exp": now.Add(token.Life).Unix(),
		}
		edit(c)
		return c
	}
	sign := func(method jwt.SigningMethod, kid string, key any, edit func(jwt.MapClaims)) []string {
		t := jwt.NewWithClaims(method, claims(edit))
		t.Header["kid"] = kid
		text, err := t.SignedString(key)
		if err != nil {
			s.T.Fatal(err)
		}
		return []string{"Bearer " + text}
	}
	same := func(jwt.MapClaims) {}
	ours := func(edit func(jwt.MapClaims)) []string {
		return sign(jwt.SigningMethodHS256, primary, keys[primary], edit)
	}
	other := []byte(strings.Repeat("k", 32))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT","kid":"` + primary + `"}`))
	const bad = "token_invalid"
	return []badToken{
		{"expired", ours(func(c jwt.MapClaims) {
			c["iat"], c["exp"] = now.Add(-time.Hour).Unix(), now.Add(-50*time.Minute).Unix()
		}), "token_expired"},
		{"without an expiry", ours(func(c jwt.MapClaims) { delete(c, "exp") }), bad},
		{"from the future", ours(func(c jwt.MapClaims) { c["iat"] = now.Add(time.Hour).Unix() }), bad},
		{"for another audience", ours(func(c jwt.MapClaims) { c["aud"] = "somebody-else" }), bad},
		{"of another issuer", ours(func(c jwt.MapClaims) { c["iss"] = "https://elsewhere.example" }), bad},
		{"of no known kind", ours(func(c jwt.MapClaims) { c["kind"] = "system" }), bad},
		{"of a key's kind", ours(func(c jwt.MapClaims) { c["kind"] = "key" }), bad},
		{"of nobody", ours(func(c jwt.MapClaims) { c["sub"] = "00000000-0000-0000-0000-000000000000" }), bad},
		{"of a customer without a brand", ours(func(c jwt.MapClaims) { c["kind"] = "customer" }), bad},
		{"forged", sign(jwt.SigningMethodHS256, primary, other, same), bad},
		{"of an unknown key", sign(jwt.SigningMethodHS256, "k9", keys[primary], same), bad},
		{"of another algorithm", sign(jwt.SigningMethodHS512, primary, keys[primary], same), bad},
		{"unsigned", []string{"Bearer " + none + "." + parts[1] + "."}, bad},
		{"unsigned, with the signature", []string{"Bearer " + none + "." + parts[1] + "." + parts[2]}, bad},
		{"with another body", []string{"Bearer " + parts[0] + "." + strings.Split(s.Token(s.Manager), ".")[1] + "." + parts[2]}, bad},
		{"cut off", []string{"Bearer " + good[:len(good)-5]}, bad},
		{"of garbage", []string{"Bearer a.b.c"}, bad},
		{"empty", []string{"Bearer "}, bad},
		{"of another scheme", []string{"Basic b3R0bzpwYXNzd29yZA=="}, bad},
		{"twice", []string{"Bearer " + good, "Bearer " + good}, bad},
		{"too long", []string{"Bearer " + strings.Repeat("x", 5<<10)}, bad},
		{"a key nobody made", []string{"Bearer " + access.KeyPrefix + "test_" + strings.Repeat("A", 43)}, bad},
		{"a key cut off", []string{"Bearer " + s.Key(s.Market, access.MembersRead)[:20]}, bad},
	}
}

// A bad token is refused everywhere, even to read what anybody may, and nothing
// comes of it.
func TestBadTokensAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		for _, bad := range badTokens(s) {
			dbtest.Unchanged(t, db, func() {
				for _, path := range []string{"/api/v1/brands/" + s.Brand.String() + "/members", "/api/v1/programs/" + s.Program.ID.String() + "/public", "/api/v1/nowhere"} {
					r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					r.Header["Authorization"] = bad.header
					got := s.Send(r)
					if said := checkProblem(t, bad.name, got); got.Status != http.StatusUnauthorized || !strings.HasPrefix(said, bad.code+" ") ||
						!strings.HasPrefix(got.Header.Get("Www-Authenticate"), "Bearer") {
						t.Errorf("%s on %s: %d %s", bad.name, path, got.Status, got.Body)
					}
				}
			})
		}
	})
}

// sendRaw sends text as it is and reads what comes back.
func sendRaw(t *testing.T, s *webtest.Server, text string) webtest.Answer {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, text) }() // the server may not read all of it
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return webtest.Answer{Status: answer.StatusCode, Header: answer.Header, Body: string(body)}
}

// What never becomes a request gets its problem too.
func TestBrokenRequestsGetTheirProblems(t *testing.T) {
	s := sqliteServer(t)
	for text, want := range map[string]string{
		"GET /api/v1/brands\r\n\r\n":                          "malformed ",
		"GET /api/v1/brands HTTP/1.1\r\n\r\n":                 "malformed ",
		"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n":                "malformed ",
		"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n":         "malformed ",
		"GET / HTTP/1.1\r\nTransfer-Encoding: odd\r\n\r\n":    "malformed ",
		"GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 80<<10): "headers_too_large ",
		"GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 2<<20):  "headers_too_large ",
	} {
		got := sendRaw(t, s, text)
		if said := checkProblem(t, text[:20], got); said != want {
			t.Errorf("%.40q: %d %s", text, got.Status, got.Body)
		}
	}
}

// Who sends a body too slowly is told so, and it is no failure of ours.
func TestASlowBodyIsItsSendersFault(t *testing.T) {
	t.Parallel()
	s := sqliteServer(t)
	got := sendRaw(t, s, "POST /api/v1/sign_in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{")
	if said := checkProblem(t, "a slow body", got); got.Status != http.StatusRequestTimeout || !strings.HasPrefix(said, "request_timeout ") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if strings.Contains(s.Logged(), "level=ERROR") {
		t.Error("it was logged as a failure")
	}
}

// Headers beyond the bound, and paths and methods that are not there, get their
// problems too.
func TestOddRequestsGetTheirProblems(t *testing.T) {
	s := sqliteServer(t)
	send := func(method, path string, edit func(*http.Request)) webtest.Answer {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		edit(r)
		return s.Send(r)
	}
	as := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.Token(s.Owner)) }
	packed := func(r *http.Request) {
		as(r)
		r.Header.Set("Content-Encoding", "gzip")
	}
	huge := func(r *http.Request) { r.Header.Set("X-Padding", strings.Repeat("x", 64<<10)) }
	for name, c := range map[string]struct {
		got    webtest.Answer
		status int
		code   string
	}{
		"no such path":      {send("GET", "/api/v1/nowhere", as), 404, "not_found"},
		"no such page":      {send("GET", "/nowhere", as), 404, "not_found"},
		"no such method":    {send("PATCH", "/api/v1/brands", as), 405, "method_not_allowed"},
		"no such file":      {send("GET", "/app/nothing.js", as), 404, "not_found"},
		"a long address":    {send("GET", "/api/v1/brands?cursor="+strings.Repeat("x", 64<<10), as), 414, "uri_too_long"},
		"huge headers":      {send("GET", "/api/v1/brands", huge), 431, "headers_too_large"},
		"a packed body":     {send("POST", "/api/v1/brands", packed), 415, "media_type"},
		"a member twice":    {s.Post("/api/v1/brands", s.Token(s.Operator), `{"name":"A","name":"B"}`), 400, "malformed"},
		"nobody":            {send("GET", "/api/v1/brands", func(*http.Request) {}), 401, "unauthenticated"},
		"nobody, bad body":  {s.Post("/api/v1/questions", "", `{"no`), 401, "unauthenticated"},
		"unknown parameter": {send("GET", "/api/v1/brands?lmit=2", as), 422, "invalid"},
		"a body too large":  {s.Post("/api/v1/brands", s.Token(s.Operator), `{"name":"`+strings.Repeat("x", 300<<10)+`"}`), 413, "too_large"},
		"malformed":         {s.Post("/api/v1/brands", s.Token(s.Operator), `{"name":`), 400, "malformed"},
		"an unknown field":  {s.Post("/api/v1/brands", s.Token(s.Operator), `{"name":"A","owner":"`+s.Owner.Person.String()+`","x":1}`), 422, "invalid"},
	} {
		if said := checkProblem(t, name, c.got); c.got.Status != c.status || !strings.HasPrefix(said, c.code+" ") {
			t.Errorf("%s: %d %s, want %d %s", name, c.got.Status, c.got.Body, c.status, c.code)
		}
	}
}
