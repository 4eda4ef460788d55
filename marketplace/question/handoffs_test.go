package question_test

import (
	"testing"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Who has the question next reads of each hand-back what confirming it needs.
func TestHandoffsCanBeConfirmedByWhatIsRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Answered)
		read := func() question.Handoff {
			t.Helper()
			c, err := r.Questions.ForExpert(r.Ctx(), r.second, s.q)
			r.must("read as an expert", err)
			if len(c.Handoffs) != 1 || len(c.Notes) != 1 || c.Handoffs[0].Note != c.Notes[0] {
				t.Fatalf("handoffs %+v, notes %q", c.Handoffs, c.Notes)
			}
			return c.Handoffs[0]
		}
		before := read()
		if before.Assignment != s.handed || before.Confirmed {
			t.Errorf("before: %+v, want %s unconfirmed", before, s.handed)
		}
		r.must("confirm", r.Questions.ConfirmHandoff(r.Ctx(), r.second, s.turn, before.Assignment))
		if !read().Confirmed {
			t.Error("confirmed, and does not say so")
		}
		c, err := r.Questions.ForCustomer(r.Ctx(), r.dana, s.q)
		r.must("read as the customer", err)
		if len(c.Handoffs) != 0 {
			t.Errorf("the customer reads %+v", c.Handoffs)
		}
	})
}
