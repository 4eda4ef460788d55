package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Queue enqueues and runs jobs and sweeps. Register every handler and sweep
// before the first run; after that it is safe for concurrent use, also by
// several processes on one PostgreSQL.
type Queue struct {
	store  *marketplace.Store
	clock  marketplace.Clock
	log    *slog.Logger
	tx     map[string]TxHandler
	call   map[string]CallHandler
	sweeps []Sweep
	hand   *handing

	mu      sync.Mutex
	failing map[sweepRow]time.Time // rows a sweep failed on, and when to try again
}

// NewQueue makes a queue without handlers.
func NewQueue(store *marketplace.Store, clock marketplace.Clock, log *slog.Logger) *Queue {
	return &Queue{
		store: store, clock: clock, log: log,
		tx: map[string]TxHandler{}, call: map[string]CallHandler{},
		hand: newHanding(), failing: map[sweepRow]time.Time{},
	}
}

// Handle registers the handler of a kind whose effect is in the database.
func (q *Queue) Handle(kind string, h TxHandler) {
	q.mustBeNew(kind)
	q.tx[kind] = h
}

// HandleCall registers the handler of a kind that talks to the network.
func (q *Queue) HandleCall(kind string, h CallHandler) {
	q.mustBeNew(kind)
	q.call[kind] = h
}

func (q *Queue) mustBeNew(kind string) {
	if q.tx[kind] != nil || q.call[kind] != nil {
		panic("job: two handlers for kind " + kind)
	}
}

// EnqueueTx adds a job that exists once tx commits. With a UniqueKey that
// another job holds, be it waiting or running, nothing is added: a key names one
// piece of work, and is no way to ask for another turn. One that was buried is
// dug up, with all its attempts again and these arguments, unless a person has
// buried it: whatever kept it from being done may be over. A kind that nobody
// handles is an InvalidError.
func (q *Queue) EnqueueTx(ctx context.Context, tx *gorm.DB, n New) error {
	if q.tx[n.Kind] == nil && q.call[n.Kind] == nil {
		return &marketplace.InvalidError{Field: "kind", Reason: fmt.Sprintf("no handler for jobs of kind %q", n.Kind)}
	}
	args, err := json.Marshal(n.Args)
	if err != nil {
		return fmt.Errorf("write the arguments of a %s job: %w", n.Kind, err)
	}
	now := q.clock.Now()
	if n.RunAt.IsZero() {
		n.RunAt = now
	}
	j := &Job{BrandID: n.Brand, Kind: n.Kind, Args: string(args), State: Ready, RunAt: n.RunAt, CreatedAt: now, known: n.Known}
	if n.UniqueKey != "" {
		j.UniqueKey = &n.UniqueKey
	}
	if !n.RunAt.After(now) {
		q.handOverTx(tx, j, now)
	}
	values := []any{j.BrandID, j.Kind, j.Args, j.UniqueKey, j.State, j.RunAt, j.Attempts, j.LeaseOwner, j.LeaseUntil, j.CreatedAt}
	err = marketplace.ScanTx(tx.WithContext(ctx), insertSQL, values, &j.Seq)
	if errors.Is(err, gorm.ErrRecordNotFound) { // the key is taken
		values := []any{j.Args, j.State, j.RunAt, j.Attempts, j.LeaseOwner, j.LeaseUntil, n.UniqueKey, byHand}
		err = marketplace.ScanTx(tx.WithContext(ctx), digUpSQL, values, &j.Seq)
	}
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return fmt.Errorf("enqueue a %s job: %w", n.Kind, err)
	}
	return nil
}

const insertSQL = `INSERT INTO jobs (brand_id, kind, args, unique_key, state, run_at, attempts, lease_owner, lease_until, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq`

// digUpSQL locks no job that waits or runs.
const digUpSQL = `UPDATE jobs SET args = ?, state = ?, run_at = ?, attempts = ?, lease_owner = ?, lease_until = ?
WHERE unique_key = ? AND state = 'buried' AND last_error <> ? RETURNING seq`

// claimSQL hands the oldest due jobs to one worker; rows another worker is
// just claiming are passed over on PostgreSQL. It is no plain subquery because
// PostgreSQL may run that more than once and lock more rows than the limit.
const claimSQL = `WITH due AS MATERIALIZED (
	SELECT seq FROM jobs WHERE state = 'ready' AND run_at <= ? ORDER BY run_at, seq LIMIT ?%s)
UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = ?, lease_until = ?
WHERE seq IN (SELECT seq FROM due) RETURNING *`

// skipLocked passes over rows that another transaction works on just now; on
// SQLite there is no other.
func skipLocked(tx *gorm.DB) string {
	if marketplace.Postgres(tx) {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

func (q *Queue) claim(ctx context.Context, now time.Time, limit int) ([]Job, error) {
	var jobs []Job
	err := q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := q.takeBackLapsed(tx, now); err != nil {
			return err
		}
		return tx.Raw(fmt.Sprintf(claimSQL, skipLocked(tx)), now, limit, uuid.NewString(), now.Add(Lease)).Scan(&jobs).Error
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	slices.SortFunc(jobs, func(a, b Job) int {
		if c := a.RunAt.Compare(b.RunAt); c != 0 {
			return c
		}
		return int(a.Seq - b.Seq)
	})
	return jobs, nil
}

// anyDue tells, in one statement, whether a job is due, and then of each sweep,
// in their order, whether one of its rows is.
func (q *Queue) anyDue(ctx context.Context, now time.Time) ([]bool, error) {
	query := `SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'ready' AND run_at <= ?)
		OR EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND lease_until <= ?)`
	args := []any{now, now}
	due, into := make([]bool, len(q.sweeps)+1), make([]any, len(q.sweeps)+1)
	for _, s := range q.sweeps {
		query += ", EXISTS (SELECT 1 FROM " + s.Table + " WHERE next_due_at <= ?)"
		args = append(args, now)
	}
	for i := range due {
		into[i] = &due[i]
	}
	err := q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		rows, err := tx.Raw(query, args...).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }() // what went wrong, rows.Err tells
		for rows.Next() {
			err = errors.Join(err, rows.Scan(into...))
		}
		return errors.Join(err, rows.Err())
	})
	if err != nil {
		return nil, fmt.Errorf("look for due jobs and deadlines: %w", err)
	}
	return due, nil
}

// freeSQL frees claimed jobs whose worker died. A worker runs the jobs of one
// claim in their order, so it died in the first that is left: only that one
// counts the attempt, and is buried after MaxAttempts; the others never began.
const freeSQL = `WITH left_over AS MATERIALIZED (
	SELECT seq, run_at, lease_owner FROM jobs WHERE state = 'running' AND lease_until <= ?%s),
lapsed AS MATERIALIZED (
	SELECT seq, ROW_NUMBER() OVER (PARTITION BY lease_owner ORDER BY run_at, seq) AS place FROM left_over)
UPDATE jobs SET lease_owner = NULL, lease_until = NULL,
	state = CASE WHEN place = 1 AND attempts >= ? THEN 'buried' ELSE 'ready' END,
	attempts = CASE WHEN place = 1 THEN attempts ELSE attempts - 1 END,
	last_error = CASE WHEN place = 1 THEN 'the worker died or overran its lease' ELSE last_error END
FROM lapsed WHERE jobs.seq = lapsed.seq`

func (q *Queue) takeBackLapsed(tx *gorm.DB, now time.Time) error {
	return tx.Exec(fmt.Sprintf(freeSQL, skipLocked(tx)), now, MaxAttempts).Error
}

// ReleaseLeases frees every claimed job at once. Only for a process that knows
// it is the only one: leases it finds at its start were left by a crash. What a
// dead process had under way may live on in PostgreSQL for a moment: it is
// waited for, since a job that it has in hands would be passed over, and one that
// it is just claiming not be seen.
func (q *Queue) ReleaseLeases(ctx context.Context) error {
	never := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	err := q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if marketplace.Postgres(tx) {
			if err := tx.Exec("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
				return err
			}
		}
		return q.takeBackLapsed(tx, never)
	})
	if err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	return nil
}

// giveBack frees jobs that were claimed and not begun; the claim does not
// count as an attempt.
func (q *Queue) giveBack(ctx context.Context, jobs []Job) error {
	err := q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, j := range jobs {
			err := tx.Exec(`UPDATE jobs SET state = 'ready', attempts = attempts - 1, lease_owner = NULL, lease_until = NULL
				WHERE seq = ? AND state = 'running' AND lease_owner = ?`, j.Seq, j.LeaseOwner).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give back %d jobs: %w", len(jobs), err)
	}
	return nil
}

// Retry puts a buried job back to be run now, with all its attempts again. A
// job that is not buried is a NotFoundError.
func (q *Queue) Retry(ctx context.Context, seq int64) error {
	return q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return q.RetryTx(ctx, tx, seq) })
}

// finishTx removes the job in tx, if it is still this worker's.
func (q *Queue) finishTx(tx *gorm.DB, j Job) error {
	done, err := marketplace.ExecTx(tx, `DELETE FROM jobs WHERE seq = ? AND state = 'running' AND lease_owner = ?`, j.Seq, j.LeaseOwner)
	if err != nil {
		return fmt.Errorf("finish %s job %d: %w", j.Kind, j.Seq, err)
	}
	if done == 0 {
		return errLeaseLost
	}
	return nil
}

// fail puts the job back with backoff, or buries it.
func (q *Queue) fail(ctx context.Context, j Job, cause error) error {
	now, state := q.clock.Now(), Ready
	if j.Attempts >= MaxAttempts || errors.Is(cause, ErrGiveUp) {
		state = Buried
	}
	err := q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE jobs SET state = ?, run_at = ?, lease_owner = NULL, lease_until = NULL, last_error = ?
			WHERE seq = ? AND state = 'running' AND lease_owner = ?`,
			state, now.Add(backoff(j.Attempts)), clip(cause.Error(), 500), j.Seq, j.LeaseOwner).Error
	})
	if err != nil {
		return fmt.Errorf("put back %s job %d: %w", j.Kind, j.Seq, err)
	}
	return nil
}

// clip makes text fit for storing: valid UTF-8 without NUL, not too long.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%.*s…", most/4, s)
}

// Waiting counts the jobs that are not done, by state.
func (q *Queue) Waiting(ctx context.Context) (map[State]int, error) {
	var rows []struct {
		State State
		N     int
	}
	err := q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT state, COUNT(*) AS n FROM jobs GROUP BY state`).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	counts := map[State]int{}
	for _, r := range rows {
		counts[r.State] = r.N
	}
	return counts, nil
}

// List returns up to limit jobs in state, oldest first.
func (q *Queue) List(ctx context.Context, state State, limit int) ([]Job, error) {
	var jobs []Job
	err := q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("state = ?", state).Order("run_at, seq").Limit(limit).Find(&jobs).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return jobs, nil
}
