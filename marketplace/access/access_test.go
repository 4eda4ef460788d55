package access_test

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var system = access.SystemCaller("test")

type house struct {
	*access.Service
	db    *sqldb.DB
	store *marketplace.Store
	clock *marketplace.ManualClock
	log   *event.Log
}

func newHouse(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read),
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	h.log = event.NewLog(job.NewQueue(h.store, h.clock, slog.New(slog.DiscardHandler)))
	h.Service = access.New(h.store, h.clock, h.log, keys)
	return h
}

func newBrand() marketplace.BrandID {
	return marketplace.BrandID(marketplace.NewID[house]())
}

func (h *house) person(t *testing.T, name string) access.PersonID {
	t.Helper()
	p, err := h.CreatePerson(t.Context(), system, access.NewPerson{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

func (h *house) operator(t *testing.T) access.Caller {
	t.Helper()
	p, err := h.CreateOperator(t.Context(), system, access.NewPerson{Name: "Op"})
	if err != nil {
		t.Fatal(err)
	}
	return access.PersonCaller(p.ID)
}

// member makes a person with a role in brand.
func (h *house) member(t *testing.T, brand marketplace.BrandID, role access.Role) access.PersonID {
	t.Helper()
	id := h.person(t, "A "+string(role))
	op := h.operator(t)
	err := h.store.InTx(t.Context(), brand, func(tx *gorm.DB) error {
		return h.AddMemberTx(t.Context(), tx, op, brand, id, role)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h *house) may(t *testing.T, c access.Caller, brand marketplace.BrandID, p access.Permission) bool {
	t.Helper()
	err := h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
		return access.AuthorizeTx(t.Context(), tx, c, brand, p)
	})
	var forbidden *access.ForbiddenError
	if err != nil && (!errors.As(err, &forbidden) || forbidden.Permission != p || !errors.Is(err, marketplace.ErrForbidden)) {
		t.Fatalf("AuthorizeTx(%s, %s) = %v", c, p, err)
	}
	return err == nil
}

// whoMay is the permission table as a reader sees it: o owner, m manager,
// a agent, r reviewer, f finance, v viewer, P operator, S system.
var whoMay = map[access.Permission]string{
	access.CreateBrand: "P", access.CreatePerson: "PS", access.FindPerson: "PS", access.CreateOperator: "S", access.RunPayouts: "PS",
	access.SeeMembers: "omarfvP", access.ManageMembers: "oP", access.SeePrograms: "omarfvP", access.ManageProgram: "om", access.FundBudget: "of",
	access.SeeMoney: "omfPS", access.SeeQuestions: "omarvS", access.AnswerForBrand: "oma", access.RevealPersonalData: "oma",
	access.ReviewWork: "omr", access.RefusePay: "om", access.DecideAppeal: "omP", access.SeeExperts: "omr", access.ApproveExperts: "om",
	access.SuspendExperts: "omP", access.ThankExperts: "om", access.ImportEvidence: "omS", access.IdentifyCustomers: "omaS", access.RecordConsent: "S",
	access.EraseCustomers: "omS", access.ManageKeys: "o", access.SetPasswords: "S", "unheard_of": "",
}

func TestWhoMayDoWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand := newHouse(t, db), newBrand()
		callers := map[string]access.Caller{"P": h.operator(t), "S": system}
		for _, r := range access.Roles {
			callers[string(r[0])] = access.PersonCaller(h.member(t, brand, r))
		}
		elsewhere := h.member(t, newBrand(), access.Owner)
		nobodies := []access.Caller{
			{}, {Kind: access.KindPerson}, {Kind: access.KindSystem}, {Kind: "god", System: "x"}, access.SystemCaller(""),
			access.PersonCaller(elsewhere), access.PersonCaller(marketplace.NewID[access.Person]()),
			access.CustomerCaller(brand, access.NewCustomerID()), access.PersonCaller(h.person(t, "Stranger")),
		}
		for p, who := range whoMay {
			for letter, c := range callers {
				if got, want := h.may(t, c, brand, p), strings.Contains(who, letter); got != want {
					t.Errorf("%s by %s: %v, want %v", p, letter, got, want)
				}
			}
			for _, c := range nobodies {
				if h.may(t, c, brand, p) {
					t.Errorf("%s is allowed to %s (%+v)", p, c, c)
				}
			}
		}
	})
}

func TestRolesMeanNothingOnThePlatform(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		owner := access.PersonCaller(h.member(t, newBrand(), access.Owner))
		for p := range whoMay {
			if h.may(t, owner, marketplace.AllBrands, p) {
				t.Errorf("a brand's owner may %s on every brand", p)
			}
		}
		err := h.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			return access.AuthorizeTx(t.Context(), tx, system, marketplace.BrandID{}, access.RunPayouts)
		})
		if !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("with no brand: %v", err)
		}
	})
}

func TestPersonByEmailAndOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		made, err := h.CreatePerson(ctx, system, access.NewPerson{Name: " Ada ", Email: "Ada@Example.org"})
		if err != nil || made.Name != "Ada" {
			t.Fatalf("CreatePerson = %+v, %v", made, err)
		}
		found, err := h.PersonByEmail(ctx, system, " ada@EXAMPLE.org")
		if err != nil || found.ID != made.ID || !found.CreatedAt.Equal(h.clock.Now()) {
			t.Fatalf("PersonByEmail = %+v, %v", found, err)
		}
		if strings.Contains(dbtest.Dump(t, db), "xample.org") {
			t.Error("the address is stored in clear")
		}
		err = h.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
			email, err := h.OpenEmailTx(ctx, tx, made.ID)
			if email != "ada@example.org" {
				t.Errorf("OpenEmailTx = %q", email)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		_, err = h.PersonByEmail(ctx, system, "bob@example.org")
		if !errors.Is(err, marketplace.ErrNotFound) || strings.Contains(err.Error(), "bob") {
			t.Errorf("an unknown address: %v", err)
		}
		_, err = h.PersonByEmail(ctx, access.PersonCaller(made.ID), "ada@example.org")
		if !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("asked by a person: %v", err)
		}
	})
}

// Somebody's address is shown to themselves and to nobody else.
func TestWhoOneIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		known, err := h.CreatePerson(t.Context(), system, access.NewPerson{Name: "Ada", Email: "Ada@Example.org"})
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[access.PersonID]string{known.ID: "ada@example.org", h.person(t, "Bob"): ""} {
			if p, email, err := h.Self(t.Context(), access.PersonCaller(id)); err != nil || p.ID != id || email != want {
				t.Errorf("%+v, %q, %v", p, email, err)
			}
		}
		for _, nobody := range []access.Caller{{}, system, access.KeyCaller(newBrand(), access.KeyID{1}), access.CustomerCaller(newBrand(), access.NewCustomerID())} {
			if _, _, err := h.Self(t.Context(), nobody); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s: %v", nobody, err)
			}
		}
		if _, _, err := h.Self(t.Context(), access.PersonCaller(access.PersonID{1})); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("a person that is none: %v", err)
		}
	})
}

func TestSixteenTakeOneAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		won := race(16, func(int) error {
			_, err := h.CreatePerson(t.Context(), system, access.NewPerson{Name: "Ada", Email: "ada@example.org"})
			if err != nil && (!errors.Is(err, access.ErrEmailTaken) || !errors.Is(err, marketplace.ErrConflict)) {
				t.Error(err)
			}
			return err
		})
		if won != 1 {
			t.Errorf("%d of 16 got the address, want 1", won)
		}
	})
}

// race runs do n times at once and counts how often it returned nil.
func race(n int, do func(i int) error) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range n {
		wg.Go(func() {
			if do(i) == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return won
}

func TestOwnersLeaveAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand := newHouse(t, db), newBrand()
		var owners []access.PersonID
		for range 8 {
			owners = append(owners, h.member(t, brand, access.Owner))
		}
		left := race(8, func(i int) error {
			err := h.RemoveMember(t.Context(), access.PersonCaller(owners[i]), brand, owners[i], access.Owner)
			if err != nil && (!errors.Is(err, access.ErrLastOwner) || !errors.Is(err, marketplace.ErrConflict)) {
				t.Error(err)
			}
			return err
		})
		if left != 7 {
			t.Errorf("%d of 8 owners left, want 7", left)
		}
	})
}

func TestMembersComeAndGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, brand, ctx := newHouse(t, db), newBrand(), t.Context()
		owner := h.member(t, brand, access.Owner)
		h.clock.Advance(time.Hour)
		agent := h.member(t, brand, access.Agent)
		dbtest.Unchanged(t, db, func() {
			if err := h.AddMember(ctx, access.PersonCaller(owner), brand, agent, access.Agent); err != nil {
				t.Errorf("AddMember again: %v", err)
			}
		})
		list, err := h.Members(ctx, access.PersonCaller(agent), brand)
		if err != nil || len(list) != 2 || list[0].Person != owner || list[1].Role != access.Agent || list[1].Name != "A agent" {
			t.Fatalf("Members = %+v, %v", list, err)
		}
		mine, err := h.Memberships(ctx, access.PersonCaller(agent), agent)
		if err != nil || len(mine) != 1 || mine[0].BrandID != brand {
			t.Errorf("Memberships = %+v, %v", mine, err)
		}
		if _, err := h.Memberships(ctx, access.PersonCaller(owner), agent); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("another person's memberships: %v", err)
		}
		if err := h.RemoveMember(ctx, access.PersonCaller(agent), brand, agent, access.Agent); err != nil {
			t.Errorf("leaving: %v", err)
		}
		if _, err := h.Members(ctx, access.PersonCaller(agent), brand); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("Members after leaving: %v", err)
		}
		h.wantEvents(t, brand, agent, access.MemberAdded, access.MemberRemoved)
	})
}

// wantEvents compares the kinds of events about a person in brand.
func (h *house) wantEvents(t *testing.T, brand marketplace.BrandID, person access.PersonID, want ...event.Kind) {
	t.Helper()
	var got []event.Kind
	err := h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
		list, err := h.log.OfTx(t.Context(), tx, brand, event.Subject(person))
		for _, e := range list {
			got = append(got, e.Kind)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("events %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("events %v, want %v", got, want)
		}
	}
}

func TestRename(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		id := h.person(t, "Ada")
		if err := h.Rename(ctx, access.PersonCaller(id), id, "Countess"); err != nil {
			t.Fatal(err)
		}
		p, err := h.Person(ctx, access.PersonCaller(id), id)
		if err != nil || p.Name != "Countess" {
			t.Errorf("Person = %+v, %v", p, err)
		}
		dbtest.Unchanged(t, db, func() {
			if err := h.Rename(ctx, access.PersonCaller(id), id, "Countess"); err != nil {
				t.Error(err)
			}
			if err := h.Rename(ctx, access.PersonCaller(h.other(id)), id, "X"); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("by another: %v", err)
			}
		})
		h.wantEvents(t, marketplace.AllBrands, id, access.PersonCreated, access.PersonRenamed)
	})
}

// other gives the id of somebody who is not id.
func (h *house) other(id access.PersonID) access.PersonID {
	id[0] ^= 1
	return id
}
