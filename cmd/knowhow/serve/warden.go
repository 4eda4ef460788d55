package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// The demo's plug can be pulled: the process that serves and works is killed,
// and nobody who visits it should have to start it again. So the demo is two
// processes. The warden holds the address listened on and does nothing else; the
// ward, a child of it, is `knowhow serve` itself. When the ward is killed the
// warden starts another on the same socket, in which connections wait meanwhile.

// wardVariable tells a ward that it is one, and which: 0 is the first.
const wardVariable = "KNOWHOW_DEMO_WARD"

// What a ward inherits, after standard input, output and error.
const (
	wardListener = 3 + iota
	wardLine     // a pipe that ends when the warden does
)

// A ward that is killed so soon after its start, so often, is not started again.
const (
	wardShort = 5 * time.Second
	wardTries = 3
)

// ward is which ward this process is; false: it is none.
func ward() (which int, ok bool) {
	which, err := strconv.Atoi(os.Getenv(wardVariable))
	return which, err == nil
}

// warden keeps a ward alive until ctx ends or a ward ends by itself.
type warden struct {
	listener *os.File
	out      io.Writer
	log      *slog.Logger
}

// keepWard listens, and keeps the demo going.
func (c *Command) keepWard(ctx context.Context, out io.Writer, log *slog.Logger) error {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer file.Close()
	w := warden{listener: file, out: out, log: log}
	short := 0
	for which := 0; ; which++ {
		began := time.Now()
		killed, err := w.keep(ctx, which)
		if !killed || ctx.Err() != nil {
			return err
		}
		if short++; time.Since(began) > wardShort {
			short = 0
		}
		if short >= wardTries {
			return errors.New("the demo's process is killed again and again")
		}
		log.Info("the demo's process was killed and is started again")
	}
}

// keep runs one ward until it ends, and reports whether it was killed.
func (w warden) keep(ctx context.Context, which int) (killed bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find this program: %w", err)
	}
	line, held, err := os.Pipe()
	if err != nil {
		return false, fmt.Errorf("make a pipe: %w", err)
	}
	defer held.Close()
	cmd := exec.Command(self, os.Args[1:]...) // ends when the line does, in its own time
	cmd.Env = append(os.Environ(), wardVariable+"="+strconv.Itoa(which))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, w.out, os.Stderr
	cmd.ExtraFiles = []*os.File{w.listener, line}
	err = cmd.Start()
	if closed := line.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return false, fmt.Errorf("start the demo's process: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = held.Close() })
	defer stop()
	return ended(cmd.Wait())
}

// ended is what became of a ward: killed, or ended by itself with this error.
func ended(err error) (killed bool, _ error) {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false, err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true, errors.New("the demo's process was killed")
	}
	return false, errWard
}

// errWard is all there is to say of a ward that failed: it has said why.
var errWard = errors.New("the demo's process failed")

// inWard is a context that ends when the warden does.
func inWard(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	line := os.NewFile(wardLine, "warden")
	go func() {
		_, _ = io.Copy(io.Discard, line) // nothing is written: it only ends
		cancel()
	}()
	return ctx, cancel
}

// inherited is the socket that the warden holds.
func inherited() (net.Listener, error) {
	file := os.NewFile(wardListener, "listener")
	defer file.Close() // the listener has its own
	return net.FileListener(file)
}
