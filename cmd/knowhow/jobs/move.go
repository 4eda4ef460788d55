package jobs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/job"
)

// Retry is `knowhow jobs retry`.
type Retry struct {
	Seq int64 `arg:"" help:"The job's number."`
	database.Flag
	output.Format
}

// Run implements the command.
func (c *Retry) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	err := queue(ctx, c.Flag, log, func(q *job.Queue) error { return q.Retry(ctx, c.Seq) })
	if err != nil {
		return err
	}
	return moved(out, c.Format, c.Seq, job.Ready, "Job %d will be run again.\n")
}

// Bury is `knowhow jobs bury`.
type Bury struct {
	Seq int64 `arg:"" help:"The job's number."`
	database.Flag
	output.Format
}

// Run implements the command.
func (c *Bury) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	err := queue(ctx, c.Flag, log, func(q *job.Queue) error { return q.Bury(ctx, c.Seq) })
	if err != nil {
		return err
	}
	return moved(out, c.Format, c.Seq, job.Buried, "Job %d is buried.\n")
}

// moved tells where a job stands now.
func moved(out io.Writer, f output.Format, seq int64, state job.State, text string) error {
	result := struct {
		Seq   int64     `json:"seq"`
		State job.State `json:"state"`
	}{seq, state}
	return f.Print(out, result, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, text, seq)
		return err
	})
}

// firstLine is the beginning of a text that may have many lines.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 100 {
		return fmt.Sprintf("%.100s…", line)
	}
	return line
}
