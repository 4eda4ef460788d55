package serve

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// walk is the README's five minutes: the commands between its marks, for a
// demo that answers at base.
func walk(t *testing.T, base string) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "<!-- walk -->")
	part, _, ok := strings.Cut(rest, "<!-- walked -->")
	if !ok {
		t.Fatal("README.md has no walk")
	}
	script := "set -euo pipefail\n"
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(part, -1) {
		script += block[1]
	}
	const served = "http://127.0.0.1:8080"
	if !strings.Contains(script, served) {
		t.Fatalf("the walk has no %s", served)
	}
	return strings.ReplaceAll(script, served, base)
}

// A newcomer asks, answers as the expert, and reads receipt and ledger with
// nothing but what the README tells.
func TestReadmeWalk(t *testing.T) {
	for _, name := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed, so the README's walk is not walked", name)
		}
	}
	p, out := launch(t, nil, "--mail-dir=", "--mail-from=", "--demo", "--database-url=sqlite:"+copyOfDemo(t))
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.Contains(lines.Text(), "Sign in as"); {
		if base, ok := strings.CutPrefix(lines.Text(), "Serving "); ok {
			p.base = base
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", walk(t, p.base))
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, part := range []string{`[name 1]`, `"handle":"ayse"`, `"state":"resolved"`, `"view":"customer"`, `"view":"brand"`, `"held"`, `"balanced":true`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the walk does not show %s", part)
		}
	}
	if strings.Contains(string(text), `"type":"/docs#`) || t.Failed() {
		t.Errorf("the walk shows\n%s", text)
	}
	p.terminate()
	p.ends()
}
