package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// RowID is the id of a row a sweep found; the room converts it to its own.
type RowID = marketplace.ID[Sweep]

// Sweep works off the deadlines of a table: rows whose column next_due_at has
// come. The table has columns id, brand_id and an indexed next_due_at.
type Sweep struct {
	Name  string
	Table string
	// Do moves one row on, in a transaction of the row's brand. It locks the
	// row and looks again: another process may have been faster. It must leave
	// next_due_at in the future or NULL; a row still due after several turns,
	// like one on which Do fails or panics, is left alone for a minute.
	Do func(ctx context.Context, tx *gorm.DB, id RowID, now time.Time) error
}

type sweepRow struct {
	Table     string `gorm:"-"`
	ID        RowID
	BrandID   marketplace.BrandID
	NextDueAt time.Time
}

const (
	sweepPage = 100
	holdBack  = time.Minute // how long a row that failed is left alone
	mostTimes = 10          // at one deadline, within one RunDue
)

func (s Sweep) key(row sweepRow) sweepRow { return sweepRow{Table: s.Table, ID: row.ID} }

// seen counts how often each row was worked off at one and the same deadline,
// so that a Do that leaves it where it was does not run for ever.
type seen map[sweepRow]struct {
	at    time.Time
	times int
}

// stuck reports a row that was worked off mostTimes at its deadline, and counts
// this time.
func (s seen) stuck(key sweepRow, due time.Time) bool {
	was := s[key]
	if !was.at.Equal(due) {
		was.at, was.times = due, 0
	}
	was.times++
	s[key] = was
	return was.times > mostTimes
}

// errStill is what a Do did wrong that left its row's deadline where it was.
var errStill = errors.New("the row is still due at the time it was worked off for")

// Sweep registers a sweep; sweeps run in the order they were registered.
func (q *Queue) Sweep(s Sweep) { q.sweeps = append(q.sweeps, s) }

// runSweep works off what is due in one table, soonest first, each row once.
func (q *Queue) runSweep(ctx context.Context, s Sweep, now time.Time, worked seen) (int, error) {
	q.forgetHeld(now)
	done, after := 0, sweepRow{}
	for {
		rows, err := q.dueRows(ctx, s, now, after)
		if err != nil || len(rows) == 0 {
			return done, err
		}
		for _, row := range rows {
			if !q.heldUntil(s, row).IsZero() {
				continue
			}
			if err := q.sweepOne(ctx, s, row, now, worked); err != nil {
				return done, err
			}
			done++
		}
		if len(rows) < sweepPage {
			return done, nil
		}
		after = rows[len(rows)-1]
	}
}

// sweepOne works off one row. A failure is logged and holds the row back; only
// the end of ctx is an error.
func (q *Queue) sweepOne(ctx context.Context, s Sweep, row sweepRow, now time.Time, worked seen) error {
	key, err := s.key(row), errStill
	if !worked.stuck(key, row.NextDueAt) {
		err = q.do(ctx, s, row, now)
	}
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	delete(worked, key)
	q.log.Error("a deadline could not be worked off", "sweep", s.Name, "id", row.ID, "err", err)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failing[key] = now.Add(holdBack)
	return nil
}

func (q *Queue) do(ctx context.Context, s Sweep, row sweepRow, now time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return q.store.InTx(ctx, row.BrandID, func(tx *gorm.DB) error { return s.Do(ctx, tx, row.ID, now) })
}

// forgetHeld drops the rows whose time to be held back is over.
func (q *Queue) forgetHeld(now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	maps.DeleteFunc(q.failing, func(_ sweepRow, until time.Time) bool { return !now.Before(until) })
}

// heldUntil is when a row that failed may be tried again; zero if it may now.
func (q *Queue) heldUntil(s Sweep, row sweepRow) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failing[s.key(row)]
}

func (q *Queue) dueRows(ctx context.Context, s Sweep, now time.Time, after sweepRow) ([]sweepRow, error) {
	var rows []sweepRow
	err := q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		find := tx.Table(s.Table).Select("id, brand_id, next_due_at").Where("next_due_at <= ?", now)
		if !after.ID.IsZero() {
			find = find.Where("(next_due_at, id) > (?, ?)", after.NextDueAt, after.ID)
		}
		return find.Order("next_due_at, id").Limit(sweepPage).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("look for due rows of %s: %w", s.Table, err)
	}
	return rows, nil
}

// NextDue is the soonest time at which a waiting job, a worker's lease or a
// deadline is due, or false where nothing waits. A row that is held back after
// a failure counts from when it may be tried again.
func (q *Queue) NextDue(ctx context.Context) (next time.Time, ok bool, err error) {
	var waits []time.Time
	err = q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		for state, column := range map[State]string{Ready: "run_at", Running: "lease_until"} {
			var first []time.Time
			if err := tx.Table("jobs").Select(column).Where("state = ?", state).Order(column).Limit(1).Scan(&first).Error; err != nil {
				return err
			}
			waits = append(waits, first...)
		}
		for _, s := range q.sweeps {
			rows, err := q.soonestRows(tx, s)
			if err != nil {
				return err
			}
			waits = append(waits, rows...)
		}
		return nil
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the next deadline: %w", err)
	}
	if len(waits) == 0 {
		return time.Time{}, false, nil
	}
	return slices.MinFunc(waits, time.Time.Compare), true, nil
}

// soonestRows gives the times of the first rows due in a table, one more than
// there are rows held back, so that one of them is not.
func (q *Queue) soonestRows(tx *gorm.DB, s Sweep) ([]time.Time, error) {
	q.mu.Lock()
	limit := len(q.failing) + 1
	q.mu.Unlock()
	var rows []sweepRow
	err := tx.Table(s.Table).Select("id, brand_id, next_due_at").Where("next_due_at IS NOT NULL").
		Order("next_due_at, id").Limit(limit).Scan(&rows).Error
	times := make([]time.Time, len(rows))
	for i, row := range rows {
		times[i] = row.NextDueAt
		if held := q.heldUntil(s, row); held.After(times[i]) {
			times[i] = held
		}
	}
	return times, err
}
