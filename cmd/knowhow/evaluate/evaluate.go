// Package evaluate is the commands that measure Knowhow on marked data.
package evaluate

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace/redact"
)

// Command is `knowhow evaluate`.
type Command struct {
	Experts   Experts   `cmd:"" help:"Measure how well the experts who resolve questions are found."`
	Language  Language  `cmd:"" help:"Measure how well languages are told apart."`
	Redaction Redaction `cmd:"" help:"Measure how much marked personal data is found and what else is redacted."`
	Topics    Topics    `cmd:"" help:"Measure how well topics are read, and what is of none."`
}

// Redaction is `knowhow evaluate redaction`.
type Redaction struct {
	Data string `required:"" type:"existingfile" placeholder:"FILE" help:"Marked texts: JSON lines with text and spans (type, start, end in code points), plain or gzip."`
	output.Format
}

// Help is the end of --help.
func (Redaction) Help() string {
	return `A marked span is found when redactions cover at least 80 % of it. A redaction that touches no marked span is a false positive.

Example:
  knowhow evaluate redaction --data marked.jsonl.gz --format json`
}

// Run implements the command.
func (c *Redaction) Run(ctx context.Context, out io.Writer) error {
	file, err := os.Open(c.Data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	defer file.Close() // only read from
	report, err := redact.Evaluate(stopping{ctx, file})
	if err != nil {
		return fmt.Errorf("--data %s: %w", c.Data, err)
	}
	if report.Counts.Texts == 0 {
		return fmt.Errorf("--data %s: there is no text in it", c.Data)
	}
	return c.Print(out, report, func(w io.Writer) error { return table(w, report) })
}

// stopping is a reader that ends with its context.
type stopping struct {
	ctx  context.Context
	from io.Reader
}

func (s stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.from.Read(p)
}

func table(w io.Writer, r redact.Report) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "type\tfound\tmarked\trecall\t") // Flush tells of any error
	for _, kind := range slices.Sorted(maps.Keys(r.Counts.ByType)) {
		n := r.Counts.ByType[kind]
		fmt.Fprintf(columns, "%s\t%d\t%d\t%.3f\t\n", kind, n.Found, n.Total, r.Recall[kind])
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d texts, %d redactions, precision %.3f, %.2f false positives per 1,000 words\n",
		r.Counts.Texts, r.Counts.Redactions, r.Precision, r.FalsePositivesPer1000Words)
	return err
}
