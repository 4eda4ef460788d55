package admission

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

const (
	maxMotivation = 4096
	maxOwns       = 1000
)

// Application is what an applicant tells. Country and Languages, where they are
// given, are those of their profile from now on.
type Application struct {
	Motivation string
	Owns       string     // which of the brand's products, since when; may be empty
	Uses       expert.Use // may be empty
	Country    string
	Languages  []string
	Invitation string // the token of the one they came by; may be empty
}

func (a Application) check() error {
	if err := cmp.Or(marketplace.CheckText("motivation", a.Motivation, 1, maxMotivation),
		marketplace.CheckText("owns", a.Owns, 0, maxOwns), expert.CheckCountry(a.Country)); err != nil {
		return err
	}
	if !slices.Contains([]expert.Use{"", expert.UsesDaily, expert.UsesWeekly, expert.UsesMonthly, expert.UsesSeldom, expert.UsedFormerly}, a.Uses) {
		return &marketplace.InvalidError{Field: "uses", Reason: "is not one of the listed answers"}
	}
	return nil
}

// Apply puts the calling expert forward for a program, which must not be closed;
// after leaving, and some time after a rejection, they may apply again. Where the
// program is full they wait for a place. Without published terms the assessment
// begins at once. Errors: *expert.StateError, *training.RetakeError (too early
// after a rejection), *expert.MovedError, training.ErrUnfunded,
// invitation.ErrUnknown, invitation.ErrOver, invitation.ErrUsed,
// *marketplace.InvalidError, *marketplace.NotFoundError for somebody not registered
// as an expert.
func (s *Service) Apply(ctx context.Context, caller access.Caller, id program.ID, a Application) (expert.Enrolment, error) {
	if err := a.check(); err != nil {
		return expert.Enrolment{}, err
	}
	if !caller.IsPerson(caller.Person) {
		return expert.Enrolment{}, expert.ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return expert.Enrolment{}, err
	}
	var e expert.Enrolment
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		e, err = s.applyTx(ctx, tx, caller, id, a)
		marketplace.Made(ctx, e.ID)
		return err
	})
	if err != nil {
		return expert.Enrolment{}, err
	}
	return e, nil
}

func (s *Service) applyTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id program.ID, a Application) (expert.Enrolment, error) {
	p, x, err := s.comingTx(ctx, tx, id, caller.Person)
	if err != nil {
		return expert.Enrolment{}, err
	}
	if err := s.experts.TellTx(ctx, tx, caller, p.BrandID, x, a.Country, a.Languages); err != nil {
		return expert.Enrolment{}, err
	}
	e, found, err := expert.LockEnrolmentTx(ctx, tx, p, caller.Person)
	if err != nil {
		return expert.Enrolment{}, err
	}
	now := s.clock.Now()
	if again := e.ReapplyAt; e.State == expert.Rejected && again != nil && now.Before(*again) {
		return expert.Enrolment{}, &training.RetakeError{At: *again}
	}
	if err := e.Move(expert.VerbApply); err != nil {
		return expert.Enrolment{}, err
	}
	e.Origin, e.Motivation, e.Owns, e.Uses, e.AppliedAt, e.EnrolledAt, e.ReapplyAt = expert.ByApplication, a.Motivation, a.Owns, a.Uses, now, nil, nil
	e.Lot = expert.DrawLot(x.Handle, p.Name)
	if _, err := s.training.UnlockTx(ctx, tx, &e); err != nil {
		return expert.Enrolment{}, err
	}
	if e.Waiting, err = s.fullTx(ctx, tx, p); err != nil {
		return expert.Enrolment{}, err
	}
	if err := s.withoutTermsTx(ctx, tx, &e); err != nil {
		return expert.Enrolment{}, err
	}
	if err := s.experts.PutTx(ctx, tx, expert.VerbApply, HasApplied, e, found, caller); err != nil || a.Invitation == "" {
		return e, err
	}
	return e, s.invitations.UseTx(ctx, tx, e, a.Invitation)
}

// withoutTermsTx begins the assessment of who has a place and no terms to accept.
func (s *Service) withoutTermsTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	terms, err := s.training.TermsOfTx(ctx, tx, *e)
	if err != nil || terms.Version > 0 || e.Waiting {
		return err
	}
	return s.training.AssessTx(ctx, tx, e)
}

// comingTx loads a program that is not closed, and the expert.
func (s *Service) comingTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) (program.Program, expert.Expert, error) {
	p, err := s.programs.LoadTx(ctx, tx, id)
	if err != nil {
		return program.Program{}, expert.Expert{}, err
	}
	if p.State == program.Closed {
		return program.Program{}, expert.Expert{}, &program.TransitionError{From: program.Closed, To: program.Closed}
	}
	x, err := s.experts.LoadTx(ctx, tx, person)
	return p, x, err
}
