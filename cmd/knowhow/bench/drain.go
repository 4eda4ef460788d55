package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

const (
	drainsWithin = 5 * time.Minute
	lookEvery    = 5 * time.Millisecond
)

// drain waits until the server has done every job, and has the reviewer decide
// every review that was drawn.
func (b *lifecycleBench) drain(ctx context.Context, l *load) error {
	c, err := dial(ctx, l.host)
	if err != nil {
		return err
	}
	defer c.close()
	w := &worker{load: l, client: c, steps: &steps{}}
	deadline := time.Now().Add(drainsWithin)
	for ctx.Err() == nil {
		waiting, err := b.waiting(ctx)
		if err != nil {
			return err
		}
		switch {
		case waiting.Jobs > 0 && time.Now().After(deadline):
			return fmt.Errorf("after %s %d jobs are still to be done", drainsWithin, waiting.Jobs)
		case waiting.Jobs > 0:
			time.Sleep(lookEvery)
		case waiting.Reviews > 0:
			if _, err := w.decideReviews(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return ctx.Err()
}

// waiting is what is still to be done.
type waiting struct{ Jobs, Reviews int }

// waiting counts the jobs that are due or being done, payouts that are not sent,
// and open reviews. It looks into the database, so as not to burden the server.
func (b *lifecycleBench) waiting(ctx context.Context) (n waiting, err error) {
	now := b.clock.Now()
	err = b.market.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT (SELECT COUNT(*) FROM jobs WHERE state = ? OR state = ? AND run_at <= ?)
			+ (SELECT COUNT(*) FROM payouts WHERE state IN ('created', 'sending') AND not_before <= ?) AS jobs,
			(SELECT COUNT(*) FROM reviews WHERE state = ?) AS reviews`,
			job.Running, job.Ready, now, now, quality.ReviewOpen).Scan(&n).Error
	})
	if err != nil {
		return n, fmt.Errorf("look for what is to be done: %w", err)
	}
	return n, nil
}

// prove checks in the database that what was counted has happened: every
// question is resolved, with feedback, no job has failed for good, and the
// books balance.
func (b *lifecycleBench) prove(ctx context.Context, r *Report) error {
	var n struct{ Questions, Resolved, Feedback, Buried, Sent int }
	var books payouts.Report
	err := b.market.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		err = tx.Raw(`SELECT (SELECT COUNT(*) FROM questions) AS questions,
			(SELECT COUNT(*) FROM questions WHERE state = ?) AS resolved, (SELECT COUNT(*) FROM feedback) AS feedback,
			(SELECT COUNT(*) FROM jobs WHERE state = ?) AS buried, (SELECT COUNT(*) FROM payouts WHERE state = 'sent') AS sent`,
			question.Resolved, job.Buried).Scan(&n).Error
		if err == nil {
			books, err = payouts.Check(ctx, tx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("check what has happened: %w", err)
	}
	r.Payouts = n.Sent
	var wrong []string
	if n.Resolved < r.Lifecycles || n.Resolved != n.Questions || n.Feedback != n.Questions {
		wrong = append(wrong, fmt.Sprintf("of %d questions %d are resolved and %d have feedback", n.Questions, n.Resolved, n.Feedback))
	}
	if n.Buried > 0 {
		wrong = append(wrong, fmt.Sprintf("%d jobs have failed for good", n.Buried))
	}
	if !books.Balanced() {
		wrong = append(wrong, fmt.Sprintf("the books do not balance: %v", books.Violations))
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}
