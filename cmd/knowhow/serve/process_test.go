package serve

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"knowhow/marketplace/redact"
)

// child holds the arguments in the environment of a test process that is to be
// the command instead.
const child = "KNOWHOW_TEST_SERVE"

func TestMain(m *testing.M) {
	args, isChild := os.LookupEnv(child)
	if !isChild {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var c Command
	parser := kong.Must(&c)
	_, err := parser.Parse(strings.Split(args, "\n"))
	if err == nil {
		err = c.Run(ctx, os.Stdout, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	}
	if err != nil {
		slog.Error("serve", "err", err)
		os.Exit(1)
	}
}

// process is a running `knowhow serve`.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	base    string // where it answers the outside
	metrics string // where it answers metrics, if that is elsewhere
	log     *lockedBuffer
	waited  sync.Once
	err     error
}

// lockedBuffer takes a process's log while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// keyFile makes keys for a test.
func keyFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys")
	if _, err := redact.LoadOrCreateKeyFile(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// start starts the command on a database and waits until it says that it
// serves.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p, out := launch(t, env, args...)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "Serving "); ok {
			p.base = base
		}
		if metrics, ok := strings.CutPrefix(lines.Text(), "Metrics "); ok {
			p.metrics = strings.TrimSuffix(metrics, "/metrics")
		}
		if p.metrics != "" || p.base != "" && !strings.Contains(strings.Join(args, " "), "--metrics-listen") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	t.Fatalf("it did not serve: %v\n%s", p.wait(), p.log)
	return nil
}

// launch starts the command.
func launch(t *testing.T, env []string, args ...string) (*process, io.Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute) // whatever becomes of it
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	args = append([]string{"--listen=127.0.0.1:0", "--mail-dir=" + t.TempDir(), "--mail-from=help@example.com", "--shutdown-timeout=2m"}, args...)
	cmd.Env = append(append(os.Environ(), child+"="+strings.Join(args, "\n")), env...)
	p := &process{t: t, cmd: cmd, log: &lockedBuffer{}}
	cmd.Stderr = p.log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has ended where all went well
		_ = p.wait()
	})
	return p, out
}

func (p *process) wait() error {
	p.waited.Do(func() { p.err = p.cmd.Wait() })
	return p.err
}

// refused runs the command, which has to fail, and gives what it logged.
func refused(t *testing.T, env []string, args ...string) string {
	t.Helper()
	p, out := launch(t, env, args...)
	late := time.AfterFunc(5*time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	text, err := io.ReadAll(out)
	if wait := p.wait(); err != nil || wait == nil || len(text) != 0 {
		t.Fatalf("%v was not refused: %v, %v, printed %q", args, wait, err, text)
	}
	return p.log.String()
}

// terminate asks the process to end, as a service manager does.
func (p *process) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
}

// ends fails the test unless the process ends by itself, and well.
func (p *process) ends() {
	p.t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.wait() }()
	select {
	case err := <-done:
		if err != nil {
			p.t.Errorf("it ended with %v\n%s", err, p.log)
		}
	case <-time.After(5 * time.Minute):
		p.t.Fatalf("it does not end\n%s", p.log)
	}
}

// get asks for a URL and gives status and text.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// expect fails the test unless a URL answers so.
func expect(t *testing.T, url string, status int, holds string) {
	t.Helper()
	if got, text := get(t, url); got != status || !strings.Contains(text, holds) {
		t.Errorf("%s answers %d %.300s; want %d and %q", url, got, text, status, holds)
	}
}
