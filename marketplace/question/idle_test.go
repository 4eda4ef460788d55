package question_test

import (
	"testing"
	"time"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A process that read past questions only to fit weights keeps none of them, and
// so none that are erased, for longer than it has a use for them; one where
// questions are asked keeps them, and both rank alike afterwards.
func TestWhatIsNotUsedIsForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		idle, id := r.another(), r.Program.ID
		r.lately(0, 60)
		r.must("fit", idle.Questions.RefitNow(r.Ctx(), r.Brand, id))
		_, before := r.ranked()
		r.refresh()
		for _, step := range []struct {
			after      time.Duration
			remembered bool
		}{{10 * time.Minute, true}, {time.Second, false}, {time.Hour, false}} {
			r.Clock.Advance(step.after)
			r.refresh()
			for _, one := range []*room{r, idle} {
				r.must("forget what is idle", one.Questions.ForgetIdle(r.Ctx()))
			}
			if got := idle.Questions.Remembers(id); got != step.remembered {
				t.Errorf("%v later the idle process remembers: %v", step.after, got)
			}
			if !r.Questions.Remembers(id) {
				t.Errorf("%v later nothing is remembered where questions are asked", step.after)
			}
		}
		asked, there := idle.ranked()
		if len(there.Ranking.Candidates) != len(before.Ranking.Candidates) || !idle.Questions.Remembers(id) {
			t.Errorf("read again: %d candidates, %d before", len(there.Ranking.Candidates), len(before.Ranking.Candidates))
		}
		if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, asked); n != 1 || err != nil {
			t.Errorf("the other process proves %d of its decisions: %v", n, err)
		}
	})
}
