package conduct

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
)

// How the appeal against a measure ended: codes of WasDecided.
const (
	appealUpheld    = "upheld"
	appealRejected  = "rejected"
	appealUndecided = "undecided"
)

// AppealMeasure is the expert's call for another human to look at a measure
// against them, at any time while it holds, once. It holds until that is
// decided, or the time for it is over. To anybody else there is no such measure.
// Errors: *marketplace.NotFoundError, *MeasureError, *marketplace.InvalidError.
func (s *Service) AppealMeasure(ctx context.Context, caller access.Caller, id MeasureID, statement string) error {
	found, err := s.findMeasure(ctx, id)
	if err != nil {
		return err
	}
	if !caller.IsPerson(found.PersonID) {
		return marketplace.NotFound("measure", id)
	}
	if err := marketplace.CheckText("statement", statement, 1, maxEvidence); err != nil {
		return err
	}
	return s.store.InTx(ctx, found.BrandID, func(tx *gorm.DB) error {
		m, e, err := lockMeasureTx(ctx, tx, found)
		if err != nil {
			return err
		}
		p, err := s.programs.LoadTx(ctx, tx, m.ProgramID)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		by := now.Add(p.Policies.Review.DecideAppealWithin)
		m.Statement = s.redacted(statement)
		if m.AppealedAt == nil { // else entering says why not
			m.AppealedAt, m.DecideBy = &now, &by
		}
		if err := m.saveTx(ctx, tx, Appealed, now); err != nil {
			return err
		}
		return s.experts.EventTx(ctx, tx, WasContested, e, expert.Change{By: caller.String(), Code: string(m.Kind), Measure: event.Subject(m.ID)})
	})
}

// DecideMeasure ends the appeal against a measure (permission DecideAppeal):
// upheld, the measure is over; else it holds on, and the expert reads the reason.
// The caller is neither who imposed it (ErrSameHuman) nor the expert
// (expert.ErrNotOneself). Errors beside: expert.ErrNotAPerson,
// *access.ForbiddenError, *marketplace.NotFoundError, *MeasureError, ErrTooLate,
// *marketplace.InvalidError.
func (s *Service) DecideMeasure(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id MeasureID, upheld bool, reason string) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.DecideAppeal); err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return expert.ErrNotAPerson
		}
		if err := marketplace.CheckText("reason", reason, 1, maxEvidence); err != nil {
			return err
		}
		found, err := measureTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if found.BrandID != brand {
			return marketplace.NotFound("measure", id)
		}
		m, e, err := lockMeasureTx(ctx, tx, found)
		if err != nil {
			return err
		}
		return s.decideMeasureTx(ctx, tx, &m, &e, caller, upheld, reason)
	})
}

func (s *Service) decideMeasureTx(ctx context.Context, tx *gorm.DB, m *Measure, e *expert.Enrolment, caller access.Caller, upheld bool, reason string) error {
	now := s.clock.Now()
	switch {
	case caller.IsPerson(m.PersonID):
		return expert.ErrNotOneself
	case caller.IsPerson(m.ImposedBy):
		return ErrSameHuman
	case m.State == Appealed && m.late(now):
		return fmt.Errorf("decide the appeal against measure %s: %w", m.ID, ErrTooLate)
	}
	m.DecidedBy, m.Decision = caller.Person, s.redacted(reason)
	if upheld {
		return s.endMeasureTx(ctx, tx, m, e, Overturned, appealUpheld, caller)
	}
	if err := m.saveTx(ctx, tx, Confirmed, now); err != nil {
		return err
	}
	return s.appealEndedTx(ctx, tx, *m, *e, appealRejected, caller)
}

// measureDueTx ends a measure whose appeal nobody decided in time: no human has
// looked twice, so it does not hold.
func (s *Service) measureDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	found, err := measureTx(ctx, tx, MeasureID(row))
	if err != nil {
		return err
	}
	m, e, err := lockMeasureTx(ctx, tx, found)
	if err != nil || !m.late(now) {
		return err // another process was faster
	}
	return s.endMeasureTx(ctx, tx, &m, &e, Lapsed, appealUndecided, access.SystemCaller("measures"))
}

// endMeasureTx ends a measure in the expert's favour, and what it kept them from.
func (s *Service) endMeasureTx(ctx context.Context, tx *gorm.DB, m *Measure, e *expert.Enrolment, end State, how string, by access.Caller) error {
	if err := m.saveTx(ctx, tx, end, s.clock.Now()); err != nil {
		return err
	}
	kind := Unrestricted
	if m.Kind == Restriction {
		e.Restricted = []string{}
	} else {
		kind, e.DecisionCode, e.DecisionNote = Reinstated, "", ""
		if err := e.Move(expert.VerbReinstate); err != nil {
			return err
		}
	}
	if err := s.experts.SaveTx(ctx, tx, kind, *e, expert.Change{By: by.String(), Measure: event.Subject(m.ID)}); err != nil {
		return err
	}
	return s.appealEndedTx(ctx, tx, *m, *e, how, by)
}

// appealEndedTx tells the expert, and everybody by event, how an appeal ended.
func (s *Service) appealEndedTx(ctx context.Context, tx *gorm.DB, m Measure, e expert.Enrolment, how string, by access.Caller) error {
	if err := s.noticeTx(ctx, tx, m, how); err != nil {
		return err
	}
	return s.experts.EventTx(ctx, tx, WasDecided, e, expert.Change{By: by.String(), Code: how, Measure: event.Subject(m.ID)})
}

// findMeasure loads a measure of any brand, to open the transaction of its own.
func (s *Service) findMeasure(ctx context.Context, id MeasureID) (m Measure, err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		m, err = measureTx(ctx, tx, id)
		return err
	})
	return m, err
}

// lockMeasureTx loads a measure that was found, anew and with its enrolment, and
// holds both rows until the transaction ends.
func lockMeasureTx(ctx context.Context, tx *gorm.DB, found Measure) (Measure, expert.Enrolment, error) {
	var e expert.Enrolment
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", found.EnrolmentID).Take(&e).Error
	if err := marketplace.OnlyOne(err, "enrolment", found.EnrolmentID); err != nil {
		return Measure{}, expert.Enrolment{}, err
	}
	m, err := measureTx(ctx, marketplace.ForUpdate(tx), found.ID)
	return m, e, err
}

func measureTx(ctx context.Context, tx *gorm.DB, id MeasureID) (Measure, error) {
	var m Measure
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&m).Error
	return m, marketplace.OnlyOne(err, "measure", id)
}
