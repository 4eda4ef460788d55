package observe

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Figures are what of the database is told.
type Figures struct {
	At        time.Time // by the clock the rest is by
	Jobs      []Waiting // by state; since when the first could run
	Questions []Waiting // by state, of those not at their end; since when the first was asked
	Money     []Balance
}

// Waiting is how many wait in a state, and since when the first does.
type Waiting struct {
	State string
	Count int64
	First time.Time // zero where Count is, and where it is not told
}

// Balance is what stands in all accounts of a kind, in minor units.
type Balance struct {
	Account, Currency string
	Minor             int64
}

const (
	figuresLife     = 10 * time.Second // how often the database is asked at most
	figuresDeadline = 2 * time.Second
)

// figures reads the database's figures when they are scraped. However many
// scrape, it asks once in figuresLife; what cannot be read is left out and
// counted.
type figures struct {
	read func(ctx context.Context) (Figures, error)
	now  func() time.Time
	log  *slog.Logger

	mu    sync.Mutex
	asked time.Time // zero: never
	last  Figures
	fresh bool // the last read succeeded
	fails float64
}

var (
	jobsDesc = prometheus.NewDesc("knowhow_jobs",
		"Jobs that are not done, by state.", []string{"state"}, nil)
	jobAgeDesc = prometheus.NewDesc("knowhow_jobs_oldest_seconds",
		"How long the first job that may run has waited for it, by state.", []string{"state"}, nil)
	questionsDesc = prometheus.NewDesc("knowhow_questions_open",
		"Questions that are not at their end, by state.", []string{"state"}, nil)
	questionAgeDesc = prometheus.NewDesc("knowhow_questions_oldest_seconds",
		"How long ago the oldest open question was asked, by state.", []string{"state"}, nil)
	moneyDesc = prometheus.NewDesc("knowhow_ledger_balance_minor",
		"What stands in all accounts of a kind, in minor units of the currency.", []string{"account", "currency"}, nil)
	failsDesc = prometheus.NewDesc("knowhow_figures_failures_total",
		"How often the figures could not be read from the database.", nil, nil)
)

// Database adds the figures of the database.
func (m *Metrics) Database(read func(ctx context.Context) (Figures, error), log *slog.Logger) {
	m.registry.MustRegister(&figures{read: read, now: time.Now, log: log})
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsDesc, jobAgeDesc, questionsDesc, questionAgeDesc, moneyDesc, failsDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	last, fresh, fails := f.look()
	to <- prometheus.MustNewConstMetric(failsDesc, prometheus.CounterValue, fails)
	if !fresh {
		return
	}
	waiting(to, jobsDesc, jobAgeDesc, last.Jobs, last.At)
	waiting(to, questionsDesc, questionAgeDesc, last.Questions, last.At)
	for _, b := range last.Money {
		to <- prometheus.MustNewConstMetric(moneyDesc, prometheus.GaugeValue, float64(b.Minor), b.Account, b.Currency)
	}
}

func waiting(to chan<- prometheus.Metric, count, age *prometheus.Desc, list []Waiting, at time.Time) {
	for _, w := range list {
		to <- prometheus.MustNewConstMetric(count, prometheus.GaugeValue, float64(w.Count), w.State)
		if !w.First.IsZero() {
			to <- prometheus.MustNewConstMetric(age, prometheus.GaugeValue, max(0, at.Sub(w.First).Seconds()), w.State)
		}
	}
}

// look gives the last figures, read anew where they are old.
func (f *figures) look() (Figures, bool, float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if !f.asked.IsZero() && now.Sub(f.asked) < figuresLife {
		return f.last, f.fresh, f.fails
	}
	ctx, cancel := context.WithTimeout(context.Background(), figuresDeadline)
	defer cancel()
	f.asked = now
	last, err := f.read(ctx)
	if f.fresh = err == nil; f.fresh {
		f.last = last
	} else {
		f.fails++
		f.log.Warn("the figures for the metrics could not be read", "err", err)
	}
	return f.last, f.fresh, f.fails
}
