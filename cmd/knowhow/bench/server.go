package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a process of this program that serves a database.
type server struct {
	address string // where it answers: host and port
	base    string // its base URL
	cmd     *exec.Cmd
	log     string        // the file its log goes to
	ended   chan struct{} // closed when the process has ended
}

const (
	startsWithin = 2 * time.Minute
	endsWithin   = 2 * time.Minute
	// unlimited is a rate limit that nobody reaches.
	unlimited = "1000000000"
)

// startServer starts `knowhow serve` on the database, as it serves by default
// but for the rate limits, with more flags where needed. Its log and mail go
// into dir. It ends with this process, however that ends.
func startServer(ctx context.Context, dir, databaseURL, keyFile string, more ...string) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	s := &server{log: filepath.Join(dir, "server.log"), ended: make(chan struct{})}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("make the server's log: %w", err)
	}
	defer func() { _ = log.Close() }() // the server has its own handle
	args := append([]string{
		"serve", "--listen", "127.0.0.1:0", "--key-file", keyFile, "--mail-dir", filepath.Join(dir, "mail"), "--mail-from", "bench@localhost",
		"--caller-limit", unlimited, "--address-limit", unlimited, "--streams-per-address", unlimited,
		"--payouts-per-second", "1000", // what Stripe allows is not what is measured
	}, more...)
	s.cmd = exec.Command(program, args...)
	s.cmd.Env = append(plainEnvironment(), "KNOWHOW_DATABASE_URL="+databaseURL) // no flag: a URL may hold a password
	s.cmd.Stderr = log
	s.cmd.SysProcAttr = apart()
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err := s.begin(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err := s.await(ctx, out); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// plainEnvironment is the environment without what would configure the server.
func plainEnvironment() []string {
	var list []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "KNOWHOW_") && !strings.HasPrefix(v, "OTEL_") {
			list = append(list, v)
		}
	}
	return list
}

// begin starts the process from a thread that lives as long: the system ends
// the process with the thread that started it.
func (s *server) begin() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := s.cmd.Start()
		started <- err
		if err == nil {
			_, _ = s.cmd.Process.Wait() // how it ended, its log tells
			close(s.ended)
		}
	}()
	return <-started
}

// await reads where the server listens.
func (s *server) await(ctx context.Context, out io.Reader) error {
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if base, ok := strings.CutPrefix(lines.Text(), "Serving "); ok {
				found <- base
			}
		}
	}()
	select {
	case s.base = <-found:
		s.address = strings.TrimPrefix(s.base, "http://")
		return nil
	case <-s.ended:
		return fmt.Errorf("the server ended: %s", s.lastWords())
	case <-time.After(startsWithin):
		return fmt.Errorf("the server does not answer: %s", s.lastWords())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lastWords is the end of the server's log.
func (s *server) lastWords() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-3):], []byte("; ")))
}

// stop ends the process and waits for it; again does nothing.
func (s *server) stop() error {
	select {
	case <-s.ended:
		return nil
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("end the server: %w", err)
	}
	select {
	case <-s.ended:
		return nil
	case <-time.After(endsWithin):
		err := s.cmd.Process.Kill()
		return errors.Join(errors.New("the server did not end in time and was killed"), err)
	}
}

// pid is the process's id.
func (s *server) pid() int { return s.cmd.Process.Pid }

// metric reads one of the server's metrics that has no labels.
func (s *server) metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("read the server's metrics: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read the server's metrics: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.Join(fmt.Errorf("the server has no metric %s", name), lines.Err())
}
