package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// claimBatch is how many jobs a worker claims at a time.
const claimBatch = 20

// RunDue works off every job and deadline that is due now, in order of their
// time, until nothing is due, and returns how many it did. A job or row that
// fails is logged and tried again later; the error is of the database or ctx.
func (q *Queue) RunDue(ctx context.Context) (int, error) {
	total, worked := 0, seen{}
	for {
		n, err := q.runOnce(ctx, worked)
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}

func (q *Queue) runOnce(ctx context.Context, worked seen) (int, error) {
	now := q.clock.Now()
	due, err := q.anyDue(ctx, now)
	if err != nil {
		return 0, err
	}
	if due[0] { // jobs first: what they write may move deadlines
		jobs, err := q.claim(ctx, now, claimBatch)
		if err != nil {
			return 0, err
		}
		if len(jobs) > 0 {
			return q.workOff(ctx, jobs, now)
		}
	}
	done := 0
	for i, s := range q.sweeps {
		if !due[i+1] {
			continue
		}
		n, err := q.runSweep(ctx, s, now, worked)
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// workOff runs jobs claimed at the given time in their order. One that could
// not begin in the first quarter of its lease is given back: it is cut off
// after three quarters, so that a live worker never overruns its lease.
func (q *Queue) workOff(ctx context.Context, jobs []Job, claimed time.Time) (int, error) {
	for i, j := range jobs {
		if i > 0 && q.clock.Now().Sub(claimed) > Lease/4 {
			return i, q.giveBack(ctx, jobs[i:])
		}
		if err := q.work(ctx, j); err != nil {
			return i, errors.Join(err, q.giveBack(context.WithoutCancel(ctx), jobs[i+1:]))
		}
	}
	return len(jobs), nil
}

// work runs one claimed job to its end: done, put back, buried, or taken over.
func (q *Queue) work(ctx context.Context, j Job) error {
	err := q.attempt(ctx, j)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // stopping: the lease lapses and another worker takes over
	case errors.Is(err, errLeaseLost):
		q.log.Warn("a job was taken over by another worker", "kind", j.Kind, "job", j.Seq)
		return nil
	}
	q.log.Warn("a job failed", "kind", j.Kind, "job", j.Seq, "attempt", j.Attempts, "err", err)
	return q.fail(ctx, j, err)
}

func (q *Queue) attempt(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, Lease*3/4)
	defer cancel()
	brand := j.BrandID
	if brand.IsZero() {
		brand = marketplace.AllBrands
	}
	if handle := q.tx[j.Kind]; handle != nil {
		return q.store.InTx(ctx, brand, func(tx *gorm.DB) error {
			if err := q.finishTx(tx, j); err != nil {
				return err
			}
			return handle(ctx, tx, j)
		})
	}
	handle := q.call[j.Kind]
	if handle == nil {
		return fmt.Errorf("no handler for jobs of kind %q", j.Kind) // a newer process may have one
	}
	if err := handle(ctx, j); err != nil {
		return err
	}
	return q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return q.finishTx(tx, j) })
}

// panicked makes an error of what a handler panicked with.
func panicked(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }

// Run works until ctx ends: workers goroutines looking for work every poll.
// Errors of the database are logged and tried again.
func (q *Queue) Run(ctx context.Context, workers int, poll time.Duration) {
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			tick := time.NewTicker(poll)
			defer tick.Stop()
			for ctx.Err() == nil {
				if _, err := q.RunDue(ctx); err != nil && ctx.Err() == nil {
					q.log.Error("the worker could not go on", "err", err)
				}
				select {
				case <-ctx.Done():
				case <-tick.C:
				}
			}
		})
	}
	wg.Wait()
}
