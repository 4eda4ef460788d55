package expert

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// EnrolExperienced makes a member of a brand's existing community an active
// expert, without application, quiz or probation: a named human with
// ApproveExperts vouches for them and says why, and both are on record. Somebody
// who is no expert yet becomes one, with a drawn handle and the program's
// languages, and may change all but the handle. Errors: *StateError for who is
// in the program already, ErrNotOneself, ErrNotAPerson,
// *marketplace.NotFoundError for an unknown person, *marketplace.InvalidError,
// *access.ForbiddenError.
func (s *Service) EnrolExperienced(ctx context.Context, caller access.Caller, id program.ID, person access.PersonID, reason string) (Enrolment, error) {
	if err := marketplace.CheckText("reason", reason, 1, maxNote); err != nil {
		return Enrolment{}, err
	}
	var e Enrolment
	err := s.inProgram(ctx, caller, id, access.ApproveExperts, func(tx *gorm.DB, p program.Program) error {
		switch {
		case !caller.IsPerson(caller.Person):
			return ErrNotAPerson
		case caller.IsPerson(person):
			return ErrNotOneself
		}
		var err error
		e, err = s.vouchTx(ctx, tx, caller, p, person, reason)
		marketplace.Made(ctx, e.ID)
		return err
	})
	if err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

func (s *Service) vouchTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p program.Program, person access.PersonID, reason string) (Enrolment, error) {
	now := s.clock.Now()
	if err := s.ensureExpertTx(ctx, tx, caller, p, person, now); err != nil {
		return Enrolment{}, err
	}
	p, x, err := s.comingTx(ctx, tx, p.ID, person)
	if err != nil {
		return Enrolment{}, err
	}
	e, found, err := enrolmentTx(ctx, tx, p, person)
	if err != nil {
		return Enrolment{}, err
	}
	if err := e.move(VerbEnrolExperienced); err != nil {
		return Enrolment{}, err
	}
	if _, err := s.unlockTx(ctx, tx, &e); err != nil {
		return Enrolment{}, err
	}
	e.Origin, e.AppliedAt, e.EnrolledAt, e.Lot = ByImport, now, &now, drawLot(x.Handle, p.Name)
	e.DecidedBy, e.DecidedAt, e.DecisionCode, e.DecisionNote = &caller.Person, &now, "", reason
	return e, s.putTx(ctx, tx, VerbEnrolExperienced, EnrolledByHuman, e, found, caller)
}

// ensureExpertTx makes the person an expert unless they are one.
func (s *Service) ensureExpertTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p program.Program, person access.PersonID, now time.Time) error {
	_, found, err := findTx(ctx, tx, person)
	if err != nil || found {
		return err
	}
	x, err := Profile{Handle: drawHandle(), Languages: p.Languages}.expert(person, now)
	if err != nil {
		return err
	}
	_, err = s.registerTx(ctx, tx, caller, p.BrandID, x)
	return err
}

// drawHandle makes a pseudonym of 50 random bits.
func drawHandle() string { return "expert-" + strings.ToLower(rand.Text()[:10]) }
