package serve

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"knowhow/marketplace/redact"
	"knowhow/migrations"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestServes(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			args := []string{"--database-url=" + dbtest.URL(t, dialect), "--key-file=" + keyFile(t)}
			p := start(t, nil, args...)
			expect(t, p.base+"/healthz", 200, `"alive"`)
			expect(t, p.base+"/readyz", 200, `"ready","checks":{"database":"ok","schema":"ok","writing":"ok"}`)
			expect(t, p.base+"/metrics", 200, `knowhow_jobs{state="buried"} 0`)
			expect(t, p.base+"/openapi.json", 200, `"openapi"`)
			expect(t, p.base+"/api/v1/nothing", 404, `"not_found"`)
			if dialect == "sqlite" {
				if log := refused(t, nil, args...); !strings.Contains(log, "another process serves this file") {
					t.Errorf("a second process was refused with %s", log)
				}
			} else {
				other := start(t, nil, args...)
				expect(t, other.base+"/readyz", 200, "ready")
				other.terminate()
				other.ends()
			}
			p.terminate()
			p.ends()
			again := start(t, nil, args...) // nothing is left in the way
			again.terminate()
			again.ends()
		})
	}
}

// However early it is told to end, that is no failure.
func TestEndsBeforeItServes(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			args := []string{"--listen=127.0.0.1:0", "--mail-dir=" + t.TempDir(), "--mail-from=help@example.com", "--database-url=" + dbtest.URL(t, dialect), "--key-file=" + keyFile(t)}
			for after := time.Duration(0); after < 200*time.Millisecond; after = after*2 + time.Millisecond {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				var c Command
				if _, err := kong.Must(&c).Parse(args); err != nil {
					t.Fatal(err)
				}
				if err := c.Run(ctx, io.Discard, slog.New(slog.DiscardHandler)); err != nil {
					t.Errorf("told to end after %s: %v", after, err)
				}
				cancel()
			}
		})
	}
}

// A request that is under way is answered; meanwhile the process says that it
// ends.
func TestDrains(t *testing.T) {
	p := start(t, nil, "--database-url="+dbtest.URL(t, "sqlite"), "--key-file="+keyFile(t), "--shutdown-delay=3s")
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const head = "POST /api/v1/questions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{"
	if _, err := conn.Write([]byte(head)); err != nil {
		t.Fatal(err)
	}
	p.terminate()
	deadline := time.Now().Add(5 * time.Minute)
	for said := ""; !strings.Contains(said, `"stopping"`); time.Sleep(10 * time.Millisecond) {
		status := 0
		if status, said = get(t, p.base+"/readyz"); time.Now().After(deadline) {
			t.Fatalf("it never said that it ends, but %d %s", status, said)
		}
		if ends := status == http.StatusServiceUnavailable; ends != strings.Contains(said, `"stopping"`) {
			t.Errorf("it said %d %s", status, said)
		}
	}
	for ; time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) { // the listener goes
		other, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
		if err != nil {
			break
		}
		other.Close()
	}
	if _, err := conn.Write([]byte("}")); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || answer.StatusCode < 400 || answer.StatusCode >= 500 {
		t.Errorf("the request under way was answered %+v, %v", answer, err)
	}
	p.ends()
	if strings.Contains(p.log.String(), "cut off") {
		t.Errorf("something was cut off: %s", p.log)
	}
}

func TestRoles(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	common := []string{"--database-url=" + url, "--key-file=" + keyFile(t), "--base-url=https://help.example.com"}
	web := start(t, nil, append(common, "--role=web")...)
	worker := start(t, nil, append(common, "--role=worker", "--metrics-listen=127.0.0.1:0")...)
	expect(t, web.base+"/readyz", 200, "ready")
	expect(t, web.base+"/metrics", 404, "not_found") // whoever asks may come through a proxy
	expect(t, worker.metrics+"/metrics", 200, `role="worker"`)
	expect(t, worker.metrics+"/readyz", 200, "ready")
	expect(t, worker.metrics+"/api/v1/questions", 404, "")
	for _, p := range []*process{web, worker} {
		p.terminate()
		p.ends()
	}
}

func TestRefusedAtStart(t *testing.T) {
	bare := dbtest.URL(t, "postgres")
	takeBack(t, bare)
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	sqlite := "--database-url=" + dbtest.URL(t, "sqlite")
	for name, c := range map[string]struct {
		names string
		args  []string
	}{
		"no keys":           {"knowhow keys generate", []string{sqlite}},
		"no keys at all":    {"KNOWHOW_KEYS", []string{"--database-url=" + bare, "--migrate"}},
		"an old schema":     {"knowhow migrate up", []string{"--database-url=" + bare, "--key-file=" + keyFile(t)}},
		"a taken address":   {"--listen", []string{sqlite, "--key-file=" + keyFile(t), "--listen=" + busy.Addr().String()}},
		"a broken variable": {"OTEL_EXPORTER_OTLP_ENDPOINT", []string{sqlite, "--key-file=" + keyFile(t)}},
		"no webhook secret": {"KNOWHOW_STRIPE_WEBHOOK_SECRET", []string{sqlite, "--key-file=" + keyFile(t)}},
		"a key of another":  {"KNOWHOW_STRIPE_SECRET_KEY", []string{sqlite, "--key-file=" + keyFile(t)}},
	} {
		env := map[string][]string{
			"a broken variable": {"OTEL_EXPORTER_OTLP_ENDPOINT=collector"},
			"no webhook secret": {"KNOWHOW_STRIPE_SECRET_KEY=sk_test_1"},
			"a key of another":  {"KNOWHOW_STRIPE_SECRET_KEY=pk_test_1"},
		}[name]
		if log := refused(t, env, c.args...); !strings.Contains(log, c.names) {
			t.Errorf("%s: refused with %s, want %q named", name, log, c.names)
		}
	}
	p := start(t, nil, "--database-url="+bare, "--key-file="+keyFile(t), "--migrate")
	expect(t, p.base+"/readyz", 200, "ready")
	takeBack(t, bare)
	deadline := time.Now().Add(5 * time.Minute)
	for status := 0; status != http.StatusServiceUnavailable && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status, _ = get(t, p.base+"/readyz")
	}
	expect(t, p.base+"/readyz", 503, `"schema":"failed"`)
}

// With Stripe's key and the webhooks' secrets it serves for Stripe; the log says by
// whom money is moved, and no secret.
func TestServesForStripe(t *testing.T) {
	args := []string{"--database-url=" + dbtest.URL(t, "sqlite"), "--key-file=" + keyFile(t)}
	secrets := []string{"KNOWHOW_STRIPE_SECRET_KEY=sk_test_1", "KNOWHOW_STRIPE_WEBHOOK_SECRET=whsec_1", "KNOWHOW_STRIPE_CONNECT_WEBHOOK_SECRET=whsec_2"}
	p := start(t, secrets, args...)
	r, err := http.Post(p.base+"/webhooks/stripe/platform", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || r.StatusCode != 400 || !strings.Contains(string(body), "webhook_forged") {
		t.Errorf("%d %s, %v", r.StatusCode, body, err)
	}
	p.terminate()
	p.ends()
	if log := p.log.String(); !strings.Contains(log, "stripe test: no real money moves") || strings.Contains(log, "sk_test_1") || strings.Contains(log, "whsec_") {
		t.Errorf("log: %s", log)
	}
}

// takeBack takes the schema's newest step back.
func takeBack(t *testing.T, url string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.SQL()
	if err == nil {
		_, err = migrations.Down(t.Context(), conn, db.Dialect)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Under systemd keys come as a credential, which its group can read, and the
// manager is told how the process stands.
func TestUnderAServiceManager(t *testing.T) {
	credentials := t.TempDir()
	if err := os.WriteFile(filepath.Join(credentials, "knowhow.keys"), []byte(redact.GenerateKeys("k1")+"\n"), 0o440); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	hears := func(want string) {
		t.Helper()
		text := make([]byte, 100)
		if err := manager.SetReadDeadline(time.Now().Add(5 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if n, err := manager.Read(text); err != nil || string(text[:n]) != want {
			t.Errorf("the manager heard %q, %v; want %q", text[:n], err, want)
		}
	}
	p := start(t, []string{"NOTIFY_SOCKET=" + socket, "CREDENTIALS_DIRECTORY=" + credentials}, "--database-url="+dbtest.URL(t, "postgres"))
	hears("READY=1")
	p.terminate()
	hears("STOPPING=1")
	p.ends()
}

func TestOnlyThisMachineGetsMetrics(t *testing.T) {
	said := func(what string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, what) })
	}
	h := onlyHere(said("here"), said("others"))
	for from, want := range map[string]string{
		"127.0.0.1:5": "here", "[::1]:5": "here", "[::ffff:127.0.0.1]:5": "here", "192.0.2.1:5": "others", "": "others", "@": "others",
	} {
		w := &recorder{}
		h.ServeHTTP(w, &http.Request{RemoteAddr: from})
		if w.text != want {
			t.Errorf("from %q: %s, want %s", from, w.text, want)
		}
	}
}

// recorder keeps what is written.
type recorder struct {
	http.ResponseWriter
	text string
}

func (r *recorder) Write(p []byte) (int, error) {
	r.text += string(p)
	return len(p), nil
}
