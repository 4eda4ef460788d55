package simulate

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/quality/simulate"
	interval "knowhow/matching/simulate"
)

// Quality is `knowhow simulate quality`.
type Quality struct {
	Seed  uint64 `default:"1" help:"The program to draw (default: ${default})."`
	Seeds int    `default:"1" help:"So many programs, from --seed on (default: ${default})."`
	output.Format
}

// Help is the end of --help.
func (Quality) Help() string {
	return `200 people, one in ten in a ring of five, three in a hundred with three accounts, and 20,000 assignments, a fifth of them reviewed; docs/quality.md has the rest. The same seed has the same result.

Examples:
  knowhow simulate quality --seed 7
  knowhow simulate quality --seeds 20 --format json`
}

// Run implements the command.
func (c *Quality) Run(ctx context.Context, out io.Writer) error {
	if c.Seeds < 1 || c.Seeds > mostSeeds {
		return &marketplace.InvalidError{Field: "--seeds", Reason: fmt.Sprintf("must be 1 to %d", mostSeeds)}
	}
	runs := make([]simulate.Figures, c.Seeds)
	err := abreast(len(runs), func(i int) (err error) {
		runs[i], err = simulate.Run(c.Seed+uint64(i), ctx.Err)
		return err
	})
	if err != nil {
		return err
	}
	s := simulate.Summarise(c.Seed, runs)
	return c.Print(out, s, func(w io.Writer) error { return tellQuality(w, s) })
}

// abreast does n things, as many at a time as there are processors, and returns
// the first error in their order.
func abreast(n int, do func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// tellQuality writes what came of it.
func tellQuality(w io.Writer, s simulate.Summary) error {
	percent := func(i interval.Interval) string {
		return fmt.Sprintf("%6.2f %% (%.2f to %.2f)", 100*i.Mean, 100*i.Low, 100*i.High)
	}
	score := func(i interval.Interval) string { return fmt.Sprintf("%.4f (%.4f to %.4f)", i.Mean, i.Low, i.High) }
	_, err := fmt.Fprintf(w, `seed %d, %d seeds, 95 %% intervals

bad work that passes            %s
  by plain majority             %s
  the first of the second       %s
good honest work that fails     %s
  by plain majority             %s
  stays refused after appeals   %s
Brier score of standing         %s
  of the plain mean             %s
  of Wilson's lower bound       %s
reviewed                        %6.2f %% of all work, by %.2f votes, %.1f %% of what reviewers see is gold
colluders no longer asked       %6.2f %%, honest people %.2f %%
`, s.Seed, s.Seeds, percent(s.BadPassedCI), percent(s.BadPassedMajorityCI), percent(s.BadPassedRatioCI),
		percent(s.HonestFailedCI), percent(s.HonestFailedMajorityCI), percent(s.HonestRefusedCI),
		score(s.BrierCI), score(s.BrierMeanCI), score(s.BrierWilsonCI),
		100*s.Reviewed, s.VotesPerReview, 100*s.Gold, 100*s.CrookedSetAside, 100*s.HonestSetAside)
	return err
}
