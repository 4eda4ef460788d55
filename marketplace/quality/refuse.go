package quality

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/question"
)

// Refuse is the caller's decision, as a named human, not to pay for an earned
// assignment, with a listed reason and the evidence for it. The money stays
// pending; the expert is written to and may appeal. At release_at or later it
// is question.ErrTooLate. Errors beside: *access.ForbiddenError, ErrOwnWork, ErrSharedAccount,
// *marketplace.NotFoundError, *question.TransitionError,
// *marketplace.InvalidError.
func (s *Service) Refuse(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id question.AssignmentID, reason RefusalReason, evidence string) (Refusal, error) {
	var f Refusal
	err := s.inBrand(ctx, caller, brand, access.RefusePay, func(tx *gorm.DB) error {
		if err := reason.check(); err != nil {
			return err
		}
		if err := marketplace.CheckText("evidence", evidence, 1, maxText); err != nil {
			return err
		}
		w, err := s.lockWorkTx(ctx, tx, brand, id)
		if err != nil {
			return err
		}
		if err := w.impartialTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		f, err = s.refuseTx(ctx, tx, w, caller.Person, reason, evidence)
		marketplace.Made(ctx, f.ID)
		return err
	})
	return f, err
}

func (s *Service) refuseTx(ctx context.Context, tx *gorm.DB, w work, by access.PersonID, reason RefusalReason, evidence string) (Refusal, error) {
	if err := s.questions.ContestTx(ctx, tx, w.turn.ID, string(reason)); err != nil {
		return Refusal{}, err
	}
	p, err := s.questions.ProgramTx(ctx, tx, &w.of)
	if err != nil {
		return Refusal{}, err
	}
	if evidence, err = s.hideTx(ctx, tx, w.of, evidence); err != nil {
		return Refusal{}, err
	}
	now := s.clock.Now()
	until := now.Add(p.Policies.Review.AppealWindow)
	f := Refusal{
		ID: marketplace.NewID[Refusal](), BrandID: w.of.BrandID, QuestionID: w.of.ID, AssignmentID: w.turn.ID,
		PersonID: w.turn.PersonID, State: Appealable, Reason: reason, Evidence: evidence,
		RefusedBy: by, RefusedAt: now, AppealUntil: until, NextDueAt: &until,
	}
	if err := tx.WithContext(ctx).Create(&f).Error; err != nil {
		return Refusal{}, fmt.Errorf("insert the refusal of assignment %s: %w", f.AssignmentID, err)
	}
	if err := s.writeTx(ctx, tx, f, "refused", notify.ReviewsAndRefusals, refusedMail(f)); err != nil {
		return Refusal{}, err
	}
	return f, s.appendTx(ctx, tx, EventRefused, w.of, now, f.detail(w, by, string(reason)))
}

func (f Refusal) detail(w work, by access.PersonID, reason string) Detail {
	return Detail{Attempt: w.turn.Attempt, Assignment: w.turn.ID, Refusal: f.ID, By: by, Reason: reason}
}

// refusalDueTx ends a refusal whose time is over: without an appeal the named
// human's decision stands, and an appeal that nobody decided is the expert's.
func (s *Service) refusalDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	found, err := refusalTx(ctx, tx, RefusalID(row))
	if err != nil {
		return err
	}
	f, w, err := s.lockRefusalTx(ctx, tx, found)
	if err != nil || !f.late(now) {
		return err // another process was faster
	}
	if f.State == Appealable {
		return s.stoodTx(ctx, tx, &f, now)
	}
	if err := s.payAfterAllTx(ctx, tx, &f, w, Lapsed, "appeal_undecided", now); err != nil {
		return err
	}
	return s.decidedTx(ctx, tx, f, w, access.PersonID{}, "undecided", now)
}

// stoodTx ends the assignment unpaid, as the named human decided.
func (s *Service) stoodTx(ctx context.Context, tx *gorm.DB, f *Refusal, now time.Time) error {
	if err := f.saveTx(ctx, tx, Final, now, nil); err != nil {
		return err
	}
	return s.questions.RefuseTx(ctx, tx, f.AssignmentID, uuid.UUID(f.ID), string(f.Reason))
}

// lockRefusalTx loads a refusal that was found, anew and with its work, and
// holds both rows until the transaction ends.
func (s *Service) lockRefusalTx(ctx context.Context, tx *gorm.DB, found Refusal) (Refusal, work, error) {
	w, err := s.lockWorkTx(ctx, tx, found.BrandID, found.AssignmentID)
	if err != nil {
		return Refusal{}, work{}, err
	}
	f, err := refusalTx(ctx, marketplace.ForUpdate(tx), found.ID)
	return f, w, err
}

func refusalTx(ctx context.Context, tx *gorm.DB, id RefusalID) (Refusal, error) {
	var f Refusal
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&f).Error
	return f, marketplace.OnlyOne(err, "refusal", id)
}

// saveTx moves the refusal on and writes what moves change.
func (f *Refusal) saveTx(ctx context.Context, tx *gorm.DB, next RefusalState, now time.Time, due *time.Time) error {
	from := f.State
	if err := f.enter(next, now, due); err != nil {
		return err
	}
	res := tx.WithContext(ctx).Model(f).Where("state = ?", from).
		Select("State", "Statement", "AppealedAt", "DecideBy", "DecidedBy", "Decision", "EndedAt", "NextDueAt").Updates(f)
	if res.Error != nil {
		return fmt.Errorf("save refusal %s: %w", f.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return &question.TransitionError{Noun: "refusal", From: "no longer " + string(from), Verb: "become " + string(next)}
	}
	return nil
}
