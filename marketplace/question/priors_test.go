package question_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
	"knowhow/matching"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// judged has so many of each expert's pieces of work turn out bad.
func (r *room) judged(each, bad int) {
	r.t.Helper()
	r.must("judge", r.write(func(tx *gorm.DB) error {
		for _, who := range []access.Caller{r.first, r.second, r.rival} {
			for i := range each {
				w := expert.Work{
					Brand: r.Brand, Program: r.Program.ID, Person: who.Person, Topic: "remote", Outcome: expert.Success, Weight: 1, At: r.Clock.Now(),
				}
				if i < bad {
					w.Outcome = expert.Failure
				}
				if err := r.Experts.RecordOutcomeTx(r.Ctx(), tx, w); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// believed is what a record says is believed of the first expert on it.
func believed(t *testing.T, d question.DecisionRecord) float64 {
	t.Helper()
	at := slices.IndexFunc(d.Ranking.Factors, func(f matching.Factor) bool { return f.Name == "prior" })
	if at < 0 || len(d.Ranking.Candidates) == 0 {
		t.Fatalf("a record of %d candidates", len(d.Ranking.Candidates))
	}
	return d.Ranking.Candidates[0].Features[at]
}

// What a program's outcomes teach to expect of its experts counts as soon as its
// weights are fitted again, in every process, and is on record by its version.
func TestRoutingExpectsWhatTheProgramTeaches(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		other := r.another()
		r.lately(0, 60)
		r.judged(20, 10)
		r.refit()
		early, few := r.ranked()
		if few.Weights != 1 || few.Prior != "" {
			t.Errorf("of 60 outcomes: weights %d, prior %q", few.Weights, few.Prior)
		}
		r.judged(20, 10)
		r.lately(60, 100)
		before := believed(t, few)
		r.refit()
		for name, in := range map[string]*room{"this": r, "another": other, "a new": r.another()} {
			id, d := in.ranked()
			if d.Weights != 2 || !strings.HasPrefix(d.Prior, expert.RoutingPrior().Version+"+120@") {
				t.Errorf("%s process: weights %d, prior %q", name, d.Weights, d.Prior)
			}
			if after := believed(t, d); !(after < before-.05) {
				t.Errorf("%s process: believed %.3f where half of the work is bad, before %.3f", name, after, before)
			}
			if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, id); n != 1 || err != nil {
				t.Errorf("%d decisions replayed, %v", n, err)
			}
		}
		late, _ := r.ranked()
		for name, forge := range map[string]string{
			"another version": "UPDATE program_weights SET prior = REPLACE(prior, '+120@', '+121@')",
			"none":            "UPDATE program_weights SET prior = ''",
		} {
			r.must("forge", r.write(func(tx *gorm.DB) error { return tx.Exec(forge).Error }))
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, late); !errors.Is(err, question.ErrReplayDiffers) {
				t.Errorf("with %s on record: %v", name, err)
			}
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, early); err != nil {
				t.Errorf("by the platform's, with %s on record: %v", name, err)
			}
		}
		if n := r.count("events", "kind = ? AND subject = ?", question.EventRefitted, event.Subject(r.Program.ID)); n != 2 {
			t.Errorf("told of %d times", n)
		}
	})
}

// A prior that was drawn to what the platform expected at another time does not
// count.
func TestPriorsOfAnotherPlatformDoNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 60)
		r.judged(40, 20)
		r.refit()
		if _, d := r.ranked(); d.Prior == "" {
			t.Fatal("there is no prior")
		}
		earlier := "UPDATE program_weights SET prior = REPLACE(prior, 'roll-', 'earlier-')"
		r.must("go back", r.write(func(tx *gorm.DB) error { return tx.Exec(earlier).Error }))
		if _, d := r.another().ranked(); d.Prior != "" || d.Weights != 1 {
			t.Errorf("prior %q beside weights %d", d.Prior, d.Weights)
		}
	})
}
