package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	// lease is how long a worker has a payout to itself.
	lease = 5 * time.Minute
	// callDeadline ends a call to the provider well within the lease.
	callDeadline = time.Minute
	// resendWindow is how long a key may be sent again: the provider may forget
	// keys after 24 hours.
	resendWindow = 20 * time.Hour
	// settleWindow is when an effect can no longer come late: if no transfer is
	// there by then, a new attempt with a new key is safe.
	settleWindow = 26 * time.Hour
	// deferral is the wait before a new attempt after a Deferred error, and
	// between looks at an ambiguous one.
	deferral = time.Hour
)

// Processed counts what Process did with the payouts it claimed.
type Processed struct{ Sent, Failed, Waiting int }

// Process claims up to limit payouts that are due, one after the other, and
// brings each as far as it can: sent, failed, or waiting for its next try. Run it
// often, by any number of workers: a payout is sent at most once. It stops with
// ErrPaused when payouts are paused.
func (s *Service) Process(ctx context.Context, limit int) (Processed, error) {
	var done Processed
	for range limit {
		p, before, err := s.claim(ctx)
		if errors.Is(err, ErrNotFound) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		s.at("claimed")
		state, err := s.drive(ctx, p, before)
		if err != nil && !errors.Is(err, errLeaseLost) {
			return done, fmt.Errorf("payout %s: %w", p.ID, err)
		}
		done.count(state)
	}
	return done, nil
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

// claim leases the payout that is due first, and also returns it as it was.
// Nothing due is ErrNotFound.
func (s *Service) claim(ctx context.Context) (p, before Payout, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		if err := refusePaused(tx); err != nil {
			return err
		}
		if before, err = s.nextDue(tx, now); err != nil {
			return err
		}
		p, err = before.leased(now)
		if err != nil {
			return err
		}
		return p.update(tx, before)
	})
	return p, before, err
}

func (s *Service) nextDue(tx *gorm.DB, now time.Time) (Payout, error) {
	var p Payout
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: "SKIP LOCKED"}).
		Where("state IN ('created', 'sending') AND not_before <= ? AND provider = ?", now, s.Provider.Label()).
		Where("lease_until IS NULL OR lease_until <= ?", now).
		Order("not_before, id").Limit(1).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Payout{}, &NotFoundError{Noun: "payout that is due", ID: uuid.Nil}
	}
	if err != nil {
		return Payout{}, fmt.Errorf("claim payout: %w", err)
	}
	return p, nil
}

func (p Payout) leased(now time.Time) (Payout, error) {
	token, err := uuid.NewV7()
	if err != nil {
		return Payout{}, fmt.Errorf("make lease token: %w", err)
	}
	until := now.Add(lease)
	p.State, p.LeaseToken, p.LeaseUntil = PayoutSending, &token, &until
	p.Tries++
	if p.FirstSentAt == nil {
		p.FirstSentAt = &now
	}
	return p, nil
}

// drive looks before it sends again: what may have been sent is searched for at
// the provider, and its key is used again only while the provider keeps keys.
func (s *Service) drive(ctx context.Context, p, before Payout) (PayoutState, error) {
	if before.FirstSentAt != nil || before.Attempt > 1 {
		found, err := s.look(ctx, p)
		if err != nil {
			return s.wait(ctx, p, err)
		}
		if len(found) > 0 {
			return s.record(ctx, p.ID, found)
		}
		again, err := s.mayResend(ctx, &p)
		if err != nil || !again {
			return p.State, err
		}
	}
	return s.send(ctx, p)
}

func (s *Service) look(ctx context.Context, p Payout) ([]Transfer, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	return s.Provider.FindTransfers(ctx, p.group())
}

// mayResend decides about a payout whose transfer is not there. It waits while
// the transfer may still come, and opens a new attempt when it no longer can.
func (s *Service) mayResend(ctx context.Context, p *Payout) (bool, error) {
	now := s.now()
	age := now.Sub(*p.FirstSentAt)
	if age < resendWindow && !p.Ambiguous {
		return true, nil
	}
	held := *p
	if age < settleWindow {
		p.Ambiguous = true
		p.release(earlier(now.Add(deferral), p.FirstSentAt.Add(settleWindow)))
		return false, s.save(ctx, *p, held)
	}
	p.Attempt++
	p.FirstSentAt, p.Ambiguous = &now, false
	if err := s.save(ctx, *p, held); err != nil {
		return false, err
	}
	s.at("new attempt")
	return true, nil
}

// send calls the provider and acts on its answer.
func (s *Service) send(ctx context.Context, p Payout) (PayoutState, error) {
	if s.now().Add(2 * callDeadline).After(*p.LeaseUntil) {
		return s.wait(ctx, p, errors.New("lease is nearly over"))
	}
	s.at("sending")
	transfer, err := s.call(ctx, p)
	s.at("sent")
	if err == nil {
		return s.record(ctx, p.ID, []Transfer{transfer})
	}
	switch class, code := classify(err); class {
	case Definitive:
		return s.fail(ctx, p, code)
	case Deferred:
		return s.retryLater(ctx, p, code)
	case Ambiguous:
		return s.doubt(ctx, p, code)
	default:
		return s.wait(ctx, p, err)
	}
}

func (s *Service) call(ctx context.Context, p Payout) (Transfer, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	return s.Provider.Transfer(ctx, TransferRequest{
		IdempotencyKey: p.key(), Group: p.group(), PayoutID: p.ID,
		Amount: p.Amount(), Destination: p.Destination,
	})
}

// wait leaves the payout as it is, for the same key, after a growing pause.
func (s *Service) wait(ctx context.Context, p Payout, cause error) (PayoutState, error) {
	held := p
	_, p.Failure = classify(cause)
	p.release(s.now().Add(pause(p.Tries)))
	return p.State, s.save(ctx, p, held)
}

// doubt marks a payout whose effect may come late; only looks follow until the
// window is over.
func (s *Service) doubt(ctx context.Context, p Payout, code string) (PayoutState, error) {
	held := p
	p.Failure, p.Ambiguous = code, true
	p.release(s.now().Add(pause(p.Tries)))
	return p.State, s.save(ctx, p, held)
}

// retryLater opens a new attempt, with a new key, for later.
func (s *Service) retryLater(ctx context.Context, p Payout, code string) (PayoutState, error) {
	held := p
	p.Failure, p.FirstSentAt = code, nil
	p.Attempt++
	p.release(s.now().Add(deferral))
	return p.State, s.save(ctx, p, held)
}

func (p *Payout) release(notBefore time.Time) {
	p.NotBefore, p.LeaseToken, p.LeaseUntil = notBefore, nil, nil
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
