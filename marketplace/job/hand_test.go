package job_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// running has workers that look for work when they start and never again. The
// returned function stops them and waits until they have.
func (f *fixture) running(t *testing.T, workers int) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stopped, started := make(chan struct{}), make(chan struct{})
	f.HandleCall("start", func(context.Context, job.Job) error { close(started); return nil })
	f.enqueue(t, job.New{Kind: "start"})
	go func() { f.Run(ctx, workers, time.Hour); close(stopped) }()
	<-started
	return func() { cancel(); <-stopped }
}

// TestEnqueuedJobsGoStraightToAWorker: nobody polls, and yet they are done,
// once each, and only those whose transaction was kept.
func TestEnqueuedJobsGoStraightToAWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, done := newFixture(t, db), make(chan job.Job, 10)
		f.HandleCall("first", func(_ context.Context, j job.Job) error { done <- j; return nil })
		f.Handle("e", effect)
		f.HandleCall("last", func(_ context.Context, j job.Job) error { done <- j; return nil })
		defer f.running(t, 1)()
		f.enqueue(t, job.New{Kind: "first", Known: "what it is about"})
		if j := <-done; j.Known() != "what it is about" || j.Attempts != 1 {
			t.Errorf("handed over %+v", j)
		}
		lost := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			return errors.Join(f.EnqueueTx(t.Context(), tx, job.New{Kind: "e", Args: "lost"}), errBroken)
		})
		if !errors.Is(lost, errBroken) {
			t.Fatal(lost)
		}
		f.enqueue(t, job.New{Kind: "e", Args: "a", UniqueKey: "k"}, job.New{Kind: "e", Args: "b", UniqueKey: "k"},
			job.New{Kind: "e", Args: "later", RunAt: start.Add(time.Hour)}, job.New{Kind: "e", Args: "c"}, job.New{Kind: "last"})
		<-done
		if got := f.effects(t); fmt.Sprint(got) != "[a c]" {
			t.Errorf("effects %v, want [a c]", got)
		}
	})
}

// TestHandedJobsOfADeadProcess: a job that was handed over is claimed, and
// taken over as any other when its process dies.
func TestHandedJobsOfADeadProcess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, begun, never := newFixture(t, db), make(chan struct{}), make(chan struct{})
		f.HandleCall("stuck", func(context.Context, job.Job) error { close(begun); <-never; return errBroken })
		f.Handle("e", effect)
		stop := f.running(t, 1)
		defer func() { close(never); stop() }()
		f.enqueue(t, job.New{Kind: "stuck"})
		<-begun
		f.enqueue(t, job.New{Kind: "e", Args: "x"})
		other := f.another()
		other.Handle("e", effect)
		other.HandleCall("stuck", func(context.Context, job.Job) error { return nil })
		if n, err := other.RunDue(t.Context()); n != 0 || err != nil {
			t.Errorf("within the lease another process did %d jobs, %v", n, err)
		}
		f.clock.Advance(job.Lease)
		if n, err := other.RunDue(t.Context()); n != 2 || err != nil {
			t.Errorf("after it %d jobs, %v, want 2", n, err)
		}
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
	})
}

// TestStoppedRunGivesBack: what no worker has begun is there for another
// process at once, and what is enqueued later too.
func TestStoppedRunGivesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, begun, mayEnd := newFixture(t, db), make(chan struct{}), make(chan struct{})
		f.HandleCall("slow", func(context.Context, job.Job) error { close(begun); <-mayEnd; return nil })
		f.Handle("e", effect)
		stop := f.running(t, 1)
		f.enqueue(t, job.New{Kind: "slow"})
		<-begun
		f.enqueue(t, job.New{Kind: "e", Args: "1"}, job.New{Kind: "e", Args: "2"})
		if got := f.waiting(t); got[job.Running] != 3 {
			t.Errorf("jobs %v, want 3 claimed", got)
		}
		time.AfterFunc(10*time.Millisecond, func() { close(mayEnd) })
		stop()
		f.enqueue(t, job.New{Kind: "e", Args: "3"})
		ready, err := f.List(t.Context(), job.Ready, 10)
		if err != nil || len(ready) != 3 || ready[0].Attempts != 0 {
			t.Errorf("given back %+v, %v; want 3 that nobody tried", ready, err)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("effects %v", got)
		}
	})
}

// TestSlowCallHoldsUpNobody: jobs found together with one that waits for the
// network are done meanwhile.
func TestSlowCallHoldsUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, mayEnd, done := newFixture(t, db), make(chan struct{}), make(chan struct{})
		f.HandleCall("slow", func(context.Context, job.Job) error { <-mayEnd; return nil })
		f.HandleCall("quick", func(context.Context, job.Job) error { close(done); return nil })
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "slow"}, job.New{Kind: "e", Args: "x"}, job.New{Kind: "quick"})
		stop := f.running(t, 2) // what is due is looked for by one worker
		<-done
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
		close(mayEnd)
		stop()
		if got := f.waiting(t); len(got) != 0 {
			t.Errorf("jobs left: %v", got)
		}
	})
}
