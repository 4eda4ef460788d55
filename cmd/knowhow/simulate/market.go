package simulate

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/matching/simulate"
)

// Market is `knowhow simulate market`.
type Market struct {
	Seed     uint64  `default:"1" help:"The market to draw (default: ${default})."`
	Policy   string  `enum:"ours,round-robin,longest-idle,random,skill-tag,greedy,oracle" default:"ours" help:"Who decides whom to ask: ${enum} (default: ${default})."`
	Load     float64 `default:"0.7" help:"Questions asked, of what the crowd can do (default: ${default})."`
	Seeds    int     `default:"1" help:"So many markets, from --seed on (default: ${default})."`
	Compare  bool    `help:"Run every policy in the same markets."`
	Untested bool    `help:"Experts take no test when they join: outcomes alone tell who can do what."`
	output.Format
}

// Help is the end of --help.
func (Market) Help() string {
	return `200 experts in three shifts, 20 topics, 20,000 questions; docs/simulation.md has the rest. The same seed is the same market for every policy, and the same result.

Examples:
  knowhow simulate market --seed 7 --policy oracle --load 1.1
  knowhow simulate market --compare --seeds 20 --format json`
}

const (
	mostSeeds = 1000
	mostLoad  = 5
)

// Run implements the command.
func (c *Market) Run(ctx context.Context, out io.Writer) error {
	if c.Seeds < 1 || c.Seeds > mostSeeds {
		return &marketplace.InvalidError{Field: "--seeds", Reason: fmt.Sprintf("must be 1 to %d", mostSeeds)}
	}
	if !(c.Load >= .05 && c.Load <= mostLoad) {
		return &marketplace.InvalidError{Field: "--load", Reason: fmt.Sprintf("must be 0.05 to %d", mostLoad)}
	}
	policies := []string{c.Policy}
	if c.Compare {
		policies = simulate.Policies
	}
	reports, err := c.live(ctx, policies)
	if err != nil {
		return err
	}
	if len(reports) == 1 {
		return c.Print(out, reports[0], func(w io.Writer) error { return tell(w, reports[0]) })
	}
	summaries := simulate.Summarise(reports)
	if !c.Compare {
		return c.Print(out, summaries[0], func(w io.Writer) error { return table(w, summaries) })
	}
	return c.Print(out, struct {
		Policies []simulate.Summary `json:"policies"`
	}{summaries}, func(w io.Writer) error { return table(w, summaries) })
}

// live runs all markets under all policies, as many at a time as there are
// processors.
func (c *Market) live(ctx context.Context, policies []string) ([]simulate.Report, error) {
	reports := make([]simulate.Report, len(policies)*c.Seeds)
	err := abreast(len(reports), func(i int) (err error) {
		m := simulate.Market{Seed: c.Seed + uint64(i%c.Seeds), Load: c.Load, Untested: c.Untested}
		reports[i], err = simulate.Run(m, policies[i/c.Seeds], ctx.Err)
		return err
	})
	if err != nil {
		return nil, err
	}
	return reports, nil
}

// tell writes one run.
func tell(w io.Writer, r simulate.Report) error {
	_, err := fmt.Fprintf(w, `%s, seed %d, load %.2f: %d questions in %.0f days

resolved                  %.1f %%
first response, median    %s
nine in ten within        %s
longest wait              %s (at most %s)
newcomers' share          %s
gini of the work          %.3f
forecasts that came true  %s
`, r.Policy, r.Seed, r.Load, r.Questions, r.Days, 100*r.ResolutionRate, seconds(r.FirstResponseP50), seconds(r.FirstResponseP90),
		seconds(r.MaxWait), seconds(r.WaitBound), share(r.NewcomerShare), r.Gini, share(r.ForecastCoverage))
	return err
}

// table writes a line per policy.
func table(w io.Writer, list []simulate.Summary) error {
	fmt.Fprintf(w, "load %.2f, %d seeds, 95 %% intervals\n\n", list[0].Load, list[0].Seeds) // Flush tells of any error
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "policy\tresolved\tours ahead by\tmedian\t90 %\tlongest\tunserved\tnewcomers\tgini\tforecasts\t")
	for _, s := range list {
		ahead := "–"
		if s.Ahead != nil {
			ahead = fmt.Sprintf("%+.2f (%+.2f to %+.2f)", 100*s.Ahead.Mean, 100*s.Ahead.Low, 100*s.Ahead.High)
		}
		fmt.Fprintf(columns, "%s\t%.2f %%\t%s\t%s\t%s\t%s\t%.1f %%\t%s\t%.3f\t%s\t\n", s.Policy, 100*s.ResolutionRate, ahead,
			seconds(s.FirstResponseP50), seconds(s.FirstResponseP90), seconds(s.MaxWait), 100*s.Unserved, share(s.NewcomerShare), s.Gini, share(s.ForecastCoverage))
	}
	return columns.Flush()
}

func seconds(s float64) string {
	return (time.Duration(s) * time.Second).Round(time.Minute).String()
}

func share(of *float64) string {
	if of == nil {
		return "–"
	}
	return fmt.Sprintf("%.3f", *of)
}
