package program_test

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func TestCreateAndLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p := h.draft(t)
		if got := h.load(t, p.ID); !reflect.DeepEqual(got, p) {
			t.Errorf("loaded %+v, want %+v", got, p)
		}
		changed := p.Policies
		changed.Reward.BaseMinor, changed.Reward.ByTopic = 900, map[string]int64{"visa": 1200}
		must(t, h.SetPolicies(t.Context(), h.owner, p.ID, changed))
		must(t, h.SetLanguages(t.Context(), h.owner, p.ID, []string{"tr", "EN"}))
		must(t, h.SetRolloutShare(t.Context(), h.owner, p.ID, 0))
		must(t, h.SetOrigins(t.Context(), h.owner, p.ID, []string{"https://Shop.example.com:443/", "http://localhost:8080", "https://shop.example.com"}))
		p.Policies, p.Languages, p.RolloutShareBP = changed, []string{"en", "tr"}, 0
		p.Origins = []string{"http://localhost:8080", "https://shop.example.com"}
		if got := h.load(t, p.ID); !reflect.DeepEqual(got, p) {
			t.Errorf("loaded %+v, want %+v", got, p)
		}
	})
}

func TestTopicTree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p, other := h.draft(t), h.draft(t)
		foreign := h.topic(t, other, "foreign")
		parent := program.TopicID{}
		for _, slug := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			topic, err := h.AddTopic(t.Context(), h.owner, p.ID, program.NewTopic{Parent: parent, Slug: slug, Name: slug, Mode: program.Certified})
			must(t, err)
			parent = topic.ID
		}
		for name, c := range map[string]struct {
			topic program.NewTopic
			want  error
		}{
			"too deep":                 {program.NewTopic{Parent: parent, Slug: "i", Name: "i", Mode: program.Crowd}, marketplace.ErrInvalid},
			"slug taken":               {program.NewTopic{Slug: "a", Name: "i", Mode: program.Crowd}, program.ErrSlugTaken},
			"other program's parent":   {program.NewTopic{Parent: foreign.ID, Slug: "i", Name: "i", Mode: program.Crowd}, marketplace.ErrNotFound},
			"unknown parent":           {program.NewTopic{Parent: marketplace.NewID[program.Topic](), Slug: "i", Name: "i", Mode: program.Crowd}, marketplace.ErrNotFound},
			"no mode":                  {program.NewTopic{Slug: "i", Name: "i"}, marketplace.ErrInvalid},
			"bad slug":                 {program.NewTopic{Slug: "I i", Name: "i", Mode: program.Crowd}, marketplace.ErrInvalid},
			"name of invalid UTF-8":    {program.NewTopic{Slug: "i", Name: "\xff", Mode: program.Crowd}, marketplace.ErrInvalid},
			"description too long":     {program.NewTopic{Slug: "i", Name: "i", Description: strings.Repeat("x", 1001), Mode: program.Crowd}, marketplace.ErrInvalid},
			"name of nothing":          {program.NewTopic{Slug: "i", Name: "  ", Mode: program.Crowd}, marketplace.ErrInvalid},
			"name longer than allowed": {program.NewTopic{Slug: "i", Name: strings.Repeat("x", 201), Mode: program.Crowd}, marketplace.ErrInvalid},
		} {
			before := dbtest.Dump(t, h.db)
			if _, err := h.AddTopic(t.Context(), h.owner, p.ID, c.topic); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if dbtest.Dump(t, h.db) != before {
				t.Errorf("%s: something changed", name)
			}
		}
		must(t, h.SetTopicMode(t.Context(), h.owner, p.ID, parent, program.BrandOnly))
		if err := h.SetTopicMode(t.Context(), h.owner, p.ID, foreign.ID, program.BrandOnly); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("the mode of another program's topic: %v", err)
		}
		must(t, h.DescribeTopic(t.Context(), h.owner, p.ID, parent, "Visas and borders"))
		if err := h.DescribeTopic(t.Context(), h.owner, p.ID, foreign.ID, "theirs"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("the description of another program's topic: %v", err)
		}
		if err := h.DescribeTopic(t.Context(), h.owner, p.ID, parent, strings.Repeat("x", 1001)); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("a description too long: %v", err)
		}
		must(t, h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) error {
			topic, err := h.TopicBySlugTx(t.Context(), tx, p.ID, "h")
			if err != nil || topic.ID != parent || topic.Mode != program.BrandOnly || topic.Description != "Visas and borders" {
				t.Errorf("TopicBySlugTx = %+v, %v", topic, err)
			}
			list, err := h.TopicsTx(t.Context(), tx, p.ID)
			if err != nil || len(list) != 8 || list[0].ParentID != nil || *list[1].ParentID != list[0].ID {
				t.Errorf("TopicsTx = %+v, %v", list, err)
			}
			return nil
		}))
	})
}

// TestStateTimesVerb: every verb in every state moves as the map says or is
// refused with a type.
func TestStateTimesVerb(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		ways := map[program.State]func(p program.Program){
			program.Draft:  func(program.Program) {},
			program.Live:   func(p program.Program) { must(t, h.Launch(ctx, h.owner, p.ID)) },
			program.Paused: func(p program.Program) { must(t, h.Launch(ctx, h.owner, p.ID)); must(t, h.Pause(ctx, h.owner, p.ID)) },
			program.Closed: func(p program.Program) { must(t, h.Close(ctx, h.owner, p.ID)) },
		}
		type verb = func(p program.Program) error
		verbs := map[string]verb{
			"launch": func(p program.Program) error { return h.Launch(ctx, h.owner, p.ID) },
			"pause":  func(p program.Program) error { return h.Pause(ctx, h.owner, p.ID) },
			"resume": func(p program.Program) error { return h.Resume(ctx, h.owner, p.ID) },
			"close":  func(p program.Program) error { return h.Close(ctx, h.owner, p.ID) },
		}
		want := map[program.State]map[string]program.State{
			program.Draft:  {"launch": program.Live, "close": program.Closed},
			program.Live:   {"pause": program.Paused, "close": program.Closed},
			program.Paused: {"resume": program.Live, "close": program.Closed},
			program.Closed: {},
		}
		for state, reach := range ways {
			for name, do := range verbs {
				p := h.draft(t)
				h.topic(t, p, "visa")
				must(t, h.Fund(ctx, h.owner, p.ID, eur(1_000), p.ID.String()))
				must(t, h.AllocateBudget(ctx, h.owner, p.ID, eur(1_000), p.ID.String()))
				reach(p)
				err := do(p)
				next, ok := want[state][name]
				if !ok {
					next = state
				}
				var refused *program.TransitionError
				if ok != (err == nil) || (err != nil && (!errors.As(err, &refused) || !errors.Is(err, marketplace.ErrConflict))) {
					t.Errorf("%s a %s program: %v", name, state, err)
				}
				if got := h.load(t, p.ID).State; got != next {
					t.Errorf("%s a %s program: is %s, want %s", name, state, got, next)
				}
			}
		}
	})
}

func TestLaunchListsAllThatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		n := newProgram()
		n.Languages, n.Policies = nil, program.DefaultPolicies()
		p, err := h.CreateProgram(t.Context(), h.owner, h.brand, n)
		must(t, err)
		var missing *program.NotReadyError
		err = h.Launch(t.Context(), h.owner, p.ID)
		all := []string{program.MissingTopic, program.MissingLanguage, program.MissingReward, program.MissingBudget}
		if !errors.As(err, &missing) || !slices.Equal(missing.Missing, all) {
			t.Fatalf("Launch = %v, want everything missing", err)
		}
		// A budget that cannot hold one question with its fee is none.
		p = h.draft(t)
		h.topic(t, p, "visa")
		must(t, h.Fund(t.Context(), h.owner, p.ID, eur(10_000), "a"))
		must(t, h.AllocateBudget(t.Context(), h.owner, p.ID, eur(599), "b"))
		if err := h.Launch(t.Context(), h.owner, p.ID); !errors.As(err, &missing) || !slices.Equal(missing.Missing, []string{program.MissingBudget}) {
			t.Fatalf("Launch = %v, want only the budget missing", err)
		}
		must(t, h.AllocateBudget(t.Context(), h.owner, p.ID, eur(1), "c"))
		must(t, h.Launch(t.Context(), h.owner, p.ID))
		if p := h.load(t, p.ID); !p.TakesQuestions() {
			t.Errorf("launched, but %s", p.State)
		}
	})
}

func TestMoney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p, ctx := h.draft(t), t.Context()
		must(t, h.Fund(ctx, h.owner, p.ID, eur(1_000), "k"))
		before := dbtest.Dump(t, h.db)
		must(t, h.Fund(ctx, h.owner, p.ID, eur(1_000), "k"))
		if dbtest.Dump(t, h.db) != before {
			t.Error("funding again with the same key changed something")
		}
		for name, c := range map[string]struct {
			err  error
			want error
		}{
			"key reused":      {h.Fund(ctx, h.owner, p.ID, eur(999), "k"), payouts.ErrKeyReused},
			"zero":            {h.Fund(ctx, h.owner, p.ID, eur(0), "z"), marketplace.ErrInvalid},
			"negative":        {h.AllocateBudget(ctx, h.owner, p.ID, eur(-5), "n"), marketplace.ErrInvalid},
			"other currency":  {h.AllocateBudget(ctx, h.owner, p.ID, payouts.Money{Minor: 1, Currency: "USD"}, "c"), marketplace.ErrInvalid},
			"no key":          {h.AllocateBudget(ctx, h.owner, p.ID, eur(1), ""), marketplace.ErrInvalid},
			"key not UTF-8":   {h.Fund(ctx, h.owner, p.ID, eur(1), "\xff"), marketplace.ErrInvalid},
			"more than there": {h.AllocateBudget(ctx, h.owner, p.ID, eur(1_001), "m"), payouts.ErrInsufficientFunds},
			"too much money":  {h.Fund(ctx, h.owner, p.ID, eur(math.MaxInt64), "f"), marketplace.ErrInvalid},
			"return too much": {h.ReturnBudget(ctx, h.owner, p.ID, eur(1), "r"), payouts.ErrInsufficientFunds},
			"operator":        {h.Fund(ctx, h.operator, p.ID, eur(1), "o"), marketplace.ErrForbidden},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.db) != before {
			t.Error("a refusal changed something")
		}
		must(t, h.AllocateBudget(ctx, h.owner, p.ID, eur(700), "k"))
		must(t, h.ReturnBudget(ctx, h.owner, p.ID, eur(200), "k"))
		if got, err := h.Budget(ctx, h.owner, p.ID); err != nil || got != eur(500) {
			t.Errorf("Budget = %v, %v", got, err)
		}
	})
}

// TestOneOfSixteenAllocates: the wallet holds enough for one of the callers.
func TestOneOfSixteenAllocates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p := h.draft(t)
		must(t, h.Fund(t.Context(), h.owner, p.ID, eur(100), "k"))
		errs := make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = h.AllocateBudget(t.Context(), h.owner, p.ID, eur(100), string(rune('a'+i)))
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, payouts.ErrInsufficientFunds) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d callers won, want 1", won)
		}
	})
}

func TestRefusalsChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.draft(t)
		_, stranger := h.newBrand(t, "Other")
		unknown := marketplace.NewID[program.Program]()
		owner := h.owner.Person
		before := dbtest.Dump(t, h.db)
		create := func(edit func(n *program.NewProgram)) error {
			n := newProgram()
			edit(&n)
			_, err := h.CreateProgram(ctx, h.owner, h.brand, n)
			return err
		}
		brand := func(caller access.Caller, name string, owner access.PersonID) error {
			_, err := h.CreateBrand(ctx, caller, name, owner)
			return err
		}
		topic := func(name string) error {
			_, err := h.AddTopic(ctx, h.owner, p.ID, program.NewTopic{Slug: "new", Name: name, Mode: program.Crowd})
			return err
		}
		for name, c := range map[string]struct{ err, want error }{
			"brand by its owner":      {brand(h.owner, "B", owner), marketplace.ErrForbidden},
			"brand by nobody":         {brand(access.Caller{}, "B", owner), marketplace.ErrForbidden},
			"brand without a name":    {brand(h.operator, " ", owner), marketplace.ErrInvalid},
			"brand of unknown owner":  {brand(h.operator, "B", marketplace.NewID[access.Person]()), marketplace.ErrNotFound},
			"brand of two lines":      {brand(h.operator, "A\nB", owner), marketplace.ErrInvalid},
			"program with an escape":  {create(func(n *program.NewProgram) { n.Name = "A\x1b[2J" }), marketplace.ErrInvalid},
			"topic with a line break": {topic("A\r\nB"), marketplace.ErrInvalid},
			"name not UTF-8":          {create(func(n *program.NewProgram) { n.Name = "\xff" }), marketplace.ErrInvalid},
			"name too long":           {create(func(n *program.NewProgram) { n.Name = strings.Repeat("x", 300) }), marketplace.ErrInvalid},
			"unknown currency":        {create(func(n *program.NewProgram) { n.Currency = "ZZZ" }), marketplace.ErrInvalid},
			"unknown language":        {create(func(n *program.NewProgram) { n.Languages = []string{"zz!"} }), marketplace.ErrInvalid},
			"rollout over the whole":  {create(func(n *program.NewProgram) { n.RolloutShareBP = 10_001 }), marketplace.ErrInvalid},
			"policies of nothing":     {create(func(n *program.NewProgram) { n.Policies = program.Policies{} }), marketplace.ErrInvalid},
			"policies by a stranger":  {h.SetPolicies(ctx, stranger, p.ID, program.DefaultPolicies()), marketplace.ErrNotFound},
			"policies by the system":  {h.SetPolicies(ctx, access.SystemCaller("x"), p.ID, program.DefaultPolicies()), marketplace.ErrForbidden},
			"policies of unknown":     {h.SetPolicies(ctx, h.owner, unknown, program.DefaultPolicies()), marketplace.ErrNotFound},
			"origins by a stranger":   {h.SetOrigins(ctx, stranger, p.ID, nil), marketplace.ErrNotFound},
			"origins by the system":   {h.SetOrigins(ctx, access.SystemCaller("x"), p.ID, nil), marketplace.ErrForbidden},
			"languages of nothing":    {h.SetLanguages(ctx, h.owner, p.ID, nil), marketplace.ErrInvalid},
			"launch by a stranger":    {h.Launch(ctx, stranger, p.ID), marketplace.ErrNotFound},
			"close of an unknown":     {h.Close(ctx, h.owner, unknown), marketplace.ErrNotFound},
			"zero program":            {h.Pause(ctx, h.owner, program.ID{}), marketplace.ErrNotFound},
			"funding by a stranger":   {h.Fund(ctx, stranger, p.ID, eur(1), "k"), marketplace.ErrNotFound},
			"funding of an unknown":   {h.Fund(ctx, h.owner, unknown, eur(1), "k"), marketplace.ErrNotFound},
			"allocation by customers": {h.AllocateBudget(ctx, access.CustomerCaller(h.brand, access.CustomerID{1}), p.ID, eur(1), "k"), marketplace.ErrNotFound},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.db) != before {
			t.Error("a refusal changed something")
		}
	})
}

func TestFailingHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		var p program.Program
		dbtest.Halfway(t, h.db, func() error { _, err := h.CreateBrand(ctx, h.operator, "B", h.owner.Person); return err })
		dbtest.Halfway(t, h.db, func() (err error) { p, err = h.CreateProgram(ctx, h.owner, h.brand, newProgram()); return err })
		dbtest.Halfway(t, h.db, func() error {
			_, err := h.AddTopic(ctx, h.owner, p.ID, program.NewTopic{Slug: "visa", Name: "Visa", Mode: program.Crowd})
			return err
		})
		var topic program.Topic
		dbtest.Halfway(t, h.db, func() (err error) {
			topic, err = h.AddTopic(ctx, h.owner, p.ID, program.NewTopic{Slug: "rail", Name: "Rail", Description: "Trains", Mode: program.Crowd})
			return err
		})
		dbtest.Halfway(t, h.db, func() error { return h.DescribeTopic(ctx, h.owner, p.ID, topic.ID, "Trains and seats") })
		dbtest.Halfway(t, h.db, func() error { return h.SetPolicies(ctx, h.owner, p.ID, p.Policies) })
		dbtest.Halfway(t, h.db, func() error { return h.SetOrigins(ctx, h.owner, p.ID, []string{"https://a.example"}) })
		dbtest.Halfway(t, h.db, func() error { return h.Fund(ctx, h.owner, p.ID, eur(1_000), "k") })
		dbtest.Halfway(t, h.db, func() error { return h.AllocateBudget(ctx, h.owner, p.ID, eur(1_000), "k") })
		dbtest.Halfway(t, h.db, func() error { return h.Launch(ctx, h.owner, p.ID) })
		dbtest.Halfway(t, h.db, func() error { return h.Pause(ctx, h.owner, p.ID) })
	})
}

func TestTenantsAreApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	h := newHouse(t, db)
	h.live(t)
	other, _ := h.newBrand(t, "Other")
	for _, table := range []string{"programs", "topics", "money_moves", "brands"} {
		for brand, want := range map[marketplace.BrandID]bool{h.brand: true, other: table == "brands"} {
			must(t, h.store.Read(t.Context(), brand, func(tx *gorm.DB) error {
				var n, foreign int64
				if err := tx.Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil {
					return err
				}
				column := map[bool]string{true: "id", false: "brand_id"}[table == "brands"]
				if err := tx.Raw("SELECT count(*) FROM "+table+" WHERE "+column+" <> ?", brand).Scan(&foreign).Error; err != nil {
					return err
				}
				if foreign != 0 || (n > 0) != want {
					t.Errorf("%s: sees %d rows, %d of them another brand's", table, n, foreign)
				}
				return nil
			}))
		}
		var n int64
		if err := db.Read.Raw("SELECT count(*) FROM " + table).Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("%s: without a brand %d rows are seen, %v", table, n, err)
		}
	}
}
