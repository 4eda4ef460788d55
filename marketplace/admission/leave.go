package admission

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

// Leave takes the calling expert out of a program, at any time and without a
// reason. What they earned stays theirs; their words of application and practice
// go; who waits longest gets their place. Errors as expert.Pause's.
func (s *Service) Leave(ctx context.Context, caller access.Caller, id program.ID) error {
	return s.experts.Own(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		if err := e.Move(expert.VerbLeave); err != nil {
			return err
		}
		e.Motivation, e.Owns, e.Uses, e.Waiting = "", "", "", false
		e.Certified, e.Topics, e.Unlocked = []string{}, []string{}, []string{}
		if err := s.conduct.OverTx(ctx, tx, e); err != nil {
			return err
		}
		if err := training.ForgetPracticeTx(ctx, tx, *e); err != nil {
			return err
		}
		if err := s.training.UntrainedTx(ctx, tx, e); err != nil {
			return err
		}
		if err := s.experts.SaveTx(ctx, tx, HasLeft, *e, expert.Change{By: caller.String()}); err != nil {
			return err
		}
		return s.admitTx(ctx, tx, e.ProgramID)
	})
}
