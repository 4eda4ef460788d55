package quality

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// reviewWeight is what a verdict counts for: a person has looked closely, which
// is more than the resolution, counted as 1, that silence may have brought.
const reviewWeight = 2

// Decide gives a verdict on the open review that the caller was given (NextReview),
// as one of the brand's people who may review and had no part in the question. Passing work that nobody has
// refused is paid at once. A failing verdict moves no money: it proposes a
// refusal, which only a human makes. A peer is paid whatever the verdict.
// Errors: *access.ForbiddenError, ErrOwnWork, ErrSharedAccount, ErrNotGiven,
// *marketplace.NotFoundError, *question.TransitionError, question.ErrTooLate, *marketplace.InvalidError.
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
		if err := givenTx(ctx, tx, r, caller.Person); err != nil {
			return err
		}
		p, err := s.questions.ProgramTx(ctx, tx, &w.of)
		if err != nil {
			return err
		}
		if err := v.whole(p); err != nil {
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
	given, err := withdrawTx(ctx, tx, r.ID, now)
	if err != nil {
		return err
	}
	if err := lockMoneyTx(ctx, tx, *r, w, pays, given, uuid.UUID(caller.Person)); err != nil {
		return err
	}
	if pays {
		if err := payouts.ReleaseTx(ctx, tx, now, uuid.UUID(w.turn.ID)); err != nil {
			return err
		}
	}
	return s.settleReviewTx(ctx, tx, *r, w, caller, given, now)
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
	weight, err := s.weightTx(ctx, tx, *r, *w)
	if err != nil {
		return err
	}
	record, err := s.outcome(ctx, tx, *w, outcome, weight, now)
	if err != nil {
		return err
	}
	list, news := []marketplace.Statement{end, r.endTurn(now), record}, []event.News{}
	if pays {
		release, released, err := w.turn.Release("review_passed", now)
		if err != nil {
			return err
		}
		list, news = append(list, release), append(news, released)
	}
	reviewed := event.News{
		Event: event.Event{Brand: w.of.BrandID, Kind: EventReviewed, Subject: event.Subject(w.of.ID), At: now},
		Data:  Detail{Attempt: w.turn.Attempt, Assignment: w.turn.ID, Review: r.ID, By: r.by(), Reason: reason},
	}
	return s.events.WriteTx(ctx, tx, append(news, reviewed), list...)
}

// weightTx is what a verdict on the review counts for: of work that was picked
// because its customer was discontent, as much as if chance had picked it.
func (s *Service) weightTx(ctx context.Context, tx *gorm.DB, r Review, w work) (float64, error) {
	if r.Cause != CauseRating {
		return reviewWeight, nil
	}
	p, err := s.questions.ProgramTx(ctx, tx, &w.of)
	return verdictWeight(r.Cause, p), err
}

// verdictWeight is what a verdict on work that was reviewed for a cause counts for.
func verdictWeight(cause ReviewCause, p program.Program) float64 {
	if cause != CauseRating {
		return reviewWeight
	}
	return reviewWeight * verdict.Cause(cause).Weight(p.Policies.Review.SampleBP)
}

// by is who gave the verdict, where that is one person's.
func (r *Review) by() access.PersonID {
	if r.Votes > 0 {
		return access.PersonID{}
	}
	return r.ReviewerID
}

// lockMoneyTx locks ahead what a review that may be paid for moves: the pay of
// the expert and of those who reviewed, who may at the same time be judging one
// another's work. The answer's reward is moved where the verdict pays.
func lockMoneyTx(ctx context.Context, tx *gorm.DB, r Review, w work, pays bool, given []Vote, more ...uuid.UUID) error {
	if r.RewardMinor == 0 {
		return nil
	}
	l := payouts.Locks{Program: uuid.UUID(w.of.ProgramID), Hold: uuid.UUID(r.ID), Experts: append(more, uuid.UUID(w.turn.PersonID))}
	if pays {
		l.Reward = uuid.UUID(w.turn.ID)
	}
	for _, v := range given {
		l.Experts = append(l.Experts, uuid.UUID(v.PersonID))
	}
	return payouts.LockTx(ctx, tx, r.Currency, l)
}

// settleReviewTx pays for a review what was set aside: to those who voted before
// the brand's verdict came, and to who gave it, if that is a peer and not one of
// the brand's own people; the rest goes back.
func (s *Service) settleReviewTx(ctx context.Context, tx *gorm.DB, r Review, w work, caller access.Caller, given []Vote, now time.Time) error {
	if r.RewardMinor == 0 {
		return nil
	}
	peer, err := peerTx(ctx, tx, w.of, caller)
	if err != nil {
		return err
	}
	var own []payouts.NewReward
	if peer && !slices.ContainsFunc(given, func(v Vote) bool { return v.PersonID == caller.Person }) {
		own = append(own, payouts.NewReward{
			ID: uuid.UUID(r.ID), Expert: uuid.UUID(caller.Person), Kind: payouts.ForReviewing,
			Amount: payouts.Money{Minor: r.RewardMinor, Currency: r.Currency}, ReleaseAt: now,
		})
	}
	return payVotesTx(ctx, tx, r.ID, given, own, now)
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
