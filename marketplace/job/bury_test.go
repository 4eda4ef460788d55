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

func TestBuriedByHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "e", Args: "x"})
		seq := f.only(t, job.Ready).Seq
		dbtest.Halfway(t, db, func() error { return f.Bury(t.Context(), seq) })
		if n := f.runDue(t); n != 0 {
			t.Errorf("%d buried jobs ran", n)
		}
		if j := f.only(t, job.Buried); j.LastError == "" {
			t.Error("the job does not tell why it is buried")
		}
		for name, seq := range map[string]int64{"buried": seq, "unknown": 999} {
			if err := f.Bury(t.Context(), seq); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("to bury a job that is %s: %v", name, err)
			}
		}
		if err := f.Retry(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
	})
}

// What was buried is tried again by whoever asks for it again; not what a person has
// buried.
func TestEnqueueingDigsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, down := newFixture(t, db), true
		f.Handle("e", func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			if down {
				return errBroken
			}
			return effect(ctx, tx, j)
		})
		f.enqueue(t, job.New{Kind: "e", Args: "x", UniqueKey: "k"})
		for range job.MaxAttempts {
			f.runDue(t)
			f.clock.Advance(time.Hour)
		}
		f.only(t, job.Buried)
		f.enqueue(t, job.New{Kind: "e", Args: "y", UniqueKey: "k"})
		f.runDue(t)
		if j := f.only(t, job.Ready); j.Attempts != 1 || j.Args != `"y"` {
			t.Fatalf("dug up: %+v", j)
		}
		f.enqueue(t, job.New{Kind: "e", Args: "z", UniqueKey: "k"}) // it waits: nothing is added
		if err := f.Bury(t.Context(), f.only(t, job.Ready).Seq); err != nil {
			t.Fatal(err)
		}
		down = false
		f.enqueue(t, job.New{Kind: "e", Args: "z", UniqueKey: "k"})
		if n := f.runDue(t); n != 0 {
			t.Errorf("%d jobs ran that a person had buried", n)
		}
		if err := f.Retry(t.Context(), f.only(t, job.Buried).Seq); err != nil {
			t.Fatal(err)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[y]" {
			t.Errorf("effects %v", got)
		}
	})
}

func TestARunningJobIsNotBuried(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.HandleCall("c", func(ctx context.Context, j job.Job) error {
			if err := f.Bury(ctx, j.Seq); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("Bury = %v", err)
			}
			return nil
		})
		f.enqueue(t, job.New{Kind: "c"})
		if f.runDue(t) != 1 || len(f.waiting(t)) != 0 {
			t.Error("the job was not done")
		}
	})
}

func TestFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		if list, err := f.Figures(t.Context()); err != nil || len(list) != 0 {
			t.Errorf("of no jobs: %v, %v", list, err)
		}
		f.Handle("a", func(context.Context, *gorm.DB, job.Job) error { return job.ErrGiveUp })
		f.Handle("b", effect)
		later := start.Add(time.Hour)
		f.enqueue(t, job.New{Kind: "a"}, job.New{Kind: "b", RunAt: later.Add(time.Minute)}, job.New{Kind: "b", RunAt: later})
		f.runDue(t)
		list, err := f.Figures(t.Context())
		if err != nil || len(list) != 2 {
			t.Fatalf("Figures = %+v, %v", list, err)
		}
		if a := list[0]; a.Kind != "a" || a.State != job.Buried || a.Count != 1 || a.Attempts != 1 {
			t.Errorf("of kind a: %+v", a)
		}
		if b := list[1]; b.Kind != "b" || b.State != job.Ready || b.Count != 2 || !b.First.Equal(later) {
			t.Errorf("of kind b: %+v", b)
		}
	})
}
