package expert

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

// jsonText is v as a JSON column takes it.
func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(b), nil
}

// LockEnrolmentTx loads and locks the person's enrolment in a program; without one
// found is false and the row is new.
func LockEnrolmentTx(ctx context.Context, tx *gorm.DB, p program.Program, person access.PersonID) (e Enrolment, found bool, err error) {
	var list []Enrolment
	err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("program_id = ? AND person_id = ?", p.ID, person).Limit(1).Find(&list).Error
	if err != nil {
		return Enrolment{}, false, fmt.Errorf("lock the enrolment of %s in program %s: %w", person, p.ID, err)
	}
	if len(list) == 1 {
		return list[0], true, nil
	}
	return Enrolment{
		ID: marketplace.NewID[Enrolment](), BrandID: p.BrandID, ProgramID: p.ID, PersonID: person,
		Certified: []string{}, Topics: []string{}, Unlocked: []string{}, Restricted: []string{},
	}, false, nil
}

// changeable are the columns of an enrolment that verbs write.
var changeable = []string{
	"state", "resume_state", "origin", "motivation", "lot", "certified", "topics", "applied_at", "enrolled_at",
	"decided_by", "decided_at", "decision_code", "decision_note",
	"owns", "uses", "waiting", "unlocked", "reapply_at", "training_hold", "trained_at", "restricted",
}

// SaveTx writes a changed enrolment, whose row the transaction has locked, and
// its event.
func (s *Service) SaveTx(ctx context.Context, tx *gorm.DB, kind event.Kind, e Enrolment, c Change) error {
	done := tx.WithContext(ctx).Model(&Enrolment{}).Where("id = ?", e.ID).Select(changeable).Updates(&e)
	if done.Error != nil {
		return fmt.Errorf("update enrolment %s: %w", e.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return marketplace.NotFound("enrolment", e.ID)
	}
	return s.EventTx(ctx, tx, kind, e, c)
}

// EventTx records an event about an enrolment, for the rooms above too.
func (s *Service) EventTx(ctx context.Context, tx *gorm.DB, kind event.Kind, e Enrolment, c Change) error {
	c.Program, c.Person, c.State = e.ProgramID, e.PersonID, e.State
	return s.log.AppendTx(ctx, tx, event.Event{Brand: e.BrandID, Kind: kind, Subject: event.Subject(e.ID), At: s.clock.Now()}, c)
}

// Own runs do in one transaction on the calling person's own enrolment, which
// is locked. Errors: ErrNotAPerson, *marketplace.NotFoundError without one.
func (s *Service) Own(ctx context.Context, caller access.Caller, id program.ID, do func(tx *gorm.DB, e *Enrolment) error) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		e, found, err := LockEnrolmentTx(ctx, tx, program.Program{ID: id, BrandID: brand}, caller.Person)
		if err != nil {
			return err
		}
		if !found {
			return &marketplace.NotFoundError{Noun: "enrolment in program", ID: id.String()}
		}
		return do(tx, &e)
	})
}

// SeeOwn runs look in a reading transaction on the calling person's own
// enrolment. Errors as Own's.
func (s *Service) SeeOwn(ctx context.Context, caller access.Caller, id program.ID, look func(tx *gorm.DB, e *Enrolment) error) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		e, found, err := EnrolmentTx(ctx, tx, id, caller.Person)
		if err != nil {
			return err
		}
		if !found {
			return &marketplace.NotFoundError{Noun: "enrolment in program", ID: id.String()}
		}
		return look(tx, &e)
	})
}

// brandOf finds the brand of an enrolment, to open the transaction in which
// the caller's permission there is checked.
func (s *Service) brandOf(ctx context.Context, id EnrolmentID) (marketplace.BrandID, error) {
	var e Enrolment
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Select("brand_id").Where("id = ?", id).Take(&e).Error
		return marketplace.OnlyOne(err, "enrolment", id)
	})
	return e.BrandID, err
}

// PutTx saves an enrolment that was found, or inserts a new one: where somebody
// else was faster it is a *StateError.
func (s *Service) PutTx(ctx context.Context, tx *gorm.DB, v Verb, kind event.Kind, e Enrolment, found bool, caller access.Caller) error {
	if found {
		return s.SaveTx(ctx, tx, kind, e, Change{By: caller.String()})
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
	if done.Error != nil {
		return fmt.Errorf("insert enrolment %s: %w", e.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return &StateError{Verb: v, State: e.State}
	}
	return s.EventTx(ctx, tx, kind, e, Change{By: caller.String()})
}
