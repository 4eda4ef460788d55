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

// TestZombiesFailureIsNotHeeded has a zombie fail while its successor is at
// work: the job must stay the successor's.
func TestZombiesFailureIsNotHeeded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, begun, mayEnd, ended := newFixture(t, db), make(chan struct{}), make(chan struct{}), make(chan error)
		other, runs := f.another(), 0
		other.HandleCall("x", func(context.Context, job.Job) error {
			runs++
			close(begun)
			<-mayEnd
			return nil
		})
		f.HandleCall("x", func(context.Context, job.Job) error {
			f.clock.Advance(job.Lease)
			go func() { _, err := other.RunDue(t.Context()); ended <- err }()
			<-begun
			return errBroken
		})
		f.enqueue(t, job.New{Kind: "x"})
		jobs, err := f.RunDue(t.Context())
		if jobs != 1 || err != nil {
			t.Errorf("the zombie's RunDue = %d, %v", jobs, err)
		}
		if j := f.only(t, job.Running); j.Attempts != 2 || j.LastError == errBroken.Error() {
			t.Errorf("after the zombie's failure: %+v", j)
		}
		close(mayEnd)
		if err := <-ended; err != nil || runs != 1 || len(f.waiting(t)) != 0 {
			t.Errorf("the successor: %v after %d runs, jobs left %v", err, runs, f.waiting(t))
		}
	})
}

// died leaves every job as a worker that died in the midst of them leaves them.
func (f *fixture) died(t *testing.T, attempts int) {
	t.Helper()
	err := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE jobs SET state = 'running', attempts = ?, lease_owner = 'gone', lease_until = ?`,
			attempts, f.clock.Now().Add(job.Lease)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeadWorkersJobsAreTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, attempts := newFixture(t, db), map[string]int{}
		f.Handle("e", func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			attempts[j.Args] = j.Attempts
			return effect(ctx, tx, j)
		})
		f.enqueue(t, job.New{Kind: "e", Args: "1"}, job.New{Kind: "e", Args: "2"}, job.New{Kind: "e", Args: "3"})
		f.died(t, 1)
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
		if got := f.effects(t); fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("effects %v, want [1 2 3]", got)
		}
		if got, want := fmt.Sprint(attempts), `map["1":2 "2":1 "3":1]`; got != want {
			t.Errorf("attempts %s, want %s: the worker died in the first", got, want)
		}
	})
}

// TestPoisonIsBuriedAlone has one job take its worker down again and again: it
// is buried, and those that were claimed with it are not.
func TestPoisonIsBuriedAlone(t *testing.T) {
	free := map[string]func(f *fixture) error{
		"lease lapsed": func(f *fixture) error { f.clock.Advance(job.Lease); return nil },
		"restarted":    func(f *fixture) error { return f.ReleaseLeases(context.Background()) },
	}
	for name, free := range free {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				f := newFixture(t, db)
				f.Handle("e", effect)
				f.enqueue(t, job.New{Kind: "e", Args: "a poison"}, job.New{Kind: "e", Args: "b"}, job.New{Kind: "e", Args: "c"})
				f.died(t, job.MaxAttempts)
				if err := free(f); err != nil {
					t.Fatal(err)
				}
				f.runDue(t)
				if got := f.effects(t); fmt.Sprint(got) != "[b c]" {
					t.Errorf("effects %v, want [b c]", got)
				}
				if j := f.only(t, job.Buried); j.Args != `"a poison"` || j.Attempts != job.MaxAttempts {
					t.Errorf("buried %+v", j)
				}
			})
		})
	}
}

// TestSlowBatchIsGivenBack has every job of a batch take half a lease: none may
// lapse in the hands of a worker that lives.
func TestSlowBatchIsGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, attempts := newFixture(t, db), []int{}
		other := f.another()
		other.HandleCall("slow", func(context.Context, job.Job) error { return nil })
		f.HandleCall("slow", func(ctx context.Context, j job.Job) error {
			attempts = append(attempts, j.Attempts)
			f.clock.Advance(job.Lease / 2)
			if n, err := other.RunDue(ctx); n != 0 || err != nil {
				t.Errorf("another worker took over %d jobs, %v", n, err)
			}
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
// it had not begun, or was cut off in, is there for the next one at once.
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
		if got := f.waiting(t); got[job.Ready] != 2 || got[job.Running] != 0 {
			t.Errorf("jobs %v, want both given back", got)
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
		jobs := dbtest.Loops(200, 9000)
		f, failures := newFixture(t, db), atomic.Int64{}
		sometimes := func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			if err := effect(ctx, tx, j); err != nil {
				return err
			}
			fails := j.Seq%7 == 0
			if j.Attempts != 1 && !fails {
				t.Errorf("job %d was claimed %d times", j.Seq, j.Attempts)
			}
			if fails && j.Attempts == 1 {
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
			list[i] = job.New{Kind: "e", Args: fmt.Sprintf("%05d", i)}
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
			if got[i] != fmt.Sprintf("%05d", i) {
				t.Fatalf("effect %d is %s: lost or doubled", i, got[i])
			}
		}
		if len(got) != jobs || failures.Load() < int64(jobs/8) {
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
		within, cancel := context.WithTimeout(ctx, 5*time.Minute)
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
