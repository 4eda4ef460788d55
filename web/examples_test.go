package web_test

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"knowhow/web/api"
	"knowhow/web/docs"
	"knowhow/web/webtest"
)

var onPage = regexp.MustCompile(`(?s)<code data-operation="(\w+)">(.*?)</code>`)

// examplesOf are the commands on the page, as a reader would copy them, by
// operation.
func examplesOf(t *testing.T, s *webtest.Server) map[string]string {
	t.Helper()
	page := s.Get("/docs", "")
	if page.Status != http.StatusOK {
		t.Fatalf("the page answers %d", page.Status)
	}
	found := map[string]string{}
	for _, match := range onPage.FindAllStringSubmatch(page.Body, -1) {
		found[match[1]] = html.UnescapeString(match[2])
	}
	return found
}

// mayConflict are the operations whose example the state of things may forbid
// even in a scene made for it.
var mayConflict = []string{"requestPayout"} // one question earns less than the least that is paid out

// Every example on the page is run as it stands there, with its variables set,
// by the shell and curl, and does what it says.
func TestExamplesRun(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed, so the documentation's examples were NOT run: install it (scripts/deps.sh)", program)
		}
	}
	s := sqliteServer(t)
	examples, home := examplesOf(t, s), curlHome(t, 10)
	if err := os.WriteFile(filepath.Join(home, "file.png"), s.PNG(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Web.Routes() {
		script := examples[r.ID]
		if script == "" {
			t.Errorf("%s has no example on the page", r.ID)
			continue
		}
		scene := s.Scene(s.Market, r)
		status, output := runExample(t, home, script, environment(s, scene, r, script))
		switch {
		case status >= 200 && status < 300:
		case status == http.StatusConflict && slices.Contains(mayConflict, r.ID):
		default:
			t.Errorf("%s answers %d:\n%s\n%s", r.ID, status, script, output)
		}
	}
}

// The stream's example hears that it is connected.
func TestStreamExampleRuns(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed, so the stream's example was NOT run: install it (scripts/deps.sh)")
	}
	s := sqliteServer(t)
	script := examplesOf(t, s)["stream"]
	status, output := runExample(t, curlHome(t, 2), script, []string{"TOKEN=" + s.Token(s.Manager)})
	if status != http.StatusOK || !strings.Contains(output, "retry:") {
		t.Errorf("%d:\n%s\n%s", status, script, output)
	}
}

var named = regexp.MustCompile(`\$([A-Z][A-Z0-9_]*)`)

// environment sets the variables of an example.
func environment(s *webtest.Server, scene *webtest.Scene, r api.Route, script string) []string {
	var list []string
	_, token := scene.Caller(r)
	for _, match := range named.FindAllStringSubmatch(script, -1) {
		switch name := match[1]; name {
		case "TOKEN":
			list = append(list, "TOKEN="+token)
		case "IDEMPOTENCY_KEY":
			list = append(list, "IDEMPOTENCY_KEY=example-"+r.ID)
		default:
			list = append(list, name+"="+scene.Value(name))
		}
	}
	return list
}

// curlHome is a directory whose .curlrc makes curl tell the status, and end.
func curlHome(t *testing.T, seconds int) string {
	t.Helper()
	dir := t.TempDir()
	rc := fmt.Sprintf("silent\nshow-error\nmax-time = %d\nwrite-out = \"\\n%%{http_code}\"\n", seconds)
	if err := os.WriteFile(filepath.Join(dir, ".curlrc"), []byte(rc), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runExample runs script and gives the answer's status and all it printed.
func runExample(t *testing.T, home, script string, variables []string) (int, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", script)
	cmd.Dir = home
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "CURL_HOME=" + home}, variables...)
	output, err := cmd.CombinedOutput()
	text := string(output)
	found := regexp.MustCompile(`\n(\d{3})\b`).FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		t.Errorf("%s: %v: %s", script, err, text)
		return 0, text
	}
	status, _ := strconv.Atoi(found[len(found)-1][1]) // three digits
	return status, text
}

// The page is whole without scripts or anything from elsewhere, and every kind
// of problem has its place on it.
func TestPageStandsAlone(t *testing.T) {
	s := sqliteServer(t)
	page := s.Get("/docs", "")
	policy := page.Header.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the page's policy is %q", policy)
	}
	for _, bad := range []string{"style=", "<style", "onclick", "javascript:", "src=\"http", "href=\"http", "<no value>", "%!"} {
		if strings.Contains(page.Body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	ids := map[string]int{}
	for _, match := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page.Body, -1) {
		ids[match[1]]++
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%d elements have the id %s", n, id)
		}
	}
	for _, match := range regexp.MustCompile(`(?:href|aria-labelledby)="#?([^"/:]+)"`).FindAllStringSubmatch(page.Body, -1) {
		if ids[match[1]] == 0 {
			t.Errorf("#%s leads nowhere", match[1])
		}
	}
	for _, op := range docs.Operations(s.Web.OpenAPI()) {
		if ids["op-"+op.OperationID] == 0 {
			t.Errorf("%s is not on the page", op.OperationID)
		}
	}
	for _, path := range []string{"/docs", "/docs.css", "/docs.js", "/openapi.json"} {
		first := s.Get(path, "")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("If-None-Match", first.Header.Get("ETag"))
		if again := s.Send(r); first.Status != http.StatusOK || again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%s answers %d, then %d", path, first.Status, again.Status)
		}
		r = r.Clone(t.Context())
		r.Header.Del("If-None-Match")
		r.Header.Set("Accept-Encoding", "identity")
		plain := s.Send(r)
		r.Header.Set("Accept-Encoding", "br, gzip")
		if packed := s.Send(r); plain.Body != first.Body || plain.Header.Get("Content-Encoding") != "" || packed.Header.Get("Content-Encoding") != "gzip" ||
			len(packed.Body) >= len(first.Body) || packed.Header.Get("ETag") == plain.Header.Get("ETag") || packed.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s is packed as %v", path, packed.Header)
		}
	}
}
