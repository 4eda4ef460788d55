package pgtemp

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// recipe is counted up when what makes a server's data changes: initdb's options,
// its roles and databases.
const recipe = 1

// Kind is what a kept server's data fits: the version of the server's programs,
// and how the data are made.
func Kind(ctx context.Context) (string, error) {
	bin, err := findBin()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, bin+"/postgres", "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask postgres for its version: %w", err)
	}
	return fmt.Sprintf("%s, recipe %d", strings.TrimSpace(string(out)), recipe), nil
}

// Keep ends the server in good order, and copies its data to a new directory to,
// for StartFrom.
func (s *Server) Keep(ctx context.Context, to string) error {
	err := s.run(ctx, "pg_ctl", "-D", s.dir+"/data", "-m", "fast", "-w", "stop")
	if err == nil {
		err = copyAll(ctx, s.dir+"/data", to)
	}
	return errors.Join(err, s.Stop())
}

// StartFrom starts a server for tests, as Start does, on a copy of what was kept.
func StartFrom(ctx context.Context, kept string) (*Server, error) {
	return start(ctx, Memory(), forgetful, func(ctx context.Context, s *Server) error { return copyAll(ctx, kept, s.dir+"/data") })
}

// copyAll copies a directory with its owners and rights.
func copyAll(ctx context.Context, from, to string) error {
	if out, err := exec.CommandContext(ctx, "cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy the server's data: %w: %.500s", err, out)
	}
	return nil
}
