package expert

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Pause gives the calling expert a rest from a program. Errors: *StateError,
// *marketplace.NotFoundError without an enrolment.
func (s *Service) Pause(ctx context.Context, caller access.Caller, id program.ID) error {
	return s.Own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		if err := e.Move(VerbPause); err != nil {
			return err
		}
		return s.SaveTx(ctx, tx, HasPaused, *e, Change{By: caller.String()})
	})
}

// Unpause ends the calling expert's rest. Errors as Pause's.
func (s *Service) Unpause(ctx context.Context, caller access.Caller, id program.ID) error {
	return s.Own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		if err := e.Move(VerbUnpause); err != nil {
			return err
		}
		return s.SaveTx(ctx, tx, Unpaused, *e, Change{By: caller.String()})
	})
}

// SetTopics says which of a program's topics the calling expert wants, by slug;
// none means all. Errors: *marketplace.NotFoundError without an enrolment or for
// a topic the program has not got, *marketplace.InvalidError for what is no
// slug, *StateError for who left or was rejected.
func (s *Service) SetTopics(ctx context.Context, caller access.Caller, id program.ID, slugs []string) error {
	return s.Own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		if e.State == Left || e.State == Rejected {
			return &StateError{Verb: verbSetTopics, State: e.State}
		}
		var err error
		if e.Topics, err = s.TopicsTx(ctx, tx, id, slugs); err != nil {
			return err
		}
		return s.SaveTx(ctx, tx, TopicsSet, *e, Change{By: caller.String(), Count: len(e.Topics)})
	})
}

// MyEnrolment is the calling person's enrolment in a program, or a
// *marketplace.NotFoundError where they never applied.
func (s *Service) MyEnrolment(ctx context.Context, caller access.Caller, id program.ID) (Enrolment, error) {
	if !caller.IsPerson(caller.Person) {
		return Enrolment{}, ErrNotAPerson
	}
	var e Enrolment
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		var found bool
		var err error
		if e, found, err = EnrolmentTx(ctx, tx, id, caller.Person); err == nil && !found {
			err = marketplace.NotFound("application to program", id)
		}
		return err
	})
	return e, err
}
