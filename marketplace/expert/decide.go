package expert

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

const maxNote = 500

// Approve lets an applicant work, on probation (permission ApproveExperts).
// Errors: *UnmetError listing what is still asked of them, *StateError,
// ErrNotOneself, ErrNotAPerson, *access.ForbiddenError,
// *marketplace.NotFoundError, to those who are nothing to the brand too.
func (s *Service) Approve(ctx context.Context, caller access.Caller, id EnrolmentID) error {
	return s.decide(ctx, caller, id, access.ApproveExperts, func(tx *gorm.DB, e *Enrolment, _ *Change) (event.Kind, error) {
		if err := e.move(VerbApprove); err != nil {
			return "", err
		}
		if err := s.unmetTx(ctx, tx, *e); err != nil {
			return "", err
		}
		e.EnrolledAt = e.DecidedAt
		return Approved, nil
	})
}

// Activate ends the probation (permission ApproveExperts). Errors as Approve's.
func (s *Service) Activate(ctx context.Context, caller access.Caller, id EnrolmentID) error {
	return s.decide(ctx, caller, id, access.ApproveExperts, func(_ *gorm.DB, e *Enrolment, _ *Change) (event.Kind, error) {
		return Activated, e.move(VerbActivate)
	})
}

// Reject declines an application for a listed reason, with a note for the
// applicant (permission ApproveExperts), who may apply again after a while that
// goes by the reason. Who had done all there was to do is paid for their
// onboarding. Errors as Approve's.
func (s *Service) Reject(ctx context.Context, caller access.Caller, id EnrolmentID, reason RejectionReason, note string) error {
	if err := firstError(reason.check(), marketplace.CheckText("note", note, 0, maxNote)); err != nil {
		return err
	}
	return s.decide(ctx, caller, id, access.ApproveExperts, func(tx *gorm.DB, e *Enrolment, _ *Change) (event.Kind, error) {
		again := e.DecidedAt.Add(reapplyAfter[reason])
		if err := s.payDoneTx(ctx, tx, e); err != nil {
			return "", err
		}
		if err := e.move(VerbReject); err != nil {
			return "", err
		}
		e.DecisionCode, e.DecisionNote, e.Waiting, e.ReapplyAt = string(reason), note, false, &again
		return WasRejected, s.untrainedTx(ctx, tx, e)
	})
}

// Certify adds to the certified topics an enrolled expert may answer; slugs are
// those before and the new ones (permission ApproveExperts). To take one away is a
// measure, with a reason and an appeal: Restrict. Errors as Approve's,
// *marketplace.InvalidError for what is no slug and where one from before is
// lacking, and *marketplace.NotFoundError for a topic the program has not got.
func (s *Service) Certify(ctx context.Context, caller access.Caller, id EnrolmentID, slugs []string) error {
	return s.decide(ctx, caller, id, access.ApproveExperts, func(tx *gorm.DB, e *Enrolment, _ *Change) (event.Kind, error) {
		if e.EnrolledAt == nil || e.State == Left || e.State == Rejected {
			return "", &StateError{Verb: verbCertify, State: e.State}
		}
		topics, err := s.topicsTx(ctx, tx, e.ProgramID, slugs)
		if err != nil {
			return "", err
		}
		for _, slug := range e.Certified {
			if !slices.Contains(topics, slug) {
				return "", &marketplace.InvalidError{Field: "topics", Reason: fmt.Sprintf("lacks %q, for which they are certified: to keep them from a topic is a restriction", slug)}
			}
		}
		e.Certified = topics
		return CertifiedSet, nil
	})
}

// decide runs a human's decision on an enrolment, which is locked, and records
// who decided. verdict changes the enrolment, names the event, and says in c what
// else it is about.
func (s *Service) decide(ctx context.Context, caller access.Caller, id EnrolmentID, permission access.Permission,
	verdict func(tx *gorm.DB, e *Enrolment, c *Change) (event.Kind, error),
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
		if e.State == Suspended && kind != WasSuspended { // why they are is still to be read
			e.DecidedBy, e.DecidedAt, e.DecisionCode, e.DecisionNote = before.DecidedBy, before.DecidedAt, before.DecisionCode, before.DecisionNote
		}
		c.Code = cmp.Or(c.Code, e.DecisionCode)
		if err := s.saveTx(ctx, tx, kind, e, c); err != nil {
			return err
		}
		if err := s.writeTx(ctx, tx, kind, e); err != nil {
			return err
		}
		if kind == WasRejected {
			return s.admitTx(ctx, tx, e.ProgramID)
		}
		return nil
	})
}

// topicsTx checks that the program has topics of these slugs, and sorts them.
func (s *Service) topicsTx(ctx context.Context, tx *gorm.DB, id program.ID, slugs []string) ([]string, error) {
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
