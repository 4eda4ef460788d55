package ui_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"knowhow/web/problem"
	"knowhow/web/ui"
)

func apps(t *testing.T, files fstest.MapFS) http.Handler {
	t.Helper()
	a, err := ui.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for path, h := range a.Routes() {
		mux.HandleFunc("GET "+strings.Replace(path, "*", "{rest...}", 1), func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				problem.From(err).Write(w)
			}
		})
	}
	return mux
}

func get(h http.Handler, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var sample = fstest.MapFS{
	".keep":                   {},
	"app/work.html":           {Data: []byte(`<meta nonce="__NONCE__"><script src="/app/assets/work-1.js" nonce="__NONCE__">`)},
	"app/console.html":        {Data: []byte("console")},
	"app/sw.js":               {Data: []byte("worker")},
	"app/assets/work-1.js":    {Data: []byte("plain")},
	"app/assets/work-1.js.gz": {Data: []byte("zipped")},
	"app/assets/work-1.js.br": {Data: []byte("brotli")},
	"widget/widget.js":        {Data: []byte("widget")},
}

func TestPagesHaveANonceOfTheirOwn(t *testing.T) {
	h := apps(t, sample)
	seen := map[string]bool{}
	for _, path := range []string{"/work", "/work/earnings", "/work/a/b.c", "/work"} {
		r := get(h, path)
		csp := r.Header.Get("Content-Security-Policy")
		_, rest, _ := strings.Cut(csp, "'nonce-")
		nonce, _, _ := strings.Cut(rest, "'")
		if r.StatusCode != http.StatusOK || len(nonce) < 16 || seen[nonce] || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %d, policy %q", path, r.StatusCode, csp)
		}
		seen[nonce] = true
		if got := body(t, r); strings.Count(got, nonce) != 2 || strings.Contains(got, "__NONCE__") {
			t.Errorf("%s: %s lacks the nonce %s", path, got, nonce)
		}
		if r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
	if got := body(t, get(h, "/console/brands")); got != "console" {
		t.Errorf("console: %q", got)
	}
}

func TestAssetsAreSentSmallAndKept(t *testing.T) {
	h := apps(t, sample)
	for _, c := range []struct{ accept, want, encoding string }{
		{"", "plain", ""}, {"gzip", "zipped", "gzip"}, {"gzip, br", "brotli", "br"}, {"br;q=0, gzip;q=0.5", "zipped", "gzip"},
		{"br;q=0.0, gzip; q=0", "plain", ""}, {"deflate", "plain", ""}, {"brx", "plain", ""},
	} {
		r := get(h, "/app/assets/work-1.js", "Accept-Encoding", c.accept)
		if got := body(t, r); got != c.want || r.Header.Get("Content-Encoding") != c.encoding {
			t.Errorf("%q: got %q as %q", c.accept, got, r.Header.Get("Content-Encoding"))
		}
		if !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v", c.accept, r.Header)
		}
		again := get(h, "/app/assets/work-1.js", "Accept-Encoding", c.accept, "If-None-Match", r.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified || body(t, again) != "" {
			t.Errorf("%q: asked again, %d", c.accept, again.StatusCode)
		}
	}
	if r := get(h, "/work/sw.js"); r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("Service-Worker-Allowed") != "/work" ||
		!strings.Contains(r.Header.Get("Content-Security-Policy"), "connect-src 'self'") || body(t, r) != "worker" {
		t.Errorf("the worker: %v", r.Header)
	}
	if r := get(h, "/widget.js"); r.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || body(t, r) != "widget" {
		t.Errorf("the widget: %v", r.Header)
	}
	for _, path := range []string{"/app/assets/none.js", "/app/work.html", "/app/assets/work-1.js.br", "/app/.keep", "/app/"} {
		if r := get(h, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestWithoutABuildPagesSayWhatToDo(t *testing.T) {
	h := apps(t, fstest.MapFS{".keep": {}})
	for _, path := range []string{"/work", "/work/x", "/console", "/widget.js", "/work/sw.js"} {
		if r := get(h, path); r.StatusCode != http.StatusNotImplemented || !strings.Contains(body(t, r), "make web") {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestWhatWasBuiltIn(t *testing.T) {
	a, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	for path := range a.Routes() {
		if !strings.HasPrefix(path, "/") {
			t.Errorf("route %q", path)
		}
	}
}

// What is kept compressed alone is there for who takes no compression, too.
func TestFilesAreUnpacked(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("plain")); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	h := apps(t, fstest.MapFS{"app/assets/work-1.js.gz": {Data: packed.Bytes()}, "app/assets/work-1.js.br": {Data: []byte("brotli")}})
	for accept, want := range map[string]string{"": "plain", "br": "brotli", "gzip": packed.String()} {
		r := get(h, "/app/assets/work-1.js", "Accept-Encoding", accept)
		if got := body(t, r); r.StatusCode != 200 || got != want || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("%q: %d %q, %v", accept, r.StatusCode, got, r.Header)
		}
	}
	if _, err := ui.Load(fstest.MapFS{"app/assets/work-1.js.gz": {Data: []byte("no gzip")}}); err == nil {
		t.Error("a file that is broken was loaded")
	}
}
