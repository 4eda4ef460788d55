package expert

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

const (
	maxMotivation = 4096
	maxOwns       = 1000
)

// Application is what an applicant tells. Country and Languages, where they are
// given, are those of their profile from now on.
type Application struct {
	Motivation string
	Owns       string // which of the brand's products, since when; may be empty
	Uses       Use    // may be empty
	Country    string
	Languages  []string
	Invitation string // the token of the one they came by; may be empty
}

func (a Application) check() error {
	if err := firstError(marketplace.CheckText("motivation", a.Motivation, 1, maxMotivation),
		marketplace.CheckText("owns", a.Owns, 0, maxOwns), checkCountry(a.Country)); err != nil {
		return err
	}
	if !slices.Contains([]Use{"", UsesDaily, UsesWeekly, UsesMonthly, UsesSeldom, UsedFormerly}, a.Uses) {
		return &marketplace.InvalidError{Field: "uses", Reason: "is not one of the listed answers"}
	}
	return nil
}

// Apply puts the calling expert forward for a program, which must not be
// closed; after leaving, and some time after a rejection, they may apply again.
// Where the program is full they wait for a place. Without published terms the
// assessment begins at once. Errors: *StateError, *RetakeError (too early after
// a rejection), *MovedError, ErrUnfunded, ErrInvitation, ErrInvitationOver, ErrInvitationUsed,
// *marketplace.InvalidError,
// *marketplace.NotFoundError for somebody not registered as an expert.
func (s *Service) Apply(ctx context.Context, caller access.Caller, id program.ID, a Application) (Enrolment, error) {
	if err := a.check(); err != nil {
		return Enrolment{}, err
	}
	if !caller.IsPerson(caller.Person) {
		return Enrolment{}, ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return Enrolment{}, err
	}
	var e Enrolment
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		e, err = s.applyTx(ctx, tx, caller, id, a)
		marketplace.Made(ctx, e.ID)
		return err
	})
	if err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

func (s *Service) applyTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id program.ID, a Application) (Enrolment, error) {
	p, x, err := s.comingTx(ctx, tx, id, caller.Person)
	if err != nil {
		return Enrolment{}, err
	}
	if err := s.checkPayable(cmp.Or(a.Country, x.Country)); err != nil {
		return Enrolment{}, err
	}
	if err := s.tellTx(ctx, tx, caller, p.BrandID, x, a); err != nil {
		return Enrolment{}, err
	}
	e, found, err := enrolmentTx(ctx, tx, p, caller.Person)
	if err != nil {
		return Enrolment{}, err
	}
	now := s.clock.Now()
	if again := e.ReapplyAt; e.State == Rejected && again != nil && now.Before(*again) {
		return Enrolment{}, &RetakeError{At: *again}
	}
	if err := e.move(VerbApply); err != nil {
		return Enrolment{}, err
	}
	e.Origin, e.Motivation, e.Owns, e.Uses, e.AppliedAt, e.EnrolledAt, e.ReapplyAt = ByApplication, a.Motivation, a.Owns, a.Uses, now, nil, nil
	e.Lot = drawLot(x.Handle, p.Name)
	if _, err := s.unlockTx(ctx, tx, &e); err != nil {
		return Enrolment{}, err
	}
	if e.Waiting, err = s.fullTx(ctx, tx, p); err != nil {
		return Enrolment{}, err
	}
	if err := s.withoutTermsTx(ctx, tx, &e); err != nil {
		return Enrolment{}, err
	}
	if err := s.putTx(ctx, tx, VerbApply, HasApplied, e, found, caller); err != nil || a.Invitation == "" {
		return e, err
	}
	return e, s.useTx(ctx, tx, e, a.Invitation)
}

// checkPayable refuses somebody of a country in which nobody can be paid: before
// they work, and not after. One that is not told is asked for with the account.
func (s *Service) checkPayable(country string) error {
	if country == "" || s.payable == nil || s.payable(country, s.clock.Now()) {
		return nil
	}
	return &marketplace.InvalidError{Field: "country", Reason: "is one in which we cannot pay anybody yet"}
}

// tellTx writes what the application says of the expert to their profile.
func (s *Service) tellTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, x Expert, a Application) error {
	columns := map[string]any{}
	if a.Country != "" && a.Country != x.Country {
		if err := s.moveTx(ctx, tx, caller, brand, x, a.Country); err != nil {
			return err
		}
	}
	if len(a.Languages) > 0 {
		languages, err := checkLanguages(a.Languages)
		if err != nil {
			return err
		}
		if !slices.Equal(languages, x.Languages) {
			if columns["languages"], err = jsonText(languages); err != nil {
				return err
			}
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return s.editTx(ctx, tx, caller, brand, columns)
}

// withoutTermsTx begins the assessment of who has a place and no terms to accept.
func (s *Service) withoutTermsTx(ctx context.Context, tx *gorm.DB, e *Enrolment) error {
	terms, err := s.termsOfTx(ctx, tx, *e)
	if err != nil || terms.Version > 0 || e.Waiting {
		return err
	}
	return s.assessTx(ctx, tx, e)
}

// comingTx loads a program that is not closed, and the expert.
func (s *Service) comingTx(ctx context.Context, tx *gorm.DB, id program.ID, person access.PersonID) (program.Program, Expert, error) {
	p, err := s.programs.LoadTx(ctx, tx, id)
	if err != nil {
		return program.Program{}, Expert{}, err
	}
	if p.State == program.Closed {
		return program.Program{}, Expert{}, &program.TransitionError{From: program.Closed, To: program.Closed}
	}
	x, err := s.LoadTx(ctx, tx, person)
	return p, x, err
}

// putTx saves an enrolment that was found, or inserts a new one: where somebody
// else was faster it is a *StateError.
func (s *Service) putTx(ctx context.Context, tx *gorm.DB, v Verb, kind event.Kind, e Enrolment, found bool, caller access.Caller) error {
	if found {
		return s.saveTx(ctx, tx, kind, e, Change{By: caller.String()})
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
	if done.Error != nil {
		return fmt.Errorf("insert enrolment %s: %w", e.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return &StateError{Verb: v, State: e.State}
	}
	return s.eventTx(ctx, tx, kind, e, Change{By: caller.String()})
}
