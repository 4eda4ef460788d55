package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"text/tabwriter"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// Payouts is `knowhow bench payouts`.
type Payouts struct {
	DatabaseURL string `name:"database-url" env:"KNOWHOW_BENCH_DATABASE_URL" placeholder:"URL" help:"A database that is the bench's to fill, or that it was filling when it was interrupted: sqlite:FILE or postgres://… (default: a throwaway PostgreSQL, removed at the end)."`
	Experts     int    `default:"100000" placeholder:"N" help:"How many are paid, 1 to 1000000 (default: ${default})."`
	Rate        int    `default:"500" placeholder:"N" help:"How many are sent in a second at most, 1 to 10000 (default: ${default})."`
	output.Format
}

// Help is the end of --help.
func (Payouts) Help() string {
	return `It gives every expert something to be paid, makes one run of payouts, and sends them to the sandbox, which keeps books of its own in the same database. Killed at any moment and started again on the same database, it goes on where it was. The rate is that of sending; at the end the two books are compared.

Example:
  knowhow bench payouts --experts 100000 --rate 500 --format json`
}

// PayoutsReport is what `knowhow bench payouts` prints. A bench that went on
// after an interruption tells the rate of what it sent itself.
type PayoutsReport struct {
	Database   string  `json:"database"`
	Experts    int     `json:"experts"`
	Rate       int     `json:"rate"`
	Paid       int64   `json:"paid"`
	RatePerS   float64 `json:"rate_per_s"`
	RunPerS    float64 `json:"made_per_s"` // payouts put in transit
	Seconds    float64 `json:"seconds"`    // of sending
	PeakRSSMB  float64 `json:"peak_rss_mb"`
	DoublePaid int64   `json:"double_paid"`
	Balanced   bool    `json:"balanced"` // both books agree
}

// Run implements the command.
func (c *Payouts) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if c.Experts < 1 || c.Experts > 1_000_000 {
		return &marketplace.InvalidError{Field: "--experts", Reason: "must be 1 to 1000000"}
	}
	if c.Rate < 1 || c.Rate > 10_000 {
		return &marketplace.InvalidError{Field: "--rate", Reason: "must be 1 to 10000"}
	}
	b := &payoutsBench{Payouts: c, log: log, progress: newProgress(os.Stderr)}
	return b.conclude(b.progress, func() (func() error, error) {
		r, err := b.measure(ctx)
		return func() error { return c.Print(out, r, r.write) }, err
	})
}

// payoutsBench is one run of the command.
type payoutsBench struct {
	*Payouts
	closers
	log      *slog.Logger
	progress *progress
	db       *sqldb.DB
	service  *payouts.Service
}

const (
	// senders is how many work at sending, each with so many calls at once.
	senders     = 2
	callsAtOnce = 8
	// sendAtOnce is how many a sender takes on between two looks at the clock.
	sendAtOnce = 400
)

// open makes the database, and the service on it. The sandbox is elsewhere: it
// has connections of its own, and does not wait for the disk.
func (b *payoutsBench) open(ctx context.Context) error {
	url := b.DatabaseURL
	if url == "" {
		b.progress.say("PostgreSQL")
		server, err := b.startPostgres(ctx)
		if err != nil {
			return err
		}
		url = server.URL("knowhow")
	}
	db, err := database.Open(ctx, url, b.log)
	if err != nil {
		return err
	}
	b.db = db
	b.later(db.Close)
	there := db
	if db.Dialect == "postgres" {
		if there, err = sqldb.Open(ctx, with(url, fmt.Sprintf("synchronous_commit=off&pool_max_conns=%d", senders*callsAtOnce+2))); err != nil {
			return err
		}
		b.later(there.Close)
	}
	b.service = &payouts.Service{
		InTx: marketplaceTx(db), Now: time.Now, Provider: &sandbox.Provider{InTx: marketplaceTx(there), Now: time.Now},
		Parallel: callsAtOnce, Pace: payouts.NewPace(b.Rate),
	}
	return nil
}

// marketplaceTx runs transactions as the house does.
func marketplaceTx(db *sqldb.DB) func(ctx context.Context, fn func(tx *gorm.DB) error) error {
	store := marketplace.NewStore(db.Write, db.Read)
	return func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return store.InTx(ctx, marketplace.AllBrands, fn)
	}
}

func (b *payoutsBench) measure(ctx context.Context) (*PayoutsReport, error) {
	if err := b.open(ctx); err != nil {
		return nil, err
	}
	if err := b.seed(ctx); err != nil {
		return nil, err
	}
	r := &PayoutsReport{Database: b.db.Dialect, Experts: b.Experts, Rate: b.Rate}
	b.progress.say("make the payouts")
	begun := time.Now()
	made, err := b.service.CreateRun(ctx, "bench")
	if err != nil {
		return nil, err
	}
	r.RunPerS = rounded(float64(made)/time.Since(begun).Seconds(), 0)
	if err := b.freeLeases(ctx); err != nil {
		return nil, err
	}
	begun = time.Now()
	sent, err := b.sendAll(ctx)
	if err != nil {
		return nil, err
	}
	r.Seconds = rounded(time.Since(begun).Seconds(), 2)
	r.RatePerS = rounded(float64(sent)/time.Since(begun).Seconds(), 1)
	return r, b.judge(ctx, r)
}

// freeLeases frees what a bench that was killed was sending: nobody else works in
// this database.
func (b *payoutsBench) freeLeases(ctx context.Context) error {
	err := b.db.Write.WithContext(ctx).Exec("UPDATE payouts SET lease_until = created_at WHERE lease_until IS NOT NULL").Error
	if err != nil {
		return fmt.Errorf("free the leases: %w", err)
	}
	return nil
}

// sendAll sends until nothing is under way, and returns how many it sent.
func (b *payoutsBench) sendAll(ctx context.Context) (sent int, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var mu sync.Mutex
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() {
			for ctx.Err() == nil {
				done, err := b.service.Process(ctx, sendAtOnce)
				mu.Lock()
				sent += done.Sent
				b.progress.bar("sent", sent, b.Experts)
				mu.Unlock()
				if err != nil {
					stop(err)
					return
				}
				if done.Sent+done.Failed+done.Waiting == 0 && !b.underWay(ctx, stop) {
					return
				}
			}
		})
	}
	sending.Wait()
	return sent, context.Cause(ctx)
}

// underWay reports whether anything is still to be sent, perhaps later; it waits
// a little where that is so.
func (b *payoutsBench) underWay(ctx context.Context, stop context.CancelCauseFunc) bool {
	var open bool
	err := b.db.Write.WithContext(ctx).Raw("SELECT EXISTS (SELECT 1 FROM payouts WHERE state IN ('created', 'sending'))").Scan(&open).Error
	if err != nil {
		stop(fmt.Errorf("look for payouts under way: %w", err))
		return false
	}
	if open {
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return open
}

// judge counts what was paid, and compares the books.
func (b *payoutsBench) judge(ctx context.Context, r *PayoutsReport) error {
	b.progress.say("compare the books")
	db := b.db.Write.WithContext(ctx)
	err := db.Raw("SELECT COUNT(*) FROM payouts WHERE state = 'sent'").Scan(&r.Paid).Error
	if err == nil {
		err = db.Raw("SELECT COUNT(*) FROM (SELECT payout_id FROM sandbox_transfers GROUP BY payout_id HAVING COUNT(*) > 1) AS twice").Scan(&r.DoublePaid).Error
	}
	var theirs, ours int64
	if err == nil {
		err = db.Raw("SELECT COALESCE(SUM(minor), 0) FROM sandbox_balances").Scan(&theirs).Error
	}
	if err == nil {
		err = db.Raw("SELECT CAST(COALESCE(SUM(-amount), 0) AS bigint) FROM ledger_entries WHERE account_id LIKE 'sandbox:balance:%'").Scan(&ours).Error
	}
	if err != nil {
		return fmt.Errorf("compare the books: %w", err)
	}
	r.Balanced = theirs == ours
	peak, err := memory(os.Getpid(), "VmHWM")
	r.PeakRSSMB = rounded(float64(peak)/(1<<20), 1)
	return err
}

// write prints the report as text.
func (r *PayoutsReport) write(to io.Writer) error {
	t := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "Database\t%s\n", r.Database)
	fmt.Fprintf(t, "Paid\t%d of %d experts\n", r.Paid, r.Experts)
	fmt.Fprintf(t, "Sent\t%.1f a second of at most %d, in %.1f s\n", r.RatePerS, r.Rate, r.Seconds)
	fmt.Fprintf(t, "Peak memory\t%.1f MB\n", r.PeakRSSMB)
	fmt.Fprintf(t, "Paid twice\t%d\n", r.DoublePaid)
	fmt.Fprintf(t, "Books agree\t%v\n", r.Balanced)
	return t.Flush()
}
