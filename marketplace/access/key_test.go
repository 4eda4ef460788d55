package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// whatScopesMay is the table of permissions as the owner of a key reads it.
var whatScopesMay = map[access.Scope][]access.Permission{
	access.QuestionsRead:  {access.SeeQuestions},
	access.QuestionsWrite: {access.AnswerForBrand},
	access.CustomersWrite: {access.IdentifyCustomers, access.EraseCustomers},
	access.ProgramsRead:   {access.SeePrograms},
	access.ProgramsWrite:  {access.SeePrograms, access.ManageProgram},
	access.ExpertsRead:    {access.SeeExperts},
	access.ExpertsWrite:   {access.SeeExperts, access.ImportEvidence},
	access.MoneyRead:      {access.SeeMoney},
	access.MembersRead:    {access.SeeMembers},
}

// key makes an API key of brand and gives its caller and secret.
func (h *house) key(t *testing.T, owner access.Caller, brand marketplace.BrandID, n access.NewKey) (access.Key, string) {
	t.Helper()
	n.Name = "shop"
	k, secret, err := h.CreateKey(t.Context(), owner, brand, n)
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

func TestWhatKeysMayDo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand := newHouse(t, db), newBrand()
		owner := access.PersonCaller(h.member(t, brand, access.Owner))
		for _, scope := range access.Scopes {
			k, secret := h.key(t, owner, brand, access.NewKey{Scopes: []access.Scope{scope}})
			caller, err := h.KeyBySecret(t.Context(), secret)
			if err != nil || caller != access.KeyCaller(brand, k.ID) || caller.String() != "key:"+k.ID.String() {
				t.Fatalf("KeyBySecret = %+v, %v", caller, err)
			}
			for p := range whoMay {
				if got, want := h.may(t, caller, brand, p), slices.Contains(whatScopesMay[scope], p); got != want {
					t.Errorf("%s with %s: %v, want %v", p, scope, got, want)
				}
				for _, elsewhere := range []marketplace.BrandID{newBrand(), marketplace.AllBrands} {
					if h.may(t, caller, elsewhere, p) {
						t.Errorf("a key may %s in another brand", p)
					}
				}
			}
		}
		for _, nobody := range []access.Caller{access.KeyCaller(brand, access.KeyID{}), access.KeyCaller(brand, marketplace.NewID[access.Key]())} {
			if h.may(t, nobody, brand, access.SeeQuestions) {
				t.Errorf("%s may read", nobody)
			}
		}
	})
}

func TestAKeysLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		owner := access.PersonCaller(h.member(t, brand, access.Owner))
		h.Environment = "demo"
		scopes := []access.Scope{access.QuestionsWrite, access.QuestionsRead, access.QuestionsRead}
		k, secret := h.key(t, owner, brand, access.NewKey{Scopes: scopes, ExpiresAt: h.clock.Now().Add(time.Hour)})
		if !strings.HasPrefix(secret, "khk_demo_") || len(secret) != len("khk_demo_")+52 || len(k.Scopes) != 2 {
			t.Errorf("made %+v, %d characters", k, len(secret))
		}
		if dump := dbtest.Dump(t, db); strings.Contains(dump, secret[9:]) {
			t.Error("the secret is stored")
		}
		caller, err := h.KeyBySecret(ctx, secret)
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Unchanged(t, db, func() { // within the minute its use is not noted again
			h.clock.Advance(59 * time.Second)
			if _, err := h.KeyBySecret(ctx, secret); err != nil {
				t.Error(err)
			}
			for _, bad := range []string{"", secret[:len(secret)-1], secret + "x", "khk_demo_", strings.Repeat("khk_", 1000), "Bearer " + secret} {
				if _, err := h.KeyBySecret(ctx, bad); !errors.Is(err, access.ErrKey) || !errors.Is(err, access.ErrUnauthenticated) {
					t.Errorf("KeyBySecret(%.20q): %v", bad, err)
				}
			}
		})
		list, err := h.Keys(ctx, owner, brand, marketplace.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].LastUsedAt == nil || !slices.Equal(list.Items[0].Scopes, access.Scopelist{access.QuestionsRead, access.QuestionsWrite}) {
			t.Errorf("Keys = %+v, %v", list, err)
		}
		if err := h.RevokeKey(ctx, owner, brand, k.ID); err != nil {
			t.Fatal(err)
		}
		if h.may(t, caller, brand, access.SeeQuestions) {
			t.Error("a revoked key may still read")
		}
		if _, err := h.KeyBySecret(ctx, secret); !errors.Is(err, access.ErrKey) {
			t.Errorf("a revoked key: %v", err)
		}
		dbtest.Unchanged(t, db, func() {
			if err := h.RevokeKey(ctx, owner, brand, k.ID); err != nil {
				t.Errorf("again: %v", err)
			}
		})
		_, short := h.key(t, owner, brand, access.NewKey{Scopes: scopes, ExpiresAt: h.clock.Now().Add(time.Hour)})
		h.clock.Advance(time.Hour)
		if _, err := h.KeyBySecret(ctx, short); !errors.Is(err, access.ErrKey) {
			t.Errorf("an expired key: %v", err)
		}
		h.wantEvents(t, brand, access.PersonID(k.ID), access.KeyCreated, access.KeyRevoked)
	})
}

// Keys are read page by page, those that work no more too, and none of others.
func TestKeysInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, other := newHouse(t, db), newBrand(), newBrand()
		owner, neighbour := access.PersonCaller(h.member(t, brand, access.Owner)), access.PersonCaller(h.member(t, other, access.Owner))
		h.key(t, neighbour, other, access.NewKey{Scopes: access.Scopes})
		var made []access.KeyID
		for range 5 { // some at one moment
			k, _ := h.key(t, owner, brand, access.NewKey{Scopes: access.Scopes})
			made = append(made, k.ID)
		}
		h.clock.Advance(time.Minute)
		last, _ := h.key(t, owner, brand, access.NewKey{Scopes: access.Scopes})
		if err := h.RevokeKey(t.Context(), owner, brand, made[0]); err != nil {
			t.Fatal(err)
		}
		list := func(p marketplace.Page) (marketplace.Listing[access.Key], error) {
			return h.Keys(t.Context(), owner, brand, p)
		}
		markettest.Paged(t, list, func(k access.Key) access.KeyID { return k.ID }, append(made, last.ID)...)
		if first := markettest.Walk(t, 2, list)[0]; first.ID != last.ID {
			t.Errorf("the newest is %s, want %s", first.ID, last.ID)
		}
	})
}

func TestWhoMakesKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		owner := access.PersonCaller(h.member(t, brand, access.Owner))
		k, _ := h.key(t, owner, brand, access.NewKey{Scopes: access.Scopes})
		good := access.NewKey{Name: "shop", Scopes: []access.Scope{access.MoneyRead}}
		create := func(c access.Caller, b marketplace.BrandID, n access.NewKey) func() error {
			return func() error { _, _, err := h.CreateKey(ctx, c, b, n); return err }
		}
		for name, c := range map[string]struct {
			do   func() error
			want error
		}{
			"by a manager":     {create(access.PersonCaller(h.member(t, brand, access.Manager)), brand, good), marketplace.ErrForbidden},
			"by an operator":   {create(h.operator(t), brand, good), marketplace.ErrForbidden},
			"by a key":         {create(access.KeyCaller(brand, k.ID), brand, good), marketplace.ErrForbidden},
			"by the system":    {create(system, brand, good), marketplace.ErrForbidden},
			"elsewhere":        {create(owner, newBrand(), good), marketplace.ErrForbidden},
			"in no brand":      {create(owner, marketplace.BrandID{}, good), marketplace.ErrInvalid},
			"in all brands":    {create(owner, marketplace.AllBrands, good), marketplace.ErrInvalid},
			"without a name":   {create(owner, brand, access.NewKey{Scopes: good.Scopes}), marketplace.ErrInvalid},
			"without a scope":  {create(owner, brand, access.NewKey{Name: "x"}), marketplace.ErrInvalid},
			"of no such scope": {create(owner, brand, access.NewKey{Name: "x", Scopes: []access.Scope{"all"}}), marketplace.ErrInvalid},
			"expired":          {create(owner, brand, access.NewKey{Name: "x", Scopes: good.Scopes, ExpiresAt: h.clock.Now()}), marketplace.ErrInvalid},
			"never to end":     {create(owner, brand, access.NewKey{Name: "x", Scopes: good.Scopes, ExpiresAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}), marketplace.ErrInvalid},
			"listed by a key": {func() error {
				_, err := h.Keys(ctx, access.KeyCaller(brand, k.ID), brand, marketplace.Page{})
				return err
			}, marketplace.ErrForbidden},
			"revoked by a key":  {func() error { return h.RevokeKey(ctx, access.KeyCaller(brand, k.ID), brand, k.ID) }, marketplace.ErrForbidden},
			"revoked elsewhere": {func() error { return h.RevokeKey(ctx, owner, newBrand(), k.ID) }, marketplace.ErrForbidden},
			"revoked unknown":   {func() error { return h.RevokeKey(ctx, owner, brand, marketplace.NewID[access.Key]()) }, marketplace.ErrNotFound},
		} {
			dbtest.Unchanged(t, db, func() {
				if err := c.do(); !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", name, err, c.want)
				}
			})
		}
		for range access.MaxKeys - 1 {
			h.key(t, owner, brand, good)
		}
		if err := create(owner, brand, good)(); !errors.Is(err, access.ErrTooManyKeys) || !errors.Is(err, marketplace.ErrConflict) {
			t.Errorf("one too many: %v", err)
		}
	})
}

func TestKeysHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		owner := access.PersonCaller(h.member(t, brand, access.Owner))
		k, _ := h.key(t, owner, brand, access.NewKey{Scopes: access.Scopes})
		for name, do := range map[string]func() error{
			"CreateKey": func() error {
				_, _, err := h.CreateKey(ctx, owner, brand, access.NewKey{Name: "x", Scopes: access.Scopes})
				return err
			},
			"RevokeKey": func() error { return h.RevokeKey(ctx, owner, brand, k.ID) },
		} {
			if n := dbtest.Halfway(t, db, do); n < 3 {
				t.Errorf("%s: only %d statements seen", name, n)
			}
		}
	})
}

// What is found by its id alone tells a key of another brand nothing.
func TestKeysLearnNothingOfOtherBrands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, unknown := newHouse(t, db), newBrand(), errors.New("unknown")
		owner := access.PersonCaller(h.member(t, brand, access.Owner))
		k, _ := h.key(t, owner, brand, access.NewKey{Scopes: []access.Scope{access.MoneyRead}})
		for in, want := range map[marketplace.BrandID]error{brand: marketplace.ErrForbidden, newBrand(): unknown} {
			err := h.store.Read(t.Context(), in, func(tx *gorm.DB) error {
				return access.AuthorizeOnTx(t.Context(), tx, access.KeyCaller(brand, k.ID), in, access.SeeQuestions, unknown)
			})
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
	})
}
