// Package pgtemp starts a throwaway PostgreSQL of this process's own, for tests
// and measurements: Debian's server programs, a new data directory, a private
// Unix socket, no TCP port. The server and its files go when the process ends,
// however it ends.
package pgtemp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotInstalled says that no PostgreSQL server programs were found.
var ErrNotInstalled = errors.New("PostgreSQL's server programs (initdb, postgres) are neither in PATH nor in /usr/lib/postgresql/*/bin: install Debian's package postgresql")

// Server is a running throwaway server. Databases are owned by the role
// "knowhow", which is no superuser, so row-level security binds it.
type Server struct {
	bin, dir string
	cred     *syscall.Credential // of the user it runs as; nil: ours
	stdin    io.Closer
	cmd      *exec.Cmd
}

// supervise starts the server, then waits for its input to end, which happens
// at the latest when the parent dies, and clears up.
const supervise = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 -c log_min_messages=fatal $3 </dev/null >"$2/log" 2>&1 &
pid=$!; cat >/dev/null; kill -QUIT $pid; wait $pid; rm -rf "$2"`

// Settings of servers: forgetful is quick and small, for tests, and does nothing by
// itself, whose transactions would now and then hold back what a test reads; durable flushes
// what is committed to the disk, as PostgreSQL does by default.
const (
	forgetful = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c wal_level=minimal -c max_wal_senders=0" +
		" -c jit=off -c dynamic_shared_memory_type=mmap -c shared_buffers=64MB -c max_wal_size=128MB -c autovacuum=off"
	durable = "-c shared_buffers=128MB"
)

// Start makes and starts a server for tests: in memory where there is room, and
// it flushes nothing.
func Start(ctx context.Context) (*Server, error) { return startNew(ctx, Memory(), forgetful) }

// StartDurable makes and starts a server for measuring: in the directory for
// temporary files, with PostgreSQL's own settings.
func StartDurable(ctx context.Context) (*Server, error) { return startNew(ctx, "", durable) }

func startNew(ctx context.Context, in, settings string) (*Server, error) {
	s, err := start(ctx, in, settings, initialize)
	if err != nil {
		return nil, err
	}
	if err := s.admin(ctx, "CREATE ROLE knowhow LOGIN"); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// start starts a server in a directory of its own, whose data fill makes.
func start(ctx context.Context, in, settings string, fill func(ctx context.Context, s *Server) error) (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(in, "khpg")
	if err != nil {
		return nil, fmt.Errorf("make the server's directory: %w", err)
	}
	s := &Server{bin: bin, dir: dir}
	if s.cred, err = serverUser(dir); err == nil {
		err = fill(ctx, s)
	}
	if err == nil {
		err = s.launch(settings)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.ready(ctx); err != nil {
		log, _ := os.ReadFile(dir + "/log")
		return nil, errors.Join(fmt.Errorf("%w; its log: %.500s", err, log), s.Stop())
	}
	return s, nil
}

// initialize makes the data of a new server. Its log is written in pieces of a
// megabyte, which are soon copied.
func initialize(ctx context.Context, s *Server) error {
	return s.run(ctx, "initdb", "-D", s.dir+"/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1")
}

// run runs one of the server's programs, as its user.
func (s *Server) run(ctx context.Context, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...)
	cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Credential: s.cred}, s.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %.500s", program, err, out)
	}
	return nil
}

func (s *Server) launch(settings string) error {
	s.cmd = exec.Command("/bin/sh", "-c", supervise, "sh", s.bin, s.dir, settings)
	s.cmd.SysProcAttr, s.cmd.Dir = &syscall.SysProcAttr{Credential: s.cred, Setpgid: true}, s.dir
	var err error
	if s.stdin, err = s.cmd.StdinPipe(); err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	return nil
}

// Stop ends the server and removes its files.
func (s *Server) Stop() error {
	if err := s.stdin.Close(); err != nil {
		return fmt.Errorf("stop postgres: %w", err)
	}
	_ = s.cmd.Wait() // the shell's exit status says nothing of use
	return nil
}

// URL is the database URL of name for the role knowhow.
func (s *Server) URL(name string) string { return s.url("knowhow", name) }

// Create makes database name, empty or (template not "") a copy of template.
func (s *Server) Create(ctx context.Context, name, template string) error {
	statement := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize() + " OWNER knowhow"
	if template != "" {
		statement += " TEMPLATE " + pgx.Identifier{template}.Sanitize() + " STRATEGY file_copy" // nothing is flushed: a third less than through the log
	}
	return s.admin(ctx, statement)
}

// Drop removes database name, ending its connections.
func (s *Server) Drop(ctx context.Context, name string) error {
	return s.admin(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	deadline := time.Now().Add(2 * time.Minute)
	for {
		err := s.admin(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("wait for postgres to answer: %w", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *Server) admin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the throwaway PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("run %q: %w", statement, err)
	}
	return nil
}

func (s *Server) url(role, name string) string {
	return "postgres://" + role + "@/" + name + "?host=" + url.QueryEscape(s.dir)
}

// findBin returns the newest directory with the server's programs.
func findBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // a name that is no number sorts first
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// serverUser hands dir to the user the server runs as: PostgreSQL refuses to
// run as root, so root borrows the user "postgres". nil means ourselves.
func serverUser(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres: %w", err)
	}
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if err := errors.Join(errUID, errGID, os.Chown(dir, uid, gid)); err != nil {
		return nil, fmt.Errorf("hand %s to user postgres: %w", dir, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
