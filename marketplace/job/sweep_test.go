package job_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// withTimers adds a table of deadlines, swept by do.
func withTimers(t *testing.T, db *sqldb.DB, table string, f *fixture, do func(tx *gorm.DB, id job.RowID, now time.Time) error) {
	t.Helper()
	create := `CREATE TABLE ` + table + ` (id text PRIMARY KEY, brand_id text NOT NULL, next_due_at DATETIME)`
	if db.Dialect == "postgres" {
		create = `CREATE TABLE ` + table + ` (id uuid PRIMARY KEY, brand_id uuid NOT NULL, next_due_at timestamptz)`
	}
	if err := db.Write.Exec(create).Error; err != nil {
		t.Fatal(err)
	}
	f.Sweep(job.Sweep{Name: table, Table: table, Do: func(_ context.Context, tx *gorm.DB, id job.RowID, now time.Time) error {
		return do(tx, id, now)
	}})
}

// addTimer adds a row due after start by d.
func (f *fixture) addTimer(t *testing.T, table string, d time.Duration) job.RowID {
	t.Helper()
	id := marketplace.NewID[job.Sweep]()
	err := f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO `+table+` VALUES (?, ?, ?)`, id, marketplace.NewID[fixture](), start.Add(d)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func clearTimer(tx *gorm.DB, table string, id job.RowID) error {
	return tx.Exec(`UPDATE `+table+` SET next_due_at = NULL WHERE id = ?`, id).Error
}

func TestSweepOrderAndEachRowOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f := newFixture(t, db)
		var got, want []job.RowID
		withTimers(t, db, "timers", f, func(tx *gorm.DB, id job.RowID, now time.Time) error {
			got = append(got, id)
			if !now.Equal(f.clock.Now()) {
				t.Errorf("told the time %v", now)
			}
			return clearTimer(tx, "timers", id)
		})
		const rows = 250 // more than two pages
		ids := make([]job.RowID, rows)
		for i := range rows { // added latest first, pairs sharing a deadline
			ids[rows-1-i] = f.addTimer(t, "timers", time.Duration((rows-1-i)/2)*time.Millisecond)
		}
		late := f.addTimer(t, "timers", time.Hour)
		for i := 0; i < rows; i += 2 { // of a pair the older id comes first
			want = append(want, ids[i+1], ids[i])
		}
		f.clock.Advance(time.Minute)
		if n := f.runDue(t); n != rows || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d of %d rows were worked off, or in the wrong order", n, rows)
		}
		next, ok, err := f.NextDue(t.Context())
		if err != nil || !ok || !next.Equal(start.Add(time.Hour)) {
			t.Errorf("NextDue = %v, %v, %v", next, ok, err)
		}
		f.clock.Set(next)
		if n := f.runDue(t); n != 1 || got[rows] != late {
			t.Errorf("the late row: %d", n)
		}
	})
}

func TestFailingRowIsHeldBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, tries, fails := newFixture(t, db), map[job.RowID]int{}, map[job.RowID]bool{}
		withTimers(t, db, "timers", f, func(tx *gorm.DB, id job.RowID, _ time.Time) error {
			tries[id]++
			if err := clearTimer(tx, "timers", id); err != nil {
				return err
			}
			switch {
			case fails[id] && tries[id] == 1:
				panic("the first time")
			case fails[id]:
				return errBroken
			}
			return nil
		})
		bad, good := f.addTimer(t, "timers", 0), f.addTimer(t, "timers", time.Second)
		fails[bad] = true
		f.clock.Advance(time.Second)
		for range 3 {
			f.runDue(t)
		}
		if tries[bad] != 1 || tries[good] != 1 {
			t.Errorf("the failing row was tried %d times, the one behind it %d; want 1 and 1", tries[bad], tries[good])
		}
		held := start.Add(time.Second + time.Minute)
		if next, ok, err := f.NextDue(t.Context()); err != nil || !ok || !next.Equal(held) {
			t.Errorf("NextDue = %v, %v, %v; want %v, when it may be tried again", next, ok, err, held)
		}
		f.addTimer(t, "timers", 10*time.Second)
		if next, _, _ := f.NextDue(t.Context()); !next.Equal(start.Add(10 * time.Second)) { // errors show in the time
			t.Errorf("NextDue = %v, want the other row's time", next)
		}
		f.clock.Set(held)
		f.runDue(t)
		fails[bad] = false
		f.clock.Advance(time.Minute)
		f.runDue(t)
		f.runDue(t)
		if tries[bad] != 3 {
			t.Errorf("the failing row was tried %d times, want 3", tries[bad])
		}
		if _, ok, err := f.NextDue(t.Context()); ok || err != nil {
			t.Errorf("something is still due, %v", err)
		}
	})
}

// TestForgottenDeadline has a sweep that leaves its row due: RunDue must end
// and the others must get their turn.
func TestForgottenDeadline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, tries := newFixture(t, db), 0
		withTimers(t, db, "stuck", f, func(*gorm.DB, job.RowID, time.Time) error { tries++; return nil })
		done := 0
		withTimers(t, db, "timers", f, func(tx *gorm.DB, id job.RowID, _ time.Time) error {
			done++
			return clearTimer(tx, "timers", id)
		})
		f.addTimer(t, "stuck", 0)
		f.addTimer(t, "timers", 0)
		f.runDue(t)
		if done != 1 || tries > 20 {
			t.Errorf("the other row was worked off %d times, the stuck one %d", done, tries)
		}
	})
}

func TestJobsGoBeforeSweeps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		f, order := newFixture(t, db), []string{}
		withTimers(t, db, "timers", f, func(tx *gorm.DB, id job.RowID, _ time.Time) error {
			order = append(order, "deadline")
			return clearTimer(tx, "timers", id)
		})
		f.HandleCall("j", func(context.Context, job.Job) error { order = append(order, "job"); return nil })
		f.addTimer(t, "timers", 0)
		f.enqueue(t, job.New{Kind: "j"}, job.New{Kind: "j", RunAt: start.Add(time.Second)})
		f.clock.Advance(time.Second)
		f.runDue(t)
		if got := fmt.Sprint(order); got != "[job job deadline]" {
			t.Errorf("order %s", got)
		}
	})
}
