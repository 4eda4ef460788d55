package expert

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// EnrolmentView is an enrolment with who it is about.
type EnrolmentView struct {
	Enrolment Enrolment `gorm:"embedded"`
	Handle    string
	Country   string
	Languages []string `gorm:"serializer:json"`
	Available bool     // wants offers now
	Name      string   // the person's; for people who may approve experts, and the expert
}

// States lists every state of an enrolment.
var States = []State{Applied, Assessing, Probation, Active, Paused, Suspended, Left, Rejected}

// viewsTx is the query for enrolments with who they are about.
func viewsTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) *gorm.DB {
	return tx.WithContext(ctx).Table("enrolments").
		Select("enrolments.*, experts.handle, experts.country, experts.languages, experts.available, persons.name").
		Joins("JOIN experts ON experts.person_id = enrolments.person_id").
		Joins("JOIN persons ON persons.id = enrolments.person_id").
		Where("enrolments.brand_id = ?", brand)
}

// Enrolments lists a program's enrolments, longest waiting first (permission
// SeeExperts); with states only those in one of them. Errors:
// *access.ForbiddenError, *marketplace.InvalidError,
// *marketplace.NotFoundError for an unknown program, to those who are nothing
// to its brand too.
func (s *Service) Enrolments(ctx context.Context, caller access.Caller, id program.ID, states []State, page marketplace.Page) (list marketplace.Listing[EnrolmentView], err error) {
	for _, state := range states {
		if !slices.Contains(States, state) {
			return list, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", States)}
		}
	}
	err = s.SeeProgram(ctx, caller, id, access.SeeExperts, func(tx *gorm.DB, brand marketplace.BrandID) error {
		find := viewsTx(ctx, tx, brand).Where("enrolments.program_id = ?", id)
		if len(states) > 0 {
			find = find.Where("enrolments.state IN ?", states)
		}
		list, err = marketplace.List(find, page, oldestEnrolment, func(v EnrolmentView) marketplace.Place { return v.Enrolment.place() })
		if err != nil {
			return fmt.Errorf("list the enrolments of program %s: %w", id, err)
		}
		approves, err := approvesTx(ctx, tx, caller, brand)
		for i := range list.Items {
			list.Items[i].hideFrom(approves)
		}
		return err
	})
	return list, err
}

var oldestEnrolment = marketplace.Order{At: "enrolments.applied_at", ID: "enrolments.id"}

func (e Enrolment) place() marketplace.Place {
	return marketplace.Place{At: e.AppliedAt, ID: e.ID}
}

// hideFrom takes out who it is, what they applied with and what was noted of them,
// unless a person who approves experts reads it: neither those who judge their
// work need it, nor programs.
func (v *EnrolmentView) hideFrom(approves bool) {
	if !approves {
		v.Name, v.Enrolment.Motivation, v.Enrolment.Owns, v.Enrolment.Uses, v.Enrolment.DecisionNote = "", "", "", "", ""
	}
}

// approvesTx reports whether the caller is a person who approves a brand's experts.
func approvesTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID) (bool, error) {
	err := access.AuthorizeTx(ctx, tx, caller, brand, access.ApproveExperts)
	if errors.Is(err, marketplace.ErrForbidden) || errors.Is(err, marketplace.ErrNotFound) {
		return false, nil
	}
	return err == nil && caller.Kind == access.KindPerson, err
}

// Enrolment loads an enrolment for its expert, and for the brand (permission
// SeeExperts); to others there is no such enrolment.
func (s *Service) Enrolment(ctx context.Context, caller access.Caller, id EnrolmentID) (v EnrolmentView, err error) {
	brand, err := s.brandOf(ctx, id)
	if err != nil {
		return EnrolmentView{}, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		unknown := marketplace.NotFound("enrolment", id)
		err := viewsTx(ctx, tx, brand).Where("enrolments.id = ?", id).Take(&v).Error
		if err := marketplace.OnlyOne(err, "enrolment", id); err != nil {
			return err
		}
		if caller.IsPerson(v.Enrolment.PersonID) {
			return nil
		}
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.SeeExperts, unknown); err != nil {
			return err
		}
		approves, err := approvesTx(ctx, tx, caller, brand)
		v.hideFrom(approves)
		return err
	})
	if err != nil {
		return EnrolmentView{}, err
	}
	return v, nil
}

// OwnEnrolment is one of an expert's own enrolments.
type OwnEnrolment struct {
	Enrolment    Enrolment `gorm:"embedded"`
	ProgramName  string
	ProgramState program.State
	BrandName    string
}

// MyEnrolments lists the calling person's enrolments in every brand, oldest
// first. Error: ErrNotAPerson.
func (s *Service) MyEnrolments(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[OwnEnrolment], err error) {
	if !caller.IsPerson(caller.Person) {
		return list, ErrNotAPerson
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		find := tx.WithContext(ctx).Table("enrolments").
			Select("enrolments.*, programs.name AS program_name, programs.state AS program_state, brands.name AS brand_name").
			Joins("JOIN programs ON programs.id = enrolments.program_id").
			Joins("JOIN brands ON brands.id = enrolments.brand_id").
			Where("enrolments.person_id = ?", caller.Person)
		list, err = marketplace.List(find, page, oldestEnrolment, func(e OwnEnrolment) marketplace.Place { return e.Enrolment.place() })
		if err != nil {
			return fmt.Errorf("list the enrolments of %s: %w", caller.Person, err)
		}
		return nil
	})
	return list, err
}

// SeeProgram runs look in a reading transaction of the program's brand when the
// caller has the permission there.
func (s *Service) SeeProgram(ctx context.Context, caller access.Caller, id program.ID, permission access.Permission, look func(tx *gorm.DB, brand marketplace.BrandID) error) error {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		return look(tx, brand)
	})
}
