package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// Vote is what a peer says of the work they were asked to judge, by the same
// rules as Decide. Enough votes are a verdict; each is paid when the review ends,
// whatever it says. To anybody else there is no such vote. Errors:
// *marketplace.NotFoundError, *question.TransitionError, question.ErrTooLate,
// ErrOwnWork, ErrSharedAccount, *expert.StateError for who no longer works in the program,
// *marketplace.InvalidError.
func (s *Service) Vote(ctx context.Context, caller access.Caller, id VoteID, said Verdict) error {
	var found Vote
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		found, err = voteTx(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if !caller.IsPerson(found.PersonID) {
		return marketplace.NotFound("vote", id)
	}
	if err := said.check(); err != nil {
		return err
	}
	return s.store.InTx(ctx, found.BrandID, func(tx *gorm.DB) error {
		if err := worksTx(ctx, tx, found); err != nil {
			return err
		}
		if err := s.wholeTx(ctx, tx, found.ProgramID, said); err != nil {
			return err
		}
		if found.ReviewID.IsZero() {
			return s.judgeGoldTx(ctx, tx, id, said)
		}
		r, w, err := s.lockReviewTx(ctx, tx, found.ReviewID)
		if err != nil {
			return err
		}
		return s.giveVoteTx(ctx, tx, &r, w, id, said)
	})
}

// wholeTx is Verdict.whole; it loads the program only where a line may be missing.
func (s *Service) wholeTx(ctx context.Context, tx *gorm.DB, id program.ID, said Verdict) error {
	if said.Scores[Tone] > 0 {
		return nil
	}
	p, err := s.programs.LoadTx(ctx, tx, id)
	if err != nil {
		return err
	}
	return said.whole(p)
}

// worksTx refuses who is not, or no longer, at work in the program.
func worksTx(ctx context.Context, tx *gorm.DB, v Vote) error {
	e, _, err := expert.EnrolmentTx(ctx, tx, v.ProgramID, v.PersonID)
	if err != nil || e.State == expert.Active {
		return err
	}
	return &expert.StateError{Verb: verbReview, State: e.State}
}

const verbReview expert.Verb = "review"

func (s *Service) giveVoteTx(ctx context.Context, tx *gorm.DB, r *Review, w work, id VoteID, said Verdict) error {
	now := s.clock.Now()
	v, err := voteTx(ctx, marketplace.ForUpdate(tx), id)
	if err != nil {
		return err
	}
	if err := v.open(now); err != nil {
		return err
	}
	if err := w.impartialTx(ctx, tx, v.PersonID); err != nil {
		return err
	}
	note, err := s.hideTx(ctx, tx, w.of, said.Note)
	if err != nil {
		return err
	}
	v.Passed, v.Scores, v.Note = &said.Pass, said.Scores, note
	if err := saveVoteTx(ctx, tx, &v, VoteGiven, now); err != nil {
		return err
	}
	return s.goOnTx(ctx, tx, r, w, now)
}

// open refuses a vote that can no longer be given.
func (v Vote) open(now time.Time) error {
	switch {
	case v.State != VoteAsked:
		return &question.TransitionError{Noun: "vote", From: string(v.State), Verb: "be given"}
	case !now.Before(*v.NextDueAt):
		return fmt.Errorf("give vote %s: %w", v.ID, question.ErrTooLate)
	}
	return nil
}
