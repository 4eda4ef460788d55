package job_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/sqldb"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// fixture is a store with a table effects, a clock that stands, and a queue.
type fixture struct {
	store *marketplace.Store
	clock *marketplace.ManualClock
	*job.Queue
}

func newFixture(t *testing.T, db *sqldb.DB) *fixture {
	t.Helper()
	f := &fixture{store: marketplace.NewStore(db.Write, db.Read), clock: marketplace.NewManualClock(start)}
	if err := db.Write.Exec(`CREATE TABLE effects (seq bigint NOT NULL, name text NOT NULL)`).Error; err != nil {
		t.Fatal(err)
	}
	f.Queue = f.another()
	return f
}

// another is a queue of its own on the same database, as a second process has.
func (f *fixture) another() *job.Queue {
	return job.NewQueue(f.store, f.clock, slog.New(slog.DiscardHandler))
}

// effect is a handler that writes down the job's name.
func effect(_ context.Context, tx *gorm.DB, j job.Job) error {
	var name string
	if err := j.Decode(&name); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO effects (seq, name) VALUES (?, ?)`, j.Seq, name).Error
}

func (f *fixture) enqueue(t *testing.T, jobs ...job.New) {
	t.Helper()
	err := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, n := range jobs {
			if err := f.EnqueueTx(t.Context(), tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) runDue(t *testing.T) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, err := f.RunDue(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// effects lists what the handlers wrote, in order of writing as far as names
// carry it.
func (f *fixture) effects(t *testing.T) []string {
	t.Helper()
	names := []string{}
	err := f.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT name FROM effects ORDER BY name`).Scan(&names).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func (f *fixture) only(t *testing.T, state job.State) job.Job {
	t.Helper()
	jobs, err := f.List(t.Context(), state, 10)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("there are %d %s jobs, %v; want one", len(jobs), state, err)
	}
	return jobs[0]
}

func (f *fixture) waiting(t *testing.T) map[job.State]int {
	t.Helper()
	counts, err := f.Waiting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

var errBroken = errors.New("broken")
