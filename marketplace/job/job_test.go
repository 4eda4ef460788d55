package job_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestJobsRunWhenDueInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		var order []string
		f.HandleCall("note", func(_ context.Context, j job.Job) error {
			order = append(order, j.Args)
			return nil
		})
		f.enqueue(t,
			job.New{Kind: "note", Args: 3, RunAt: start.Add(2 * time.Minute)},
			job.New{Kind: "note", Args: 2, RunAt: start.Add(time.Minute + time.Microsecond)},
			job.New{Kind: "note", Args: 1, RunAt: start.Add(time.Minute)},
			job.New{Kind: "note", Args: 0})
		if n := f.runDue(t); n != 1 || fmt.Sprint(order) != "[0]" {
			t.Errorf("at once ran %d: %v, want [0]", n, order)
		}
		if next, ok, err := f.NextDue(t.Context()); err != nil || !ok || !next.Equal(start.Add(time.Minute)) {
			t.Errorf("NextDue = %v, %v, %v", next, ok, err)
		}
		f.clock.Advance(time.Minute)
		if n := f.runDue(t); n != 1 || fmt.Sprint(order) != "[0 1]" {
			t.Errorf("a minute later ran %d: %v; the job a microsecond later is not due", n, order)
		}
		f.clock.Advance(time.Hour)
		if n := f.runDue(t); n != 2 || fmt.Sprint(order) != "[0 1 2 3]" {
			t.Errorf("at last ran %d: %v", n, order)
		}
		if next, ok, err := f.NextDue(t.Context()); err != nil || ok {
			t.Errorf("with nothing left NextDue = %v, %v, %v", next, ok, err)
		}
	})
}

func TestEffectAndCompletionCommitTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, tries := newFixture(t, db), 0
		f.Handle("flaky", func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			if err := effect(ctx, tx, j); err != nil {
				return err
			}
			switch tries++; tries {
			case 1:
				return errBroken
			case 2:
				panic("a \xff panic with \x00 in it")
			}
			return nil
		})
		f.enqueue(t, job.New{Kind: "flaky", Args: "x"})
		for try := range 4 {
			f.runDue(t)
			if got := f.effects(t); try < 2 && len(got) != 0 {
				t.Errorf("after the failed try %d the effect %v is there", try+1, got)
			}
			f.clock.Advance(time.Hour)
		}
		if got := f.effects(t); fmt.Sprint(got) != "[x]" || tries != 3 {
			t.Errorf("after %d tries the effects are %v, want [x] after 3", tries, got)
		}
		if got := f.waiting(t); len(got) != 0 {
			t.Errorf("jobs left: %v", got)
		}
	})
}

func TestRolledBackJobNeverRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		err := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			return errors.Join(f.EnqueueTx(t.Context(), tx, job.New{Kind: "e", Args: "x"}), errBroken)
		})
		if !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		if n := f.runDue(t); n != 0 {
			t.Errorf("%d jobs ran", n)
		}
	})
}

func TestBackoffThenBurial(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, at := newFixture(t, db), start
		f.HandleCall("bad", func(context.Context, job.Job) error { return errBroken })
		f.enqueue(t, job.New{Kind: "bad", UniqueKey: "k"})
		for attempt, wait := range []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600} {
			if n := f.runDue(t); n != 1 {
				t.Fatalf("attempt %d ran %d jobs", attempt+1, n)
			}
			at = at.Add(wait * time.Second)
			j := f.only(t, job.Ready)
			if !j.RunAt.Equal(at) || j.Attempts != attempt+1 || j.LastError != "broken" || j.LeaseOwner != nil {
				t.Errorf("after attempt %d: %+v, want run_at %v", attempt+1, j, at)
			}
			f.clock.Set(at.Add(-time.Microsecond))
			if n := f.runDue(t); n != 0 {
				t.Errorf("it ran a microsecond early")
			}
			f.clock.Set(at)
		}
		f.runDue(t)
		if j := f.only(t, job.Buried); j.Attempts != job.MaxAttempts {
			t.Errorf("buried after %d attempts", j.Attempts)
		}
		f.clock.Advance(1000 * time.Hour)
		if n := f.runDue(t); n != 0 {
			t.Error("a buried job ran")
		}
	})
}

func TestGivingUpBuriesAndRetryDigsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, hopeless := newFixture(t, db), true
		f.Handle("e", func(ctx context.Context, tx *gorm.DB, j job.Job) error {
			if hopeless {
				return fmt.Errorf("no such person: %w", job.ErrGiveUp)
			}
			return effect(ctx, tx, j)
		})
		f.enqueue(t, job.New{Kind: "e", Args: "x"})
		f.runDue(t)
		j := f.only(t, job.Buried)
		if j.Attempts != 1 || !strings.Contains(j.LastError, "no such person") {
			t.Errorf("buried: %+v", j)
		}
		hopeless = false
		if err := f.Retry(t.Context(), j.Seq); err != nil {
			t.Fatal(err)
		}
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
		if err := f.Retry(t.Context(), j.Seq); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("Retry of a job that is done = %v", err)
		}
	})
}

func TestPanicInCallHandler(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.HandleCall("boom", func(context.Context, job.Job) error { panic("boom") })
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "boom"}, job.New{Kind: "e", Args: "after"})
		f.runDue(t)
		if j := f.only(t, job.Ready); !strings.HasPrefix(j.LastError, "panic: boom") || len(j.LastError) > 500 {
			t.Errorf("put back with %d bytes: %s", len(j.LastError), j.LastError)
		}
		if got := f.effects(t); fmt.Sprint(got) != "[after]" {
			t.Errorf("the next job: %v", got)
		}
	})
}

func TestUniqueKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "e", Args: "1", UniqueKey: "k"}, job.New{Kind: "e", Args: "2", UniqueKey: "k"},
			job.New{Kind: "e", Args: "3", UniqueKey: "other"}, job.New{Kind: "e", Args: "4"}, job.New{Kind: "e", Args: "5"})
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[1 3 4 5]" {
			t.Errorf("effects %v, want [1 3 4 5]", got)
		}
		f.enqueue(t, job.New{Kind: "e", Args: "6", UniqueKey: "k"})
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[1 3 4 5 6]" {
			t.Errorf("effects %v: a key is free once its job is done", got)
		}
	})
}

func TestEnqueueRefusesWhatNobodyHandles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		f.Handle("e", effect)
		for name, n := range map[string]job.New{"kind": {Kind: "typo"}, "arguments": {Kind: "e", Args: func() {}}} {
			err := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error { return f.EnqueueTx(t.Context(), tx, n) })
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("enqueue %s = %v", name, err)
			}
		}
		if got := f.waiting(t); len(got) != 0 {
			t.Errorf("jobs waiting: %v", got)
		}
		defer func() {
			if recover() == nil {
				t.Error("a second handler for one kind was taken")
			}
		}()
		f.HandleCall("e", func(context.Context, job.Job) error { return nil })
	})
}

// TestUnknownKindWaits is a rolling upgrade: the older process meets a job
// that only the newer one handles.
func TestUnknownKindWaits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		older := f.another()
		f.Handle("e", effect)
		f.enqueue(t, job.New{Kind: "e", Args: "x"})
		if _, err := older.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(time.Minute)
		f.runDue(t)
		if got := f.effects(t); fmt.Sprint(got) != "[x]" {
			t.Errorf("effects %v", got)
		}
	})
}

func TestJobEntersItsBrand(t *testing.T) {
	f := newFixture(t, dbtest.Open(t, "postgres"))
	brand := marketplace.BrandID(marketplace.NewID[fixture]())
	seen := map[string]string{}
	f.Handle("brand", func(_ context.Context, tx *gorm.DB, j job.Job) error {
		var name string
		err := tx.Raw(`SELECT current_setting('knowhow.brand')`).Row().Scan(&name)
		seen[j.Args] = name
		return err
	})
	f.enqueue(t, job.New{Kind: "brand", Args: 1, Brand: brand}, job.New{Kind: "brand", Args: 2})
	f.runDue(t)
	if seen["1"] != brand.String() || seen["2"] != "*" {
		t.Errorf("the transactions' brands were %v", seen)
	}
}
