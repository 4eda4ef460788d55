package quality

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// reviewWeight is what a verdict counts for: a person has looked closely, which
// is more than the resolution, counted as 1, that silence may have brought.
const reviewWeight = 2

// Decide gives a verdict on an open review, as one of the brand's people who
// may review and had no part in the question. Passing work that nobody has
// refused is paid at once. A failing verdict moves no money: it proposes a
// refusal, which only a human makes. A peer is paid whatever the verdict.
// Errors: *access.ForbiddenError, ErrOwnWork, *marketplace.NotFoundError,
// *question.TransitionError, question.ErrTooLate, *marketplace.InvalidError.
func (s *Service) Decide(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ReviewID, v Verdict) error {
	return s.inBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		if err := v.check(); err != nil {
			return err
		}
		r, w, err := s.lockReviewTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.BrandID != brand {
			return marketplace.NotFound("review", id)
		}
		if err := w.impartialTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		return s.decideTx(ctx, tx, &r, w, caller, v)
	})
}

func (s *Service) decideTx(ctx context.Context, tx *gorm.DB, r *Review, w work, caller access.Caller, v Verdict) error {
	now := s.clock.Now()
	if r.NextDueAt != nil && !now.Before(*r.NextDueAt) {
		return fmt.Errorf("decide review %s: %w", r.ID, question.ErrTooLate)
	}
	note, err := s.hideTx(ctx, tx, w.of, v.Note)
	if err != nil {
		return err
	}
	r.Passed, r.Scores, r.Note, r.ReviewerID = &v.Pass, v.Scores, note, caller.Person
	pays := v.Pass && w.turn.State == question.Earned
	if err := s.writeVerdictTx(ctx, tx, r, &w, pays, now); err != nil {
		return err
	}
	if err := lockMoneyTx(ctx, tx, *r, w, caller); err != nil {
		return err
	}
	if pays {
		if err := payouts.ReleaseTx(ctx, tx, now, uuid.UUID(w.turn.ID)); err != nil {
			return err
		}
	}
	return s.settleReviewTx(ctx, tx, *r, w, caller, now)
}

// writeVerdictTx writes the verdict, what it says of the expert, and that the
// work is paid for where the verdict pays. The money is moved after that: others
// wait for it.
func (s *Service) writeVerdictTx(ctx context.Context, tx *gorm.DB, r *Review, w *work, pays bool, now time.Time) error {
	end, err := r.end(ReviewDecided, now)
	if err != nil {
		return err
	}
	outcome, reason := expert.Failure, "fail"
	if *r.Passed {
		outcome, reason = expert.Success, "pass"
	}
	record, err := s.outcome(ctx, tx, *w, outcome, reviewWeight, now)
	if err != nil {
		return err
	}
	list, news := []marketplace.Statement{end, record}, []event.News{}
	if pays {
		release, released, err := w.turn.Release("review_passed", now)
		if err != nil {
			return err
		}
		list, news = append(list, release), append(news, released)
	}
	reviewed := event.News{
		Event: event.Event{Brand: w.of.BrandID, Kind: EventReviewed, Subject: event.Subject(w.of.ID), At: now},
		Data:  Detail{Attempt: w.turn.Attempt, Assignment: w.turn.ID, Review: r.ID, By: r.ReviewerID, Reason: reason},
	}
	return s.events.WriteTx(ctx, tx, append(news, reviewed), list...)
}

// lockMoneyTx locks ahead what a review that may be paid for moves: the pay of
// the expert and of the reviewer, who may at the same time be judging one
// another's work.
func lockMoneyTx(ctx context.Context, tx *gorm.DB, r Review, w work, caller access.Caller) error {
	if r.RewardMinor == 0 {
		return nil
	}
	return payouts.LockTx(ctx, tx, r.Currency, uuid.UUID(w.of.ProgramID), uuid.UUID(w.turn.PersonID), uuid.UUID(caller.Person))
}

// settleReviewTx pays a peer what was set aside for the review; where one of
// the brand's own people made it, the money goes back.
func (s *Service) settleReviewTx(ctx context.Context, tx *gorm.DB, r Review, w work, caller access.Caller, now time.Time) error {
	if r.RewardMinor == 0 {
		return nil
	}
	id := uuid.UUID(r.ID)
	peer, err := peerTx(ctx, tx, w.of, caller)
	if err != nil {
		return err
	}
	if !peer {
		return payouts.VoidHoldTx(ctx, tx, now, id)
	}
	err = payouts.EarnTx(ctx, tx, now, id, payouts.NewReward{
		ID: id, Expert: uuid.UUID(caller.Person), Kind: payouts.ForReviewing,
		Amount: payouts.Money{Minor: r.RewardMinor, Currency: r.Currency}, ReleaseAt: now,
	})
	if err != nil {
		return err
	}
	return payouts.ReleaseTx(ctx, tx, now, id)
}

// peerTx reports whether the reviewer is one of the program's experts, and not
// one of those who run the brand.
func peerTx(ctx context.Context, tx *gorm.DB, q question.Question, caller access.Caller) (bool, error) {
	enrolment, found, err := expert.EnrolmentTx(ctx, tx, q.ProgramID, caller.Person)
	if err != nil || !found || !enrolment.Working() {
		return false, err
	}
	err = access.AuthorizeTx(ctx, tx, caller, q.BrandID, access.ManageProgram)
	if errors.Is(err, marketplace.ErrForbidden) {
		return true, nil
	}
	return false, err
}
