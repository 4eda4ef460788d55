package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// childArgs holds a command line in the environment of a test process that is to
// be knowhow instead.
const childArgs = "KNOWHOW_TEST_MAIN"

// handles is what such a process says first: from now on it ends as it is asked to.
const handles = "handles its signals"

func TestMain(m *testing.M) {
	args, isChild := os.LookupEnv(childArgs)
	if !isChild {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Println(handles)
	go func() { // whoever started us holds the other end, and is gone when it closes
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(exitFailed)
	}()
	os.Exit(run(ctx, strings.Split(args, "\n"), os.Stdout, os.Stderr))
}

// stormNode is one of the processes, and after a restart the next one in its
// place.
type stormNode struct {
	t    *testing.T
	name string
	args []string
	env  []string
	log  string // file, of all that ran in this place

	serving atomic.Int32 // requests it has not answered

	mu      sync.Mutex
	running *exec.Cmd      // nil while it is down
	handles bool           // its signals
	base    string         // where it answers; empty while it does not
	meant   syscall.Signal // it was told to end
	ended   chan struct{}
}

// start starts the process in its place.
func (n *stormNode) start() {
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		n.t.Error(err)
		return
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(slices.Clone(n.env), childArgs+"="+strings.Join(n.args, "\n"))
	cmd.Stderr = log
	_, errIn := cmd.StdinPipe() // open until we end, however that is
	out, err := cmd.StdoutPipe()
	n.mu.Lock()
	defer n.mu.Unlock()
	if err = errors.Join(errIn, err); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		n.t.Errorf("start %s: %v", n.name, err)
		return
	}
	n.running, n.handles, n.meant, n.ended = cmd, false, 0, make(chan struct{})
	go n.follow(cmd, out, n.ended)
}

// follow reads where the process answers, and sees it to its end.
func (n *stormNode) follow(cmd *exec.Cmd, out io.Reader, ended chan struct{}) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == handles {
			n.mu.Lock()
			n.handles = true
			n.mu.Unlock()
		}
		if base, ok := strings.CutPrefix(lines.Text(), "Serving "); ok {
			n.mu.Lock()
			n.base = base
			n.mu.Unlock()
		}
	}
	err := cmd.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.running, n.base = nil, ""
	if n.meant != syscall.SIGKILL && (n.meant == 0 || err != nil) {
		n.t.Errorf("%s ended with %v; it was sent %q", n.name, err, n.meant)
	}
	close(ended)
}

// end ends the process, hard or with time to come to rest, and waits until it
// has. It returns how, or 0 where the process was down already.
func (n *stormNode) end(hard bool) syscall.Signal {
	n.mu.Lock()
	cmd, ended := n.running, n.ended
	if cmd == nil || n.meant != 0 {
		n.mu.Unlock()
		return 0
	}
	n.meant = syscall.SIGTERM
	if hard || !n.handles {
		n.meant = syscall.SIGKILL
	}
	n.base = "" // as a load balancer would
	meant := n.meant
	err := cmd.Process.Signal(meant)
	n.mu.Unlock()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		n.t.Errorf("end %s: %v", n.name, err)
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Minute):
		n.t.Errorf("%s does not end", n.name)
		_ = cmd.Process.Kill()
	}
	return meant
}

func (n *stormNode) address() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.base
}

// stormBase is what tokens and links name: all processes have one.
const stormBase = "http://127.0.0.1:1"

// startNodes starts two web and two worker processes on one database.
func startNodes(t *testing.T, dir, databaseURL, keyFile string) (webs, all []*stormNode) {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "KNOWHOW_") && !strings.HasPrefix(v, "OTEL_") {
			env = append(env, v)
		}
	}
	env = append(env, "KNOWHOW_DATABASE_URL="+databaseURL)
	for i := range 4 {
		role := []string{"web", "worker"}[i/2]
		n := &stormNode{
			t: t, name: fmt.Sprintf("%s %d", role, i%2+1), env: env, log: filepath.Join(dir, fmt.Sprintf("%s-%d.log", role, i%2+1)),
			args: []string{
				"--log-level=warn", "serve", "--role=" + role, "--listen=127.0.0.1:0", "--base-url=" + stormBase, "--key-file=" + keyFile,
				"--mail-dir=" + filepath.Join(dir, "mail"), "--mail-from=help@example.com", "--shutdown-timeout=2m",
				"--caller-limit=1000000000", "--address-limit=1000000000", "--streams-per-address=1000000000",
			},
		}
		if all = append(all, n); role == "web" {
			webs = append(webs, n)
		}
		n.start()
	}
	t.Cleanup(func() {
		for _, n := range all {
			n.end(true)
		}
	})
	for deadline := time.Now().Add(5 * time.Minute); webs[0].address() == "" || webs[1].address() == ""; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			readLogs(t, all)
			t.Fatal("the web processes do not serve")
		}
	}
	return webs, all
}

// rage ends one of the processes at random every now and then, three of four
// times by kill -9, mostly when it has something in hand, and starts it again a
// little later, until ctx ends; then all run. It returns how many it killed, and
// how many it asked to end.
func (s *storm) rage(ctx context.Context, nodes []*stormNode) (int, int) {
	var restarts sync.WaitGroup
	var asked atomic.Int32
	for sleep(ctx, time.Second+rand.N(3*time.Second)) {
		n, hard := nodes[rand.IntN(len(nodes))], rand.IntN(4) > 0
		web := slices.Contains(s.webs, n)
		if web && n.address() == "" && rand.IntN(2) == 0 {
			continue // let it come up once in a while, on a slow machine too
		}
		restarts.Go(func() {
			s.awaitWork(n, web)
			switch n.end(hard) {
			case syscall.SIGKILL:
				s.killed.Add(1)
			case syscall.SIGTERM:
				asked.Add(1)
			default:
				return // it is down
			}
			time.Sleep(rand.N(2 * time.Second))
			n.start()
		})
	}
	restarts.Wait()
	return int(s.killed.Load()), int(asked.Load())
}

// awaitWork waits, for a moment, until the process has requests in hand, or, for
// all that is known, jobs or payouts.
func (s *storm) awaitWork(n *stormNode, web bool) {
	for until := time.Now().Add(300 * time.Millisecond); time.Now().Before(until); time.Sleep(200 * time.Microsecond) {
		if web && n.serving.Load() >= 2 || !web && s.m.working() {
			break
		}
	}
	time.Sleep(rand.N(3 * time.Millisecond))
}

// sleep waits; false where ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// readLogs fails the test for every line that tells of an error, or of a panic,
// and counts the warnings. That a request was turned away for now is no error.
func readLogs(t *testing.T, nodes []*stormNode) map[string]int {
	t.Helper()
	warnings := map[string]int{}
	for _, n := range nodes {
		text, err := os.ReadFile(n.log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			var entry struct {
				Level  slog.Level
				Msg    string
				Status int
				Err    string
			}
			if err := json.Unmarshal(line, &entry); err != nil {
				t.Errorf("%s wrote %s", n.name, line)
				continue
			}
			switch {
			case strings.Contains(entry.Err, "panic:"), entry.Level >= slog.LevelError && entry.Status != http.StatusServiceUnavailable:
				t.Errorf("%s logged %s", n.name, line)
			default:
				warnings[entry.Msg]++
			}
		}
	}
	return warnings
}

// tally writes counts in the order of their names.
func tally(counts map[string]int) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(list, ", ")
}
