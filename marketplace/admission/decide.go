package admission

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
)

const maxNote = 500

// Approve lets an applicant work, on probation (permission ApproveExperts). Errors:
// *training.UnmetError listing what is still asked of them, *expert.StateError,
// expert.ErrNotOneself, expert.ErrNotAPerson, *access.ForbiddenError,
// *marketplace.NotFoundError, to those who are nothing to the brand too.
func (s *Service) Approve(ctx context.Context, caller access.Caller, id expert.EnrolmentID) error {
	return s.decide(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment, _ *expert.Change) (event.Kind, error) {
		if err := e.Move(expert.VerbApprove); err != nil {
			return "", err
		}
		if err := s.training.UnmetTx(ctx, tx, *e); err != nil {
			return "", err
		}
		e.EnrolledAt = e.DecidedAt
		return Approved, nil
	})
}

// Activate ends the probation (permission ApproveExperts). Errors as Approve's.
func (s *Service) Activate(ctx context.Context, caller access.Caller, id expert.EnrolmentID) error {
	return s.decide(ctx, caller, id, func(_ *gorm.DB, e *expert.Enrolment, _ *expert.Change) (event.Kind, error) {
		return Activated, e.Move(expert.VerbActivate)
	})
}

// Reject declines an application for a listed reason, with a note for the
// applicant (permission ApproveExperts), who may apply again after a while that
// goes by the reason. Who had done all there was to do is paid for their
// onboarding. Errors as Approve's.
func (s *Service) Reject(ctx context.Context, caller access.Caller, id expert.EnrolmentID, reason RejectionReason, note string) error {
	if err := cmp.Or(reason.check(), marketplace.CheckText("note", note, 0, maxNote)); err != nil {
		return err
	}
	return s.decide(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment, _ *expert.Change) (event.Kind, error) {
		again := e.DecidedAt.Add(reapplyAfter[reason])
		if err := s.training.PayDoneTx(ctx, tx, e); err != nil {
			return "", err
		}
		if err := e.Move(expert.VerbReject); err != nil {
			return "", err
		}
		e.DecisionCode, e.DecisionNote, e.Waiting, e.ReapplyAt = string(reason), note, false, &again
		return WasRejected, s.training.UntrainedTx(ctx, tx, e)
	})
}

// Certify adds to the certified topics an enrolled expert may answer; slugs are
// those before and the new ones (permission ApproveExperts). To take one away is a
// measure, with a reason and an appeal: conduct.Restrict. Errors as Approve's,
// *marketplace.InvalidError for what is no slug and where one from before is
// lacking, and *marketplace.NotFoundError for a topic the program has not got.
func (s *Service) Certify(ctx context.Context, caller access.Caller, id expert.EnrolmentID, slugs []string) error {
	return s.decide(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment, _ *expert.Change) (event.Kind, error) {
		if e.EnrolledAt == nil || e.State == expert.Left || e.State == expert.Rejected {
			return "", &expert.StateError{Verb: expert.VerbCertify, State: e.State}
		}
		topics, err := s.experts.TopicsTx(ctx, tx, e.ProgramID, slugs)
		if err != nil {
			return "", err
		}
		for _, slug := range e.Certified {
			if !slices.Contains(topics, slug) {
				return "", &marketplace.InvalidError{Field: "topics", Reason: fmt.Sprintf("lacks %q, for which they are certified: to keep them from a topic is a restriction", slug)}
			}
		}
		e.Certified = topics
		return expert.CertifiedSet, nil
	})
}

// decide runs a person's decision about an applicant or expert, who is written to
// where it is one that they wait for. A place that comes free goes to who waits.
func (s *Service) decide(ctx context.Context, caller access.Caller, id expert.EnrolmentID, verdict expert.Verdict) error {
	return s.experts.Decide(ctx, caller, id, access.ApproveExperts, verdict, func(tx *gorm.DB, kind event.Kind, e expert.Enrolment) error {
		if err := s.writeTx(ctx, tx, kind, e); err != nil {
			return err
		}
		if kind == WasRejected {
			return s.admitTx(ctx, tx, e.ProgramID)
		}
		return nil
	})
}
