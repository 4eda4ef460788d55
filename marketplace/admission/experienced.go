package admission

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// EnrolExperienced makes a member of a brand's existing community an active expert,
// without application, quiz or probation: a named human with ApproveExperts vouches
// for them and says why, and both are on record. Somebody who is no expert yet
// becomes one, with a drawn handle and the program's languages, and may change all
// but the handle. Errors: *expert.StateError for who is in the program already,
// expert.ErrNotOneself, expert.ErrNotAPerson, *marketplace.NotFoundError for an
// unknown person, *marketplace.InvalidError, *access.ForbiddenError.
func (s *Service) EnrolExperienced(ctx context.Context, caller access.Caller, id program.ID, person access.PersonID, reason string) (expert.Enrolment, error) {
	if err := marketplace.CheckText("reason", reason, 1, maxNote); err != nil {
		return expert.Enrolment{}, err
	}
	var e expert.Enrolment
	err := s.experts.InProgram(ctx, caller, id, access.ApproveExperts, func(tx *gorm.DB, p program.Program) error {
		switch {
		case !caller.IsPerson(caller.Person):
			return expert.ErrNotAPerson
		case caller.IsPerson(person):
			return expert.ErrNotOneself
		}
		var err error
		e, err = s.vouchTx(ctx, tx, caller, p, person, reason)
		marketplace.Made(ctx, e.ID)
		return err
	})
	if err != nil {
		return expert.Enrolment{}, err
	}
	return e, nil
}

func (s *Service) vouchTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p program.Program, person access.PersonID, reason string) (expert.Enrolment, error) {
	now := s.clock.Now()
	if err := s.experts.EnsureTx(ctx, tx, caller, p, person, now); err != nil {
		return expert.Enrolment{}, err
	}
	p, x, err := s.comingTx(ctx, tx, p.ID, person)
	if err != nil {
		return expert.Enrolment{}, err
	}
	e, found, err := expert.LockEnrolmentTx(ctx, tx, p, person)
	if err != nil {
		return expert.Enrolment{}, err
	}
	if err := e.Move(expert.VerbEnrolExperienced); err != nil {
		return expert.Enrolment{}, err
	}
	if _, err := s.training.UnlockTx(ctx, tx, &e); err != nil {
		return expert.Enrolment{}, err
	}
	e.Origin, e.AppliedAt, e.EnrolledAt, e.Lot = expert.ByImport, now, &now, expert.DrawLot(x.Handle, p.Name)
	e.DecidedBy, e.DecidedAt, e.DecisionCode, e.DecisionNote = &caller.Person, &now, "", reason
	return e, s.experts.PutTx(ctx, tx, expert.VerbEnrolExperienced, EnrolledByHuman, e, found, caller)
}
