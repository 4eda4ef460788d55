package web_test

import (
	"net/http"
	"strings"
	"testing"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

// TestReadingRoutesAnswerHeads: HEAD is answered as GET is, by whom it may be
// asked too, and without a body. What changes something has no HEAD, and nor
// has the stream, which never ends.
func TestReadingRoutesAnswerHeads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		owner, brand := s.Token(s.Owner), "/api/v1/brands/"+s.Brand.String()
		for _, c := range []struct {
			path, token string
			status      int
		}{
			{brand, owner, 200}, {brand + "/programs", owner, 200}, {brand + "/programs?limit=0", owner, 422}, {brand, "", 401}, {brand, "x", 401},
			{"/api/v1/brands/" + s.Next.Brand.String(), owner, 404}, {"/api/v1/me", owner, 200}, {api.RecordKeysPath, "", 200}, {"/api/v1/nothing", owner, 404},
		} {
			get, head := s.Do(http.MethodGet, c.path, c.token, ""), s.Do(http.MethodHead, c.path, c.token, "")
			if get.Status != c.status || head.Status != c.status || get.Body == "" || head.Body != "" {
				t.Errorf("%s: GET %d, HEAD %d with %q; want %d", c.path, get.Status, head.Status, head.Body, c.status)
			}
			for _, name := range []string{"Content-Type", "Cache-Control", "WWW-Authenticate", "Content-Security-Policy"} {
				if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
					t.Errorf("HEAD %s has %s %q, GET %q", c.path, name, got, want)
				}
			}
		}
		for _, path := range []string{"/api/v1/stream", "/api/v1/sign_in"} {
			if got := s.Do(http.MethodHead, path, owner, ""); got.Status != http.StatusMethodNotAllowed || strings.Contains(got.Header.Get("Allow"), "HEAD") {
				t.Errorf("HEAD %s: %d, Allow %q", path, got.Status, got.Header.Get("Allow"))
			}
		}
	})
}

// Every reading route has its HEAD: nobody is told 405 by one.
func TestEveryReadingRouteAnswersHeads(t *testing.T) {
	s := sqliteServer(t)
	for _, r := range s.Web.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		path := api.Prefix + strings.NewReplacer("{", "", "}", "").Replace(r.Path)
		if get, head := s.Do(http.MethodGet, path, "", ""), s.Do(http.MethodHead, path, "", ""); head.Status != get.Status {
			t.Errorf("%s: GET %d, HEAD %d", r.ID, get.Status, head.Status)
		}
	}
}
