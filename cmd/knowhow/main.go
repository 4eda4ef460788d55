// Command knowhow is the whole of Knowhow in one binary. Each family of
// commands is a package below this one; main parses, runs one and turns its
// error into an exit code: 0 done, 1 failed, 2 called wrongly, 130 interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"knowhow/cmd/knowhow/admin"
	"knowhow/cmd/knowhow/backup"
	"knowhow/cmd/knowhow/bench"
	"knowhow/cmd/knowhow/evaluate"
	"knowhow/cmd/knowhow/health"
	"knowhow/cmd/knowhow/jobs"
	"knowhow/cmd/knowhow/keys"
	"knowhow/cmd/knowhow/migrate"
	"knowhow/cmd/knowhow/payouts"
	"knowhow/cmd/knowhow/receipt"
	"knowhow/cmd/knowhow/record"
	"knowhow/cmd/knowhow/replay"
	"knowhow/cmd/knowhow/serve"
	"knowhow/cmd/knowhow/simulate"
	"knowhow/cmd/knowhow/version"
	"knowhow/marketplace"
	"knowhow/migrations/sqldb"
)

// commands is the command line: one field per family.
type commands struct {
	LogLevel slog.Level `name:"log-level" env:"KNOWHOW_LOG_LEVEL" default:"info" placeholder:"LEVEL" help:"The least that is logged to standard error: debug, info, warn or error (default: ${default})."`

	Serve    serve.Command    `cmd:"" help:"Run the service: the web, the workers, or both."`
	Admin    admin.Command    `cmd:"" help:"Make the first operator and brand."`
	Jobs     jobs.Command     `cmd:"" help:"See and move what the workers have to do."`
	Payouts  payouts.Command  `cmd:"" help:"Make and send payouts, see how they stand, stop them."`
	Backup   backup.Command   `cmd:"" help:"Write a backup, and make sure of what was restored."`
	Health   health.Command   `cmd:"" help:"Ask a serving process whether it is ready."`
	Migrate  migrate.Command  `cmd:"" help:"Move a database's schema up or down."`
	Evaluate evaluate.Command `cmd:"" help:"Measure Knowhow on marked data."`
	Replay   replay.Command   `cmd:"" help:"Live a community's real questions through the whole market."`
	Simulate simulate.Command `cmd:"" help:"Live a market drawn by chance, to measure routing and judging."`
	Receipt  receipt.Command  `cmd:"" help:"Print what became of a question, and where its money went."`
	Record   record.Command   `cmd:"" help:"Verify an expert's record of work."`
	Bench    bench.Command    `cmd:"" help:"Measure Knowhow on this machine."`
	Keys     keys.Command     `cmd:"" help:"Make keys for personal data, and change over to a new one."`
	Version  version.Command  `cmd:"" help:"Tell which build this is."`
}

const about = `Crowdsourced customer support: a question finds the expert who knows.

Where a $VARIABLE is shown beside a flag, it can be set instead; the flag wins. Results go to standard output, logs and errors to standard error.`

const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 128 + int(syscall.SIGINT)
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli commands
	exit := -1 // set where kong has answered by itself, as to --help
	parser := kong.Must(&cli, kong.Name("knowhow"), kong.Description(about),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return complain(stderr, usage(err), exitUsage)
	}
	log := newLogger(stderr, cli.LogLevel)
	slog.SetDefault(log)
	err = call.Run(log)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return complain(stderr, "interrupted", exitInterrupted)
	case errors.Is(err, marketplace.ErrInvalid), errors.Is(err, sqldb.ErrURL):
		return complain(stderr, err.Error(), exitUsage)
	default:
		return complain(stderr, err.Error(), exitFailed)
	}
}

// usage says what was wrong with the command line and where to read on.
func usage(err error) string {
	text, parse := err.Error(), (*kong.ParseError)(nil)
	if errors.As(err, &parse) && parse.Context != nil {
		text += fmt.Sprintf(" (see %s --help)", strings.TrimSpace("knowhow "+parse.Context.Command()))
	}
	return text
}

// complain writes one line about what went wrong and returns the exit code.
func complain(stderr io.Writer, text string, code int) int {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	fmt.Fprintf(stderr, "knowhow: %s\n", strings.Join(lines, "; ")) // nobody is left to tell if that fails
	return code
}

// newLogger logs as text to a terminal and as JSON to anything else.
func newLogger(to io.Writer, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if file, ok := to.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(to, options))
		}
	}
	return slog.New(slog.NewJSONHandler(to, options))
}
