package customer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestBadInputChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		c, elsewhere := h.identify(t, h.brand, dana), newBrand()
		foreign := h.identify(t, elsewhere, dana)
		viewer := h.member(t, access.Viewer)
		self, other := access.CustomerCaller(h.brand, c.ID), access.CustomerCaller(elsewhere, foreign.ID)
		identify := func(caller access.Caller, brand marketplace.BrandID, channel customer.Channel, handle, name, locale string) error {
			_, err := h.Identify(ctx, caller, brand, customer.Contact{Channel: channel, Handle: handle, Name: name, Locale: locale})
			return err
		}
		give := func(caller access.Caller, brand marketplace.BrandID, id customer.ID, purpose, version string) error {
			_, err := h.GiveConsent(ctx, caller, brand, id, purpose, version)
			return err
		}
		for name, got := range map[string]func() (got, want error){
			"no brand": func() (error, error) {
				return identify(system, marketplace.BrandID{}, customer.Web, "x", "", ""), marketplace.ErrInvalid
			},
			"all brands": func() (error, error) {
				return identify(system, marketplace.AllBrands, customer.Web, "x", "", ""), marketplace.ErrInvalid
			},
			"no channel":      func() (error, error) { return identify(system, h.brand, "", "x", "", ""), marketplace.ErrInvalid },
			"unknown channel": func() (error, error) { return identify(system, h.brand, "fax", "x", "", ""), marketplace.ErrInvalid },
			"no handle": func() (error, error) {
				return identify(system, h.brand, customer.Web, " ", "", ""), marketplace.ErrInvalid
			},
			"handle not UTF-8": func() (error, error) {
				return identify(system, h.brand, customer.Web, "\xff", "", ""), marketplace.ErrInvalid
			},
			"handle with NUL": func() (error, error) {
				return identify(system, h.brand, customer.Web, "a\x00", "", ""), marketplace.ErrInvalid
			},
			"long handle": func() (error, error) {
				return identify(system, h.brand, customer.Web, strings.Repeat("x", 255), "", ""), marketplace.ErrInvalid
			},
			"bad address": func() (error, error) {
				return identify(system, h.brand, customer.Email, "dana", "", ""), marketplace.ErrInvalid
			},
			"phone of no digits": func() (error, error) {
				return identify(system, h.brand, customer.Phone, "call me", "", ""), marketplace.ErrInvalid
			},
			"name not UTF-8": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", "\xff", ""), marketplace.ErrInvalid
			},
			"name of two lines": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", "a\nb", ""), marketplace.ErrInvalid
			},
			"long name": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", strings.Repeat("x", 201), ""), marketplace.ErrInvalid
			},
			"bad locale": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", "", "english please"), marketplace.ErrInvalid
			},
			"locale not UTF-8": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", "", "e\xff"), marketplace.ErrInvalid
			},
			"long locale": func() (error, error) {
				return identify(system, h.brand, customer.Web, "x", "", strings.Repeat("en-", 20)), marketplace.ErrInvalid
			},
			"by nobody": func() (error, error) {
				return identify(access.Caller{}, h.brand, customer.Web, "x", "", ""), marketplace.ErrForbidden
			},
			"by a viewer": func() (error, error) {
				return identify(viewer, h.brand, customer.Web, "x", "", ""), marketplace.ErrForbidden
			},
			"by a customer": func() (error, error) {
				return identify(self, h.brand, customer.Web, "x", "", ""), marketplace.ErrForbidden
			},

			"consent for no purpose": func() (error, error) { return give(self, h.brand, c.ID, "", "v1"), marketplace.ErrInvalid },
			"consent to no version":  func() (error, error) { return give(self, h.brand, c.ID, "p", ""), marketplace.ErrInvalid },
			"consent not UTF-8":      func() (error, error) { return give(self, h.brand, c.ID, "\xff", "v1"), marketplace.ErrInvalid },
			"consent in no brand": func() (error, error) {
				return give(self, marketplace.BrandID{}, c.ID, "p", "v1"), marketplace.ErrInvalid
			},
			"consent by another":     func() (error, error) { return give(other, h.brand, c.ID, "p", "v1"), marketplace.ErrForbidden },
			"consent by a viewer":    func() (error, error) { return give(viewer, h.brand, c.ID, "p", "v1"), marketplace.ErrForbidden },
			"consent of the other's": func() (error, error) { return give(system, h.brand, foreign.ID, "p", "v1"), marketplace.ErrNotFound },
			"consent of nobody":      func() (error, error) { return give(system, h.brand, customer.ID{}, "p", "v1"), marketplace.ErrNotFound },
			"withdrawal of the other's": func() (error, error) {
				return h.WithdrawConsent(ctx, system, h.brand, foreign.ID, "p"), marketplace.ErrNotFound
			},

			"erase in no brand": func() (error, error) { return h.Erase(ctx, self, marketplace.BrandID{}, c.ID), marketplace.ErrInvalid },
			"erase in all brands": func() (error, error) {
				return h.Erase(ctx, system, marketplace.AllBrands, c.ID), marketplace.ErrInvalid
			},
			"erase by another":     func() (error, error) { return h.Erase(ctx, other, h.brand, c.ID), marketplace.ErrForbidden },
			"erase by a viewer":    func() (error, error) { return h.Erase(ctx, viewer, h.brand, c.ID), marketplace.ErrForbidden },
			"erase by nobody":      func() (error, error) { return h.Erase(ctx, access.Caller{}, h.brand, c.ID), marketplace.ErrForbidden },
			"erase in wrong brand": func() (error, error) { return h.Erase(ctx, system, elsewhere, c.ID), marketplace.ErrNotFound },
			"erase an unknown": func() (error, error) {
				return h.Erase(ctx, system, h.brand, access.NewCustomerID()), marketplace.ErrNotFound
			},
			"erase the zero":       func() (error, error) { return h.Erase(ctx, system, h.brand, customer.ID{}), marketplace.ErrNotFound },
			"names in wrong brand": func() (error, error) { return h.namesErr(ctx, elsewhere, c.ID), marketplace.ErrNotFound },
			"handle in wrong brand": func() (error, error) {
				return h.handleErr(ctx, elsewhere, c.ID, customer.Email), customer.ErrNoHandle
			},
			"handle of no channel": func() (error, error) { return h.handleErr(ctx, h.brand, c.ID, "a\x00"), marketplace.ErrInvalid },
		} {
			dbtest.Unchanged(t, db, func() {
				if got, want := got(); !errors.Is(got, want) {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
			})
		}
	})
}

func (h *house) namesErr(ctx context.Context, brand marketplace.BrandID, id customer.ID) error {
	return h.store.Read(ctx, brand, func(tx *gorm.DB) error {
		_, err := h.KnownNamesTx(ctx, tx, brand, id)
		return err
	})
}

func (h *house) handleErr(ctx context.Context, brand marketplace.BrandID, id customer.ID, channel customer.Channel) error {
	return h.store.Read(ctx, brand, func(tx *gorm.DB) error {
		_, err := h.OpenHandleTx(ctx, tx, brand, id, channel)
		return err
	})
}

// member makes a person with a role in the house's brand.
func (h *house) member(t *testing.T, role access.Role) access.Caller {
	t.Helper()
	ctx := t.Context()
	op, err := h.people.CreateOperator(ctx, system, access.NewPerson{Name: "Op"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.people.CreatePerson(ctx, system, access.NewPerson{Name: "Member"})
	if err != nil {
		t.Fatal(err)
	}
	err = h.store.InTx(ctx, h.brand, func(tx *gorm.DB) error {
		return h.people.AddMemberTx(ctx, tx, access.PersonCaller(op.ID), h.brand, p.ID, role)
	})
	if err != nil {
		t.Fatal(err)
	}
	return access.PersonCaller(p.ID)
}

func TestMembersWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		c, err := h.Identify(t.Context(), h.member(t, access.Agent), h.brand, dana)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Erase(t.Context(), h.member(t, access.Manager), h.brand, c.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		nameless := h.identify(t, h.brand, customer.Contact{Channel: customer.Web, Handle: "w"})
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"Identify, new", func() error { _, err := h.Identify(ctx, system, h.brand, dana); return err }},
			{"Identify, completed", func() error {
				_, err := h.Identify(ctx, system, h.brand, customer.Contact{Channel: customer.Web, Handle: "w", Name: "Léa", Locale: "fr"})
				return err
			}},
			{"GiveConsent", func() error { _, err := h.GiveConsent(ctx, system, h.brand, nameless.ID, "p", "v1"); return err }},
			{"WithdrawConsent", func() error { return h.WithdrawConsent(ctx, system, h.brand, nameless.ID, "p") }},
			{"Erase", func() error { return h.Erase(ctx, system, h.brand, nameless.ID) }},
		} {
			if n := dbtest.Halfway(t, db, step.do); n < 2 {
				t.Errorf("%s: only %d statements seen", step.name, n)
			}
		}
	})
}

func TestAnEraserThatFailsKeepsEverything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, broken := newHouse(t, db), errors.New("broken")
		c := h.identify(t, h.brand, dana)
		h.RegisterEraser("broken", []string{"broken.text_sealed"}, func(context.Context, *gorm.DB, marketplace.BrandID, customer.ID) error {
			return broken
		})
		dbtest.Unchanged(t, db, func() {
			if err := h.Erase(t.Context(), system, h.brand, c.ID); !errors.Is(err, broken) {
				t.Error(err)
			}
		})
	})
}

// TestBrandsAreApart looks with plain SQL, as a forgotten condition would.
func TestBrandsAreApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	h, ctx := newHouse(t, db), t.Context()
	other := newBrand()
	for brand, n := range map[marketplace.BrandID]int{h.brand: 1, other: 2} {
		for i := range n {
			c := h.identify(t, brand, customer.Contact{Channel: customer.Web, Handle: strings.Repeat("x", i+1)})
			if _, err := h.GiveConsent(ctx, system, brand, c.ID, "p", "v1"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, table := range []string{"customers", "identities", "consents"} {
		count := func(tx *gorm.DB) (n int) {
			if err := tx.Raw("SELECT COUNT(*) FROM " + table).Row().Scan(&n); err != nil {
				t.Error(err)
			}
			return n
		}
		for brand, want := range map[marketplace.BrandID]int{h.brand: 1, other: 2, newBrand(): 0} {
			err := h.store.Read(ctx, brand, func(tx *gorm.DB) error {
				if got := count(tx); got != want {
					t.Errorf("%s: a brand sees %d, want %d", table, got, want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		if got := count(db.Read); got != 0 {
			t.Errorf("%s: without a brand %d are seen", table, got)
		}
	}
}
