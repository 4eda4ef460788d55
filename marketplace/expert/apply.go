package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

const maxMotivation = 4096

// Apply puts the calling expert forward for a program, which must not be
// closed; after leaving, or 30 days after a rejection, they may apply again.
// Without published terms the assessment begins at once. Errors: *StateError,
// *RetakeError (too early after a rejection), *marketplace.InvalidError,
// *marketplace.NotFoundError for somebody not registered as an expert.
func (s *Service) Apply(ctx context.Context, caller access.Caller, id program.ID, motivation string) (Enrolment, error) {
	if err := marketplace.CheckText("motivation", motivation, 1, maxMotivation); err != nil {
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
		e, err = s.applyTx(ctx, tx, caller, id, motivation)
		marketplace.Made(ctx, e.ID)
		return err
	})
	if err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

func (s *Service) applyTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id program.ID, motivation string) (Enrolment, error) {
	p, x, err := s.comingTx(ctx, tx, id, caller.Person)
	if err != nil {
		return Enrolment{}, err
	}
	e, found, err := enrolmentTx(ctx, tx, p, caller.Person)
	if err != nil {
		return Enrolment{}, err
	}
	now := s.clock.Now()
	if again := e.DecidedAt; e.State == Rejected && again != nil && now.Before(again.Add(reapplyAfter)) {
		return Enrolment{}, &RetakeError{At: again.Add(reapplyAfter)}
	}
	if err := e.move(VerbApply); err != nil {
		return Enrolment{}, err
	}
	e.Origin, e.Motivation, e.AppliedAt, e.EnrolledAt = ByApplication, motivation, now, nil
	e.Lot = drawLot(x.Handle, p.Name)
	terms, err := latestTermsTx(ctx, tx, id)
	if err != nil {
		return Enrolment{}, err
	}
	if terms.Version == 0 {
		if err := e.move(VerbAssess); err != nil {
			return Enrolment{}, err
		}
	}
	return e, s.putTx(ctx, tx, VerbApply, HasApplied, e, found, caller)
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
