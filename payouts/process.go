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
	// leaseTime is how long a worker has a payout to itself.
	leaseTime = 5 * time.Minute
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
	// claimBatch is how many payouts a worker claims at a time: few enough for
	// their calls to end within the lease, unless the provider is very slow.
	claimBatch = 10
	// callMargin is what must be left of a worker's time to begin with a payout.
	callMargin = callDeadline + 5*time.Second
)

// Processed counts what Process did with the payouts it claimed.
type Processed struct{ Sent, Failed, Waiting int }

// Process claims up to limit payouts that are due, a few at a time, and brings
// each, one after the other, as far as it can: sent, failed, or waiting for its
// next try. Run it often, by any number of workers: a payout is sent at most
// once. It stops with ErrPaused when payouts are paused, and where ctx leaves no
// time for another call. Fewer than limit were all that were due, or all there
// was time for.
func (s *Service) Process(ctx context.Context, limit int) (Processed, error) {
	var done Processed
	for limit > 0 {
		batch, err := s.claim(ctx, min(limit, claimBatch))
		if err != nil {
			return done, err
		}
		if err := s.driveAll(ctx, batch, &done); err != nil {
			return done, err
		}
		if len(batch) < min(limit, claimBatch) || !timeLeft(ctx) {
			return done, nil
		}
		limit -= len(batch)
	}
	return done, nil
}

// driveAll drives claimed payouts. What it does not come to is given back as it
// was.
func (s *Service) driveAll(ctx context.Context, batch []claimed, done *Processed) error {
	if len(batch) > 0 {
		s.at("claimed")
	}
	for i, c := range batch {
		if i > 0 && !timeLeft(ctx) {
			return s.giveBack(ctx, batch[i:])
		}
		state, err := s.drive(ctx, c.now, c.before)
		if err == nil && state != PayoutSent && i+1 < len(batch) {
			err = s.InTx(ctx, refusePaused) // who records a transfer has looked
		}
		if err == nil || errors.Is(err, errLeaseLost) || errors.Is(err, ErrPaused) {
			done.count(state)
		}
		if err != nil && !errors.Is(err, errLeaseLost) {
			err = fmt.Errorf("payout %s: %w", c.now.ID, err)
			return errors.Join(err, s.giveBack(context.WithoutCancel(ctx), batch[i+1:]))
		}
	}
	return nil
}

// timeLeft reports whether ctx lasts for another call.
func timeLeft(ctx context.Context) bool {
	until, limited := ctx.Deadline()
	return ctx.Err() == nil && (!limited || time.Until(until) >= callMargin)
}

// giveBack undoes the claim of payouts that nothing was done with.
func (s *Service) giveBack(ctx context.Context, batch []claimed) error {
	var errs []error
	for _, c := range batch {
		if err := s.save(ctx, c.before, c.now); err != nil && !errors.Is(err, errLeaseLost) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
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

// claimed is a payout as it was leased, and as it was before.
type claimed struct{ now, before Payout }

// claim leases up to limit payouts, those that are due first; none where none is
// due.
func (s *Service) claim(ctx context.Context, limit int) (batch []claimed, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		batch = nil
		due, err := s.nextDue(tx, now, limit)
		if err != nil || len(due) == 0 {
			return errors.Join(err, refusePaused(tx))
		}
		batch, err = lease(tx, due, now)
		return err
	})
	return batch, err
}

// nextDue locks payouts that are due, unless payouts are paused.
func (s *Service) nextDue(tx *gorm.DB, now time.Time, limit int) ([]Payout, error) {
	var due []Payout
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE", Options: "SKIP LOCKED"}).
		Where("state IN ('created', 'sending') AND not_before <= ? AND provider = ?", now, s.Provider.Label()).
		Where("lease_until IS NULL OR lease_until <= ?", now).
		Where("NOT EXISTS (SELECT 1 FROM payout_freezes WHERE scope = ?)", scopePayouts).
		Order("not_before, id").Limit(limit).Find(&due).Error
	if err != nil {
		return nil, fmt.Errorf("claim payouts: %w", err)
	}
	return due, nil
}

// lease writes one lease on payouts that are locked.
func lease(tx *gorm.DB, due []Payout, now time.Time) ([]claimed, error) {
	token, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("make lease token: %w", err)
	}
	batch, ids, until := make([]claimed, len(due)), make([]uuid.UUID, len(due)), now.Add(leaseTime)
	for i, p := range due {
		batch[i].before, ids[i] = p, p.ID
		p.State, p.LeaseToken, p.LeaseUntil = PayoutSending, &token, &until
		p.Tries++
		if p.FirstSentAt == nil {
			p.FirstSentAt = &now
		}
		batch[i].now = p
	}
	err = tx.Exec(`UPDATE payouts SET state = 'sending', lease_token = ?, lease_until = ?, tries = tries + 1,
		first_sent_at = COALESCE(first_sent_at, ?) WHERE id IN ?`, token, until, now, ids).Error
	if err != nil {
		return nil, fmt.Errorf("lease payouts: %w", err)
	}
	return batch, nil
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
