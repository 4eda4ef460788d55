package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/redact"
	"knowhow/migrations/pgtemp"
	"knowhow/migrations/sqldb"
	"knowhow/web/token"
)

// Lifecycle is `knowhow bench lifecycle`.
type Lifecycle struct {
	Postgres    bool   `xor:"database" help:"On a throwaway PostgreSQL, whose own benchmark runs right before and after."`
	DatabaseURL string `name:"database-url" env:"KNOWHOW_BENCH_DATABASE_URL" xor:"database" placeholder:"URL" help:"An empty database that is the bench's to fill: sqlite:FILE or postgres://… (default: a temporary SQLite file, removed at the end)."`
	Concurrency int    `default:"8" placeholder:"N" help:"How many lifecycles are under way at once, 1 to 64 (default: ${default})."`
	Seconds     int    `default:"10" placeholder:"N" help:"For how long new ones begin, 1 to 300 (default: ${default})."`
	Experts     int    `hidden:"" default:"1000"`
	Past        int    `hidden:"" default:"10000"`
	Customers   int    `hidden:"" default:"500"`
	WarmUp      int    `hidden:"" default:"600"` // lifecycles before the clock starts
	output.Format
}

// Help is the end of --help.
func (Lifecycle) Help() string {
	return `It starts a server of its own on a market with 1,000 experts and 10,000 past questions, and lives whole lifecycles over HTTP: ask until the first three experts have their offers, list offers, accept, answer, resolve, give feedback; a fifth of the answers is reviewed, and every twenty lifecycles there is a run of payouts. The clock stops when every job is done. docs/bench.md tells how each figure is taken.

Examples:
  knowhow bench lifecycle
  knowhow bench lifecycle --postgres --concurrency 8 --seconds 10 --format json`
}

// Run implements the command.
func (c *Lifecycle) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if err := c.check(); err != nil {
		return err
	}
	b := &lifecycleBench{Lifecycle: c, log: log, progress: newProgress(os.Stderr)}
	return b.conclude(b.progress, func() (func() error, error) {
		r, err := b.measure(ctx)
		return func() error { return c.Print(out, r, r.write) }, err
	})
}

func (c *Lifecycle) check() error {
	for _, n := range []struct {
		flag         string
		value, least int
		most         int
	}{
		{"--concurrency", c.Concurrency, 1, 64}, {"--seconds", c.Seconds, 1, 300},
		{"--experts", c.Experts, 1, 100_000}, {"--past", c.Past, 0, 1_000_000}, {"--customers", c.Customers, 1, 100_000},
		{"--warm-up", c.WarmUp, 1, 100_000},
	} {
		if n.value < n.least || n.value > n.most {
			return &marketplace.InvalidError{Field: n.flag, Reason: fmt.Sprintf("must be %d to %d", n.least, n.most)}
		}
	}
	return nil
}

// lifecycleBench is one run of the command.
type lifecycleBench struct {
	*Lifecycle
	log      *slog.Logger
	progress *progress
	dir      string // for everything temporary
	url      string
	keys     *redact.Keyring
	postgres *pgtemp.Server // nil: not the bench's own
	measured *yardstick     // nil: there is none
	db       *sqldb.DB      // for seeding, and to look whether all is done
	clock    *sqldb.Clock
	market   *market
	server   *server
	closers
}

// measure does it all.
func (b *lifecycleBench) measure(ctx context.Context) (*Report, error) {
	r := &Report{Concurrency: b.Concurrency}
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	r.Database = b.db.Dialect
	var before, after float64
	var err error
	if b.measured != nil {
		b.progress.say("pgbench")
		if before, err = b.measured.measure(ctx); err != nil {
			return nil, err
		}
	}
	if err := b.live(ctx, r); err != nil {
		return nil, err
	}
	if err := b.prove(ctx, r); err != nil {
		return nil, err
	}
	if b.measured != nil {
		b.progress.say("pgbench")
		if after, err = b.measured.measure(ctx); err != nil {
			return nil, err
		}
		r.PgbenchTPS = (before + after) / 2
		r.Ratio = r.LifecyclesPerS / r.PgbenchTPS
	}
	return r.rounded(), nil
}

// prepare makes the database and fills it.
func (b *lifecycleBench) prepare(ctx context.Context) (err error) {
	if b.dir, err = os.MkdirTemp("", "knowhow-bench-"); err != nil {
		return fmt.Errorf("make a temporary directory: %w", err)
	}
	b.later(func() error { return os.RemoveAll(b.dir) })
	if b.keys, err = redact.LoadOrCreateKeyFile(b.keyFile()); err != nil {
		return err
	}
	if err := b.openDatabase(ctx); err != nil {
		return err
	}
	b.later(b.db.Close)
	n := size{experts: b.Experts, past: b.Past, customers: b.Customers}
	if b.market, err = seedMarket(ctx, b.db, b.keys, b.log, n, b.progress.bar); err != nil {
		return err
	}
	if b.clock, err = sqldb.NewClock(ctx, b.db); err != nil {
		return err
	}
	return b.analyze(ctx)
}

func (b *lifecycleBench) keyFile() string { return filepath.Join(b.dir, "keys") }

func (b *lifecycleBench) openDatabase(ctx context.Context) (err error) {
	b.url = b.DatabaseURL
	switch {
	case b.Postgres:
		b.progress.say("PostgreSQL")
		err = b.startOwn(ctx)
	case b.url == "":
		b.url = "sqlite:" + filepath.Join(b.dir, "bench.db")
	}
	if err == nil {
		b.db, err = database.Open(ctx, b.url, b.log)
	}
	return err
}

// startOwn starts the throwaway server with its yardstick.
func (b *lifecycleBench) startOwn(ctx context.Context) (err error) {
	if b.postgres, err = b.closers.startPostgres(ctx); err != nil {
		return err
	}
	b.url = b.postgres.URL("knowhow")
	b.measured, err = newYardstick(ctx, b.postgres, b.Concurrency)
	return err
}

// analyzedFrom is from how many new rows on PostgreSQL analyzes a table by
// itself (autovacuum_analyze_threshold).
const analyzedFrom = 50

// analyze tells PostgreSQL's planner of what was written at once; it would find
// out by itself later, in the middle of the measurement. Of tables with hardly a
// row nothing is told, as PostgreSQL itself tells nothing: the planner would take
// them for small, and go through all of them long after they are not.
func (b *lifecycleBench) analyze(ctx context.Context) error {
	if b.db.Dialect != "postgres" {
		return nil
	}
	err := b.market.Store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		var tables []string
		err := tx.Raw("SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").Scan(&tables).Error
		for _, table := range tables {
			var rows int
			if err == nil {
				err = tx.Raw("SELECT count(*) FROM (SELECT FROM "+table+" LIMIT ?) AS found", analyzedFrom).Scan(&rows).Error
			}
			if err == nil && rows == analyzedFrom {
				err = tx.Exec("ANALYZE " + table).Error
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("analyze the database: %w", err)
	}
	return nil
}

// live starts the server and measures, once it is warm: it reads its index of
// past questions with the first lifecycle, and PostgreSQL keeps the plan of a
// statement that a connection has run a few times.
func (b *lifecycleBench) live(ctx context.Context, r *Report) (err error) {
	b.progress.say("server")
	if b.server, err = startServer(ctx, b.dir, b.url, b.keyFile()); err != nil {
		return err
	}
	b.later(b.server.stop)
	load, err := newLoad(b.market, token.NewIssuer(b.keys, b.server.base, b.clock), b.server.address)
	if err != nil {
		return fmt.Errorf("sign the bench's people in: %w", err)
	}
	b.progress.say("warm-up")
	if _, err := load.run(ctx, b.Concurrency, func() bool { return int(load.finished.Load()) >= b.WarmUp }); err != nil {
		return b.explain(err)
	}
	if err := b.drain(ctx, load); err != nil {
		return b.explain(err)
	}
	if err := b.analyze(ctx); err != nil {
		return err
	}
	if err := b.count(ctx, load, r); err != nil {
		return b.explain(err)
	}
	return b.server.stop()
}

// explain adds the end of the server's log to what went wrong.
func (b *lifecycleBench) explain(err error) error {
	return fmt.Errorf("%w (the server's log ends: %s)", err, b.server.lastWords())
}

// count lives lifecycles against the clock, until all that follows is done too.
func (b *lifecycleBench) count(ctx context.Context, load *load, r *Report) error {
	meter, err := b.newMeter(ctx)
	if err != nil {
		return err
	}
	lived, reviews, runs := load.finished.Load(), load.reviews.Load(), load.runs.Load()
	before, err := meter.read(ctx)
	if err != nil {
		return err
	}
	start, end := time.Now(), time.Now().Add(time.Duration(b.Seconds)*time.Second)
	took, err := load.run(ctx, b.Concurrency, func() bool {
		now := time.Now()
		b.progress.bar("lifecycles", int(load.finished.Load()-lived), 0)
		return now.After(end)
	})
	if err != nil {
		return err
	}
	if err := b.drain(ctx, load); err != nil {
		return err
	}
	r.Seconds = time.Since(start).Seconds()
	after, err := meter.read(ctx)
	if err != nil {
		return err
	}
	r.Lifecycles = int(load.finished.Load() - lived)
	r.Reviews, r.PayoutRuns = int(load.reviews.Load()-reviews), int(load.runs.Load()-runs)
	r.fill(took, before, after)
	peak, err := memory(b.server.pid(), "VmHWM")
	r.PeakRSSMB = float64(peak) / (1 << 20)
	return err
}
