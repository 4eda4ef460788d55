package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
)

// Membership is one role of one person in one brand.
type Membership struct {
	BrandID   marketplace.BrandID `gorm:"primaryKey"`
	PersonID  PersonID            `gorm:"primaryKey"`
	Role      Role                `gorm:"primaryKey"`
	CreatedAt time.Time
}

// Member is a membership with the person's name.
type Member struct {
	Person PersonID
	Name   string
	Role   Role
	Since  time.Time
}

// AddMember gives person role in brand; again changes nothing. Errors:
// *ForbiddenError, *marketplace.InvalidError, *marketplace.NotFoundError for
// an unknown person or brand.
func (s *Service) AddMember(ctx context.Context, caller Caller, brand marketplace.BrandID, person PersonID, role Role) error {
	if err := checkMember(brand, role); err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := AuthorizeTx(ctx, tx, caller, brand, ManageMembers); err != nil {
			return err
		}
		if err := KnownBrandTx(ctx, tx, brand); err != nil {
			return err
		}
		return s.AddMemberTx(ctx, tx, caller, brand, person, role)
	})
}

// KnownBrandTx tells a brand from an id that is none, a
// *marketplace.NotFoundError: a brand has had an owner since it was made, and
// keeps one.
func KnownBrandTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) error {
	var m Membership
	err := tx.WithContext(ctx).Where("brand_id = ?", brand).Take(&m).Error
	return marketplace.OnlyOne(err, "brand", brand)
}

// AddMemberTx is AddMember in the caller's transaction, which must see brand's
// rows. For who makes the brand: it takes the first member too.
func (s *Service) AddMemberTx(ctx context.Context, tx *gorm.DB, caller Caller, brand marketplace.BrandID, person PersonID, role Role) error {
	if err := checkMember(brand, role); err != nil {
		return err
	}
	if err := AuthorizeTx(ctx, tx, caller, brand, ManageMembers); err != nil {
		return err
	}
	if _, err := PersonTx(ctx, tx, person); err != nil {
		return err
	}
	m := Membership{BrandID: brand, PersonID: person, Role: role, CreatedAt: s.clock.Now()}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&m)
	if done.Error != nil {
		return fmt.Errorf("add person %s to brand %s: %w", person, brand, done.Error)
	}
	if done.RowsAffected == 0 {
		return nil
	}
	return s.memberTx(ctx, tx, caller, MemberAdded, m, m.CreatedAt)
}

// RemoveMember takes role in brand from person; members may also give up a
// role of their own. Errors: ErrLastOwner, *ForbiddenError,
// *marketplace.NotFoundError where the person has not got the role.
func (s *Service) RemoveMember(ctx context.Context, caller Caller, brand marketplace.BrandID, person PersonID, role Role) error {
	if err := checkMember(brand, role); err != nil {
		return err
	}
	now := s.clock.Now()
	m := Membership{BrandID: brand, PersonID: person, Role: role}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if !caller.IsPerson(person) {
			if err := AuthorizeTx(ctx, tx, caller, brand, ManageMembers); err != nil {
				return err
			}
		}
		if role == Owner {
			if err := keepOwnerTx(ctx, tx, brand, person); err != nil {
				return err
			}
		}
		if err := deleteTx(ctx, tx, m); err != nil {
			return err
		}
		return s.memberTx(ctx, tx, caller, MemberRemoved, m, now)
	})
}

func checkMember(brand marketplace.BrandID, role Role) error {
	if !slices.Contains(Roles, role) {
		return &marketplace.InvalidError{Field: "role", Reason: fmt.Sprintf("must be one of %v", Roles)}
	}
	return CheckBrand(brand)
}

// keepOwnerTx refuses to let the only owner go. It locks the owners' rows, so
// that two owners leaving at once cannot both count the other.
func keepOwnerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, leaving PersonID) error {
	var owners []Membership
	err := marketplace.ForUpdate(tx).WithContext(ctx).Where("brand_id = ? AND role = ?", brand, Owner).
		Order("person_id").Find(&owners).Error
	if err != nil {
		return fmt.Errorf("lock the owners of brand %s: %w", brand, err)
	}
	if len(owners) == 1 && owners[0].PersonID == leaving {
		return ErrLastOwner
	}
	return nil
}

func deleteTx(ctx context.Context, tx *gorm.DB, m Membership) error {
	done := tx.WithContext(ctx).Where("brand_id = ? AND person_id = ? AND role = ?", m.BrandID, m.PersonID, m.Role).
		Delete(&Membership{})
	if done.Error != nil {
		return fmt.Errorf("remove person %s from brand %s: %w", m.PersonID, m.BrandID, done.Error)
	}
	if done.RowsAffected == 0 {
		return marketplace.NotFound(string(m.Role), m.PersonID)
	}
	return nil
}

func (s *Service) memberTx(ctx context.Context, tx *gorm.DB, caller Caller, kind event.Kind, m Membership, now time.Time) error {
	e := event.Event{Brand: m.BrandID, Kind: kind, Subject: event.Subject(m.PersonID), At: now}
	return s.log.AppendTx(ctx, tx, e, MemberChange{Role: m.Role, By: caller.String()})
}

// Members lists who belongs to brand, for its members and operators, longest
// standing first; a person appears once per role.
func (s *Service) Members(ctx context.Context, caller Caller, brand marketplace.BrandID) ([]Member, error) {
	if err := CheckBrand(brand); err != nil {
		return nil, err
	}
	var list []Member
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := AuthorizeTx(ctx, tx, caller, brand, SeeMembers); err != nil {
			return err
		}
		err := tx.WithContext(ctx).Table("memberships").
			Select("persons.id AS person, persons.name, memberships.role, memberships.created_at AS since").
			Joins("JOIN persons ON persons.id = memberships.person_id").
			Where("memberships.brand_id = ?", brand).
			Order("memberships.created_at, persons.name, memberships.role").Scan(&list).Error
		if err != nil {
			return fmt.Errorf("list the members of brand %s: %w", brand, err)
		}
		return nil
	})
	return list, err
}

// Memberships lists the roles a person holds in every brand, for themselves
// and for those who may FindPerson.
func (s *Service) Memberships(ctx context.Context, caller Caller, person PersonID) ([]Membership, error) {
	var list []Membership
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if !caller.IsPerson(person) {
			if err := allow(ctx, tx, caller, FindPerson); err != nil {
				return err
			}
		}
		err := tx.WithContext(ctx).Where("person_id = ?", person).Order("created_at, role").Find(&list).Error
		if err != nil {
			return fmt.Errorf("list the memberships of person %s: %w", person, err)
		}
		return nil
	})
	return list, err
}

// MembersTx lists who has one of the roles in brand, each once. tx must see
// brand's rows.
func MembersTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, roles ...Role) (list []PersonID, err error) {
	err = tx.WithContext(ctx).Model(&Membership{}).Where("brand_id = ? AND role IN ?", brand, roles).
		Distinct().Order("person_id").Pluck("person_id", &list).Error
	if err != nil {
		return nil, fmt.Errorf("list members of brand %s: %w", brand, err)
	}
	return list, nil
}
