package expert

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Terms is one version of what a program's experts agree to.
type Terms struct {
	BrandID     marketplace.BrandID
	ProgramID   program.ID `gorm:"primaryKey"`
	Version     int        `gorm:"primaryKey;autoIncrement:false"`
	Text        string
	PublishedAt time.Time
}

// TableName implements gorm's Tabler.
func (Terms) TableName() string { return "terms" }

// TermsAcceptance is that a person agreed to a version, and when.
type TermsAcceptance struct {
	BrandID    marketplace.BrandID
	ProgramID  program.ID      `gorm:"primaryKey"`
	PersonID   access.PersonID `gorm:"primaryKey"`
	Version    int             `gorm:"primaryKey;autoIncrement:false"`
	AcceptedAt time.Time
}

const maxTerms = 200_000

// PublishTerms adds a version of a program's terms (permission ManageProgram).
// It binds who applies from now on. Errors: *marketplace.InvalidError,
// *access.ForbiddenError.
func (s *Service) PublishTerms(ctx context.Context, caller access.Caller, id program.ID, text string) (Terms, error) {
	if err := marketplace.CheckText("text", text, 1, maxTerms); err != nil {
		return Terms{}, err
	}
	var t Terms
	err := s.inProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		latest, err := latestTermsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		t = Terms{BrandID: p.BrandID, ProgramID: id, Version: latest.Version + 1, Text: text, PublishedAt: s.clock.Now()}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&t)
		if done.Error != nil {
			return fmt.Errorf("publish terms %d of program %s: %w", t.Version, id, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("terms %d of program %s: %w", t.Version, id, ErrStaleVersion)
		}
		return s.programEventTx(ctx, tx, TermsPublished, p, Change{By: caller.String(), Version: t.Version})
	})
	if err != nil {
		return Terms{}, err
	}
	return t, nil
}

// Terms are a program's current terms, for anybody; version 0 where none were
// published.
func (s *Service) Terms(ctx context.Context, id program.ID) (Terms, error) {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return Terms{}, err
	}
	var t Terms
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		t, err = latestTermsTx(ctx, tx, id)
		return err
	})
	return t, err
}

func latestTermsTx(ctx context.Context, tx *gorm.DB, id program.ID) (Terms, error) {
	var list []Terms
	if err := tx.WithContext(ctx).Where("program_id = ?", id).Order("version DESC").Limit(1).Find(&list).Error; err != nil {
		return Terms{}, fmt.Errorf("load the terms of program %s: %w", id, err)
	}
	if len(list) == 0 {
		return Terms{}, nil
	}
	return list[0], nil
}

// AcceptTerms records that the calling expert agrees to the program's current
// terms; an application thereby becomes an assessment. Again changes nothing.
// Errors: ErrStaleVersion when version is not the current one, *StateError for
// who left or was rejected, *marketplace.NotFoundError without an application.
func (s *Service) AcceptTerms(ctx context.Context, caller access.Caller, id program.ID, version int) error {
	return s.own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		if e.State == Left || e.State == Rejected {
			return &StateError{Verb: VerbAssess, State: e.State}
		}
		terms, err := latestTermsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if version < 1 || terms.Version != version {
			return fmt.Errorf("terms %d: %w", version, ErrStaleVersion)
		}
		a := TermsAcceptance{BrandID: e.BrandID, ProgramID: id, PersonID: e.PersonID, Version: version, AcceptedAt: s.clock.Now()}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
		if done.Error != nil {
			return fmt.Errorf("accept terms %d of program %s: %w", version, id, done.Error)
		}
		if e.State == Applied {
			if err := e.move(VerbAssess); err != nil {
				return err
			}
		} else if done.RowsAffected == 0 {
			return nil
		}
		return s.saveTx(ctx, tx, TermsAccepted, *e, Change{By: caller.String(), Version: version})
	})
}

func acceptedTx(ctx context.Context, tx *gorm.DB, e Enrolment, version int) (bool, error) {
	var n int64
	err := tx.WithContext(ctx).Model(&TermsAcceptance{}).
		Where("program_id = ? AND person_id = ? AND version = ?", e.ProgramID, e.PersonID, version).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look up the accepted terms of %s: %w", e.PersonID, err)
	}
	return n == 1, nil
}
