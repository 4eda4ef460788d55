package question_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/matching/mood"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

const burning = "The router caught fire and somebody is injured"

func matters(p *program.Policies) { p.Routing.BrandMatters = true }

// brandMatter is the question's decisions; it fails the test unless the question is
// with the brand as its own matter, and nobody was asked or paid for.
func (r *room) brandMatter(id question.ID) []question.DecisionRecord {
	r.t.Helper()
	q := r.load(id)
	if q.State != question.Escalated || q.EndReason != question.ReasonMatter {
		r.t.Fatalf("the question is %s for %q", q.State, q.EndReason)
	}
	if n := r.count("offers", "question_id = ?", id) + r.count("holds", "question_id = ?", id); n != 0 {
		r.t.Errorf("%d offers and holds of a matter of the brand's", n)
	}
	list, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, id)
	r.must("read the decisions", err)
	return list
}

// What only the brand can settle goes to its team, with the cues on record; all
// else to experts, and everything where the program does not want it.
func TestBrandMattersGoToTheBrand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, matters)
		list := r.brandMatter(r.Ask(r.dana, burning).ID)
		if len(list) != 1 || list[0].Matter == nil || list[0].Offers != 0 || !slices.Equal(list[0].Matter.Cues, []mood.Cue{mood.Safety}) {
			t.Errorf("on record is %+v", list)
		}
		r.brandMatter(r.Ask(r.dana, "I want a refund").ID)
		for _, title := range []string{"The picture turns blurry", "I was charged, why?", "Urgent: it is stuck, please help today!"} {
			if q := r.load(r.Ask(r.dana, title).ID); q.State != question.Offered {
				t.Errorf("%q is %s for %q", title, q.State, q.EndReason)
			}
		}
		off := r.Program.Policies
		off.Routing.BrandMatters = false
		r.must("turn it off", r.Programs.SetPolicies(r.Ctx(), r.Owner, r.Program.ID, off))
		if q := r.load(r.Ask(r.dana, burning).ID); q.State != question.Offered {
			t.Errorf("where the program does not want it the question is %s for %q", q.State, q.EndReason)
		}
	})
}

// A process that has much to read first sends it to the brand all the same.
func TestBrandMattersNeedNoMemory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, matters)
		r.Questions.Forget()
		r.brandMatter(r.Ask(r.dana, burning).ID)
	})
}

// The brand gives the crowd what was no matter of its own; its words are not
// looked at again. Nobody else does, and only once.
func TestTheBrandRoutesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, matters)
		id := r.Ask(r.dana, burning).ID
		for name, caller := range map[string]access.Caller{"a customer": r.dana, "an expert": r.first, "a reviewer": r.Reviewer} {
			if err := r.Questions.RouteBack(r.Ctx(), caller, r.Brand, id); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.Questions.Forget()
		if n := dbtest.Halfway(t, db, func() error { return r.Questions.RouteBack(r.Ctx(), r.Agent, r.Brand, id) }); n < 2 {
			t.Errorf("%d statements", n)
		}
		r.RunDue()
		q := r.load(id)
		if q.State != question.Offered || q.Attempt != 2 || q.EndReason != "" || q.EndedAt != nil {
			t.Errorf("given back it is %s in attempt %d, ended for %q", q.State, q.Attempt, q.EndReason)
		}
		if got := verdict(r.Questions.RouteBack(r.Ctx(), r.Agent, r.Brand, id)); got != "moved" {
			t.Errorf("again: %s", got)
		}
		if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, id); n != 2 || err != nil {
			t.Errorf("replay of %d decisions: %v", n, err)
		}
		r.Balanced()
	})
}

// What only the brand can settle goes there whole or not at all, by a job too.
func TestBrandMattersFailHalfway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, matters)
		s := r.stage(question.Asked)
		r.must("ask of a matter of the brand's", r.rawUpdate("UPDATE questions SET title = ?, attempt = 1 WHERE id = ?", burning, s.q))
		dbtest.Halfway(t, db, func() error { return tx(s, func(tx *gorm.DB) error { return r.Questions.RouteOn(r.Ctx(), tx, s.q) }) })
		if q := r.load(s.q); q.EndReason != question.ReasonMatter {
			t.Errorf("by a job it is %s for %q", q.State, q.EndReason)
		}
	})
}
