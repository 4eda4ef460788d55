package customer_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var system = access.SystemCaller("test")

type house struct {
	*customer.Service
	db     *sqldb.DB
	store  *marketplace.Store
	clock  *marketplace.ManualClock
	log    *event.Log
	people *access.Service
	brand  marketplace.BrandID
}

func newHouse(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read), brand: newBrand(),
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	h.log = event.NewLog(job.NewQueue(h.store, h.clock, slog.New(slog.DiscardHandler)))
	h.people = access.New(h.store, h.clock, h.log, keys)
	h.Service = customer.New(h.store, h.clock, h.log, keys)
	return h
}

func newBrand() marketplace.BrandID { return marketplace.BrandID(marketplace.NewID[house]()) }

var dana = customer.Contact{Channel: customer.Email, Handle: "Dana.Whitlow@Example.org", Name: "Dana Whitlow", Locale: "en-gb"}

func (h *house) identify(t *testing.T, brand marketplace.BrandID, c customer.Contact) customer.Customer {
	t.Helper()
	found, err := h.Identify(t.Context(), system, brand, c)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// in runs fn in a read transaction of the house's brand.
func (h *house) in(t *testing.T, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := h.store.Read(t.Context(), h.brand, fn); err != nil {
		t.Error(err)
	}
}

func (h *house) names(t *testing.T, id customer.ID) (names []string) {
	t.Helper()
	h.in(t, func(tx *gorm.DB) (err error) {
		names, err = h.KnownNamesTx(t.Context(), tx, h.brand, id)
		return err
	})
	return names
}

// kinds lists the events about a customer.
func (h *house) kinds(t *testing.T, id customer.ID) (kinds []event.Kind) {
	t.Helper()
	h.in(t, func(tx *gorm.DB) error {
		list, err := h.log.OfTx(t.Context(), tx, h.brand, event.Subject(id))
		for _, e := range list {
			kinds = append(kinds, e.Kind)
		}
		return err
	})
	return kinds
}

func TestTheSameHandleIsTheSameCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		first := h.identify(t, h.brand, dana)
		if first.Locale != "en-GB" || !first.CreatedAt.Equal(h.clock.Now()) || first.BrandID != h.brand {
			t.Errorf("made %+v", first)
		}
		dbtest.Unchanged(t, db, func() {
			again := h.identify(t, h.brand, customer.Contact{Channel: customer.Email, Handle: " dana.whitlow@example.ORG", Name: "Mallory", Locale: "fr"})
			if again.ID != first.ID || again.Locale != "en-GB" {
				t.Errorf("found %+v, want %s", again, first.ID)
			}
		})
		if got := h.names(t, first.ID); !slices.Equal(got, []string{"Dana Whitlow"}) {
			t.Errorf("names %q", got)
		}
		h.in(t, func(tx *gorm.DB) error {
			got, err := h.OpenHandleTx(t.Context(), tx, h.brand, first.ID, customer.Email)
			if got != "dana.whitlow@example.org" {
				t.Errorf("handle %q", got)
			}
			if _, err := h.OpenHandleTx(t.Context(), tx, h.brand, first.ID, customer.Phone); !errors.Is(err, customer.ErrNoHandle) {
				t.Errorf("no phone: %v", err)
			}
			return err
		})
		if other := h.identify(t, newBrand(), dana); other.ID == first.ID {
			t.Error("one customer in two brands")
		}
		if dump := strings.ToLower(dbtest.Dump(t, db)); strings.Contains(dump, "whitlow") || strings.Contains(dump, "example.org") {
			t.Error("personal data is stored in clear")
		}
		if got := h.kinds(t, first.ID); !slices.Equal(got, []event.Kind{customer.Created}) {
			t.Errorf("events %v", got)
		}
	})
}

func TestChannelsAndFormsOfHandles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		phone := h.identify(t, h.brand, customer.Contact{Channel: customer.Phone, Handle: "+44 20 7946 0018"})
		same := h.identify(t, h.brand, customer.Contact{Channel: customer.Phone, Handle: "0044 (20) 7946-0018"})
		web := h.identify(t, h.brand, customer.Contact{Channel: customer.Web, Handle: "+442079460018"})
		external := h.identify(t, h.brand, customer.Contact{Channel: customer.External, Handle: "+442079460018"})
		if phone.ID != same.ID || phone.ID == web.ID || web.ID == external.ID {
			t.Errorf("phone %s and %s, web %s, external %s", phone.ID, same.ID, web.ID, external.ID)
		}
		if h.names(t, web.ID) != nil {
			t.Error("a nameless customer has a name")
		}
		named := h.identify(t, h.brand, customer.Contact{Channel: customer.Web, Handle: "+442079460018", Name: "Léa", Locale: "fr"})
		if got := h.names(t, web.ID); named.ID != web.ID || named.Locale != "fr" || !slices.Equal(got, []string{"Léa"}) {
			t.Errorf("completed to %+v, %q", named, got)
		}
	})
}

// race runs do n times at once.
func race(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

func TestSixteenMakeOneCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ids := make([]customer.ID, 16)
		race(16, func(i int) { ids[i] = h.identifyQuietly(t, dana) })
		if ids[0].IsZero() || len(slices.Compact(texts(ids))) != 1 {
			t.Errorf("customers %v", texts(ids))
		}
		if got := h.kinds(t, ids[0]); len(got) != 1 {
			t.Errorf("events %v", got)
		}
	})
}

func (h *house) identifyQuietly(t *testing.T, c customer.Contact) customer.ID {
	found, err := h.Identify(t.Context(), system, h.brand, c)
	if err != nil {
		t.Error(err)
	}
	return found.ID
}

func texts(ids []customer.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	slices.Sort(list)
	return list
}

func TestIdentifyingAndErasingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		race(16, func(i int) {
			id := h.identifyQuietly(t, dana)
			if i%2 == 0 {
				if err := h.Erase(t.Context(), system, h.brand, id); err != nil {
					t.Error(err)
				}
			}
		})
		h.in(t, func(tx *gorm.DB) error {
			var living, handles int64
			err := errors.Join(tx.Table("customers").Where("erased_at IS NULL").Count(&living).Error,
				tx.Table("identities").Count(&handles).Error)
			if living != handles || living > 1 {
				t.Errorf("%d living customers, %d handles", living, handles)
			}
			return err
		})
	})
}

func TestErase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		c, bystander := h.identify(t, h.brand, dana), h.identify(t, newBrand(), dana)
		var asked []customer.ID
		h.RegisterEraser("notes", []string{"notes.text_sealed"}, func(_ context.Context, _ *gorm.DB, brand marketplace.BrandID, id customer.ID) error {
			asked = append(asked, id)
			if brand != h.brand {
				t.Errorf("eraser called for brand %s", brand)
			}
			return nil
		})
		if _, err := h.GiveConsent(ctx, system, h.brand, c.ID, "research", "v1"); err != nil {
			t.Fatal(err)
		}
		if err := h.Erase(ctx, access.CustomerCaller(h.brand, c.ID), h.brand, c.ID); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(asked, []customer.ID{c.ID}) {
			t.Errorf("the registered eraser ran for %v", asked)
		}
		h.in(t, func(tx *gorm.DB) error {
			got, err := customer.CustomerTx(ctx, tx, h.brand, c.ID)
			if got.ErasedAt == nil || got.NameSealed != nil || got.Locale != "" {
				t.Errorf("kept %+v", got)
			}
			_, err2 := h.OpenHandleTx(ctx, tx, h.brand, c.ID, customer.Email)
			if !errors.Is(err2, customer.ErrNoHandle) {
				t.Errorf("the handle: %v", err2)
			}
			_, proof, err3 := customer.ConsentTx(ctx, tx, h.brand, c.ID, "research")
			if !proof {
				t.Error("the consent is gone")
			}
			return errors.Join(err, err3)
		})
		want := []event.Kind{customer.Created, customer.ConsentGiven, customer.Erased}
		if got := h.kinds(t, c.ID); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		dbtest.Unchanged(t, db, func() {
			if err := h.Erase(ctx, system, h.brand, c.ID); err != nil {
				t.Errorf("again: %v", err)
			}
			if _, err := h.GiveConsent(ctx, system, h.brand, c.ID, "research", "v2"); !errors.Is(err, customer.ErrErased) {
				t.Errorf("consent after erasure: %v", err)
			}
		})
		if again := h.identify(t, h.brand, dana); again.ID == c.ID {
			t.Error("the erased customer came back")
		}
		if still := h.identify(t, bystander.BrandID, dana); still.ID != bystander.ID {
			t.Error("the other brand's customer was forgotten too")
		}
	})
}

func TestErasersDoNotOverlap(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "sqlite"))
	for _, e := range []customer.Eraser{{Name: "customer"}, {Name: "x", Columns: []string{"customers.name_sealed"}}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", e)
				}
			}()
			h.RegisterEraser(e.Name, e.Columns, nil)
		}()
	}
	if got := h.Erasers(); len(got) != 1 || got[0].Name != "customer" || len(got[0].Columns) != 2 {
		t.Errorf("Erasers = %+v", got)
	}
}

func TestConsent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		c := h.identify(t, h.brand, dana)
		self := access.CustomerCaller(h.brand, c.ID)
		given, err := h.GiveConsent(ctx, self, h.brand, c.ID, "research", "v1")
		if err != nil || !given.GivenAt.Equal(h.clock.Now()) {
			t.Fatalf("GiveConsent = %+v, %v", given, err)
		}
		h.clock.Advance(time.Hour)
		dbtest.Unchanged(t, db, func() {
			again, err := h.GiveConsent(ctx, self, h.brand, c.ID, "research", "v1")
			if err != nil || again.ID != given.ID || !again.GivenAt.Equal(given.GivenAt) {
				t.Errorf("again %+v, %v", again, err)
			}
		})
		newer, err := h.GiveConsent(ctx, system, h.brand, c.ID, "research", "v2")
		if err != nil {
			t.Fatal(err)
		}
		h.in(t, func(tx *gorm.DB) error {
			got, ok, err := customer.ConsentTx(ctx, tx, h.brand, c.ID, "research")
			if !ok || got.ID != newer.ID {
				t.Errorf("standing %+v, %v", got, ok)
			}
			return err
		})
		if err := h.WithdrawConsent(ctx, self, h.brand, c.ID, "research"); err != nil {
			t.Fatal(err)
		}
		h.in(t, func(tx *gorm.DB) error {
			_, ok, err := customer.ConsentTx(ctx, tx, h.brand, c.ID, "research")
			if ok {
				t.Error("a withdrawn consent stands")
			}
			return err
		})
		dbtest.Unchanged(t, db, func() {
			if err := h.WithdrawConsent(ctx, self, h.brand, c.ID, "research"); err != nil {
				t.Error(err)
			}
		})
		if _, err := h.GiveConsent(ctx, self, h.brand, c.ID, "research", "v1"); err != nil {
			t.Errorf("given anew: %v", err)
		}
		want := []event.Kind{customer.Created, customer.ConsentGiven, customer.ConsentGiven, customer.ConsentWithdrawn, customer.ConsentGiven}
		if got := h.kinds(t, c.ID); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
	})
}
