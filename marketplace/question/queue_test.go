package question_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A list tells who has a question, how many offers are open, how often it was
// reopened and why the brand's team has it; who has it to those alone who see
// money too, since reviewers judge blind.
func TestBrandQuestionsTellMore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		offered, assigned := r.stage(question.Offered), r.stage(question.Assigned)
		answered := r.stage(question.Answered)
		r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, answered.q, ""))
		escalated := r.stage(question.Escalated)
		r.must("answer for the brand", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, escalated.q, "Here you are."))
		want := map[question.ID]question.Extras{
			offered.q: {OffersOpen: 2}, assigned.q: {Expert: "bogdan"}, answered.q: {Reopened: 1, OffersOpen: 1}, escalated.q: {EscalatedWhy: question.ReasonCustomer},
		}
		for _, c := range []struct {
			who    string
			caller access.Caller
			blind  bool
		}{{"a manager", r.Manager, false}, {"a reviewer", r.Reviewer, true}, {"an agent", r.Agent, true}} {
			list := markettest.Walk(t, 3, r.brandList(c.caller, question.Filter{}))
			for _, q := range list {
				expected := want[q.ID]
				if c.blind {
					expected.Expert = ""
				}
				one, err := r.Questions.BrandQuestion(r.Ctx(), c.caller, r.Brand, q.ID)
				if q.Extras != expected || err != nil || one.Extras != expected {
					t.Errorf("to %s: %+v, by id %+v, %v; want %+v", c.who, q.Extras, one.Extras, err, expected)
				}
			}
			if len(list) != len(want) {
				t.Errorf("%d questions", len(list))
			}
		}
	})
}

func TestBrandQuestionsByWord(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		titles := []string{"The Box is dead", "Box 100% hot", "Remote_control lost"}
		ids := r.asked(len(titles), r.dana, func(i int, a *question.Ask) { a.Title = titles[i] })
		for words, want := range map[string][]int{
			"box": {0, 1}, "BOX dead": {0}, "dead box": {0}, "100%": {1}, "%": {1}, "_": {2}, "!": nil, "remote lost": {2}, "router": nil, " ": {0, 1, 2}, "'": nil,
		} {
			var got []int
			for _, q := range markettest.Walk(t, 2, r.brandList(r.Manager, question.Filter{Words: words})) {
				got = append(got, slices.Index(ids, q.ID))
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", words, got, want)
			}
		}
		for name, f := range map[string]question.Filter{"invalid q": {Words: "\xff"}, "invalid sort": {Sort: "oldest"}} {
			if _, err := r.brandList(r.Manager, f)(marketplace.Page{}); named(err) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// By due, the first response of what is not answered and the resolution of what
// is; nothing that has ended for its customer.
func TestBrandQuestionsByDue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		answered := r.stage(question.Answered).q // due in a day
		r.stage(question.Resolved)
		r.stage(question.Withdrawn)
		early := r.asked(3, r.dana, nil) // due in an hour, all at once
		r.Clock.Advance(time.Minute)
		late := r.asked(1, r.dana, nil)[0]
		list := r.brandList(r.Manager, question.Filter{Sort: question.SoonestDue})
		markettest.Paged(t, list, summaryID, append(slices.Clone(early), late, answered)...)
		all := markettest.Walk(t, 100, list)
		if all[3].ID != late || all[4].ID != answered {
			t.Errorf("the order is %v", all)
		}
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		start := r.Clock.Now()
		n := r.Neighbour()
		_, err := r.Questions.Ask(r.Ctx(), n.Customer("Eve"), question.Ask{Program: n.Program.ID, Title: "Elsewhere"})
		r.must("ask the neighbour", err)
		if q, err := r.Questions.Queue(r.Ctx(), r.Agent, r.Brand, program.ID{}); err != nil || q.Oldest != nil || len(q.States) != 5 {
			t.Errorf("an empty queue: %+v, %v", q, err)
		}
		r.stage(question.Resolved)
		r.stage(question.Answered)
		r.stage(question.Escalated)
		r.Clock.Advance(30 * time.Minute)
		r.asked(2, r.dana, nil)
		r.Clock.Advance(31 * time.Minute) // the escalated one is overdue
		for _, of := range []program.ID{{}, r.Program.ID} {
			q, err := r.Questions.Queue(r.Ctx(), r.Agent, r.Brand, of)
			r.must("count", err)
			counts := ""
			for _, s := range q.States {
				counts += fmt.Sprintf("%s %d ", s.State, s.Count)
			}
			if counts != "asked 2 offered 0 assigned 0 answered 1 escalated 1 " || q.Overdue != 1 || q.Oldest == nil || q.Oldest.Before(start) || !q.Oldest.Equal(*q.States[3].Oldest) {
				t.Errorf("%s%+v", counts, q)
			}
		}
		if q, err := r.Questions.Queue(r.Ctx(), r.Agent, r.Brand, n.Program.ID); err != nil || q.Oldest != nil {
			t.Errorf("of another brand's program: %+v, %v", q, err)
		}
		for who, caller := range map[string]access.Caller{"the neighbour's": n.Manager, "an expert": r.first, "a customer": r.dana, "nobody": {}} {
			if _, err := r.Questions.Queue(r.Ctx(), caller, r.Brand, program.ID{}); verdict(err) != "forbidden" {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}
