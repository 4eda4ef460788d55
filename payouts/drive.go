package payouts

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

const (
	// resendWindow is how long a key may be sent again: the provider may forget
	// keys after 24 hours.
	resendWindow = 20 * time.Hour
	// settleWindow is when an effect can no longer come late: if nothing has moved
	// by then, a new attempt with a new key is safe.
	settleWindow = 26 * time.Hour
	// deferral is the wait before a new attempt after a Deferred error, and
	// between looks at an ambiguous one.
	deferral = time.Hour
)

// drive looks before it sends again: what may have been sent is searched for at
// the provider, and its key is used again only while the provider keeps keys.
func (s *Service) drive(ctx context.Context, e, before errand) end {
	if before.FirstSentAt != nil || before.Attempt > 1 {
		found, err := s.look(ctx, e)
		if err != nil {
			return s.wait(ctx, e, err)
		}
		s.at("looked")
		if len(found) > 0 {
			return end{errand: e, found: found}
		}
		again, err := s.mayResend(ctx, &e)
		if err != nil || !again {
			return end{errand: e, err: err}
		}
	}
	return s.send(ctx, e)
}

func (s *Service) look(ctx context.Context, e errand) ([]Movement, error) {
	if !s.guarded(guardLook) {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	return s.Provider.FindMoves(ctx, e.request)
}

// mayResend decides about an errand for which nothing has moved. It waits while
// something may still come, and opens a new attempt when it no longer can.
func (s *Service) mayResend(ctx context.Context, e *errand) (bool, error) {
	now := s.now()
	age := now.Sub(*e.FirstSentAt)
	fresh := age < resendWindow || !s.guarded(guardWindow)
	if fresh && !e.Ambiguous {
		return true, nil
	}
	held := *e
	if age < settleWindow && s.guarded(guardSettle) {
		e.Ambiguous = true
		e.release(earlier(now.Add(deferral), e.FirstSentAt.Add(settleWindow)))
		return false, s.save(ctx, *e, held)
	}
	e.Attempt++
	e.FirstSentAt, e.Ambiguous = &now, false
	if err := s.save(ctx, *e, held); err != nil {
		return false, err
	}
	s.at("new attempt")
	return true, nil
}

// send calls the provider and acts on its answer.
func (s *Service) send(ctx context.Context, e errand) end {
	if err := s.Pace.wait(ctx); err != nil {
		return s.wait(context.WithoutCancel(ctx), e, err)
	}
	if s.guarded(guardFence) && s.now().Add(2*callDeadline).After(*e.LeaseUntil) {
		return s.wait(ctx, e, errors.New("lease is nearly over"))
	}
	s.at("sending")
	moved, err := s.call(ctx, e)
	s.at("sent")
	if err == nil {
		return end{errand: e, found: []Movement{moved}}
	}
	switch class, code := classify(err); class {
	case Definitive:
		return s.fail(ctx, e, code)
	case Deferred:
		return s.retryLater(ctx, e, code)
	case Ambiguous:
		return s.doubt(ctx, e, code)
	default:
		return s.wait(ctx, e, err)
	}
}

func (s *Service) call(ctx context.Context, e errand) (Movement, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	request := e.attempt()
	if !s.guarded(guardKey) {
		request.IdempotencyKey = uuid.NewString()
	}
	return s.Provider.Move(ctx, request)
}

// wait leaves the errand as it is, for the same key, after a growing pause.
func (s *Service) wait(ctx context.Context, e errand, cause error) end {
	held := e
	_, e.Failure = classify(cause)
	e.release(s.now().Add(pause(e.Tries)))
	return end{errand: e, err: s.save(ctx, e, held)}
}

// doubt marks an errand whose effect may come late; only looks follow until the
// window is over.
func (s *Service) doubt(ctx context.Context, e errand, code string) end {
	held := e
	e.Failure, e.Ambiguous = code, true
	e.release(s.now().Add(pause(e.Tries)))
	return end{errand: e, err: s.save(ctx, e, held)}
}

// retryLater opens a new attempt, with a new key, for later.
func (s *Service) retryLater(ctx context.Context, e errand, code string) end {
	held := e
	e.Failure, e.FirstSentAt = code, nil
	e.Attempt++
	e.release(s.now().Add(deferral))
	return end{errand: e, err: s.save(ctx, e, held)}
}

// pause doubles from one minute to one hour.
func pause(tries int) time.Duration {
	d := time.Minute
	for range min(tries-1, 6) {
		d *= 2
	}
	return min(d, time.Hour)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
