package question_test

import (
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// An expert is told of each decision whether they were asked, came behind or were
// kept out, and what keeps them out now; of others nothing.
func TestChancesTellWhyAndWhyNot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) { p.Routing.BrandMatters = true })
		first, second, away := m.Expert("first"), m.Expert("second"), m.Expert("away")
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(m.Experts.SetAvailability(m.Ctx(), away, false))
		e, err := m.Experts.MyEnrolment(m.Ctx(), away, m.Program.ID)
		must(err)
		must(m.Conduct.Restrict(m.Ctx(), m.Manager, e.ID, []string{"box"}, conduct.SuspendQuality, "Wrong twice."))
		for range 3 {
			m.Ask(m.Customer("Dana"), "My box is dead")
		}
		m.Ask(m.Customer("Dana"), burning) // nobody's
		of := func(c access.Caller) question.Chances {
			t.Helper()
			chances, err := m.Questions.Chances(m.Ctx(), c, m.Program.ID)
			must(err)
			if chances.Decisions != 3 || chances.Asked+chances.Behind+chances.Elsewhere != 3 {
				t.Errorf("of three decisions: %+v", chances)
			}
			return chances
		}
		one, two, three := of(first), of(second), of(away)
		if one.Asked+two.Asked != 3 || one.Behind != 3-one.Asked || two.Behind != 3-two.Asked || one.MeanPlace < 1 || one.MeanPlace > 2 {
			t.Errorf("each question went to one of two: %+v and %+v", one, two)
		}
		if three.Elsewhere != 3 || three.MeanPlace != 0 {
			t.Errorf("who wants no offers: %+v", three)
		}
		rules := map[string]string{}
		for _, r := range three.Rules {
			rules[r.Topic] = r.Rule
		}
		if len(rules) != 4 || rules["box"] != string(expert.ReasonUnavailable) || rules["billing"] != string(expert.ReasonBrandOnly) {
			t.Errorf("who wants no offers is kept out by %v", rules)
		}
		eachChance(t, one, two, three)
		must(m.Experts.SetAvailability(m.Ctx(), away, true))
		for _, c := range of(away).Latest {
			if c.Outcome != question.ChanceKeptOut || c.Rule != "" || c.Now != "" {
				t.Errorf("who was kept out by what is over: %+v", c)
			}
		}
		for _, r := range of(away).Rules {
			want := map[string]expert.Reason{"": "", "box": expert.ReasonRestricted, "plans": expert.ReasonNotCertified, "billing": expert.ReasonBrandOnly}[r.Topic]
			if r.Rule != string(want) {
				t.Errorf("topic %q: kept out by %q, want %q", r.Topic, r.Rule, want)
			}
		}
		m.Clock.Advance(29 * 24 * time.Hour)
		if later, err := m.Questions.Chances(m.Ctx(), first, m.Program.ID); err != nil || later.Decisions != 0 {
			t.Errorf("a month later %+v, %v", later, err)
		}
		for name, c := range map[string]struct {
			caller access.Caller
			want   error
		}{
			"a member": {m.Manager, marketplace.ErrNotFound}, "a customer": {m.Customer("Eve"), marketplace.ErrForbidden},
			"nobody": {access.Caller{}, marketplace.ErrForbidden}, "the system": {access.SystemCaller("x"), marketplace.ErrForbidden},
		} {
			if _, err := m.Questions.Chances(m.Ctx(), c.caller, m.Program.ID); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

// eachChance checks what two who were ranked and one who rested are told of three
// questions, one by one.
func eachChance(t *testing.T, one, two, three question.Chances) {
	t.Helper()
	for i := range 3 {
		a, b, c := one.Latest[i], two.Latest[i], three.Latest[i]
		if c.Outcome != question.ChanceKeptOut || c.Place != "" || c.Rule != "" || c.Now != string(expert.ReasonUnavailable) || len(c.Lower) != 0 {
			t.Errorf("who wants no offers reads %+v", c)
		}
		if a.Outcome == question.ChanceBehind {
			a, b = b, a
		}
		if a.Outcome != question.ChanceAsked || b.Outcome != question.ChanceBehind || a.Place != question.PlaceFront || b.Place == "" || b.Rule != "" || b.Now != "" {
			t.Errorf("two of whom one was asked read %+v and %+v", a, b)
		}
		if !a.Hour.Equal(a.Hour.Truncate(time.Hour)) || a.Hour != b.Hour {
			t.Errorf("the hour is %v and %v", a.Hour, b.Hour)
		}
	}
}

// What was decided before an expert was enrolled did not keep them out; who applied,
// or left, is told nothing of decisions.
func TestChancesAreOfWhoIsEnrolled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		of := func(c access.Caller) question.Chances {
			t.Helper()
			chances, err := m.Questions.Chances(m.Ctx(), c, m.Program.ID)
			must(err)
			return chances
		}
		m.Expert("first")
		m.Ask(m.Customer("Dana"), "My box is dead")
		asked := m.Clock.Now()
		m.Clock.Advance(time.Minute)
		late := m.Expert("late")
		if got := of(late); got.Decisions != 0 || len(got.Latest) != 0 || !got.Since.After(asked) || len(got.Rules) != 4 {
			t.Errorf("before they were enrolled: %+v", got)
		}
		m.Clock.Advance(time.Minute)
		m.Ask(m.Customer("Dana"), "My box is dead again")
		if got := of(late); got.Decisions != 1 || len(got.Latest) != 1 {
			t.Errorf("since they are enrolled: %+v", got)
		}
		must(m.Admission.Leave(m.Ctx(), late, m.Program.ID))
		m.Ask(m.Customer("Dana"), "My box is dead once more")
		nina := access.PersonCaller(m.Person("Nina"))
		_, err := m.Experts.Register(m.Ctx(), nina, expert.Profile{Handle: "nina", Languages: []string{"en"}})
		must(err)
		_, err = m.Admission.Apply(m.Ctx(), nina, m.Program.ID, admission.Application{Motivation: "I know boxes."})
		must(err)
		m.Ask(m.Customer("Dana"), "My box is dead for good")
		for name, who := range map[string]access.Caller{"who left": late, "who applied": nina} {
			if got := of(who); got.Decisions != 0 || len(got.Latest) != 0 || len(got.Rules) != 0 {
				t.Errorf("%s reads %+v", name, got)
			}
		}
	})
}

// Whose offer of an earlier attempt was withdrawn, because somebody was faster, may
// be asked again: that they were asked is no rule that kept them out.
func TestWhoWasTooSlowMayBeAskedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{2} })
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		fast, slow := m.Expert("fast"), m.Expert("slow")
		m.Ask(m.Customer("Dana"), "My box is dead")
		a := m.Accept(fast)
		must(m.Experts.SetAvailability(m.Ctx(), slow, false))
		m.Expert("third")
		m.Clock.Advance(time.Minute)
		must(m.Questions.HandBack(m.Ctx(), fast, a.ID, "no_time", ""))
		m.RunDue()
		for who, want := range map[access.Caller]string{slow: "", fast: "asked_before"} {
			got, err := m.Questions.Chances(m.Ctx(), who, m.Program.ID)
			must(err)
			if got.Decisions != 2 || got.Latest[0].Outcome != question.ChanceKeptOut || got.Latest[0].Rule != want {
				t.Errorf("want rule %q: %+v", want, got.Latest)
			}
		}
	})
}
