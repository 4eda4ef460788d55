package customer_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestConsentsAreListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		c, other := h.identify(t, h.brand, dana), h.identify(t, h.brand, customer.Contact{Channel: customer.External, Handle: "eve"})
		own := access.CustomerCaller(h.brand, c.ID)
		var ids []customer.ConsentID
		for i := range 4 { // three of them at the same time
			consent, err := h.GiveConsent(ctx, own, h.brand, c.ID, fmt.Sprint("purpose ", i), "v1")
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, consent.ID)
			h.clock.Advance(time.Duration(i/2) * time.Second)
		}
		if _, err := h.GiveConsent(ctx, system, h.brand, other.ID, "research", "v1"); err != nil {
			t.Fatal(err)
		}
		if err := h.WithdrawConsent(ctx, own, h.brand, c.ID, "purpose 0"); err != nil {
			t.Fatal(err)
		}
		for _, caller := range []access.Caller{own, system} {
			list := func(page marketplace.Page) (marketplace.Listing[customer.Consent], error) {
				return h.Consents(ctx, caller, h.brand, c.ID, page)
			}
			markettest.Paged(t, list, func(c customer.Consent) customer.ConsentID { return c.ID }, ids...)
			if first := markettest.Walk(t, 3, list)[0]; first.ID != ids[3] || first.WithdrawnAt != nil {
				t.Errorf("the newest is %+v", first)
			}
		}
		for who, caller := range map[string]access.Caller{
			"another customer": access.CustomerCaller(h.brand, other.ID), "theirs elsewhere": access.CustomerCaller(newBrand(), c.ID), "nobody": {},
		} {
			_, list := h.Consents(ctx, caller, h.brand, c.ID, marketplace.Page{})
			_, one := h.Customer(ctx, caller, h.brand, c.ID)
			if !errors.Is(list, marketplace.ErrForbidden) || !errors.Is(one, marketplace.ErrForbidden) {
				t.Errorf("%s: %v, %v", who, list, one)
			}
		}
	})
}

func TestCustomerIsShownWithoutAName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		c := h.identify(t, h.brand, dana)
		for _, caller := range []access.Caller{system, access.CustomerCaller(h.brand, c.ID)} {
			got, err := h.Customer(ctx, caller, h.brand, c.ID)
			if err != nil || got.ID != c.ID || got.Locale != "en-GB" || got.NameSealed != nil {
				t.Errorf("for %s: %+v, %v", caller, got, err)
			}
		}
		if _, err := h.Customer(ctx, system, newBrand(), c.ID); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("in another brand: %v", err)
		}
		if _, err := h.Customer(ctx, system, marketplace.AllBrands, c.ID); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("in all brands: %v", err)
		}
	})
}
