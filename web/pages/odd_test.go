package pages_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/web"
	"knowhow/web/pages"
	"knowhow/web/webtest"
)

// oddSegments are what may stand in an address, as a browser would send it.
var oddSegments = []string{"x", "%00", "%ff", "%0d%0aX:%20y", "..", "..%2f..%2fledger", "%3Flimit=1", "%23", "%25", "%5c", "0", "00000000-0000-7000-8000-000000000001"}

// oddValues are what may stand in a field.
var oddValues = []string{"", "a", "\x00", "\xff\xfe", "<script>", "../../x", "-1", "99999999999999999999", "\u202e", "a\r\nb: c", "[]", "null", "//evil.example", `/\evil.example`, "https://evil.example", "me@example.com"}

// fieldRead finds the fields that pages read: those that the templates have or the
// source asks for by name.
var fieldRead = regexp.MustCompile(`(?:Field "|<(?:input|textarea|select|button)\b[^>]* name="|(?:Post)?FormValue\("|Query\(\)\.(?:Get|Has)\(")([a-z_]+)"`)

// oddFields are all of them.
func oddFields(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range []string{"templates/*.html", "templates/*/*.html", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range fieldRead.FindAllStringSubmatch(string(text), -1) {
				found[m[1]] = true
			}
		}
	}
	for _, known := range []string{"email", "lang", "csat", "file", "consent", "next", "asked", "score"} {
		if !found[known] {
			t.Fatalf("pages read %q, which was not found among %v", known, found)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// odd draws requests.
type odd struct {
	*rand.Rand
	fields []string
	ids    []string // of what is there
}

func (o odd) pick(list []string) string { return list[o.IntN(len(list))] }

var variable = regexp.MustCompile(`\{\w+\}`)

func (o odd) path(pattern string) string {
	return variable.ReplaceAllStringFunc(pattern, func(string) string {
		if o.IntN(3) == 0 {
			return o.pick(o.ids)
		}
		return o.pick(oddSegments)
	})
}

func (o odd) form() url.Values {
	form := url.Values{}
	for range o.IntN(6) {
		form.Add(o.pick(o.fields), o.pick(oddValues))
	}
	return form
}

// parts is a form as one with files is sent, which some of its fields are then;
// sometimes it is cut off.
func (o odd) parts(form url.Values) (body, media string) {
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	for _, name := range slices.Sorted(maps.Keys(form)) { // all in memory
		if o.IntN(3) == 0 || name == "file" {
			part, _ := w.CreateFormFile(name, o.pick(oddValues))
			_, _ = part.Write([]byte(form.Get(name)))
			continue
		}
		_ = w.WriteField(name, form.Get(name))
	}
	_ = w.Close()
	if body = text.String(); o.IntN(4) == 0 {
		body = body[:o.IntN(len(body))]
	}
	return body, w.FormDataContentType()
}

// oddVisitor is one who sends odd requests; become makes the browser theirs, again
// where that has ended.
type oddVisitor struct {
	*browser
	become func(b *browser) seen
	known  string // by which cookie they are known; empty: they are not
}

func oddVisitors(s *webtest.Server) []oddVisitor {
	setPassword(open(s), "olga@example.com")
	return []oddVisitor{
		{open(s), nil, ""},
		{open(s), func(b *browser) seen {
			return b.send("/sign-in", http.StatusSeeOther, "email", "olga@example.com", "password", webtest.Password)
		}, "knowhow_refresh"},
		{open(s), func(b *browser) seen {
			b.Clock.Advance(2 * time.Hour) // on one day not so many may ask from one place
			return b.send("/ask/"+b.Market.Program.ID.String(), http.StatusSeeOther, "title", "My box is dead", "body", "Since Sunday.", "language", "en")
		}, "knowhow_customer_"},
	}
}

// Whatever stands in an address or a form, and whoever sends it, no page breaks
// on it, and none sends anybody elsewhere.
func TestOddRequestsBreakNoPage(t *testing.T) {
	s := webtest.New(t, dbtest.Open(t, "sqlite"), demoScene, func(_ *markettest.Market, o *web.Options) {
		o.Limits = web.Limits{Caller: 1e6, Address: 1e6, SignIns: 1e6, CustomerSessions: 1e6}
	})
	draw := odd{rand.New(rand.NewPCG(7, 0)), oddFields(t), []string{s.Market.Program.ID.String()}}
	for _, b := range oddVisitors(s) {
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for _, r := range s.Web.Pages() {
			for range dbtest.Loops(6, 200) {
				if b.known != "" && b.cookie(b.known) == "" {
					led := b.become(b.browser).header.Get("Location")
					if b.cookie(b.known) == "" {
						t.Fatalf("nobody is known by %s", b.known)
					}
					if own := strings.TrimPrefix(led, "/my/questions/"); own != led {
						draw.ids = append(draw.ids, strings.TrimSuffix(own, "?asked=1"))
					}
				}
				draw.send(t, b.browser, r)
			}
		}
	}
}

// send sends a request to a page and looks at what comes back.
func (o odd) send(t *testing.T, b *browser, r pages.Route) {
	t.Helper()
	path, form := o.path(r.Path), o.form()
	if r.Path == "/record" {
		form.Add(o.pick([]string{"file", "record"}), o.pick(oddValues))
	}
	body, media := form.Encode(), "application/x-www-form-urlencoded"
	switch {
	case r.Method == http.MethodGet:
		path, body = path+"?"+body, ""
	case o.IntN(3) == 0 || r.Path == "/record":
		body, media = o.parts(form)
	}
	got := b.raw(r.Method, path, body, "Content-Type", media)
	if got.status >= 500 {
		logged := b.Logged()
		t.Fatalf("%s %s %v: %d\n%s", r.Method, path, form, got.status, logged[max(0, len(logged)-2000):])
	}
	if to := got.header.Get("Location"); strings.Contains(to, "//") && !strings.HasPrefix(to, b.URL) || strings.HasPrefix(to, `/\`) {
		t.Errorf("%s %s %v leads to %s", r.Method, path, form, to)
	}
}
