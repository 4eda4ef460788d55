package question_test

import (
	"sync"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// heard names who a whisper is for, and what they hear.
func (s *scene) heard(w question.Whisper, err error) string {
	s.t.Helper()
	if err != nil {
		return verdict(err)
	}
	switch {
	case w.IsZero():
		return "nobody"
	case w.To == s.dana && w.Notice.Assignment.IsZero():
	case w.To == s.second && w.Notice.Assignment == s.turn:
	default:
		s.t.Errorf("the whisper is for %s: %+v", w.To, w.Notice)
	}
	if w.Notice.Question != s.q || w.Notice.Brand != s.Brand || !w.Notice.At.Equal(s.Clock.Now()) {
		s.t.Errorf("the whisper says %+v", w.Notice)
	}
	return string(w.To.Kind) + " " + w.Notice.Type
}

// The other side hears that somebody types, every two seconds, and nothing is
// written.
func TestTyping(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		eve, ctx, qs := r.Customer("Eve Adams"), r.Ctx(), r.Questions
		customer := func(by access.Caller) string { return s.heard(qs.Typing(ctx, by, s.q)) }
		expert := func(by access.Caller, id question.AssignmentID) string { return s.heard(qs.TypingAtWork(ctx, by, id)) }
		expect := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		dbtest.Unchanged(t, db, func() {
			expect("the customer", customer(s.dana), "person question.typing")
			expect("the customer again", customer(s.dana), "nobody")
			expect("the expert", expert(s.second, s.turn), "customer question.typing")
			s.Clock.Advance(1999 * time.Millisecond)
			expect("the expert, too soon", expert(s.second, s.turn), "nobody")
			s.Clock.Advance(time.Millisecond)
			expect("the expert, again", expert(s.second, s.turn), "customer question.typing")
			expect("another customer", customer(eve), "none")
			expect("a person", customer(s.second), "forbidden")
			expect("another expert", expert(s.rival, s.turn), "none")
			expect("the expert before", expert(s.first, s.handed), "nobody")
			expect("a customer at work", expert(s.dana, s.turn), "none")
			expect("nobody", customer(access.Caller{}), "forbidden")
		})
		s.Clock.Advance(time.Hour)
		r.must("withdraw", qs.Withdraw(ctx, s.dana, s.q))
		expect("the customer, at the end", customer(s.dana), "nobody")
		expect("the expert, at the end", expert(s.second, s.turn), "nobody")
		r.must("erase", r.Customers.Erase(ctx, r.Manager, r.Brand, s.dana.Customer))
		expect("an erased customer", customer(s.dana), "none")
	})
}

// A mark moves forward, once; the other side hears of it and reads it.
func TestReadMarks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Answered)
		eve, ctx, qs := r.Customer("Eve Adams"), r.Ctx(), r.Questions
		r.must("say", qs.Say(ctx, s.dana, s.q, "Hm."))
		for _, step := range []struct {
			by       access.Caller
			turn     question.AssignmentID
			position int
			want     string
			marks    question.ReadMarks
		}{
			{by: s.dana, position: 2, want: "person question.read", marks: question.ReadMarks{Customer: 2}},
			{by: s.dana, position: 2, want: "nobody", marks: question.ReadMarks{Customer: 2}},
			{by: s.dana, position: 1, want: "nobody", marks: question.ReadMarks{Customer: 2}},
			{by: s.second, turn: s.turn, position: 1, want: "customer question.read", marks: question.ReadMarks{Customer: 2, Expert: 1}},
			{by: s.second, turn: s.turn, position: 3, want: "customer question.read", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.dana, position: 4, want: "invalid", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.dana, position: 0, want: "invalid", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.second, turn: s.turn, position: -1, want: "invalid", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: eve, position: 1, want: "none", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.Agent, position: 1, want: "forbidden", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.rival, turn: s.turn, position: 1, want: "none", marks: question.ReadMarks{Customer: 2, Expert: 3}},
			{by: s.first, turn: s.handed, position: 1, want: "moved", marks: question.ReadMarks{Customer: 2, Expert: 3}},
		} {
			got := ""
			if step.turn.IsZero() {
				got = s.heard(qs.ReadTo(ctx, step.by, s.q, step.position))
			} else {
				got = s.heard(qs.ReadAtWorkTo(ctx, step.by, step.turn, step.position))
			}
			if got != step.want {
				t.Errorf("%s to %d: %s, want %s", step.by, step.position, got, step.want)
			}
			own, err := qs.ForCustomer(ctx, s.dana, s.q)
			r.must("read", err)
			theirs, err := qs.ForExpert(ctx, s.second, s.q)
			r.must("read at work", err)
			brands, err := qs.ForBrand(ctx, s.Agent, s.Brand, s.q)
			r.must("read for the brand", err)
			if own.Read != step.marks || theirs.Read != step.marks || brands.Read != step.marks {
				t.Errorf("%s to %d: %+v, %+v, %+v, want %+v", step.by, step.position, own.Read, theirs.Read, brands.Read, step.marks)
			}
		}
		former, err := qs.ForExpert(ctx, s.first, s.q)
		r.must("read as who had it before", err)
		if former.Read != (question.ReadMarks{Customer: 1, Expert: 1}) {
			t.Errorf("who had it before is told %+v of %d messages", former.Read, len(former.Turns))
		}
	})
}

// Of many marks at the same time the furthest stays, and no two move it to the
// same place.
func TestReadMarksAtTheSameTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		for range 3 {
			r.must("say", r.Questions.Say(r.Ctx(), s.dana, s.q, "Hm."))
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		moved := map[int]int{}
		for i := range 16 {
			all.Go(func() {
				w, err := r.Questions.ReadAtWorkTo(r.Ctx(), s.second, s.turn, 1+i%4)
				if err != nil {
					t.Error(err)
				}
				if !w.IsZero() {
					mu.Lock()
					moved[1+i%4]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		c, err := r.Questions.ForCustomer(r.Ctx(), s.dana, s.q)
		r.must("read", err)
		if c.Read.Expert != 4 || moved[4] != 1 || moved[1] > 1 || moved[2] > 1 || moved[3] > 1 {
			t.Errorf("%+v, moved %v", c.Read, moved)
		}
	})
}
