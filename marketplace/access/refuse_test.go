package access_test

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestBadInputChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		owner := h.member(t, brand, access.Owner)
		boss, op := access.PersonCaller(owner), h.operator(t)
		unknown := marketplace.NewID[access.Person]()
		create := func(name, email string) func() error {
			return func() error {
				_, err := h.CreatePerson(ctx, system, access.NewPerson{Name: name, Email: email})
				return err
			}
		}
		add := func(c access.Caller, b marketplace.BrandID, p access.PersonID, r access.Role) func() error {
			return func() error { return h.AddMember(ctx, c, b, p, r) }
		}
		remove := func(c access.Caller, b marketplace.BrandID, p access.PersonID, r access.Role) func() error {
			return func() error { return h.RemoveMember(ctx, c, b, p, r) }
		}
		for name, c := range map[string]struct {
			do   func() error
			want error
		}{
			"no name":                 {create("", ""), marketplace.ErrInvalid},
			"blank name":              {create(" \t", ""), marketplace.ErrInvalid},
			"name not UTF-8":          {create("A\xff", ""), marketplace.ErrInvalid},
			"name with NUL":           {create("A\x00", ""), marketplace.ErrInvalid},
			"name with a line break":  {create("A\nB", ""), marketplace.ErrInvalid},
			"long name":               {create(strings.Repeat("a", 201), ""), marketplace.ErrInvalid},
			"long address":            {create("A", strings.Repeat("a", 251)+"@b.c"), marketplace.ErrInvalid},
			"bad address":             {create("A", "nobody"), marketplace.ErrInvalid},
			"none to create":          {func() error { _, err := h.CreatePersons(ctx, system, nil); return err }, marketplace.ErrInvalid},
			"person by a member":      {func() error { _, err := h.CreatePerson(ctx, boss, access.NewPerson{Name: "A"}); return err }, marketplace.ErrForbidden},
			"operator by an operator": {func() error { _, err := h.CreateOperator(ctx, op, access.NewPerson{Name: "A"}); return err }, marketplace.ErrForbidden},
			"operator by nobody": {func() error {
				_, err := h.CreateOperator(ctx, access.Caller{}, access.NewPerson{Name: "A"})
				return err
			}, marketplace.ErrForbidden},
			"member of no brand":       {add(op, marketplace.BrandID{}, owner, access.Agent), marketplace.ErrInvalid},
			"member of all brands":     {add(op, marketplace.AllBrands, owner, access.Agent), marketplace.ErrInvalid},
			"unknown role":             {add(op, brand, owner, "king"), marketplace.ErrInvalid},
			"member of no such brand":  {add(op, newBrand(), owner, access.Agent), marketplace.ErrNotFound},
			"unknown person":           {add(op, brand, unknown, access.Agent), marketplace.ErrNotFound},
			"zero person":              {add(op, brand, access.PersonID{}, access.Agent), marketplace.ErrNotFound},
			"another brand's owner":    {add(boss, newBrand(), owner, access.Agent), marketplace.ErrForbidden},
			"added by the system":      {add(system, brand, owner, access.Agent), marketplace.ErrForbidden},
			"remove the last owner":    {remove(op, brand, owner, access.Owner), access.ErrLastOwner},
			"leave as the last owner":  {remove(boss, brand, owner, access.Owner), access.ErrLastOwner},
			"remove what is not":       {remove(boss, brand, owner, access.Viewer), marketplace.ErrNotFound},
			"remove from another":      {remove(boss, newBrand(), unknown, access.Viewer), marketplace.ErrForbidden},
			"remove by nobody":         {remove(access.Caller{}, brand, access.PersonID{}, access.Viewer), marketplace.ErrForbidden},
			"rename nobody":            {func() error { return h.Rename(ctx, access.PersonCaller(unknown), unknown, "A") }, marketplace.ErrNotFound},
			"rename the zero person":   {func() error { return h.Rename(ctx, access.PersonCaller(access.PersonID{}), access.PersonID{}, "A") }, marketplace.ErrForbidden},
			"rename to no UTF-8":       {func() error { return h.Rename(ctx, boss, owner, "\xff") }, marketplace.ErrInvalid},
			"members of no brand":      {func() error { _, err := h.Members(ctx, boss, marketplace.BrandID{}); return err }, marketplace.ErrInvalid},
			"members of another brand": {func() error { _, err := h.Members(ctx, boss, newBrand()); return err }, marketplace.ErrForbidden},
			"find by no address":       {func() error { _, err := h.PersonByEmail(ctx, system, "x"); return err }, marketplace.ErrInvalid},
			"find by an unknown id":    {func() error { _, err := h.Person(ctx, system, unknown); return err }, marketplace.ErrNotFound},
			"open an unknown person": {func() error {
				return h.store.Read(ctx, brand, func(tx *gorm.DB) error { _, err := h.OpenEmailTx(ctx, tx, unknown); return err })
			}, marketplace.ErrNotFound},
			"open where there is none": {func() error {
				return h.store.Read(ctx, brand, func(tx *gorm.DB) error { _, err := h.OpenEmailTx(ctx, tx, owner); return err })
			}, access.ErrNoEmail},
		} {
			dbtest.Unchanged(t, db, func() {
				if err := c.do(); !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", name, err, c.want)
				}
			})
		}
	})
}

func TestHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		first, op := h.member(t, brand, access.Owner), h.operator(t)
		second := h.person(t, "Second")
		for name, do := range map[string]func() error{
			"CreatePersons": func() error {
				_, err := h.CreatePersons(ctx, system, []access.NewPerson{{Name: "A", Email: "a@example.org"}, {Name: "B"}})
				return err
			},
			"CreateOperator": func() error { _, err := h.CreateOperator(ctx, system, access.NewPerson{Name: "O"}); return err },
			"Rename":         func() error { return h.Rename(ctx, access.PersonCaller(first), first, "New") },
		} {
			if n := dbtest.Halfway(t, db, do); n < 2 {
				t.Errorf("%s: only %d statements seen", name, n)
			}
		}
		dbtest.Halfway(t, db, func() error { return h.AddMember(ctx, op, brand, second, access.Owner) })
		dbtest.Halfway(t, db, func() error { return h.RemoveMember(ctx, op, brand, first, access.Owner) })
	})
}

func TestAllOrNoneOfManyPersons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		dbtest.Unchanged(t, db, func() {
			_, err := h.CreatePersons(t.Context(), system, []access.NewPerson{
				{Name: "A", Email: "a@example.org"}, {Name: "B"}, {Name: "C", Email: "A@example.org"},
			})
			if !errors.Is(err, access.ErrEmailTaken) {
				t.Errorf("two of one address: %v", err)
			}
		})
		many := make([]access.NewPerson, access.MaxPersons)
		for i := range many {
			many[i].Name = "N"
		}
		if list, err := h.CreatePersons(t.Context(), system, many); err != nil || len(list) != access.MaxPersons {
			t.Errorf("CreatePersons = %d, %v", len(list), err)
		}
	})
}

// TestBrandsAreApart looks with plain SQL, as a forgotten condition would.
func TestBrandsAreApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	h, a, b := newHouse(t, db), newBrand(), newBrand()
	h.member(t, a, access.Owner)
	h.member(t, b, access.Owner)
	h.member(t, b, access.Agent)
	count := func(tx *gorm.DB) (n int) {
		if err := tx.Raw("SELECT COUNT(*) FROM memberships").Row().Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	for brand, want := range map[marketplace.BrandID]int{a: 1, b: 2, newBrand(): 0, marketplace.AllBrands: 3} {
		err := h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
			if got := count(tx); got != want {
				t.Errorf("brand %s sees %d memberships, want %d", brand, got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if got := count(db.Read); got != 0 {
		t.Errorf("without a brand %d memberships are seen", got)
	}
	err := h.store.InTx(t.Context(), a, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE memberships SET brand_id = ?", b).Error
	})
	if err == nil {
		t.Error("a brand's membership could be moved to another brand")
	}
}
