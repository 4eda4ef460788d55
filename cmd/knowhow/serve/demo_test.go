package serve

import (
	"bufio"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/house"
	"knowhow/marketplace/signin"
	"knowhow/migrations/pgtemp"
)

// living is a demo that was started on a new file and ended again, once for every
// test that begins with one.
var living struct {
	once       sync.Once
	file, told string
}

// livedDemo gives its file, and what it said at its first start.
func livedDemo(t *testing.T) (file, told string) {
	t.Helper()
	living.once.Do(func() {
		dir, err := pgtemp.Scratch()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "demo.db")
		living.told = showDemo(t, file, 10*time.Minute)
		living.file = file
	})
	if living.file == "" {
		t.Fatal("the demo could not be lived")
	}
	return living.file, living.told
}

// copyOfDemo is a copy of the demo that was lived, with its keys.
func copyOfDemo(t *testing.T) string {
	t.Helper()
	from, _ := livedDemo(t)
	to := filepath.Join(t.TempDir(), "demo.db")
	for _, end := range []string{"", ".keys"} {
		content, err := os.ReadFile(from + end)
		if err == nil {
			err = os.WriteFile(to+end, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// showDemo starts the demo on a file, reads what it says, and ends it.
func showDemo(t *testing.T, file string, within time.Duration) string {
	t.Helper()
	began := time.Now()
	p, out := launch(t, nil, "--mail-dir=", "--mail-from=", "--demo", "--database-url=sqlite:"+file)
	text := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text += lines.Text() + "\n"
		if base, ok := strings.CutPrefix(lines.Text(), "Serving "); ok {
			p.base = base
		}
		if strings.Contains(text, "Layla Benharrach") {
			break
		}
	}
	if took := time.Since(began); took > within {
		t.Errorf("it served after %s, want at most %s", took, within)
	}
	expect(t, p.base+"/readyz", 200, "ready")
	p.terminate()
	p.ends()
	return text
}

// The demo needs nothing but a place for its file: it fills it, makes its keys,
// lets its people in, and is there at once the next time.
func TestDemo(t *testing.T) {
	file, first := livedDemo(t)
	for _, part := range []string{demoPassword, "/docs", "ayse@brindlewave.example", "operator", file + ".mail"} {
		if !strings.Contains(first, part) {
			t.Errorf("it does not tell %q:\n%s", part, first)
		}
	}
	if info, err := os.Stat(file + ".keys"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the keys: %v, %v", info, err)
	}
	if info, err := os.Stat(file + ".mail"); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the mail: %v, %v", info, err)
	}
	second := showDemo(t, copyOfDemo(t), 5*time.Minute)
	if strings.Count(second, "\n") != strings.Count(first, "\n") {
		t.Errorf("the second time it tells\n%s\nthe first time\n%s", second, first)
	}
	h, db, err := house.Flag{Flag: database.Flag{DatabaseURL: "sqlite:" + file}}.Open(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, email := range []string{"odile@brindlewave.example", "ayse@brindlewave.example"} {
		if _, err := h.SignIn.SignIn(t.Context(), signin.Client{}, signin.Credentials{Email: email, Password: demoPassword}); err != nil {
			t.Errorf("%s cannot sign in: %v", email, err)
		}
	}
}
