package bench

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// Report is what `knowhow bench lifecycle` prints. docs/bench.md tells how each
// figure is taken. PgbenchTPS and Ratio are there with --postgres only.
type Report struct {
	Database               string          `json:"database"`
	Concurrency            int             `json:"concurrency"`
	Seconds                float64         `json:"seconds"`
	Lifecycles             int             `json:"lifecycles"`
	Reviews                int             `json:"reviews"`
	PayoutRuns             int             `json:"payout_runs"`
	Payouts                int             `json:"payouts"` // sent, the warm-up's too
	LifecyclesPerS         float64         `json:"lifecycles_per_s"`
	AskP50                 float64         `json:"ask_p50_ms"`
	AskP99                 float64         `json:"ask_p99_ms"`
	CPUPerLifecycle        float64         `json:"cpu_ms_per_lifecycle"`
	PeakRSSMB              float64         `json:"peak_rss_mb"`
	StatementsPerLifecycle float64         `json:"statements_per_lifecycle"`
	Steps                  map[string]Step `json:"steps"`
	PgbenchTPS             float64         `json:"pgbench_tps,omitzero"`
	Ratio                  float64         `json:"ratio,omitzero"`
}

// Step is how long a step took.
type Step struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
}

// fill works out the figures of r.Lifecycles in r.Seconds.
func (r *Report) fill(took *steps, before, after reading) {
	took.sort()
	n := float64(max(1, r.Lifecycles))
	r.LifecyclesPerS = float64(r.Lifecycles) / r.Seconds
	r.AskP50, r.AskP99 = quantile(took[asked], .5), quantile(took[asked], .99)
	r.CPUPerLifecycle = float64((after.cpu - before.cpu).Microseconds()) / 1000 / n
	r.StatementsPerLifecycle = (after.statements - before.statements) / n
	r.Steps = map[string]Step{}
	for i, times := range took {
		if len(times) > 0 {
			r.Steps[stepNames[i]] = Step{Count: len(times), P50: quantile(times, .5), P99: quantile(times, .99)}
		}
	}
}

// rounded keeps what means something.
func (r *Report) rounded() *Report {
	for _, f := range []*float64{&r.Seconds, &r.CPUPerLifecycle} {
		*f = math.Round(*f*1000) / 1000
	}
	for _, f := range []*float64{&r.LifecyclesPerS, &r.StatementsPerLifecycle, &r.PgbenchTPS, &r.PeakRSSMB} {
		*f = math.Round(*f*10) / 10
	}
	r.Ratio = math.Round(r.Ratio*10_000) / 10_000
	return r
}

// write prints the report as text.
func (r *Report) write(to io.Writer) error {
	t := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	line := func(name, format string, values ...any) {
		fmt.Fprintf(t, "%s\t"+format+"\n", append([]any{name}, values...)...)
	}
	line("Database", "%s", r.Database)
	line("Lifecycles", "%d in %.1f s, %d at once; %d reviewed, %d payout runs", r.Lifecycles, r.Seconds, r.Concurrency, r.Reviews, r.PayoutRuns)
	line("Lifecycles per second", "%.1f", r.LifecyclesPerS)
	line("Ask, until the offers exist", "p50 %.1f ms, p99 %.1f ms", r.AskP50, r.AskP99)
	line("CPU per lifecycle", "%.2f ms, server and database", r.CPUPerLifecycle)
	line("Statements per lifecycle", "%.1f", r.StatementsPerLifecycle)
	line("Peak memory of the server", "%.0f MB", r.PeakRSSMB)
	if r.PgbenchTPS > 0 {
		line("pgbench -N beside it", "%.0f tps; lifecycles are %.4f of that", r.PgbenchTPS, r.Ratio)
	}
	fmt.Fprintf(t, "\nStep\tcount\tp50 ms\tp99 ms\n")
	for _, name := range stepNames {
		if s, ok := r.Steps[name]; ok {
			fmt.Fprintf(t, "%s\t%d\t%.2f\t%.2f\n", name, s.Count, s.P50, s.P99)
		}
	}
	return t.Flush()
}
