package bench

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"knowhow/migrations/pgtemp"
)

const (
	yardstickScale   = "10" // a million accounts
	yardstickSeconds = "5"
)

// yardstick is PostgreSQL's own benchmark on a server's second database: what
// this machine and this server give today.
type yardstick struct {
	program, url string
	clients      int
}

// newYardstick makes and fills the database.
func newYardstick(ctx context.Context, on *pgtemp.Server, clients int) (*yardstick, error) {
	program, err := findPgbench()
	if err != nil {
		return nil, err
	}
	y := &yardstick{program: program, url: on.URL("pgbench"), clients: clients}
	if err := on.Create(ctx, "pgbench", ""); err != nil {
		return nil, err
	}
	_, err = y.run(ctx, "-i", "-q", "-s", yardstickScale)
	return y, err
}

// findPgbench is where the program is: in PATH, or beside the server's.
func findPgbench() (string, error) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", errors.New("pgbench is neither in PATH nor in /usr/lib/postgresql/*/bin: install Debian's package postgresql")
	}
	return found[len(found)-1], nil
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// measure is how many of its transactions without the hot rows (-N) the server
// does a second.
func (y *yardstick) measure(ctx context.Context) (float64, error) {
	out, err := y.run(ctx, "-N", "-c", strconv.Itoa(y.clients), "-j", "2", "-T", yardstickSeconds)
	if err != nil {
		return 0, err
	}
	found := tpsLine.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench printed no tps: %.300s", out)
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

func (y *yardstick) run(ctx context.Context, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, y.program, append(args, y.url)...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w: %.300s", err, out)
	}
	return out, nil
}
