package access_test

import (
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// The roll answers for everybody what AuthorizeTx answers for one, but that
// operators are on it only as members.
func TestRollSaysWhatAuthorizeSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, other := newHouse(t, db), newBrand(), newBrand()
		var callers []access.Caller
		for _, b := range []marketplace.BrandID{brand, other} {
			owner := access.PersonCaller(h.member(t, b, access.Owner))
			callers = append(callers, owner)
			for _, role := range access.Roles[1:] {
				callers = append(callers, access.PersonCaller(h.member(t, b, role)))
			}
			for _, scope := range access.Scopes {
				n := access.NewKey{Name: string(scope), Scopes: []access.Scope{scope}, ExpiresAt: h.clock.Now().Add(time.Hour)}
				k, _, err := h.CreateKey(t.Context(), owner, b, n)
				if err != nil {
					t.Fatal(err)
				}
				callers = append(callers, access.KeyCaller(b, k.ID))
			}
			k, _, err := h.CreateKey(t.Context(), owner, b, access.NewKey{Name: "gone", Scopes: access.Scopes})
			if err == nil {
				err = h.RevokeKey(t.Context(), owner, b, k.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
			callers = append(callers, access.KeyCaller(b, k.ID))
		}
		roll := h.call(t, brand, other)
		for permission := range whoMay {
			for _, b := range []marketplace.BrandID{brand, other} {
				on := roll.Of(b, permission)
				for _, c := range callers {
					if got, want := slices.Contains(on, c), h.may(t, c, b, permission); got != want {
						t.Errorf("the roll has %s for %s: %v, authorized: %v", c, permission, got, want)
					}
				}
			}
		}
		h.clock.Advance(2 * time.Hour)
		for _, c := range h.call(t, brand).Of(brand, access.SeeQuestions) {
			if c.Kind != access.KindPerson {
				t.Errorf("the expired %s is on the roll", c)
			}
		}
		if got := h.call(t).Of(brand, access.SeeQuestions); len(got) != 0 {
			t.Errorf("the roll of no brand has %v", got)
		}
	})
}

func (h *house) call(t *testing.T, brands ...marketplace.BrandID) (roll access.Roll) {
	t.Helper()
	err := h.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		roll, err = access.CallTx(t.Context(), tx, brands, h.clock.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return roll
}
