package evaluate

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/matching/topic"
)

// Topics is `knowhow evaluate topics`.
type Topics struct {
	Train      string `required:"" type:"existingfile" placeholder:"FILE" help:"Texts and their topics: JSON lines with text, label and split, plain or gzip."`
	TrainSplit string `default:"train" placeholder:"NAME" help:"Which split of it to learn from (default: ${default}); empty for all, as where no row names one."`
	Test       string `required:"" type:"existingfile" placeholder:"FILE" help:"Texts to measure with, of the same form; may be the same file."`
	TestSplit  string `default:"dev" placeholder:"NAME" help:"Which split of it to measure with (default: ${default}); empty for all, as where no row names one."`
	LabelField string `default:"label" placeholder:"NAME" help:"The field that has the topic (default: ${default})."`
	FewShot    bool   `help:"Learn from the rows with fewshot10 only."`
	output.Format
}

// outOfScope is the label of texts of no topic.
const outOfScope = "oos"

// Help is the end of --help.
func (Topics) Help() string {
	return `Rows labelled "oos" are of no topic: they are never learned from. accuracy, top3 and ece (15 bins of equal width) are of the others; oos_auroc is how well familiarity tells the two apart, oos_recall how many oos rows are told at the threshold that rejects 5 % of the others. Both are null where there are none. Rows without the field of the topic are passed over. read_p99_ms is of the first reading of each text, as it came, after some texts of --train; read_least_p99_ms is of the least of three: what reading costs, without what else the machine had to do just then.

Example:
  knowhow evaluate topics --train banking77.jsonl.gz --test banking77.jsonl.gz --format json`
}

// TopicsReport is how well topics are read.
type TopicsReport struct {
	Accuracy       float64  `json:"accuracy"`
	Top3           float64  `json:"top3"`
	OOSAUROC       *float64 `json:"oos_auroc"`
	OOSRecall      *float64 `json:"oos_recall"`
	ECE            float64  `json:"ece"`
	TrainS         float64  `json:"train_s"`
	ReadP99MS      float64  `json:"read_p99_ms"`
	ReadLeastP99MS float64  `json:"read_least_p99_ms"`
}

// Run implements the command.
func (c *Topics) Run(ctx context.Context, out io.Writer) error {
	train, err := c.read(ctx, c.Train, c.TrainSplit, c.FewShot)
	if err != nil {
		return fmt.Errorf("--train %s: %w", c.Train, err)
	}
	train = withoutOOS(train)
	if len(train) == 0 {
		return fmt.Errorf("--train %s: %w", c.Train, errOnlyOOS)
	}
	test, err := c.read(ctx, c.Test, c.TestSplit, false)
	if err != nil {
		return fmt.Errorf("--test %s: %w", c.Test, err)
	}
	if len(withoutOOS(test)) == 0 {
		return fmt.Errorf("--test %s: %w", c.Test, errOnlyOOS)
	}
	slog.InfoContext(ctx, "learning", "texts", len(train))
	start := time.Now()
	model, err := learn(ctx, train)
	if err != nil {
		return err
	}
	took := time.Since(start)
	slog.InfoContext(ctx, "learned", "topics", len(model.Topics()), "took", took.Round(time.Millisecond))
	warm(model, train)
	tally := topicTally{}
	for _, row := range test {
		if err := ctx.Err(); err != nil {
			return err
		}
		tally.add(model, row)
	}
	report := tally.report(took)
	return c.Print(out, report, func(w io.Writer) error { return topicsTable(w, report) })
}

// learn fits a model to the rows, in their order.
func learn(ctx context.Context, rows []topicRow) (*topic.Model, error) {
	model, known := &topic.Model{}, map[string]bool{}
	for i, row := range rows {
		if !known[row.label] {
			if err := model.Describe(row.label, ""); err != nil {
				return nil, err
			}
			known[row.label] = true
		}
		if err := model.Learn(strconv.Itoa(i), row.text, row.label); err != nil {
			return nil, err
		}
	}
	if err := model.Fit(func() bool { return ctx.Err() != nil }); err != nil {
		return nil, fmt.Errorf("fit topics: %w", err)
	}
	return model, nil
}

func topicsTable(w io.Writer, r TopicsReport) error {
	share := func(x *float64) string {
		if x == nil {
			return "none marked"
		}
		return strconv.FormatFloat(*x, 'f', 3, 64)
	}
	_, err := fmt.Fprintf(w, "accuracy             %.3f\namong the first 3    %.3f\ncalibration error    %.3f\nout of scope, AUROC  %s\nout of scope, told   %s\nlearning             %.1f s\nreading, p99         %.3f ms\nat the least, p99    %.3f ms\n",
		r.Accuracy, r.Top3, r.ECE, share(r.OOSAUROC), share(r.OOSRecall), r.TrainS, r.ReadP99MS, r.ReadLeastP99MS)
	return err
}
