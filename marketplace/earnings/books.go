package earnings

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

const (
	// booksJob reads the provider's books, and booksEvery is how often.
	booksJob   = "earnings.reconcile"
	booksEvery = time.Hour
)

// reading are the arguments of a booksJob.
type reading struct {
	Turn int `json:"turn,omitempty"` // of two that take turns in reading on; 0: begins
}

func (s *Service) readBooks(ctx context.Context, j job.Job) error {
	var r reading
	if err := j.Decode(&r); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	return s.reconcile(ctx, r)
}

// reconcile reconciles our books with the provider's. What its time is too short
// for is read on at once, by another job. That has one of two keys in turn, since a
// job holds its own until it ends: whatever else reads meanwhile, one job waits.
func (s *Service) reconcile(ctx context.Context, this reading) error {
	r, err := s.payouts.Reconcile(ctx)
	if err != nil || !r.More {
		return err
	}
	next := reading{Turn: 1 + this.Turn%2}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return s.queue.EnqueueTx(ctx, tx, job.New{Kind: booksJob, Args: next, UniqueKey: fmt.Sprintf("%s.%d", booksJob, next.Turn)})
	})
}

// Reconcile reads the provider's books now and compares their sums with ours
// (permission RunPayouts). What does not agree pauses payouts.
func (s *Service) Reconcile(ctx context.Context, caller access.Caller) (payouts.Reconciled, error) {
	if err := s.readAll(ctx, caller, func(*gorm.DB) error { return nil }); err != nil {
		return payouts.Reconciled{}, err
	}
	return s.payouts.ReconcileAndCompare(marketplace.WithoutClaim(ctx))
}

// Send brings up to limit payouts and orders that are due as far as they can be
// brought (permission RunPayouts). Error: payouts.ErrPaused.
func (s *Service) Send(ctx context.Context, caller access.Caller, limit int) (payouts.Processed, error) {
	if err := s.readAll(ctx, caller, func(*gorm.DB) error { return nil }); err != nil {
		return payouts.Processed{}, err
	}
	return s.payouts.Process(marketplace.WithoutClaim(ctx), limit)
}

// Status is how sending stands (permission RunPayouts).
func (s *Service) Status(ctx context.Context, caller access.Caller) (st payouts.Status, err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		st, err = s.payouts.StatusTx(ctx, tx)
		return err
	})
	return st, err
}

// PausedBy is the data of Paused and Resumed.
type PausedBy struct {
	By     string `json:"by"` // the caller, by id
	Reason string `json:"reason"`
}

// PausePayouts stops payouts until somebody resumes them (permission RunPayouts,
// of a person), and reports whether that was new. Error:
// *marketplace.InvalidError without a reason.
func (s *Service) PausePayouts(ctx context.Context, caller access.Caller, reason string) (paused bool, err error) {
	if err := marketplace.CheckText("reason", reason, 1, 200); err != nil {
		return false, err
	}
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.RunPayouts); err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.RunPayouts}
		}
		if paused, err = payouts.PausePayoutsTx(ctx, tx, s.clock.Now(), reason); err != nil || !paused {
			return err
		}
		return s.appendTx(ctx, tx, Paused, caller, PausedBy{By: caller.String(), Reason: reason})
	})
	return paused, err
}
