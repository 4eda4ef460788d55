package conduct

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
)

// maxEvidence is how long evidence, a statement or a decision may be, in bytes.
const maxEvidence = 4 << 10

// Suspend is the caller's decision, as a named human, to stop an expert for a
// listed reason, with the evidence for it (permission SuspendExperts): they are
// not asked any more. They are written to and may appeal at once; what they
// earned stays theirs. Errors as expert.Decide's, *expert.StateError,
// *marketplace.InvalidError, ErrImposedBefore.
func (s *Service) Suspend(ctx context.Context, caller access.Caller, id expert.EnrolmentID, reason Reason, evidence string) error {
	if err := cmp.Or(reason.check(), marketplace.CheckText("evidence", evidence, 1, maxEvidence)); err != nil {
		return err
	}
	return s.experts.Decide(ctx, caller, id, access.SuspendExperts, func(tx *gorm.DB, e *expert.Enrolment, c *expert.Change) (event.Kind, error) {
		m := newMeasure(*e, Suspension, reason, s.redacted(evidence))
		c.Measure = event.Subject(m.ID)
		e.DecisionCode, e.DecisionNote = string(m.Reason), m.Evidence
		if err := e.Move(expert.VerbSuspend); err != nil {
			return "", err
		}
		return WasSuspended, s.imposeTx(ctx, tx, *e, m)
	}, nil)
}

// Restrict is Suspend for some of a program's topics, by slug: the expert is not
// asked about them any more, and about others as before. Errors as Suspend's, and
// of topics as expert.TopicsTx's.
func (s *Service) Restrict(ctx context.Context, caller access.Caller, id expert.EnrolmentID, topics []string, reason Reason, evidence string) error {
	if err := cmp.Or(reason.check(), marketplace.CheckText("evidence", evidence, 1, maxEvidence)); err != nil {
		return err
	}
	if len(topics) == 0 {
		return &marketplace.InvalidError{Field: "topics", Reason: "must name one at least"}
	}
	return s.experts.Decide(ctx, caller, id, access.SuspendExperts, func(tx *gorm.DB, e *expert.Enrolment, c *expert.Change) (event.Kind, error) {
		if !e.Working() && e.State != expert.Paused {
			return "", &expert.StateError{Verb: expert.VerbRestrict, State: e.State}
		}
		m := newMeasure(*e, Restriction, reason, s.redacted(evidence))
		c.Measure, c.Code = event.Subject(m.ID), string(reason)
		var err error
		if m.Topics, err = s.experts.TopicsTx(ctx, tx, e.ProgramID, topics); err != nil {
			return "", err
		}
		e.Restricted = m.Topics
		return WasRestricted, s.imposeTx(ctx, tx, *e, m)
	}, nil)
}

// redacted is what somebody wrote of an expert's work, so that anybody may read
// it: customers' data have no place there.
func (s *Service) redacted(text string) string { return s.redactor.Redact(text, nil).Text }

// newMeasure is a measure against an expert by who decided about their enrolment.
func newMeasure(e expert.Enrolment, kind Kind, reason Reason, evidence string) Measure {
	return Measure{
		ID: marketplace.NewID[Measure](), BrandID: e.BrandID, ProgramID: e.ProgramID, EnrolmentID: e.ID, PersonID: e.PersonID,
		Kind: kind, State: InForce, Reason: reason, Evidence: evidence, Topics: []string{},
		ImposedBy: *e.DecidedBy, ImposedAt: *e.DecidedAt,
	}
}

// imposeTx puts a measure in force and writes to the expert. Of each kind one
// holds at a time, and what ended in the expert's favour is not taken again by the
// same human: else the appeal would be worth nothing.
func (s *Service) imposeTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, m Measure) error {
	if err := imposedBeforeTx(ctx, tx, m); err != nil {
		return err
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&m)
	if done.Error != nil {
		return fmt.Errorf("insert the %s of enrolment %s: %w", m.Kind, e.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return &expert.StateError{Verb: expert.VerbRestrict, State: e.State}
	}
	return s.noticeTx(ctx, tx, m, "imposed")
}

// imposedAgainAfter is for how long somebody else must decide again what ended in
// the expert's favour.
const imposedAgainAfter = 30 * 24 * time.Hour

// imposedBeforeTx refuses a measure whose like, by the same human, was overturned
// or lapsed a short while ago.
func imposedBeforeTx(ctx context.Context, tx *gorm.DB, m Measure) error {
	var list []Measure
	err := tx.WithContext(ctx).Where("enrolment_id = ? AND kind = ? AND imposed_by = ? AND state IN ? AND ended_at > ?",
		m.EnrolmentID, m.Kind, m.ImposedBy, []State{Overturned, Lapsed}, m.ImposedAt.Add(-imposedAgainAfter)).Find(&list).Error
	if err != nil {
		return fmt.Errorf("look for earlier measures against enrolment %s: %w", m.EnrolmentID, err)
	}
	for _, before := range list {
		if m.Kind == Suspension || slices.ContainsFunc(m.Topics, func(slug string) bool { return slices.Contains(before.Topics, slug) }) {
			return ErrImposedBefore
		}
	}
	return nil
}

// Reinstate ends a suspension (permission SuspendExperts), whatever became of an
// appeal. Errors as expert.Decide's, *expert.StateError.
func (s *Service) Reinstate(ctx context.Context, caller access.Caller, id expert.EnrolmentID) error {
	return s.experts.Decide(ctx, caller, id, access.SuspendExperts, func(tx *gorm.DB, e *expert.Enrolment, c *expert.Change) (event.Kind, error) {
		if err := e.Move(expert.VerbReinstate); err != nil {
			return "", err
		}
		return Reinstated, s.liftTx(ctx, tx, *e, Suspension, c)
	}, nil)
}

// Unrestrict ends a restriction, as Reinstate a suspension.
func (s *Service) Unrestrict(ctx context.Context, caller access.Caller, id expert.EnrolmentID) error {
	return s.experts.Decide(ctx, caller, id, access.SuspendExperts, func(tx *gorm.DB, e *expert.Enrolment, c *expert.Change) (event.Kind, error) {
		if len(e.Restricted) == 0 {
			return "", &expert.StateError{Verb: expert.VerbRestrict, State: e.State}
		}
		e.Restricted = []string{}
		return Unrestricted, s.liftTx(ctx, tx, *e, Restriction, c)
	}, nil)
}

// liftTx ends the measure of a kind that holds, if there is one, and names it in c.
func (s *Service) liftTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, kind Kind, c *expert.Change) error {
	held, err := holdingTx(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	for _, m := range held {
		if m.Kind != kind {
			continue
		}
		c.Measure = event.Subject(m.ID)
		if err := m.saveTx(ctx, tx, Lifted, s.clock.Now()); err != nil {
			return err
		}
		return s.noticeTx(ctx, tx, m, "lifted")
	}
	return nil
}

// OverTx ends what holds against an expert who leaves.
func (s *Service) OverTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	e.Restricted = []string{}
	held, err := holdingTx(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	for _, m := range held {
		if err := m.saveTx(ctx, tx, Over, s.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// holdingTx loads and locks the measures in effect against an expert.
func holdingTx(ctx context.Context, tx *gorm.DB, id expert.EnrolmentID) ([]Measure, error) {
	var list []Measure
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("enrolment_id = ? AND ended_at IS NULL", id).Order("kind").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("lock the measures of enrolment %s: %w", id, err)
	}
	return list, nil
}

// saveTx moves a measure on, whose enrolment is locked, and writes what moves
// change.
func (m *Measure) saveTx(ctx context.Context, tx *gorm.DB, next State, now time.Time) error {
	from := m.State
	if err := m.enter(next, now); err != nil {
		return err
	}
	done := tx.WithContext(ctx).Model(m).Where("state = ?", from).
		Select("State", "Statement", "AppealedAt", "DecideBy", "DecidedBy", "Decision", "EndedAt", "NextDueAt").Updates(m)
	if done.Error != nil {
		return fmt.Errorf("save measure %s: %w", m.ID, done.Error)
	}
	if done.RowsAffected != 1 {
		return &MeasureError{From: from, To: next}
	}
	return nil
}
