package access_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// TestAuthorizeAll: it grants what AuthorizeTx grants one by one, and names the
// first permission that is lacking.
func TestAuthorizeAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand := newHouse(t, db), newBrand()
		callers := []access.Caller{h.operator(t), system, {}, access.PersonCaller(h.person(t, "Nobody"))}
		for _, role := range []access.Role{access.Owner, access.Manager, access.Reviewer} {
			callers = append(callers, access.PersonCaller(h.member(t, brand, role)))
		}
		needs := []access.Permission{access.SeeQuestions, access.SeeMoney, access.SeeMembers, access.RunPayouts}
		granted := 0
		for _, c := range callers {
			for n := range needs {
				wanted := needs[:n+1]
				lacking := slices.IndexFunc(wanted, func(p access.Permission) bool { return !h.may(t, c, brand, p) })
				err := h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
					return access.AuthorizeAllTx(t.Context(), tx, c, brand, wanted...)
				})
				var forbidden *access.ForbiddenError
				switch {
				case lacking < 0 && err != nil:
					t.Errorf("%s has %s, but got %v", c, wanted, err)
				case lacking < 0:
					granted++
				case !errors.As(err, &forbidden) || forbidden.Permission != wanted[lacking]:
					t.Errorf("%s lacks %s, but got %v", c, wanted[lacking], err)
				}
			}
		}
		if granted == 0 || granted == len(callers)*len(needs) {
			t.Errorf("%d were granted", granted)
		}
		err := h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
			return access.AuthorizeAllTx(t.Context(), tx, system, marketplace.BrandID{}, needs...)
		})
		if !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("of no brand: %v", err)
		}
	})
}
