package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/matching"
	"knowhow/matching/assign"
)

// Match is `knowhow bench match`.
type Match struct {
	Experts   int `default:"100000" placeholder:"N" help:"How many experts there are, 100 to 1000000 (default: ${default})."`
	Questions int `default:"1000" placeholder:"N" help:"How many questions are ranked, 10 to 100000 (default: ${default})."`
	output.Format
}

// Help is the end of --help.
func (Match) Help() string {
	return `It makes experts up, each with a profile of 200 to 500 words, and ranks them on one thread, as routing a question does, for questions of 12 words. All questions are ranked three times over, and what counts for each is the least that it took: its own cost, without what else the machine had to do just then. rank_once_p99_ms has that too: it is of the first time over alone. SQLite's full-text search (FTS5) then finds the 20 best profiles for a part of the same questions, once: a pause is nothing beside what it takes.

Example:
  knowhow bench match --experts 100000 --questions 1000 --format json`
}

// MatchReport is what `knowhow bench match` prints.
type MatchReport struct {
	Experts        int     `json:"experts"`
	Questions      int     `json:"questions"`
	BuildS         float64 `json:"build_s"`
	BytesPerExpert float64 `json:"bytes_per_expert"` // of the index, as the heap grew
	RankP50        float64 `json:"rank_p50_ms"`
	RankP99        float64 `json:"rank_p99_ms"`
	RankOnceP99    float64 `json:"rank_once_p99_ms"` // of the first pass
	AddUS          float64 `json:"add_us"`           // a resolved question of 60 words: the median
	AssignMS       float64 `json:"assign_ms"`        // 2,000 questions to 20 candidates each: the median
	FTS5BuildS     float64 `json:"fts5_build_s"`
	FTS5Questions  int     `json:"fts5_questions"`
	FTS5P50        float64 `json:"fts5_p50_ms"`
	FTS5P99        float64 `json:"fts5_p99_ms"`
	Ratio          float64 `json:"ratio"` // FTS5's p99 to rank's
}

const (
	askedNow   = 5  // experts who would be asked
	keptBeside = 15 // and those kept in the record beside them
	// slowQuestions is how many questions are enough for FTS5.
	slowQuestions = 50
	// passes is how often all questions are ranked; the least counts for each.
	passes = 3
)

// Run implements the command.
func (c *Match) Run(ctx context.Context, out io.Writer) error {
	if c.Experts < 100 || c.Experts > 1_000_000 {
		return &marketplace.InvalidError{Field: "--experts", Reason: "must be 100 to 1000000"}
	}
	if c.Questions < 10 || c.Questions > 100_000 {
		return &marketplace.InvalidError{Field: "--questions", Reason: "must be 10 to 100000"}
	}
	r := &MatchReport{Experts: c.Experts, Questions: c.Questions}
	p := newProgress(os.Stderr)
	defer p.clear()
	questions, err := r.index(ctx, p)
	if err != nil {
		return err
	}
	p.say("assign questions")
	if r.AssignMS, err = assigning(); err != nil {
		return err
	}
	if err := r.fts5(ctx, p, questions[:min(len(questions), slowQuestions)]); err != nil {
		return err
	}
	r.Ratio = rounded(r.FTS5P99/r.RankP99, 1)
	p.clear()
	return c.Print(out, r, r.write)
}

// index builds the index, and measures it and the ranking of questions. It gives
// the questions that were ranked.
func (r *MatchReport) index(ctx context.Context, p *progress) ([]string, error) {
	c := newCorpus(r.Experts, 1)
	before := heap()
	ix := matching.NewIndex()
	took, done := time.Duration(0), 0
	err := c.each(func(_ int, q settled) error {
		p.bar("index profiles", done, r.Experts*perExpert)
		done++
		began := time.Now()
		q.add(ix)
		took += time.Since(began)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	r.BuildS = rounded(took.Seconds(), 2)
	r.BytesPerExpert = rounded(float64(heap()-before)/float64(r.Experts), 0)
	runtime.KeepAlive(c)

	p.say("rank experts")
	questions := make([]string, r.Questions)
	for i := range questions {
		questions[i] = c.text(titleWords)
	}
	if err := r.rank(ctx, ix, questions); err != nil {
		return nil, err
	}
	r.AddUS = r.add(ix, c)
	return questions, nil
}

func (r *MatchReport) rank(ctx context.Context, ix *matching.Index, questions []string) error {
	candidates := make([]matching.Candidate, r.Experts)
	for i := range candidates {
		candidates[i] = matching.Candidate{Expert: expertID(i), Since: corpusNow.AddDate(-2, 0, 0), Lot: uint64(i)}
	}
	pool, weights := ix.Pool(candidates), matching.DefaultWeights()
	everybody := func(int) (float64, bool) { return 0.5, true }
	rank := func(title string) error {
		q := matching.Query{Title: title, At: corpusNow}
		if n := len(ix.ChooseFrom(q, pool, everybody, weights, askedNow, keptBeside).Candidates); n != askedNow+keptBeside {
			return fmt.Errorf("ranked %d experts, want %d", n, askedNow+keptBeside)
		}
		return ctx.Err()
	}
	for _, q := range questions[:10] { // memory that all later ones use again
		if err := rank(q); err != nil {
			return err
		}
	}
	runtime.GC()
	least := make([]time.Duration, len(questions))
	for pass := range passes {
		for i, q := range questions {
			began := time.Now()
			if err := rank(q); err != nil {
				return err
			}
			if took := time.Since(began); pass == 0 || took < least[i] {
				least[i] = took
			}
		}
		if pass == 0 {
			r.RankOnceP99 = rounded(quantile(slices.Sorted(slices.Values(least)), .99), 3)
		}
	}
	slices.Sort(least)
	r.RankP50, r.RankP99 = rounded(quantile(least, .5), 3), rounded(quantile(least, .99), 3)
	return nil
}

// add measures what one resolved question more costs.
func (r *MatchReport) add(ix *matching.Index, c *corpus) float64 {
	times := make([]time.Duration, 1000)
	for i := range times {
		q := c.question(r.Experts*perExpert+i, c.draw.IntN(r.Experts), titleWords+bodyWords, corpusNow.Add(time.Duration(i)*time.Minute))
		began := time.Now()
		q.add(ix)
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return rounded(1000*quantile(times, .5), 1)
}

// assigning measures the assignment of many waiting questions at once.
func assigning() (float64, error) {
	const questions, experts, candidates, capacity = 2000, 2000, 20, 5
	c := newCorpus(1, 2)
	problem := assign.Problem{Experts: make([]assign.Expert, experts), Questions: make([]assign.Question, questions)}
	for i := range problem.Experts {
		problem.Experts[i] = assign.Expert{Capacity: capacity, Lot: c.draw.Uint64()}
	}
	for i := range problem.Questions {
		q := assign.Question{Want: 1, Lot: c.draw.Uint64()}
		for _, e := range c.draw.Perm(experts)[:candidates] {
			q.Candidates = append(q.Candidates, assign.Candidate{Expert: e, Score: c.draw.Float64()})
		}
		problem.Questions[i] = q
	}
	var solver assign.Solver
	times := make([]time.Duration, 11)
	for i := range times {
		began := time.Now()
		if _, err := solver.Solve(problem); err != nil {
			return 0, fmt.Errorf("assign questions: %w", err)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return rounded(quantile(times, .5), 3), nil
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (r *MatchReport) write(w io.Writer) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, unit string, figure any) { fmt.Fprintf(columns, "%s\t%v %s\n", what, figure, unit) } // Flush tells of any error
	row("build the index", "s", r.BuildS)
	row("memory per expert", "bytes", r.BytesPerExpert)
	row("rank, p50", "ms", r.RankP50)
	row("rank, p99", "ms", r.RankP99)
	row("rank, p99 of the first time over", "ms", r.RankOnceP99)
	row("add a resolved question", "µs", r.AddUS)
	row("assign 2,000 questions", "ms", r.AssignMS)
	row("SQLite FTS5, p50", "ms", r.FTS5P50)
	row("SQLite FTS5, p99", "ms", r.FTS5P99)
	row("FTS5's p99 to ours", "times", r.Ratio)
	return columns.Flush()
}
