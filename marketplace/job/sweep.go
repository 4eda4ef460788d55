package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	Table     string `gorm:"column:source"`
	ID        RowID
	BrandID   marketplace.BrandID
	NextDueAt time.Time
}

const (
	sweepPage = 100
	holdBack  = time.Minute // how long a row that failed is left alone
	mostTimes = 10          // at one deadline, within one RunDue
)

func (row sweepRow) key() sweepRow { return sweepRow{Table: row.Table, ID: row.ID} }

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
			if !q.heldUntil(row).IsZero() {
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
	key, err := row.key(), errStill
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
func (q *Queue) heldUntil(row sweepRow) time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failing[row.key()]
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
	for i := range rows {
		rows[i].Table = s.Table
	}
	return rows, nil
}

// NextDue is the soonest time at which a waiting job, a worker's lease or a
// deadline is due, or false where nothing waits. A row that is held back after
// a failure counts from when it may be tried again.
func (q *Queue) NextDue(ctx context.Context) (next time.Time, ok bool, err error) {
	var rows []sweepRow
	err = q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		query, args := q.soonest()
		return tx.Raw(query, args...).Scan(&rows).Error
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the next deadline: %w", err)
	}
	for _, row := range rows {
		due := row.NextDueAt
		if held := q.heldUntil(row); held.After(due) {
			due = held
		}
		if !ok || due.Before(next) {
			next, ok = due, true
		}
	}
	return next, ok, nil
}

// soonest asks, in one statement, for the first job of each state that waits and
// for the first rows due in each table, one more than there are rows held back,
// so that one of them is not. Of a job there is no id, nor of what it is.
func (q *Queue) soonest() (query string, args []any) {
	q.mu.Lock()
	limit := len(q.failing) + 1
	q.mu.Unlock()
	query = `SELECT '' AS source, id, next_due_at FROM (SELECT CAST(NULL AS uuid) AS id, run_at AS next_due_at FROM jobs WHERE state = 'ready' ORDER BY run_at LIMIT 1) AS waiting
		UNION ALL SELECT '', id, next_due_at FROM (SELECT CAST(NULL AS uuid) AS id, lease_until AS next_due_at FROM jobs WHERE state = 'running' ORDER BY lease_until LIMIT 1) AS leased`
	for i, s := range q.sweeps {
		query += fmt.Sprintf(` UNION ALL SELECT '%[1]s', id, next_due_at FROM (
			SELECT id, next_due_at FROM %[1]s WHERE next_due_at IS NOT NULL ORDER BY next_due_at, id LIMIT ?) AS due_%[2]d`, s.Table, i)
		args = append(args, limit)
	}
	return query, args
}
