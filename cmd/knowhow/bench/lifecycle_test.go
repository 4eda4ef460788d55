package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"knowhow/cmd/knowhow/serve"
	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
)

// TestMain makes a test process that is started as the server the server, and one
// that is to be killed the bench of payouts.
func TestMain(m *testing.M) {
	if url := os.Getenv(payoutsChild); url != "" {
		os.Exit(benchPayouts(url))
	}
	if len(os.Args) < 2 || os.Args[1] != "serve" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var c serve.Command
	_, err := kong.Must(&c).Parse(os.Args[2:])
	if err == nil {
		err = c.Run(ctx, os.Stdout, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	}
	if err != nil {
		slog.Error("serve", "err", err)
		os.Exit(1)
	}
}

// small is the command on a small market, whose temporary files go into a
// directory of the test's own.
func small(t *testing.T, databaseURL string) (c *Lifecycle, temporary string) {
	t.Helper()
	temporary = t.TempDir()
	t.Setenv("TMPDIR", temporary)
	c = &Lifecycle{DatabaseURL: databaseURL, Concurrency: 2, Seconds: 1, Experts: 40, Past: 60, Customers: 5, WarmUp: 10}
	c.Format.Name = "json"
	return c, temporary
}

func TestLifecycle(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			c, temporary := small(t, dbtest.URL(t, dialect))
			var out bytes.Buffer
			if err := c.Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			got := map[string]any{}
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, out.Bytes())
			}
			for _, key := range []string{
				"lifecycles", "lifecycles_per_s", "ask_p50_ms", "ask_p99_ms", "cpu_ms_per_lifecycle", "peak_rss_mb", "statements_per_lifecycle",
			} {
				if n, ok := got[key].(float64); !ok || n <= 0 {
					t.Errorf("%s is %v, want a number above 0", key, got[key])
				}
			}
			took, _ := got["steps"].(map[string]any)
			for _, step := range []step{asked, routed, listed, accepted, answered, resolved, feedback} {
				if s, ok := took[stepNames[step]].(map[string]any); !ok || s["count"] != got["lifecycles"] {
					t.Errorf("step %s is %v, want %v of them", stepNames[step], took[stepNames[step]], got["lifecycles"])
				}
			}
			if got["pgbench_tps"] != nil || got["ratio"] != nil {
				t.Error("there is a ratio to a yardstick that nobody asked for")
			}
			empty(t, temporary)
		})
	}
}

// TestInterrupted ends the bench in the middle: it must leave nothing behind.
func TestInterrupted(t *testing.T) {
	c, temporary := small(t, "")
	c.Seconds = 300
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	go func() {
		for len(glob(t, temporary, "knowhow-bench-*/server.log")) == 0 && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		interrupt()
	}()
	if err := c.Run(ctx, &bytes.Buffer{}, slog.New(slog.DiscardHandler)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	empty(t, temporary)
}

func TestRefusedDatabase(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "used.db")
	c, temporary := small(t, url)
	if err := c.Run(t.Context(), &bytes.Buffer{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context(), &bytes.Buffer{}, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("on a database with a brand: %v", err)
	}
	empty(t, temporary)
}

func TestRefusedFlags(t *testing.T) {
	for flag, spoil := range map[string]func(c *Lifecycle){
		"--concurrency": func(c *Lifecycle) { c.Concurrency = 0 },
		"--seconds":     func(c *Lifecycle) { c.Seconds = 301 },
		"--experts":     func(c *Lifecycle) { c.Experts = -1 },
		"--past":        func(c *Lifecycle) { c.Past = -1 },
		"--customers":   func(c *Lifecycle) { c.Customers = 0 },
	} {
		c, temporary := small(t, "")
		spoil(c)
		err := c.Run(t.Context(), &bytes.Buffer{}, slog.New(slog.DiscardHandler))
		if !errors.Is(err, marketplace.ErrInvalid) || !strings.Contains(err.Error(), flag) {
			t.Errorf("%s: %v", flag, err)
		}
		empty(t, temporary)
	}
}

// empty fails where something was left in a directory, or a process still uses
// it.
func empty(t *testing.T, dir string) {
	t.Helper()
	if left := glob(t, dir, "*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	for _, name := range glob(t, "/proc", "[0-9]*/environ") {
		if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte("TMPDIR="+dir)) && name != fmt.Sprintf("/proc/%d/environ", os.Getpid()) {
			t.Errorf("%s: a process was left behind", name)
		}
	}
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestQuantile(t *testing.T) {
	var times []time.Duration
	for i := range 100 {
		times = append(times, time.Duration(i+1)*time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, .5: 50, .99: 99, 1: 100} {
		if got := quantile(times, q); got != want {
			t.Errorf("the %g-quantile of 1 to 100 is %g, want %g", q, got, want)
		}
	}
	if got := quantile(times[:1], .99); got != 1 {
		t.Errorf("of one: %g", got)
	}
	if got := quantile(nil, .5); got != 0 {
		t.Errorf("of none: %g", got)
	}
}
