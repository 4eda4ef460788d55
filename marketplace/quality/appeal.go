package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/question"
)

// Appeal is the expert's call for another human to look at a refusal of their
// pay, in the window the program gives. To anybody else there is no such
// refusal. Errors: *marketplace.NotFoundError, *question.TransitionError,
// question.ErrTooLate, *marketplace.InvalidError.
func (s *Service) Appeal(ctx context.Context, caller access.Caller, id RefusalID, statement string) error {
	var found Refusal
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		found, err = refusalTx(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if !caller.IsPerson(found.PersonID) {
		return marketplace.NotFound("refusal", id)
	}
	if err := marketplace.CheckText("statement", statement, 1, maxText); err != nil {
		return err
	}
	return s.store.InTx(ctx, found.BrandID, func(tx *gorm.DB) error {
		f, w, err := s.lockRefusalTx(ctx, tx, found)
		if err != nil {
			return err
		}
		return s.appealTx(ctx, tx, &f, w, statement)
	})
}

func (s *Service) appealTx(ctx context.Context, tx *gorm.DB, f *Refusal, w work, statement string) error {
	now := s.clock.Now()
	if f.State == Appealable && f.late(now) {
		return fmt.Errorf("appeal refusal %s: %w", f.ID, question.ErrTooLate)
	}
	p, err := s.questions.ProgramTx(ctx, tx, &w.of)
	if err != nil {
		return err
	}
	if f.Statement, err = s.hideTx(ctx, tx, w.of, statement); err != nil {
		return err
	}
	by := now.Add(p.Policies.Review.DecideAppealWithin)
	f.AppealedAt, f.DecideBy = &now, &by
	if err := f.saveTx(ctx, tx, Appealed, now, &by); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventAppealed, w.of, now, f.detail(w, access.PersonID{}, ""))
}

// DecideAppeal ends an appeal: upheld, the expert is paid; else the refusal
// stands, and the expert reads the reason. The caller may be neither who
// refused nor who reviewed the work (ErrSameHuman), nor have had a part in the
// question (ErrOwnWork), nor be paid to the expert's bank account
// (ErrSharedAccount). Errors beside: *access.ForbiddenError,
// *marketplace.NotFoundError, *question.TransitionError, question.ErrTooLate,
// *marketplace.InvalidError.
func (s *Service) DecideAppeal(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id RefusalID, upheld bool, reason string) error {
	return s.inBrand(ctx, caller, brand, access.DecideAppeal, func(tx *gorm.DB) error {
		if err := marketplace.CheckText("reason", reason, 1, maxText); err != nil {
			return err
		}
		found, err := refusalTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if found.BrandID != brand {
			return marketplace.NotFound("refusal", id)
		}
		f, w, err := s.lockRefusalTx(ctx, tx, found)
		if err != nil {
			return err
		}
		if err := w.impartialTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		return s.decideAppealTx(ctx, tx, &f, w, caller.Person, upheld, reason)
	})
}

func (s *Service) decideAppealTx(ctx context.Context, tx *gorm.DB, f *Refusal, w work, by access.PersonID, upheld bool, reason string) error {
	review, reviewed, err := verdictTx(ctx, tx, f.AssignmentID)
	if err != nil {
		return err
	}
	if by == f.RefusedBy || reviewed && by == review.ReviewerID {
		return ErrSameHuman
	}
	if reviewed && review.Votes > 0 {
		votes, err := votesTx(ctx, tx, review.ID)
		if err != nil {
			return err
		}
		if slices.Contains(voters(in(votes, VoteGiven)), by) {
			return ErrSameHuman
		}
	}
	now := s.clock.Now()
	if f.State == Appealed && f.late(now) {
		return fmt.Errorf("decide the appeal against refusal %s: %w", f.ID, question.ErrTooLate)
	}
	if f.State != Appealed {
		return &question.TransitionError{Noun: "refusal", From: string(f.State), Verb: "have its appeal decided"}
	}
	if f.Decision, err = s.hideTx(ctx, tx, w.of, reason); err != nil {
		return err
	}
	f.DecidedBy = by
	if !upheld {
		if err := s.stoodTx(ctx, tx, f, now); err != nil {
			return err
		}
		return s.decidedTx(ctx, tx, *f, w, by, "rejected", now)
	}
	if err := s.payAfterAllTx(ctx, tx, f, w, Overturned, "appeal_upheld", now); err != nil {
		return err
	}
	return s.decidedTx(ctx, tx, *f, w, by, "upheld", now)
}

// payAfterAllTx ends a refusal in the expert's favour. Where the work had failed
// its review, a success of the same weight makes good for that.
func (s *Service) payAfterAllTx(ctx context.Context, tx *gorm.DB, f *Refusal, w work, end RefusalState, reason string, now time.Time) error {
	if err := f.saveTx(ctx, tx, end, now, nil); err != nil {
		return err
	}
	review, reviewed, err := verdictTx(ctx, tx, f.AssignmentID)
	if err != nil {
		return err
	}
	if reviewed && !*review.Passed {
		weight, err := s.weightTx(ctx, tx, review, w)
		if err != nil {
			return err
		}
		if err := s.outcomeTx(ctx, tx, w, expert.Success, weight, now); err != nil {
			return err
		}
	}
	return s.questions.ReleaseTx(ctx, tx, f.AssignmentID, reason)
}

// decidedTx tells the expert, and everybody by event, how an appeal ended.
func (s *Service) decidedTx(ctx context.Context, tx *gorm.DB, f Refusal, w work, by access.PersonID, how string, now time.Time) error {
	if err := s.writeTx(ctx, tx, f, "appeal", notify.Appeals, decidedMail(f, how)); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventAppealDecided, w.of, now, f.detail(w, by, how))
}

// verdictTx loads the decided review of an assignment, if there is one.
func verdictTx(ctx context.Context, tx *gorm.DB, id question.AssignmentID) (Review, bool, error) {
	var list []Review
	err := tx.WithContext(ctx).Where("assignment_id = ? AND state = ?", id, ReviewDecided).Limit(1).Find(&list).Error
	if err != nil {
		return Review{}, false, fmt.Errorf("load the review of assignment %s: %w", id, err)
	}
	if len(list) == 0 {
		return Review{}, false, nil
	}
	return list[0], true, nil
}
