package payouts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// leaseTime is how long a worker has an errand to itself.
	leaseTime = 5 * time.Minute
	// callDeadline ends a call to the provider well within the lease.
	callDeadline = time.Minute
	// claimBatch is how many errands a worker claims at a time, and of which it has
	// Parallel under way: few enough for their calls to end within the lease, unless
	// the provider is very slow.
	claimBatch = 10
	// wavesAtOnce is how many calls of each of several callers are recorded together.
	wavesAtOnce = 5
	// callMargin is what must be left of a worker's time to begin with an errand.
	callMargin = callDeadline + 5*time.Second
)

// Processed counts what Process did with the payouts and orders it claimed.
type Processed struct{ Sent, Failed, Waiting int }

// Process claims up to limit payouts and orders that are due, a few at a time,
// and brings each as far as it can: sent, failed, or waiting for its next try.
// Run it often, by any number of workers: each is sent at most once. It stops
// with ErrPaused when payouts are paused, and where ctx leaves no time for another
// call. Fewer than limit were all that were due, or all there was time for.
func (s *Service) Process(ctx context.Context, limit int) (Processed, error) {
	var done Processed
	for limit > 0 {
		ask := min(limit, max(claimBatch, 2*s.wave()))
		batch, err := s.claim(ctx, ask)
		if err != nil {
			return done, err
		}
		if err := s.driveAll(ctx, batch, &done); err != nil {
			return done, err
		}
		if len(batch) < ask || !timeLeft(ctx) {
			return done, nil
		}
		limit -= len(batch)
	}
	return done, nil
}

// wave is how many errands are driven before what came of them is recorded.
func (s *Service) wave() int {
	if s.Parallel <= 1 {
		return 1
	}
	return wavesAtOnce * s.Parallel
}

// driveAll drives claimed errands. What it does not come to is given back as it
// was.
func (s *Service) driveAll(ctx context.Context, batch []claimed, done *Processed) error {
	if len(batch) > 0 {
		s.at("claimed")
	}
	for i := 0; i < len(batch); i += s.wave() {
		rest := batch[min(i+s.wave(), len(batch)):]
		if i > 0 && !timeLeft(ctx) {
			return s.giveBack(ctx, batch[i:])
		}
		ends := s.driveWave(ctx, batch[i:len(batch)-len(rest)])
		looked, err := s.recordAll(ctx, ends)
		if err == nil && !looked && len(rest) > 0 {
			err = s.InTx(ctx, refusePaused) // who records a transfer has looked
		}
		for _, e := range ends {
			if e.err == nil || errors.Is(e.err, ErrPaused) {
				done.count(e.State)
			}
		}
		if err != nil {
			return errors.Join(err, s.giveBack(context.WithoutCancel(ctx), rest))
		}
	}
	return nil
}

// end is what became of an errand that was driven: its state now, or what was
// found to have moved for it and is to be recorded.
type end struct {
	errand
	found []Movement
	err   error
}

// driveWave drives errands, several at once where Parallel says so.
func (s *Service) driveWave(ctx context.Context, wave []claimed) []end {
	ends := make([]end, len(wave))
	if len(wave) == 1 { // in the caller's goroutine
		ends[0] = s.drive(ctx, wave[0].now, wave[0].before)
		return ends
	}
	next := make(chan int)
	var driving sync.WaitGroup
	for range min(s.Parallel, len(wave)) {
		driving.Go(func() {
			for i := range next {
				ends[i] = s.drive(ctx, wave[i].now, wave[i].before)
			}
		})
	}
	for i := range wave {
		next <- i
	}
	close(next)
	driving.Wait()
	return ends
}

// recordAll records what was found to have moved, and reports whether that told
// that payouts go on. Its error is the first of the errands'; that of a lost lease
// is none.
func (s *Service) recordAll(ctx context.Context, ends []end) (looked bool, err error) {
	if done, paused, err := s.recordMany(ctx, ends); err == nil && done {
		if paused {
			err = ErrPaused
		}
		return true, err
	}
	for i := range ends {
		e := &ends[i]
		if e.err == nil && len(e.found) > 0 {
			looked = true
			s.recordOne(ctx, e)
		}
		if e.err != nil && !errors.Is(e.err, errLeaseLost) && err == nil {
			err = fmt.Errorf("%s %s: %w", e.table, e.id, e.err)
		}
	}
	return looked, err
}

// recordOne records what was found to have moved for one errand. Where none of it is
// what was asked for, the errand is looked at again later; once nothing can come of it
// any more it has failed, and its money is given back.
func (s *Service) recordOne(ctx context.Context, e *end) {
	e.State, e.err = s.record(ctx, e.errand, e.found)
	if e.State != PayoutSending || e.err != nil && !errors.Is(e.err, ErrPaused) {
		return
	}
	paused, now, end := e.err, s.now(), e.FirstSentAt.Add(settleWindow)
	if paused == nil && !now.Before(end) {
		*e = s.fail(ctx, e.errand, "differs")
		return
	}
	held, next := e.errand, now.Add(deferral)
	if end.After(now) {
		next = earlier(next, end)
	}
	e.release(next)
	if e.err = s.save(ctx, e.errand, held); e.err == nil {
		e.err = paused
	}
}

// timeLeft reports whether ctx lasts for another call.
func timeLeft(ctx context.Context) bool {
	until, limited := ctx.Deadline()
	return ctx.Err() == nil && (!limited || time.Until(until) >= callMargin)
}

func (d *Processed) count(state PayoutState) {
	switch state {
	case PayoutSent:
		d.Sent++
	case PayoutFailed:
		d.Failed++
	default:
		d.Waiting++
	}
}
