package job

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// byHand is the last error of a job that a person buried.
const byHand = "buried by hand"

// Bury takes a waiting job out of the queue until somebody retries it. A job
// that runs just now, or is buried, is a NotFoundError.
func (q *Queue) Bury(ctx context.Context, seq int64) error {
	return q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return q.BuryTx(ctx, tx, seq) })
}

// BuryTx is Bury in the caller's transaction.
func (q *Queue) BuryTx(ctx context.Context, tx *gorm.DB, seq int64) error {
	res := tx.WithContext(ctx).Exec(`UPDATE jobs SET state = 'buried', last_error = ? WHERE seq = ? AND state = 'ready'`, byHand, seq)
	return moved(res, seq, "bury", "waiting job")
}

// RetryTx is Retry in the caller's transaction.
func (q *Queue) RetryTx(ctx context.Context, tx *gorm.DB, seq int64) error {
	res := tx.WithContext(ctx).Exec(`UPDATE jobs SET state = 'ready', attempts = 0, run_at = ? WHERE seq = ? AND state = 'buried'`, q.clock.Now(), seq)
	return moved(res, seq, "retry", "buried job")
}

// moved is what became of a statement that was to move one job.
func moved(res *gorm.DB, seq int64, doing, noun string) error {
	if res.Error != nil {
		return fmt.Errorf("%s job %d: %w", doing, seq, res.Error)
	}
	if res.RowsAffected == 0 {
		return &marketplace.NotFoundError{Noun: noun, ID: fmt.Sprint(seq)}
	}
	return nil
}

// Figure is how many jobs of a kind are in a state.
type Figure struct {
	Kind     string    `json:"kind"`
	State    State     `json:"state"`
	Count    int64     `json:"count"`
	First    time.Time `json:"first"` // when the first of them may run, or could have
	Attempts int64     `json:"attempts"`
}

// figuresSQL takes the first job of each kind and state with what all of them
// come to; a minimum would lose its type on SQLite.
const figuresSQL = `SELECT kind, state, n, tried, run_at FROM (
	SELECT kind, state, run_at, COUNT(*) OVER same AS n, SUM(attempts) OVER same AS tried,
		ROW_NUMBER() OVER (PARTITION BY kind, state ORDER BY run_at, seq) AS place
	FROM jobs WINDOW same AS (PARTITION BY kind, state)) AS ranked
WHERE place = 1 ORDER BY kind, state`

// Figures counts the jobs that are not done, by kind and state, in that order.
func (q *Queue) Figures(ctx context.Context) ([]Figure, error) {
	list := []Figure{}
	err := q.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		rows, err := tx.Raw(figuresSQL).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f Figure
			if err := rows.Scan(&f.Kind, &f.State, &f.Count, &f.Attempts, &f.First); err != nil {
				return err
			}
			list = append(list, f)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return list, nil
}
