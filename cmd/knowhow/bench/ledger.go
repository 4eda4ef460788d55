package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

// Ledger is `knowhow bench ledger`.
type Ledger struct {
	DatabaseURL string `name:"database-url" env:"KNOWHOW_BENCH_DATABASE_URL" placeholder:"URL" help:"An empty PostgreSQL database that is the bench's to fill: postgres://… (default: a throwaway PostgreSQL, removed at the end)."`
	Seconds     int    `default:"4" placeholder:"N" help:"For how long each of the twelve figures is taken, 1 to 60 (default: ${default})."`
	Accounts    int    `hidden:"" default:"10000"`
	output.Format
}

// Help is the end of --help.
func (Ledger) Help() string {
	return `It posts through the ledger, each posting in a transaction of its own: between two of 10,000 accounts, and from the budget to the holds of one busy program. Beside it, in turns, a plain transfer by one statement does the same on the same tables, to two rows. Each is measured with 1, 8 and 32 at once, and the best counts. At the end the books are proved.

Example:
  knowhow bench ledger --format json`
}

// LedgerReport is what `knowhow bench ledger` prints. The ratios are the ledger's
// rate to the plain transfer's.
type LedgerReport struct {
	Seconds        int          `json:"seconds"` // of each figure
	Accounts       int          `json:"accounts"`
	SpreadPerS     float64      `json:"spread_per_s"`
	HotPerS        float64      `json:"hot_per_s"`
	PlainSpreadPer float64      `json:"plain_spread_per_s"`
	PlainHotPerS   float64      `json:"plain_hot_per_s"`
	SpreadRatio    float64      `json:"spread_ratio"`
	HotRatio       float64      `json:"hot_ratio"`
	CPUPerPosting  float64      `json:"cpu_us_per_posting,omitzero"` // spread, the best: ours and PostgreSQL's; 0: it runs elsewhere
	Postings       int64        `json:"postings"`
	Cells          []ledgerCell `json:"cells"`
}

// ledgerCell is one figure.
type ledgerCell struct {
	What        string  `json:"what"`
	Concurrency int     `json:"concurrency"`
	PerS        float64 `json:"per_s"`
	CPU         float64 `json:"cpu_us,omitzero"`
}

// Run implements the command.
func (c *Ledger) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if c.Seconds < 1 || c.Seconds > 60 {
		return &marketplace.InvalidError{Field: "--seconds", Reason: "must be 1 to 60"}
	}
	if c.Accounts < 2 || c.Accounts > 1_000_000 {
		return &marketplace.InvalidError{Field: "--accounts", Reason: "must be 2 to 1000000"}
	}
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "postgres") {
		return &marketplace.InvalidError{Field: "--database-url", Reason: "must be of a PostgreSQL database"}
	}
	b := &ledgerBench{Ledger: c, log: log, progress: newProgress(os.Stderr)}
	return b.conclude(b.progress, func() (func() error, error) {
		r, err := b.measure(ctx)
		return func() error { return c.Print(out, r, r.write) }, err
	})
}

// ledgerBench is one run of the command.
type ledgerBench struct {
	*Ledger
	closers
	log      *slog.Logger
	progress *progress
	db       *sqldb.DB
	database int // PostgreSQL's first process; 0: none that can be looked at
}

// atOnce are the concurrencies.
var atOnce = []int{1, 8, 32}

// open makes the database, with a connection for each who posts at once.
func (b *ledgerBench) open(ctx context.Context) error {
	url := b.DatabaseURL
	if url == "" {
		b.progress.say("PostgreSQL")
		server, err := b.startPostgres(ctx)
		if err != nil {
			return err
		}
		url = server.URL("knowhow")
	}
	if !strings.Contains(url, "pool_max_conns") {
		url = with(url, fmt.Sprintf("pool_max_conns=%d", atOnce[len(atOnce)-1]+2))
	}
	db, err := database.Open(ctx, url, b.log)
	if err != nil {
		return err
	}
	b.db = db
	b.later(db.Close)
	b.database, err = postgresProcess(ctx, db, b.log)
	return err
}

func (b *ledgerBench) measure(ctx context.Context) (*LedgerReport, error) {
	if err := b.open(ctx); err != nil {
		return nil, err
	}
	load, err := b.seed(ctx)
	if err != nil {
		return nil, err
	}
	r := &LedgerReport{Seconds: b.Seconds, Accounts: b.Accounts}
	for _, n := range atOnce {
		for _, pair := range [][2]ledgerWay{
			{{"spread", load.spread, &r.SpreadPerS}, {"plain_spread", load.plainSpread, &r.PlainSpreadPer}},
			{{"hot", load.hot, &r.HotPerS}, {"plain_hot", load.plainHot, &r.PlainHotPerS}},
		} {
			b.progress.say(fmt.Sprintf("%s and %s, %d at once", pair[0].name, pair[1].name, n))
			cells, err := b.beside(ctx, n, pair)
			if err != nil {
				return nil, fmt.Errorf("%s, %d at once: %w", pair[0].name, n, err)
			}
			r.Cells = append(r.Cells, cells[:]...)
			for i, cell := range cells {
				if cell.PerS > *pair[i].best {
					*pair[i].best = cell.PerS
					if cell.What == "spread" {
						r.CPUPerPosting = cell.CPU
					}
				}
			}
		}
	}
	r.SpreadRatio, r.HotRatio = rounded(r.SpreadPerS/r.PlainSpreadPer, 3), rounded(r.HotPerS/r.PlainHotPerS, 3)
	return r, b.prove(ctx, r)
}

// prove fails unless the books are what they should be.
func (b *ledgerBench) prove(ctx context.Context, r *LedgerReport) error {
	b.progress.say("prove the books")
	broken, err := ledger.CheckTx(ctx, b.db.Read)
	if err == nil && len(broken) > 0 {
		err = fmt.Errorf("the books do not balance: %s", broken[0])
	}
	if err == nil {
		err = b.db.Read.WithContext(ctx).Table("ledger_postings").Count(&r.Postings).Error
	}
	return err
}

func (r *LedgerReport) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "postings per second, best of 1, 8 and 32 at once\tledger\tplain\tratio\n")
	fmt.Fprintf(t, "spread over %d accounts\t%.0f\t%.0f\t%.2f\n", r.Accounts, r.SpreadPerS, r.PlainSpreadPer, r.SpreadRatio)
	fmt.Fprintf(t, "on one busy program\t%.0f\t%.0f\t%.2f\n", r.HotPerS, r.PlainHotPerS, r.HotRatio)
	if r.CPUPerPosting > 0 {
		fmt.Fprintf(t, "CPU per posting, spread\t%.0f µs, ours and PostgreSQL's\n", r.CPUPerPosting)
	}
	fmt.Fprintf(t, "\nfigure\tat once\tper second\n")
	for _, c := range r.Cells {
		fmt.Fprintf(t, "%s\t%d\t%.0f\n", c.What, c.Concurrency, c.PerS)
	}
	return t.Flush()
}

// ledgerWay is a way of posting that is measured.
type ledgerWay struct {
	name string
	post func(ctx context.Context, d draw) error
	best *float64
}

// turns is how many times the two ways of a pair take turns in a second, so that
// what else the machine does befalls both.
const turns = 2

// beside posts in two ways with n at once, in turns, for as long as a figure takes
// each.
func (b *ledgerBench) beside(ctx context.Context, n int, pair [2]ledgerWay) (cells [2]ledgerCell, err error) {
	var posted [2]int64
	var took, used [2]time.Duration
	for turn := range 2 + 2*turns*b.Seconds {
		i := turn % 2
		before, err := b.cpu()
		if err != nil {
			return cells, err
		}
		began := time.Now()
		n, err := postAll(ctx, n, time.Second/turns, pair[i].post)
		if err != nil {
			return cells, err
		}
		spent := time.Since(began)
		after, err := b.cpu()
		if err != nil {
			return cells, err
		}
		if turn >= 2 { // the first turns make connections and statements that all later ones use again
			posted[i], took[i], used[i] = posted[i]+n, took[i]+spent, used[i]+after-before
		}
	}
	for i, way := range pair {
		cells[i] = ledgerCell{What: way.name, Concurrency: n, PerS: rounded(float64(posted[i])/took[i].Seconds(), 1)}
		if b.database != 0 {
			cells[i].CPU = rounded(float64(used[i].Microseconds())/float64(max(posted[i], 1)), 1)
		}
	}
	return cells, nil
}

// cpu is what this process and PostgreSQL have used.
func (b *ledgerBench) cpu() (time.Duration, error) {
	if b.database == 0 {
		return 0, nil
	}
	own, err := look(os.Getpid())
	if err != nil {
		return 0, err
	}
	used, err := family(b.database)
	return own.own + used, err
}
