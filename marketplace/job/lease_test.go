package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// TestZombieIsFenced stalls a worker until its leases lapse and another worker
// has done its jobs; when it goes on, nothing it does may be kept.
func TestZombieIsFenced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		other := f.another()
		other.HandleCall("stall", func(context.Context, job.Job) error { return nil })
		other.Handle("e", effect)
		f.HandleCall("stall", func(ctx context.Context, _ job.Job) error {
			f.clock.Advance(job.Lease)
			n, err := other.RunDue(ctx)
			if n != 2 {
				t.Errorf("the other worker did %d jobs, want the 2 that lapsed", n)
			}
			f.clock.Advance(-job.Lease) // the zombie's own clock lags: only the fence is left
			return err
		})
		zombie := 0
		f.Handle("e", func(context.Context, *gorm.DB, job.Job) error { zombie++; return nil })
		f.enqueue(t, job.New{Kind: "stall"}, job.New{Kind: "e", Args: "x"})
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" || zombie != 0 {
			t.Errorf("effects %v, and the zombie's handler ran %d times; want [x] and 0", got, zombie)
		}
		if got := f.waiting(t); len(got) != 0 {
			t.Errorf("jobs left: %v", got)
		}
	})
}

// TestDeadWorkersJobIsTakenOver leaves jobs claimed by a worker that is gone.
func TestDeadWorkersJobIsTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "e", Args: "x"}, job.New{Kind: "e", Args: "poison"})
		claim := `UPDATE jobs SET state = 'running', attempts = CASE args WHEN ? THEN ? ELSE 1 END, lease_owner = 'gone', lease_until = ?`
		if err := db.Write.Exec(claim, `"poison"`, job.MaxAttempts, start.Add(job.Lease)).Error; err != nil {
			t.Fatal(err)
		}
		f.clock.Set(start.Add(job.Lease - time.Microsecond))
		if n := f.runDue(t); n != 0 {
			t.Errorf("%d jobs ran within the lease", n)
		}
		next, ok, err := f.NextDue(t.Context())
		if err != nil || !ok || !next.Equal(start.Add(job.Lease)) {
			t.Errorf("NextDue = %v, %v, %v; want the lease's end", next, ok, err)
		}
		f.clock.Set(next)
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v, want [x]", got)
		}
		if j := f.only(t, job.Buried); j.Args != `"poison"` {
			t.Errorf("buried %+v, want the one that took its worker down %d times", j, job.MaxAttempts)
		}
	})
}

func TestReleaseLeases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "e", Args: "x"}, job.New{Kind: "e", Args: "poison"})
		claim := `UPDATE jobs SET state = 'running', attempts = CASE args WHEN ? THEN ? ELSE 1 END, lease_owner = 'gone', lease_until = ?`
		if err := db.Write.Exec(claim, `"poison"`, job.MaxAttempts, start.Add(job.Lease)).Error; err != nil {
			t.Fatal(err)
		}
		if err := f.ReleaseLeases(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v, want [x] at once", got)
		}
		f.only(t, job.Buried)
	})
}

// TestSlowBatchIsGivenBack has the first job of a batch take long: the rest
// goes back unharmed instead of lapsing in the hands of a live worker.
func TestSlowBatchIsGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, attempts := newFixture(t, db), []int{}
		f.HandleCall("slow", func(_ context.Context, j job.Job) error {
			attempts = append(attempts, j.Attempts)
			f.clock.Advance(job.Lease / 2)
			return nil
		})
		for range 5 {
			f.enqueue(t, job.New{Kind: "slow"})
		}
		if n := f.runDue(t); n != 5 || fmt.Sprint(attempts) != "[1 1 1 1 1]" {
			t.Errorf("%d jobs ran, in attempts %v", n, attempts)
		}
	})
}

// TestStoppedWorkerGivesBack cancels a worker in the midst of its batch: what
// it had not begun is there for the next one at once.
func TestStoppedWorkerGivesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		ctx, stop := context.WithCancel(t.Context())
		f.HandleCall("stop", func(ctx context.Context, _ job.Job) error { stop(); return ctx.Err() })
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "stop"}, job.New{Kind: "e", Args: "x"})
		if _, err := f.RunDue(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("RunDue = %v", err)
		}
		if got := f.waiting(t); got[job.Ready] != 1 || got[job.Running] != 1 {
			t.Errorf("jobs %v, want one given back and one whose lease must lapse", got)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
	})
}

// TestSixteenWorkers work off one queue, eight in each of two processes; each
// job's effect happens once.
func TestSixteenWorkers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		const jobs = 200
		f, failures := newFixture(t, db), atomic.Int64{}
		sometimes := func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			if err := effect(ctx, tx, j); err != nil {
				return err
			}
			if j.Attempts == 1 && j.Seq%7 == 0 {
				failures.Add(1)
				return errBroken
			}
			return nil
		}
		other := f.another()
		f.Handle("e", sometimes)
		other.Handle("e", sometimes)
		list := make([]job.New, jobs)
		for i := range list {
			list[i] = job.New{Kind: "e", Args: fmt.Sprintf("%03d", i)}
		}
		f.enqueue(t, list...)
		for range 2 { // the second round does the failed ones
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					if _, err := []*job.Queue{f.Queue, other}[i%2].RunDue(context.Background()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			f.clock.Advance(5 * time.Second)
		}
		got := f.effects(t)
		for i := range min(len(got), jobs) {
			if got[i] != fmt.Sprintf("%03d", i) {
				t.Fatalf("effect %d is %s: lost or doubled", i, got[i])
			}
		}
		if len(got) != jobs || failures.Load() < jobs/8 {
			t.Errorf("%d effects of %d jobs, %d failures", len(got), jobs, failures.Load())
		}
	})
}

// TestBusyRowsArePassedOver has one worker hold its job's row, its lease long
// lapsed, while another must neither wait for it nor take it.
func TestBusyRowsArePassedOver(t *testing.T) {
	f := newFixture(t, dbtest.Open(t, "postgres"))
	other := f.another()
	other.Handle("e", effect)
	f.Handle("e", func(ctx context.Context, tx *gorm.DB, j job.Job) error {
		f.enqueue(t, job.New{Kind: "e", Args: "second"})
		f.clock.Advance(2 * job.Lease)
		within, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if n, err := other.RunDue(within); err != nil || n != 1 {
			t.Errorf("the other worker did %d jobs, %v; want just the second", n, err)
		}
		return effect(ctx, tx, j)
	})
	f.enqueue(t, job.New{Kind: "e", Args: "first"})
	f.runDue(t)
	if got := f.effects(t); fmt.Sprint(got) != "[first second]" {
		t.Errorf("effects %v", got)
	}
}

func TestRunWorksUntilStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan struct{}, 10)
		f.HandleCall("ping", func(context.Context, job.Job) error { ran <- struct{}{}; return nil })
		stopped := make(chan struct{})
		go func() { f.Run(ctx, 3, time.Millisecond); close(stopped) }()
		for range 3 {
			f.enqueue(t, job.New{Kind: "ping", Brand: marketplace.BrandID{}})
			<-ran
		}
		stop()
		<-stopped
		if len(ran) != 0 {
			t.Errorf("%d more runs than jobs", len(ran))
		}
	})
}
