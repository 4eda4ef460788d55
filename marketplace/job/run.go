package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
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
	return q.turn(ctx, worked, q.workOff)
}

// turn claims jobs that are due and has them worked off, or, where none is,
// works off deadlines.
func (q *Queue) turn(ctx context.Context, worked seen, workOff func(ctx context.Context, jobs []Job, claimed time.Time) (int, error)) (int, error) {
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
			return workOff(ctx, jobs, now)
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
// not begin in the first quarter of its lease, or before ctx ended, is given
// back: it is cut off after three quarters, so that a live worker never
// overruns its lease.
func (q *Queue) workOff(ctx context.Context, jobs []Job, claimed time.Time) (int, error) {
	for i, j := range jobs {
		if i > 0 && ctx.Err() != nil {
			return i, errors.Join(ctx.Err(), q.giveBack(context.WithoutCancel(ctx), jobs[i:]))
		}
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
// When ctx ends, what is in the database is finished all the same; a call that
// heeds ctx and is cut off is given back.
func (q *Queue) work(ctx context.Context, j Job) error {
	err := q.attempt(ctx, j)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && q.call[j.Kind] != nil:
		return errors.Join(ctx.Err(), q.giveBack(context.WithoutCancel(ctx), []Job{j}))
	case errors.Is(err, errLeaseLost):
		q.log.Warn("a job was taken over by another worker", "kind", j.Kind, "job", j.Seq)
		return nil
	}
	q.log.Warn("a job failed", "kind", j.Kind, "job", j.Seq, "attempt", j.Attempts, "err", err)
	return q.fail(context.WithoutCancel(ctx), j, err)
}

func (q *Queue) attempt(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	calling, cancel := context.WithTimeout(ctx, Lease*3/4)
	defer cancel()
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), Lease*3/4)
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
	if err := handle(calling, j); err != nil {
		return err
	}
	return q.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return q.finishTx(tx, j) })
}

// panicked makes an error of what a handler panicked with.
func panicked(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }

// Run works until ctx ends: workers goroutines take the jobs that this process
// enqueues as they are committed, and look for others, and for deadlines, every
// poll and when Wake is called. When ctx ends each finishes what it can of the
// job in hand, and what nobody has begun is given back. Errors of the database
// are logged and tried again. One Run at a time.
func (q *Queue) Run(ctx context.Context, workers int, poll time.Duration) {
	q.hand.start()
	q.Wake()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { q.serve(ctx) })
	}
	wg.Go(func() { q.wakeEvery(ctx, poll) })
	wg.Wait()
	left := q.hand.stop()
	if len(left) == 0 {
		return
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackWithin)
	defer cancel()
	if err := q.giveBack(within, left); err != nil {
		q.log.Error("jobs wait for their leases to lapse", "jobs", len(left), "err", err)
	}
}

func (q *Queue) wakeEvery(ctx context.Context, poll time.Duration) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			q.Wake()
		}
	}
}

// serve is one worker of Run.
func (q *Queue) serve(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-q.hand.ready:
			if j, ok := q.hand.next(); ok {
				q.logged(ctx, q.workHanded(ctx, j))
			}
		case <-q.hand.wake:
			q.logged(ctx, q.look(ctx))
		}
	}
}

func (q *Queue) logged(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		q.log.Error("the worker could not go on", "err", err)
	}
}

// workHanded works off one job that was handed over, if it did not wait too
// long for its turn.
func (q *Queue) workHanded(ctx context.Context, j Job) error {
	if left := j.LeaseUntil.Sub(q.clock.Now()); left < Lease*3/4 {
		return q.giveBack(ctx, []Job{j})
	}
	return q.work(ctx, j)
}

// look works off what is due now. Another worker looks for more meanwhile if
// there was a full batch, and takes what talks to the network, so that none of
// a batch waits for a slow one.
func (q *Queue) look(ctx context.Context) error {
	worked := seen{}
	for {
		n, err := q.turn(ctx, worked, func(ctx context.Context, jobs []Job, claimed time.Time) (int, error) {
			if len(jobs) == claimBatch {
				q.Wake()
			}
			own := slices.DeleteFunc(slices.Clone(jobs), func(j Job) bool { return q.call[j.Kind] != nil && q.hand.put(j) })
			_, err := q.workOff(ctx, own, claimed)
			return len(jobs), err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
