package pages_test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/web"
	"knowhow/web/webtest"
)

// oddSegments are what may stand in an address, as a browser would send it.
var oddSegments = []string{"x", "%00", "%ff", "%0d%0aX:%20y", "..", "..%2f..%2fledger", "%3Flimit=1", "%23", "%25", "%5c", "0", "00000000-0000-7000-8000-000000000001"}

// oddValues are what may stand in a field.
var oddValues = []string{"", "a", "\x00", "\xff\xfe", "<script>", "../../x", "-1", "99999999999999999999", "\u202e", "a\r\nb: c", "[]", "null", "//evil.example", `/\evil.example`, "https://evil.example", "me@example.com"}

// oddFields are what pages read.
var oddFields = []string{"email", "password", "name", "code", "token", "next", "lang", "title", "body", "topic", "text", "product", "page", "rating", "share", "language"}

// Whatever stands in an address or a form, no page breaks on it, and none sends
// anybody elsewhere.
func TestOddRequestsBreakNoPage(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite"), demoScene, func(_ *markettest.Market, o *web.Options) {
		o.Limits = web.Limits{Caller: 1e6, Address: 1e6, SignIns: 1e6, CustomerSessions: 1e6}
	}))
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	draw := rand.New(rand.NewPCG(7, 0))
	pick := func(list []string) string { return list[draw.IntN(len(list))] }
	variable := regexp.MustCompile(`\{\w+\}`)
	for _, r := range b.Web.Pages() {
		for range dbtest.Loops(12, 400) {
			path := variable.ReplaceAllStringFunc(r.Path, func(string) string {
				if draw.IntN(3) == 0 {
					return b.Market.Program.ID.String()
				}
				return pick(oddSegments)
			})
			form := url.Values{}
			for range draw.IntN(6) {
				form.Add(pick(oddFields), pick(oddValues))
			}
			if r.Method == "GET" {
				path, form = path+"?"+form.Encode(), nil
			}
			got := b.do(r.Method, path, form)
			if got.status >= 500 {
				logged := b.Logged()
				t.Fatalf("%s %s %v: %d\n%s", r.Method, path, form, got.status, logged[max(0, len(logged)-2000):])
			}
			if to := got.header.Get("Location"); strings.Contains(to, "//") && !strings.HasPrefix(to, b.URL) || strings.HasPrefix(to, `/\`) {
				t.Errorf("%s %s %v leads to %s", r.Method, path, form, to)
			}
		}
	}
}
