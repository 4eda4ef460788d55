package access

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Roll is who belongs to some brands at the moment it was called: their
// members with their roles, their API keys with their scopes. It answers for
// many callers at once what AuthorizeTx answers for one.
type Roll struct {
	members map[marketplace.BrandID]map[PersonID][]Role
	keys    map[marketplace.BrandID][]Key
}

// CallTx reads the roll of brands, of whose rows tx must see all. Keys that
// were revoked, or have expired at now, are not on it. Two statements.
func CallTx(ctx context.Context, tx *gorm.DB, brands []marketplace.BrandID, now time.Time) (Roll, error) {
	r := Roll{members: map[marketplace.BrandID]map[PersonID][]Role{}, keys: map[marketplace.BrandID][]Key{}}
	if len(brands) == 0 {
		return r, nil
	}
	var list []Membership
	if err := tx.WithContext(ctx).Where("brand_id IN ?", brands).Find(&list).Error; err != nil {
		return Roll{}, fmt.Errorf("list the members of %d brands: %w", len(brands), err)
	}
	for _, m := range list {
		if r.members[m.BrandID] == nil {
			r.members[m.BrandID] = map[PersonID][]Role{}
		}
		r.members[m.BrandID][m.PersonID] = append(r.members[m.BrandID][m.PersonID], m.Role)
	}
	var keys []Key
	err := tx.WithContext(ctx).Select("id", "brand_id", "scopes", "expires_at", "revoked_at").
		Where("brand_id IN ? AND revoked_at IS NULL", brands).Find(&keys).Error
	if err != nil {
		return Roll{}, fmt.Errorf("list the keys of %d brands: %w", len(brands), err)
	}
	for _, k := range keys {
		if k.works(now) {
			r.keys[k.BrandID] = append(r.keys[k.BrandID], k)
		}
	}
	return r, nil
}

// Of lists the members and keys of brand that have permission there. Operators
// who are no members are not among them. In no particular order.
func (r Roll) Of(brand marketplace.BrandID, permission Permission) []Caller {
	g, ok := grants[permission]
	if !ok {
		return nil
	}
	var list []Caller
	for person, roles := range r.members[brand] {
		if g.allows(false, roles) {
			list = append(list, PersonCaller(person))
		}
	}
	for _, k := range r.keys[brand] {
		if g.reaches(k.Scopes) {
			list = append(list, KeyCaller(brand, k.ID))
		}
	}
	return list
}
