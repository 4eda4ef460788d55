package conduct

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// View is a measure as the brand reads it.
type View struct {
	Measure     Measure `gorm:"embedded"`
	Handle      string
	ProgramName string
	BrandName   string
	ByPlatform  bool // an operator of the platform imposed it, who is not of the brand
}

// Filter narrows a list of measures; what is zero does not.
type Filter struct {
	Enrolment expert.EnrolmentID
	States    []State // any of them
}

var newest = marketplace.Order{At: "measures.imposed_at", ID: "measures.id", Newest: true}

// Measures lists the measures of a program, newest first (permission
// SuspendExperts). Errors: *access.ForbiddenError, *marketplace.InvalidError,
// *marketplace.NotFoundError.
func (s *Service) Measures(ctx context.Context, caller access.Caller, id program.ID, f Filter, page marketplace.Page) (list marketplace.Listing[View], err error) {
	for _, state := range f.States {
		if !slices.Contains(States, state) {
			return list, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", States)}
		}
	}
	err = s.experts.SeeProgram(ctx, caller, id, access.SuspendExperts, func(tx *gorm.DB, brand marketplace.BrandID) error {
		find := measureViewsTx(ctx, tx, brand).Where("measures.program_id = ?", id)
		if !f.Enrolment.IsZero() {
			find = find.Where("measures.enrolment_id = ?", f.Enrolment)
		}
		if len(f.States) > 0 {
			find = find.Where("measures.state IN ?", f.States)
		}
		list, err = marketplace.List(find, page, newest, func(v View) marketplace.Place {
			return marketplace.Place{At: v.Measure.ImposedAt, ID: v.Measure.ID}
		})
		if err != nil {
			return fmt.Errorf("list the measures of program %s: %w", id, err)
		}
		return nil
	})
	return list, err
}

func measureViewsTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) *gorm.DB {
	find := tx.WithContext(ctx).Table("measures").
		Select(`measures.*, experts.handle, programs.name AS program_name, brands.name AS brand_name,
			EXISTS (SELECT 1 FROM persons WHERE persons.id = measures.imposed_by AND persons.operator)
			AND NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.brand_id = measures.brand_id AND memberships.person_id = measures.imposed_by) AS by_platform`).
		Joins("JOIN experts ON experts.person_id = measures.person_id").
		Joins("JOIN programs ON programs.id = measures.program_id").
		Joins("JOIN brands ON brands.id = measures.brand_id")
	if brand != marketplace.AllBrands {
		find = find.Where("measures.brand_id = ?", brand)
	}
	return find
}

// MeasureAppeals lists a brand's measures whose appeals the caller may decide,
// soonest due first (permission DecideAppeal): none that they imposed, nor
// against themselves. Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) MeasureAppeals(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (marketplace.Listing[View], error) {
	if err := access.CheckBrand(brand); err != nil {
		return marketplace.Listing[View]{}, err
	}
	return s.measureAppeals(ctx, caller, brand, page)
}

// AllMeasureAppeals is MeasureAppeals in every brand, for operators of the
// platform: where all of a brand imposed the measure, or are too few, they are
// the other human. Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) AllMeasureAppeals(ctx context.Context, caller access.Caller, page marketplace.Page) (marketplace.Listing[View], error) {
	return s.measureAppeals(ctx, caller, marketplace.AllBrands, page)
}

func (s *Service) measureAppeals(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[View], err error) {
	now := s.clock.Now()
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.DecideAppeal); err != nil {
			return err
		}
		find := measureViewsTx(ctx, tx, brand).
			Where("measures.state = ? AND measures.next_due_at > ?", Appealed, now).
			Where("measures.imposed_by <> ? AND measures.person_id <> ?", caller.Person, caller.Person)
		order := marketplace.Order{At: "measures.next_due_at", ID: "measures.id"}
		list, err = marketplace.List(find, page, order, func(v View) marketplace.Place {
			return marketplace.Place{At: *v.Measure.NextDueAt, ID: v.Measure.ID}
		})
		if err != nil {
			return fmt.Errorf("list the appeals against measures of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}

// OwnMeasure is a measure as its expert reads it: everything but who.
type OwnMeasure struct {
	ID           MeasureID
	ProgramID    program.ID
	ProgramName  string
	BrandName    string
	Kind         Kind
	State        State
	Reason       Reason
	Evidence     string
	Topics       []string `gorm:"serializer:json"`
	ImposedAt    time.Time
	Statement    string // their own, with the appeal
	AppealedAt   *time.Time
	DecideBy     *time.Time
	Decision     string
	EndedAt      *time.Time
	DecideWithin time.Duration `gorm:"-"` // how long another human has, once they appeal
}

// MyMeasures lists the measures against the caller in every brand, newest first.
// Error: expert.ErrNotAPerson.
func (s *Service) MyMeasures(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[OwnMeasure], err error) {
	if !caller.IsPerson(caller.Person) {
		return list, expert.ErrNotAPerson
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		find := tx.WithContext(ctx).Table("measures").
			Select(`measures.id, measures.program_id, programs.name AS program_name, brands.name AS brand_name, measures.kind, measures.state,
				measures.reason, measures.evidence, measures.topics, measures.imposed_at, measures.statement, measures.appealed_at,
				measures.decide_by, measures.decision, measures.ended_at`).
			Joins("JOIN programs ON programs.id = measures.program_id").
			Joins("JOIN brands ON brands.id = measures.brand_id").
			Where("measures.person_id = ?", caller.Person)
		list, err = marketplace.List(find, page, newest, func(m OwnMeasure) marketplace.Place {
			return marketplace.Place{At: m.ImposedAt, ID: m.ID}
		})
		if err != nil {
			return fmt.Errorf("list the measures against %s: %w", caller.Person, err)
		}
		for i := range list.Items {
			p, err := s.programs.LoadTx(ctx, tx, list.Items[i].ProgramID)
			if err != nil {
				return err
			}
			list.Items[i].DecideWithin = p.Policies.Review.DecideAppealWithin
		}
		return nil
	})
	return list, err
}
