package access

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// standing is one line of what a person is to a brand: a role, or none (the
// person alone), and whether they operate the platform.
type standing struct {
	Operator bool
	Role     *Role
}

// AuthorizeTx returns nil when caller has permission in brand, and a
// *ForbiddenError naming the permission otherwise: to strangers, to unknown
// persons and to the zero Caller too. What is done on the platform as a whole
// is asked for with marketplace.AllBrands, where only operators and the
// system have anything. tx must see brand's rows. At most one statement.
func AuthorizeTx(ctx context.Context, tx *gorm.DB, caller Caller, brand marketplace.BrandID, permission Permission) error {
	if brand.IsZero() {
		return &marketplace.InvalidError{Field: "brand", Reason: "must not be empty"}
	}
	g := grants[permission]
	switch {
	case caller.Valid() && caller.Kind == KindSystem && g.system:
		return nil
	case caller.Valid() && caller.Kind == KindPerson:
		return authorizePerson(ctx, tx, caller.Person, brand, permission, g)
	case caller.Valid() && caller.Kind == KindKey && caller.Brand == brand && len(g.scopes) > 0:
		return authorizeKey(ctx, tx, caller, permission, g)
	default:
		return &ForbiddenError{Permission: permission}
	}
}

// AuthorizeAllTx is AuthorizeTx for several permissions, all of which are
// needed, in as many statements as for one where a person asks.
func AuthorizeAllTx(ctx context.Context, tx *gorm.DB, caller Caller, brand marketplace.BrandID, permissions ...Permission) error {
	if brand.IsZero() || !caller.Valid() || caller.Kind != KindPerson {
		for _, permission := range permissions {
			if err := AuthorizeTx(ctx, tx, caller, brand, permission); err != nil {
				return err
			}
		}
		return nil
	}
	list, err := standingsTx(ctx, tx, caller.Person, brand)
	if err != nil {
		return err
	}
	for _, permission := range permissions {
		if !anyAllows(list, grants[permission]) {
			return &ForbiddenError{Permission: permission}
		}
	}
	return nil
}

func authorizePerson(ctx context.Context, tx *gorm.DB, person PersonID, brand marketplace.BrandID, permission Permission, g grant) error {
	list, err := standingsTx(ctx, tx, person, brand)
	if err != nil {
		return err
	}
	if !anyAllows(list, g) {
		return &ForbiddenError{Permission: permission}
	}
	return nil
}

func standingsTx(ctx context.Context, tx *gorm.DB, person PersonID, brand marketplace.BrandID) ([]standing, error) {
	var list []standing
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT persons.operator, memberships.role FROM persons
		LEFT JOIN memberships ON memberships.person_id = persons.id AND memberships.brand_id = ?
		WHERE persons.id = ?`, []any{brand, person}, func(scan marketplace.Scan) error {
		var s standing
		err := scan(&s.Operator, &s.Role)
		list = append(list, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look up what person %s may do: %w", person, err)
	}
	return list, nil
}

func anyAllows(list []standing, g grant) bool {
	for _, s := range list {
		var roles []Role
		if s.Role != nil {
			roles = []Role{*s.Role}
		}
		if g.allows(s.Operator, roles) {
			return true
		}
	}
	return false
}

// authorizeKey looks at the key as it is now: what was revoked or narrowed
// while a request is under way does nothing more. That it expired is seen when
// a request comes in, by KeyBySecret.
func authorizeKey(ctx context.Context, tx *gorm.DB, caller Caller, permission Permission, g grant) error {
	var list []Scopelist
	err := tx.WithContext(ctx).Model(&Key{}).Where("brand_id = ? AND id = ? AND revoked_at IS NULL", caller.Brand, caller.Key).
		Pluck("scopes", &list).Error
	if err != nil {
		return fmt.Errorf("look up what key %s may do: %w", caller.Key, err)
	}
	if len(list) == 1 && g.reaches(list[0]) {
		return nil
	}
	return &ForbiddenError{Permission: permission}
}

// AuthorizeOnTx is AuthorizeTx for what was found by its id alone. A person,
// customer or key that is nothing to brand gets unknown, the answer where there
// is no such id, so that trying ids tells them nothing. At most two statements.
func AuthorizeOnTx(ctx context.Context, tx *gorm.DB, caller Caller, brand marketplace.BrandID, permission Permission, unknown error) error {
	err := AuthorizeTx(ctx, tx, caller, brand, permission)
	own := caller.Kind == KindSystem || caller.Kind == KindKey && caller.Brand == brand
	if own || !errors.Is(err, marketplace.ErrForbidden) {
		return err
	}
	if member := AuthorizeTx(ctx, tx, caller, brand, SeeMembers); errors.Is(member, marketplace.ErrForbidden) {
		return unknown
	}
	return err
}

// CheckBrand refuses the zero brand and marketplace.AllBrands where one brand
// must be named.
func CheckBrand(brand marketplace.BrandID) error {
	if brand.IsZero() || brand == marketplace.AllBrands {
		return &marketplace.InvalidError{Field: "brand", Reason: "must name one brand"}
	}
	return nil
}
