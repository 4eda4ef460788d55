package program

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Brands lists the brands the caller belongs to, oldest first: a person's by
// membership, a key's own, and every brand for those who may CreateBrand. To
// other kinds of callers it is an *access.ForbiddenError.
func (s *Service) Brands(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[Brand], err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		find, err := brandsTx(ctx, tx, caller)
		if err != nil {
			return err
		}
		list, err = marketplace.List(find, page, marketplace.Order{At: "created_at", ID: "id"}, func(b Brand) marketplace.Place {
			return marketplace.Place{At: b.CreatedAt, ID: b.ID}
		})
		return wrap(err, "list brands")
	})
	return list, err
}

// brandsTx is the query for the brands that the caller may know of.
func brandsTx(ctx context.Context, tx *gorm.DB, caller access.Caller) (*gorm.DB, error) {
	find := tx.WithContext(ctx)
	if caller.Valid() && caller.Kind == access.KindKey {
		return find.Where("id = ?", caller.Brand), nil
	}
	err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.CreateBrand)
	if !errors.Is(err, marketplace.ErrForbidden) {
		return find, err
	}
	if !caller.IsPerson(caller.Person) {
		return nil, err
	}
	return ofMember(find, caller.Person), nil
}

// BrandNames gives the names of the brands that the calling person is a member
// of. To who is no person it is an *access.ForbiddenError.
func (s *Service) BrandNames(ctx context.Context, caller access.Caller) (map[marketplace.BrandID]string, error) {
	if !caller.IsPerson(caller.Person) {
		return nil, &access.ForbiddenError{Permission: access.SeePrograms}
	}
	var brands []Brand
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return wrap(ofMember(tx.WithContext(ctx), caller.Person).Find(&brands).Error, "name the brands of a person")
	})
	names := make(map[marketplace.BrandID]string, len(brands))
	for _, b := range brands {
		names[b.ID] = b.Name
	}
	return names, err
}

// ofMember leaves the brands that person is a member of.
func ofMember(find *gorm.DB, person access.PersonID) *gorm.DB {
	return find.Where("EXISTS (SELECT 1 FROM memberships m WHERE m.brand_id = brands.id AND m.person_id = ?)", person)
}

// Brand loads a brand for its members, its keys and operators; to others it is
// a *marketplace.NotFoundError.
func (s *Service) Brand(ctx context.Context, caller access.Caller, id marketplace.BrandID) (b Brand, err error) {
	if err := access.CheckBrand(id); err != nil {
		return Brand{}, err
	}
	err = s.store.Read(ctx, id, func(tx *gorm.DB) error {
		unknown := marketplace.NotFound("brand", id)
		if err := access.AuthorizeOnTx(ctx, tx, caller, id, access.SeePrograms, unknown); err != nil {
			return err
		}
		return marketplace.OnlyOne(tx.WithContext(ctx).Where("id = ?", id).Take(&b).Error, "brand", id)
	})
	return b, err
}

// Programs lists a brand's programs, oldest first (permission SeePrograms).
func (s *Service) Programs(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[Program], err error) {
	if err := access.CheckBrand(brand); err != nil {
		return list, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeePrograms); err != nil {
			return err
		}
		find := tx.WithContext(ctx).Where("brand_id = ?", brand)
		list, err = marketplace.List(find, page, marketplace.Order{At: "created_at", ID: "id"}, func(p Program) marketplace.Place {
			return marketplace.Place{At: p.CreatedAt, ID: p.ID}
		})
		return wrap(err, "list the programs of brand "+brand.String())
	})
	return list, err
}

// Program loads a program (permission SeePrograms); to those who are nothing to
// its brand it is a *marketplace.NotFoundError.
func (s *Service) Program(ctx context.Context, caller access.Caller, id ID) (p Program, err error) {
	err = s.see(ctx, caller, id, access.SeePrograms, func(tx *gorm.DB, found Program) error {
		p = found
		return nil
	})
	return p, err
}

// Topics lists a program's topics by slug. Callers and errors as Program's.
func (s *Service) Topics(ctx context.Context, caller access.Caller, id ID) (list []Topic, err error) {
	err = s.see(ctx, caller, id, access.SeePrograms, func(tx *gorm.DB, _ Program) error {
		list, err = s.TopicsTx(ctx, tx, id)
		return err
	})
	return list, err
}

// MoneyMoves lists the movements of a program's money that somebody asked for,
// newest first (permission SeeMoney). Errors as Program's.
func (s *Service) MoneyMoves(ctx context.Context, caller access.Caller, id ID, page marketplace.Page) (list marketplace.Listing[MoneyMove], err error) {
	err = s.see(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, _ Program) error {
		find := tx.WithContext(ctx).Where("program_id = ?", id)
		list, err = marketplace.List(find, page, marketplace.Order{At: "moved_at", ID: "id", Newest: true}, func(m MoneyMove) marketplace.Place {
			return marketplace.Place{At: m.MovedAt, ID: m.ID}
		})
		return wrap(err, "list the money moves of program "+id.String())
	})
	return list, err
}

// see runs look in a reading transaction of the program's brand when the caller
// has the permission there.
func (s *Service) see(ctx context.Context, caller access.Caller, id ID, permission access.Permission, look func(tx *gorm.DB, p Program) error) error {
	brand, err := s.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		p, err := s.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return look(tx, p)
	})
}

func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
