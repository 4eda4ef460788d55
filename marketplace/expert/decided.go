package expert

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

// Verdict is what a human decided about an enrolment: it changes it, names the
// event, and says in c what else it is about.
type Verdict func(tx *gorm.DB, e *Enrolment, c *Change) (event.Kind, error)

// Decide runs a human's decision on an enrolment, which is locked, for the rooms
// above, and records who decided; then, unless it is nil, is what follows in the
// same transaction once it is written. Errors: ErrNotOneself, ErrNotAPerson,
// *access.ForbiddenError, *marketplace.NotFoundError, to those who are nothing to
// the brand too, and the verdict's.
func (s *Service) Decide(ctx context.Context, caller access.Caller, id EnrolmentID, permission access.Permission,
	verdict Verdict, then func(tx *gorm.DB, kind event.Kind, e Enrolment) error,
) error {
	brand, err := s.brandOf(ctx, id)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("enrolment", id))
		if err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return ErrNotAPerson
		}
		var e Enrolment
		err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&e).Error
		if err := marketplace.OnlyOne(err, "enrolment", id); err != nil {
			return err
		}
		if caller.IsPerson(e.PersonID) {
			return ErrNotOneself
		}
		before := e
		e.DecidedBy, e.DecidedAt, e.DecisionCode, e.DecisionNote = &caller.Person, &now, "", ""
		c := Change{By: caller.String()}
		kind, err := verdict(tx, &e, &c)
		if err != nil {
			return err
		}
		if before.State == Suspended && e.State == Suspended { // why they are is still to be read
			e.DecidedBy, e.DecidedAt, e.DecisionCode, e.DecisionNote = before.DecidedBy, before.DecidedAt, before.DecisionCode, before.DecisionNote
		}
		c.Code = cmp.Or(c.Code, e.DecisionCode)
		if err := s.SaveTx(ctx, tx, kind, e, c); err != nil || then == nil {
			return err
		}
		return then(tx, kind, e)
	})
}

// TopicsTx checks that the program has topics of these slugs, and sorts them.
// Errors: *marketplace.InvalidError for what is no slug, *marketplace.NotFoundError
// for a topic the program has not got.
func (s *Service) TopicsTx(ctx context.Context, tx *gorm.DB, id program.ID, slugs []string) ([]string, error) {
	topics, err := s.programs.TopicsTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	list := append([]string{}, slugs...)
	for _, slug := range list {
		if err := program.CheckSlug("topics", slug); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(topics, func(t program.Topic) bool { return t.Slug == slug }) {
			return nil, &marketplace.NotFoundError{Noun: "topic", ID: slug}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
