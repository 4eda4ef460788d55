package program_test

import (
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestBrandsAreListedToTheirPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		all := []marketplace.BrandID{h.brand}
		for _, name := range []string{"Bolt", "Cask", "Dune"} { // all at the same time
			id, owner := h.newBrand(t, name)
			all = append(all, id)
			must(t, h.people.AddMember(ctx, owner, id, h.owner.Person, access.Viewer))
			must(t, h.people.AddMember(ctx, owner, id, h.owner.Person, access.Agent)) // twice a member, listed once
		}
		foreign, neighbour := h.newBrand(t, "Elsewhere")
		brands := func(caller access.Caller) func(marketplace.Page) (marketplace.Listing[program.Brand], error) {
			return func(page marketplace.Page) (marketplace.Listing[program.Brand], error) {
				return h.Brands(ctx, caller, page)
			}
		}
		id := func(b program.Brand) marketplace.BrandID { return b.ID }
		markettest.Paged(t, brands(h.owner), id, all...)
		markettest.Paged(t, brands(h.operator), id, append(all, foreign)...)
		stranger, err := h.people.CreatePerson(ctx, h.operator, access.NewPerson{Name: "Nobody's"})
		must(t, err)
		if list, err := h.Brands(ctx, access.PersonCaller(stranger.ID), marketplace.Page{}); err != nil || len(list.Items) != 0 {
			t.Errorf("a stranger's brands: %+v, %v", list, err)
		}
		for _, nobody := range []access.Caller{{}, access.SystemCaller("x"), access.CustomerCaller(h.brand, access.NewCustomerID())} {
			if _, err := h.Brands(ctx, nobody, marketplace.Page{}); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("brands for %s: %v", nobody, err)
			}
			if _, err := h.BrandNames(ctx, nobody); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("names for %s: %v", nobody, err)
			}
		}
		if names, err := h.BrandNames(ctx, h.owner); err != nil || len(names) != len(all) || names[h.brand] != "Acme" {
			t.Errorf("names: %v, %v", names, err)
		}
		if names, err := h.BrandNames(ctx, h.operator); err != nil || len(names) != 0 {
			t.Errorf("an operator's own: %v, %v", names, err)
		}
		for _, c := range []struct {
			caller access.Caller
			want   error
		}{{h.owner, nil}, {h.operator, nil}, {neighbour, marketplace.ErrNotFound}, {access.Caller{}, marketplace.ErrNotFound}} {
			if b, err := h.Brand(ctx, c.caller, h.brand); !errors.Is(err, c.want) || err == nil && b.Name != "Acme" {
				t.Errorf("the brand for %s: %+v, %v", c.caller, b, err)
			}
		}
		if _, err := h.Brand(ctx, h.operator, marketplace.AllBrands); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("all brands as one: %v", err)
		}
	})
}

func TestProgramsAreListedToTheBrandsPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		var all []program.ID
		for i := range 4 {
			all = append(all, h.draft(t).ID)
			h.clock.Advance(time.Duration(i/2) * time.Second) // three at the same time
		}
		foreign, neighbour := h.newBrand(t, "Elsewhere")
		list := func(page marketplace.Page) (marketplace.Listing[program.Program], error) {
			return h.Programs(ctx, h.owner, h.brand, page)
		}
		markettest.Paged(t, list, func(p program.Program) program.ID { return p.ID }, all...)
		if n := markettest.Statements(t, db, func() { _, _ = list(marketplace.Page{}) }); n > 2 {
			t.Errorf("%d statements for a page", n)
		}
		if _, err := h.Programs(ctx, neighbour, h.brand, marketplace.Page{}); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("the neighbour lists: %v", err)
		}
		if got, err := h.Programs(ctx, neighbour, foreign, marketplace.Page{}); err != nil || len(got.Items) != 0 {
			t.Errorf("the neighbour's own: %+v, %v", got, err)
		}
		h.topic(t, h.load(t, all[0]), "visa")
		if p, err := h.Program(ctx, h.operator, all[0]); err != nil || p.ID != all[0] {
			t.Errorf("the program: %+v, %v", p, err)
		}
		if topics, err := h.Topics(ctx, h.owner, all[0]); err != nil || len(topics) != 1 || topics[0].Slug != "visa" {
			t.Errorf("topics: %+v, %v", topics, err)
		}
		for name, look := range map[string]func(caller access.Caller, id program.ID) error{
			"program": func(c access.Caller, id program.ID) error { _, err := h.Program(ctx, c, id); return err },
			"topics":  func(c access.Caller, id program.ID) error { _, err := h.Topics(ctx, c, id); return err },
			"money":   func(c access.Caller, id program.ID) error { _, err := h.Money(ctx, c, id); return err },
			"moves": func(c access.Caller, id program.ID) error {
				_, err := h.MoneyMoves(ctx, c, id, marketplace.Page{})
				return err
			},
		} {
			if err := look(neighbour, all[0]); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("%s for the neighbour: %v", name, err)
			}
			if err := look(h.owner, marketplace.NewID[program.Program]()); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("%s of no program: %v", name, err)
			}
		}
	})
}

func TestMoneyIsShownToThoseWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		p := h.live(t) // 10,000 paid in, 5,000 of it allocated
		must(t, h.ReturnBudget(ctx, h.owner, p.ID, eur(1_000), "back"))
		must(t, h.Fund(ctx, h.owner, p.ID, eur(7), "seven"))
		f, err := h.Money(ctx, h.owner, p.ID)
		if want := (program.Figures{Wallet: eur(6_007), Budget: eur(4_000), Held: eur(0), Provider: "sandbox"}); err != nil || f != want {
			t.Errorf("figures %+v, %v; want %+v", f, err, want)
		}
		moves := func(page marketplace.Page) (marketplace.Listing[program.MoneyMove], error) {
			return h.MoneyMoves(ctx, h.owner, p.ID, page)
		}
		markettest.Paged(t, moves, func(m program.MoneyMove) int64 { return m.AmountMinor }, 10_000, 5_000, 1_000, 7)
		agent, err := h.people.CreatePerson(ctx, h.operator, access.NewPerson{Name: "Agent"})
		must(t, err)
		must(t, h.people.AddMember(ctx, h.owner, h.brand, agent.ID, access.Agent))
		for name, err := range map[string]error{
			"money": func() error { _, err := h.Money(ctx, access.PersonCaller(agent.ID), p.ID); return err }(),
			"moves": func() error {
				_, err := h.MoneyMoves(ctx, access.PersonCaller(agent.ID), p.ID, marketplace.Page{})
				return err
			}(),
		} {
			if !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s for an agent: %v", name, err)
			}
		}
	})
}

func TestPublicView(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		draft, p := h.draft(t), h.live(t)
		h.topic(t, p, "cheap")
		_, err := h.AddTopic(ctx, h.owner, p.ID, program.NewTopic{Slug: "free", Name: "free", Mode: program.BrandOnly})
		must(t, err)
		policies := p.Policies
		policies.Reward.ByTopic = map[string]int64{"cheap": 300, "visa": 900, "free": 1}
		must(t, h.SetPolicies(ctx, h.owner, p.ID, policies))
		view, err := h.Public(ctx, p.ID)
		if err != nil || view.BrandName != "Acme" || view.Name != "Support" || view.State != program.Live ||
			len(view.Topics) != 3 || view.RewardFrom != eur(300) || view.SLA != policies.SLA {
			t.Errorf("public view %+v, %v", view, err)
		}
		must(t, h.Pause(ctx, h.owner, p.ID))
		if view, err := h.Public(ctx, p.ID); err != nil || view.State != program.Paused {
			t.Errorf("of a paused program: %+v, %v", view, err)
		}
		must(t, h.Close(ctx, h.owner, p.ID))
		for name, id := range map[string]program.ID{"draft": draft.ID, "closed": p.ID, "unknown": marketplace.NewID[program.Program]()} {
			if _, err := h.Public(ctx, id); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("of a %s program: %v", name, err)
			}
		}
	})
}
