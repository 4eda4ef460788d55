// Package jobs is the commands that show and move what the workers have to do.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/job"
)

// Command is `knowhow jobs`.
type Command struct {
	List  List  `cmd:"" help:"List jobs that are not done."`
	Stats Stats `cmd:"" help:"Count them by kind and state."`
	Retry Retry `cmd:"" help:"Run a buried job again, with all its attempts."`
	Bury  Bury  `cmd:"" help:"Take a waiting job out of the queue."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `A job is ready, running, or buried: tried twelve times, given up, or buried by hand. What is buried waits for a person. These commands may run beside the service.

Examples:
  knowhow jobs list --state buried
  knowhow jobs retry 4711`
}

// queue opens the database and gives its queue to do.
func queue(ctx context.Context, f database.Flag, log *slog.Logger, do func(q *job.Queue) error) error {
	h, db, err := house.OpenUnsealed(ctx, f, log)
	if err != nil {
		return err
	}
	return errors.Join(do(h.Queue), db.Close())
}

// List is `knowhow jobs list`.
type List struct {
	State string `name:"state" enum:"all,ready,running,buried" default:"all" placeholder:"STATE" help:"Only those that are ready, running or buried (default: ${default})."`
	Limit int    `name:"limit" default:"50" placeholder:"N" help:"The most to list of a state, 1 to 10000 (default: ${default})."`
	database.Flag
	output.Format
}

// item is one job as it is printed.
type item struct {
	Seq        int64                `json:"seq"`
	Kind       string               `json:"kind"`
	State      job.State            `json:"state"`
	Brand      *marketplace.BrandID `json:"brand"` // null: of no one brand
	Args       string               `json:"args"`
	RunAt      time.Time            `json:"run_at"`
	Attempts   int                  `json:"attempts"`
	LeaseUntil *time.Time           `json:"lease_until"` // null unless it runs
	LastError  string               `json:"last_error"`
	CreatedAt  time.Time            `json:"created_at"`
}

func itemOf(j job.Job) item {
	i := item{
		Seq: j.Seq, Kind: j.Kind, State: j.State, Args: j.Args, RunAt: j.RunAt.UTC(), Attempts: j.Attempts,
		LastError: j.LastError, CreatedAt: j.CreatedAt.UTC(), LeaseUntil: j.LeaseUntil,
	}
	if !j.BrandID.IsZero() {
		i.Brand = &j.BrandID
	}
	return i
}

// Run implements the command.
func (c *List) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if c.Limit < 1 || c.Limit > 10_000 {
		return &marketplace.InvalidError{Field: "--limit", Reason: "must be 1 to 10000"}
	}
	states := []job.State{job.State(c.State)}
	if c.State == "all" {
		states = []job.State{job.Running, job.Ready, job.Buried}
	}
	result := struct {
		Jobs []item `json:"jobs"`
	}{[]item{}}
	err := queue(ctx, c.Flag, log, func(q *job.Queue) error {
		for _, state := range states {
			list, err := q.List(ctx, state, c.Limit)
			if err != nil {
				return err
			}
			for _, j := range list {
				result.Jobs = append(result.Jobs, itemOf(j))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Print(out, result, func(w io.Writer) error { return table(w, result.Jobs) })
}

func table(w io.Writer, list []item) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "No jobs.")
		return err
	}
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "SEQ\tSTATE\tKIND\tRUN AT\tATTEMPTS\tLAST ERROR")
	for _, i := range list {
		fmt.Fprintf(columns, "%d\t%s\t%s\t%s\t%d\t%s\n", i.Seq, i.State, i.Kind, i.RunAt.Format(time.DateTime), i.Attempts, firstLine(i.LastError))
	}
	return columns.Flush()
}

// Stats is `knowhow jobs stats`.
type Stats struct {
	database.Flag
	output.Format
}

// Run implements the command.
func (c *Stats) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	result := struct {
		Figures []job.Figure `json:"figures"`
	}{}
	err := queue(ctx, c.Flag, log, func(q *job.Queue) (err error) {
		result.Figures, err = q.Figures(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return c.Print(out, result, func(w io.Writer) error {
		if len(result.Figures) == 0 {
			_, err := fmt.Fprintln(w, "No jobs.")
			return err
		}
		columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(columns, "KIND\tSTATE\tCOUNT\tFIRST\tATTEMPTS")
		for _, f := range result.Figures {
			fmt.Fprintf(columns, "%s\t%s\t%d\t%s\t%d\n", f.Kind, f.State, f.Count, f.First.UTC().Format(time.DateTime), f.Attempts)
		}
		return columns.Flush()
	})
}
