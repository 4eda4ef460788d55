package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"knowhow/cmd/knowhow/internal/output"
)

// Experts is `knowhow evaluate experts`.
type Experts struct {
	Data string `required:"" type:"existingfile" placeholder:"FILE" help:"A community's questions with who answered and who resolved them: JSON lines, plain or gzip."`
	Tags string `type:"existingfile" placeholder:"FILE" help:"Names of tags, one a line or the first column of a CSV file: found in the titles of questions without tags."`
	From string `placeholder:"ID" help:"The first question that is ranked (default: the last fifth of the file)."`
	To   string `placeholder:"ID" help:"The first question that is not ranked any more (default: to the end)."`
	output.Format
}

// Help is the end of --help.
func (Experts) Help() string {
	return `Each question of the window is ranked from what was known before it was asked, among everybody with five answers by then. docs/matching.md explains the figures.

A line of the file is a question: id, created and answers (each by and at) must be there; title, body, tags, category, asker, best (who resolved it), best_src (accepted, thanks or votes, or it does not count) and the score of an answer may be. Times are UTC where they name no zone. The order of lines makes no difference.

Example:
  knowhow evaluate experts --data questions.jsonl.gz --tags tags.csv --format json`
}

// ErrWindow is returned where --from and --to name no questions to rank.
var ErrWindow = errors.New("no question to rank")

// ExpertsReport is what `knowhow evaluate experts` prints.
type ExpertsReport struct {
	From     string  `json:"from"`     // the first question that was ranked
	N        int     `json:"n"`        // questions whose resolver was in the pool
	Coverage float64 `json:"coverage"` // share of those whose resolver is known
	Standing
	Weights      string              `json:"weights"`       // the last that were fitted
	Baselines    map[string]Standing `json:"baselines"`     // the protocol's, over the same questions
	ActivityOnly Standing            `json:"activity_only"` // ours, without what has to do with the question
	Capped       Standing            `json:"capped"`        // ours, with nobody above a tenth of first places
}

// Run implements the command.
func (c *Experts) Run(ctx context.Context, out io.Writer) error {
	all, err := readPosts(ctx, c.Data)
	if err != nil {
		return err
	}
	from, to, err := window(all, c.From, c.To)
	if err != nil {
		return err
	}
	posts := answered(all)
	if c.Tags != "" {
		tags, err := readTags(c.Tags)
		if err != nil {
			return err
		}
		for i := range posts {
			if len(posts[i].Tags) == 0 {
				posts[i].Tags = tags.in(posts[i].Title)
			}
		}
	}
	report, err := measureExperts(ctx, posts, from, to, tell(os.Stderr))
	if err != nil {
		return err
	}
	return c.Print(out, report, report.write)
}

// window finds the questions to rank, by their places among those with an
// answer. A bound without an answer lies between the ones beside it.
func window(all []post, from, to string) (first, end int, err error) {
	end = len(answered(all))
	first = end * 4 / 5
	for _, want := range []struct {
		flag, id string
		place    *int
	}{{"--from", from, &first}, {"--to", to, &end}} {
		if want.id == "" {
			continue
		}
		i := slices.IndexFunc(all, func(p post) bool { return string(p.ID) == want.id })
		if i < 0 {
			return 0, 0, fmt.Errorf("%s: %w: no question %.40q in the file", want.flag, ErrWindow, want.id)
		}
		*want.place = len(answered(all[:i]))
	}
	switch {
	case from != "" && first == len(answered(all)):
		return 0, 0, fmt.Errorf("--from: %w: nobody answered it, nor one after it", ErrWindow)
	case end <= first:
		return 0, 0, fmt.Errorf("--to: %w: it does not come after --from", ErrWindow)
	}
	return first, end, nil
}

func measureExperts(ctx context.Context, posts []post, from, to int, tell func(done, of int)) (*ExpertsReport, error) {
	r := newRoll(posts, true)
	m, err := r.over(ctx, from, to, tell)
	if err != nil {
		return nil, err
	}
	n := len(m.ours.figures[0])
	if m.labelled == 0 {
		return nil, fmt.Errorf("%w: of none in the window it is known who resolved it: best, with best_src accepted, thanks or votes", ErrWindow)
	}
	if n == 0 {
		return nil, fmt.Errorf("%w: of %d questions in the window with a known resolver, none was resolved by somebody with %d answers before",
			ErrWindow, m.labelled, seasoned)
	}
	report := &ExpertsReport{
		From: string(posts[from].ID), N: n, Coverage: round(float64(n) / float64(m.labelled)), Standing: m.ours.standing(),
		Weights: r.weights.Version, Baselines: map[string]Standing{},
		ActivityOnly: m.activity.standing(), Capped: m.capped.standing(),
	}
	for name, t := range m.baselines {
		report.Baselines[name] = t.standing()
	}
	return report, nil
}

// tell writes how far it has come, now and then.
func tell(to io.Writer) func(done, of int) {
	last := -1
	return func(done, of int) {
		if percent := done * 100 / max(1, of); percent/10 != last {
			last = percent / 10
			fmt.Fprintf(to, "%d of %d questions\n", done, of) // telling is not worth failing for
		}
	}
}

func (r *ExpertsReport) write(w io.Writer) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "MRR\t±\thit@1\thit@5\t±\thit@10\tNDCG@10\ttop share\t\t") // Flush tells of any error
	row := func(name string, s Standing) {
		fmt.Fprintf(columns, "%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t\t%s\n",
			s.MRR, s.MRRCI, s.Hit1, s.Hit5, s.Hit5CI, s.Hit10, s.NDCG10, s.TopShare, name)
	}
	row("matching, "+r.Weights, r.Standing)
	row("nobody above a tenth of first places", r.Capped)
	row("activity only", r.ActivityOnly)
	for _, name := range slices.Sorted(maps.Keys(r.Baselines)) {
		row(name, r.Baselines[name])
	}
	if err := columns.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d questions from %s on; the resolver was in the pool of %.1f %% of them\n", r.N, r.From, 100*r.Coverage)
	return err
}
