package conduct_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// court is an expert against whom the brand's owner took a measure, and somebody
// else who may decide the appeal.
type court struct {
	*house
	t      *testing.T
	second access.Caller
	x      access.Caller
	e      expert.EnrolmentID
	m      conduct.MeasureID
}

func (h *house) court(t *testing.T, handle string, kind conduct.Kind) *court {
	t.Helper()
	x, e := h.Active(t, handle)
	c := &court{house: h, t: t, second: h.NewPerson(t), x: x, e: e.ID}
	must(t, h.People.AddMember(t.Context(), h.Owner, h.Program.BrandID, c.second.Person, access.Manager))
	if kind == conduct.Suspension {
		must(t, h.Suspend(t.Context(), h.Owner, e.ID, conduct.SuspendConduct, "Wrote to bea@example.com outside."))
	} else {
		must(t, h.Restrict(t.Context(), h.Owner, e.ID, []string{"visa"}, conduct.SuspendQuality, "Wrong twice."))
	}
	c.m = c.measure().ID
	return c
}

// measure is the latest against the expert, as they read it.
func (c *court) measure() conduct.OwnMeasure {
	c.t.Helper()
	list, err := c.MyMeasures(c.t.Context(), c.x, marketplace.Page{})
	must(c.t, err)
	if len(list.Items) == 0 {
		c.t.Fatal("nothing was taken against them")
	}
	return list.Items[0]
}

func (c *court) appeal() error {
	return c.AppealMeasure(c.t.Context(), c.x, c.m, "It was not me, write to x@example.com.")
}

func (c *court) decide(upheld bool) error {
	return c.DecideMeasure(c.t.Context(), c.second, c.Program.BrandID, c.m, upheld, "I looked at it.")
}

func (c *court) lift() error {
	if c.measure().Kind == conduct.Suspension {
		return c.Reinstate(c.t.Context(), c.second, c.e)
	}
	return c.Unrestrict(c.t.Context(), c.second, c.e)
}

// bring takes the measure to a state by the verbs alone.
func (c *court) bring(state conduct.State) {
	c.t.Helper()
	ways := map[conduct.State][]func() error{
		conduct.InForce:    {},
		conduct.Appealed:   {c.appeal},
		conduct.Confirmed:  {c.appeal, func() error { return c.decide(false) }},
		conduct.Overturned: {c.appeal, func() error { return c.decide(true) }},
		conduct.Lapsed: {c.appeal, func() error {
			c.Clock.Set(*c.measure().DecideBy)
			_, err := c.Queue.RunDue(c.t.Context())
			return err
		}},
		conduct.Lifted: {c.lift},
		conduct.Over:   {func() error { return c.Leave(c.t.Context(), c.x, c.Program.ID) }},
	}
	for _, step := range ways[state] {
		must(c.t, step())
	}
	if got := c.measure().State; got != state {
		c.t.Fatalf("the measure is %s, want %s", got, state)
	}
}

// kept reports whether the measure keeps the expert from questions.
func (c *court) kept() bool {
	c.t.Helper()
	e := c.EnrolmentOf(c.t, c.x)
	return e.State == expert.Suspended || len(e.Restricted) > 0
}

var kinds = []conduct.Kind{conduct.Suspension, conduct.Restriction}

// eachMeasure gives do a court for each kind and state.
func eachMeasure(t *testing.T, do func(c *court, kind conduct.Kind, state conduct.State)) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		for i, kind := range kinds {
			for j, state := range conduct.States {
				c := h.court(t, "x-"+string(rune('a'+i))+string(rune('a'+j)), kind)
				c.bring(state)
				do(c, kind, state)
			}
		}
	})
}

// In each state each verb moves the measure as the table says, or is a conflict
// and changes nothing; and it keeps the expert from questions as long as it holds.
func TestMeasureStateTimesVerb(t *testing.T) {
	allowed := map[conduct.State]map[string]conduct.State{
		conduct.InForce: {"appeal": conduct.Appealed, "lift": conduct.Lifted},
		conduct.Appealed: {
			"uphold": conduct.Overturned, "reject": conduct.Confirmed, "lift": conduct.Lifted,
		},
		conduct.Confirmed: {"lift": conduct.Lifted},
	}
	holds := []conduct.State{conduct.InForce, conduct.Appealed, conduct.Confirmed}
	for _, verb := range []string{"appeal", "uphold", "reject", "lift"} {
		t.Run(verb, func(t *testing.T) {
			eachMeasure(t, func(c *court, kind conduct.Kind, state conduct.State) {
				if c.kept() != slices.Contains(holds, state) {
					t.Errorf("%s %s: kept from questions is %v", kind, state, c.kept())
				}
				do := map[string]func() error{
					"appeal": c.appeal, "lift": c.lift,
					"uphold": func() error { return c.decide(true) }, "reject": func() error { return c.decide(false) },
				}[verb]
				next, may := allowed[state][verb]
				if !may {
					dbtest.Unchanged(t, c.DB, func() {
						if err := do(); !errors.Is(err, marketplace.ErrConflict) {
							t.Errorf("%s of a %s that is %s: %v, want a conflict", verb, kind, state, err)
						}
					})
					return
				}
				if err := do(); err != nil || c.measure().State != next || c.kept() != slices.Contains(holds, next) {
					t.Errorf("%s of a %s that was %s: %v; is %s and keeps %v", verb, kind, state, err, c.measure().State, c.kept())
				}
			})
		})
	}
}

// A year later nothing waits: what holds was decided by a human and may still be
// appealed against, or was looked at by two.
func TestMeasuresTimeTravel(t *testing.T) {
	eachMeasure(t, func(c *court, kind conduct.Kind, state conduct.State) {
		c.Clock.Advance(365 * 24 * time.Hour)
		_, err := c.Queue.RunDue(c.t.Context())
		must(c.t, err)
		m := c.measure()
		switch {
		case state == conduct.Appealed:
			if m.State != conduct.Lapsed || c.kept() || c.EnrolmentOf(c.t, c.x).State != expert.Active {
				t.Errorf("an undecided appeal against a %s: %s, keeps %v", kind, m.State, c.kept())
			}
		case m.State != state:
			t.Errorf("a %s that was %s became %s by itself", kind, state, m.State)
		case state == conduct.InForce:
			if err := c.appeal(); err != nil {
				t.Errorf("a %s cannot be appealed against a year later: %v", kind, err)
			}
		case state == conduct.Confirmed:
			list, err := c.Measures(c.t.Context(), c.Owner, c.Program.ID, conduct.Filter{Enrolment: c.e}, marketplace.Page{})
			must(c.t, err)
			if got := list.Items[0].Measure; got.ImposedBy != c.Owner.Person || got.DecidedBy != c.second.Person {
				t.Errorf("a %s that holds was imposed by %s and confirmed by %s", kind, got.ImposedBy, got.DecidedBy)
			}
		}
	})
}

func TestWhoDecidesAboutMeasures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, brand := t.Context(), h.Program.BrandID
		c := h.court(t, "dana", conduct.Suspension)
		must(t, c.appeal())
		reviewer, system := h.NewPerson(t), access.SystemCaller("bot")
		must(t, h.People.AddMember(ctx, h.Owner, brand, reviewer.Person, access.Reviewer))
		must(t, h.People.AddMember(ctx, h.Owner, brand, c.x.Person, access.Manager)) // the expert manages by now
		_, stranger := h.NewProgram(t)
		_, other := h.Active(t, "ada")
		decide := func(by access.Caller) error { return h.DecideMeasure(ctx, by, brand, c.m, false, "x") }
		restrict := func(by access.Caller, topics ...string) error {
			return h.Restrict(ctx, by, other.ID, topics, conduct.SuspendQuality, "x")
		}
		dbtest.Unchanged(t, db, func() {
			for name, c := range map[string]struct{ err, want error }{
				"by who imposed it":         {decide(h.Owner), conduct.ErrSameHuman},
				"by the expert":             {decide(c.x), expert.ErrNotOneself},
				"by the system":             {decide(system), marketplace.ErrForbidden},
				"by a reviewer":             {decide(reviewer), marketplace.ErrForbidden},
				"by a stranger":             {decide(stranger), marketplace.ErrForbidden},
				"without a reason":          {h.DecideMeasure(ctx, c.second, brand, c.m, true, ""), marketplace.ErrInvalid},
				"an unknown one":            {h.DecideMeasure(ctx, c.second, brand, marketplace.NewID[conduct.Measure](), true, "x"), marketplace.ErrNotFound},
				"appeal of another's":       {h.AppealMeasure(ctx, stranger, c.m, "x"), marketplace.ErrNotFound},
				"appeal of an unknown":      {h.AppealMeasure(ctx, c.x, marketplace.NewID[conduct.Measure](), "x"), marketplace.ErrNotFound},
				"appeal without words":      {h.AppealMeasure(ctx, c.x, c.m, ""), marketplace.ErrInvalid},
				"restricted by the system":  {restrict(system, "visa"), marketplace.ErrForbidden},
				"restricted by a reviewer":  {restrict(reviewer, "visa"), marketplace.ErrForbidden},
				"restricted by a stranger":  {restrict(stranger, "visa"), marketplace.ErrNotFound},
				"restricted from nothing":   {restrict(h.Owner), marketplace.ErrInvalid},
				"restricted from unknown":   {restrict(h.Owner, "cars"), marketplace.ErrNotFound},
				"restricted of oneself":     {h.Restrict(ctx, c.x, c.e, []string{"visa"}, conduct.SuspendFraud, "x"), expert.ErrNotOneself},
				"restricted while stopped":  {h.Restrict(ctx, h.Owner, c.e, []string{"visa"}, conduct.SuspendFraud, "x"), marketplace.ErrConflict},
				"unrestricted without one":  {h.Unrestrict(ctx, h.Owner, other.ID), marketplace.ErrConflict},
				"long evidence":             {h.Suspend(ctx, h.Owner, other.ID, conduct.SuspendFraud, strings.Repeat("x", 5000)), marketplace.ErrInvalid},
				"list by an agent's kin":    {list(h.Measures(ctx, reviewer, h.Program.ID, conduct.Filter{}, marketplace.Page{})), marketplace.ErrForbidden},
				"list in an unknown state":  {list(h.Measures(ctx, h.Owner, h.Program.ID, conduct.Filter{States: []conduct.State{"odd"}}, marketplace.Page{})), marketplace.ErrInvalid},
				"appeals listed by outside": {list(h.MeasureAppeals(ctx, stranger, brand, marketplace.Page{})), marketplace.ErrForbidden},
				"own by the system":         {list(h.MyMeasures(ctx, system, marketplace.Page{})), expert.ErrNotAPerson},
			} {
				if !errors.Is(c.err, c.want) {
					t.Errorf("%s: %v, want %v", name, c.err, c.want)
				}
			}
		})
		for caller, want := range map[access.Caller]int{h.Owner: 0, c.x: 0, c.second: 1, h.Operator: 1} {
			if waiting, err := h.MeasureAppeals(ctx, caller, brand, marketplace.Page{}); err != nil || len(waiting.Items) != want {
				t.Errorf("%s may decide %d appeals, want %d: %v", caller, len(waiting.Items), want, err)
			}
		}
		must(t, decide(h.Operator)) // somebody outside the brand may, too
		c.Clock.Set(*c.measure().DecideBy)
		must(t, h.Suspend(ctx, h.Operator, other.ID, conduct.SuspendFraud, "Two accounts."))
	})
}

func list[T any](_ marketplace.Listing[T], err error) error { return err }

// Operators see the appeals of every brand, and decide where all of a brand are
// the human who imposed it.
func TestOperatorsDecideAppeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, page := t.Context(), marketplace.Page{}
		c := h.court(t, "dana", conduct.Suspension)
		listed := func(by access.Caller) []conduct.View {
			t.Helper()
			list, err := h.AllMeasureAppeals(ctx, by, page)
			must(t, err)
			return list.Items
		}
		if list := listed(h.Operator); len(list) != 0 {
			t.Errorf("before there is an appeal: %+v", list)
		}
		must(t, c.appeal())
		list := listed(h.Operator)
		if len(list) != 1 || list[0].Measure.ID != c.m || list[0].Handle != "dana" || list[0].BrandName == "" || list[0].ProgramName == "" || list[0].ByPlatform {
			t.Fatalf("the operator reads %+v", list)
		}
		for name, by := range map[string]access.Caller{"an owner": h.Owner, "the expert": c.x, "the system": access.SystemCaller("x")} {
			if _, err := h.AllMeasureAppeals(ctx, by, page); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, h.DecideMeasure(ctx, h.Operator, list[0].Measure.BrandID, c.m, true, "I looked at it."))
		if c.kept() || len(listed(h.Operator)) != 0 {
			t.Error("the operator's decision changes nothing")
		}
		must(t, h.Suspend(ctx, h.Operator, c.e, conduct.SuspendFraud, "See the signals."))
		c.m = c.measure().ID
		must(t, c.appeal())
		if known, err := h.MeasureAppeals(ctx, h.Owner, h.Program.BrandID, page); err != nil || len(known.Items) != 1 || !known.Items[0].ByPlatform {
			t.Errorf("of what an operator imposed the brand reads %+v, %v", known.Items, err)
		}
		if list := listed(h.Operator); len(list) != 0 {
			t.Errorf("the operator who imposed it may decide: %+v", list)
		}
		if err := h.DecideMeasure(ctx, h.Operator, h.Program.BrandID, c.m, false, "x"); !errors.Is(err, conduct.ErrSameHuman) {
			t.Errorf("the same human decides: %v", err)
		}
	})
}
