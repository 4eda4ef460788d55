package pages_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web"
	"knowhow/web/webtest"
)

// browser is somebody's, without scripts: it keeps cookies, follows redirects
// and says what a browser says of a form of the same page.
type browser struct {
	*webtest.Server
	client *http.Client
	lang   string
}

// seen is a page as it came.
type seen struct {
	status int
	path   string // where it led
	header http.Header
	text   string
}

func open(s *webtest.Server) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	return &browser{Server: s, client: &http.Client{Jar: jar}, lang: "en"}
}

// each runs fn on both databases.
func each(t *testing.T, fn func(t *testing.T, b *browser), edits ...func(*markettest.Market, *web.Options)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, open(webtest.New(t, db, edits...))) })
}

func (b *browser) do(method, path string, form url.Values, headers ...string) seen {
	b.T.Helper()
	return b.raw(method, path, form.Encode(), headers...)
}

func (b *browser) raw(method, path, body string, headers ...string) seen {
	b.T.Helper()
	r, err := http.NewRequestWithContext(b.T.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Accept-Language", b.lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	return seen{res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(text)}
}

// look opens a page and checks its status.
func (b *browser) look(path string, status int) seen {
	b.T.Helper()
	return b.want(b.do("GET", path, nil), "GET "+path, status)
}

// send sends a form and checks the status of the page it leads to.
func (b *browser) send(path string, status int, fields ...string) seen {
	b.T.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.want(b.do("POST", path, form), "POST "+path, status)
}

func (b *browser) want(p seen, doing string, status int) seen {
	b.T.Helper()
	if p.status != status {
		b.T.Fatalf("%s: got %d at %s, want %d:\n%s", doing, p.status, p.path, status, p.words())
	}
	return p
}

var (
	tags   = regexp.MustCompile(`(?s)<(style|script|title).*?</(style|script|title)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// words are what one reads on the page.
func (s seen) words() string {
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(s.text, " ")), " "))
}

// says checks that one reads all of this on the page.
func (s seen) says(t testing.TB, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(s.words(), part) {
			t.Errorf("%s does not say %q:\n%s", s.path, part, s.words())
		}
	}
}

// field is the value of a hidden field.
func (s seen) field(t testing.TB, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(s.text)
	if found == nil {
		t.Fatalf("%s has no field %s", s.path, name)
	}
	return html.UnescapeString(found[1])
}

// cookie is one the browser holds for our site; empty: none.
func (b *browser) cookie(prefix string) string {
	u, err := url.Parse(b.URL)
	if err != nil {
		b.T.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if strings.HasPrefix(c.Name, prefix) {
			return c.Value
		}
	}
	return ""
}
