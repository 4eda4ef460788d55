package question_test

import (
	"fmt"
	"slices"
	"strings"
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

// asked puts n questions, all at one time, and routes none of them.
func (r *room) asked(n int, caller access.Caller, edit func(i int, ask *question.Ask)) (ids []question.ID) {
	r.t.Helper()
	for i := range n {
		ask := question.Ask{Program: r.Program.ID, Title: fmt.Sprintf("Question %d of Whitlow", i)}
		if edit != nil {
			edit(i, &ask)
		}
		r.Questions.Forget()
		q, err := r.Questions.Ask(r.Ctx(), caller, ask)
		r.must("ask", err)
		ids = append(ids, q.ID)
	}
	return ids
}

// brandList is a brand's list under a filter.
func (r *room) brandList(caller access.Caller, f question.Filter) func(marketplace.Page) (marketplace.Listing[question.Summary], error) {
	return func(page marketplace.Page) (marketplace.Listing[question.Summary], error) {
		return r.Questions.BrandQuestions(r.Ctx(), caller, r.Brand, f, page)
	}
}

func summaryID(q question.Summary) question.ID { return q.ID }

func TestBrandQuestionsArePaged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		n := r.Neighbour()
		ids := r.asked(5, r.dana, nil)
		r.Clock.Advance(time.Second)
		ids = append(ids, r.asked(2, r.Customer("Eve"), nil)...)
		_, err := r.Questions.Ask(r.Ctx(), n.Customer("Their own"), question.Ask{Program: n.Program.ID, Title: "Elsewhere"})
		r.must("ask the neighbour", err)
		all := r.brandList(r.Agent, question.Filter{})
		markettest.Paged(t, all, summaryID, ids...)
		page, err := all(marketplace.Page{Limit: 2})
		r.must("read a page", err)
		if !slices.Contains(ids[5:], page.Items[0].ID) || !slices.Contains(ids[5:], page.Items[1].ID) {
			t.Error("the list does not begin with the newest")
		}
		whole, err := r.Questions.BrandQuestion(r.Ctx(), r.Agent, r.Brand, page.Items[0].ID)
		if err != nil || whole != page.Items[0] || !strings.HasSuffix(whole.Title, " of [name 1]") || whole.ProgramName != "Support" {
			t.Errorf("by id %+v, %v; in the list %+v", whole, err, page.Items[0])
		}
		if count := markettest.Statements(t, db, func() { _, _ = all(marketplace.Page{}) }); count > 4 {
			t.Errorf("%d statements for a page", count)
		}
		for _, c := range []struct {
			who    string
			caller access.Caller
			brand  marketplace.BrandID
			want   string
		}{
			{"the neighbour's manager", n.Manager, r.Brand, "forbidden"}, {"our manager there", r.Manager, n.Brand, "forbidden"},
			{"an expert", r.first, r.Brand, "forbidden"}, {"a customer", r.dana, r.Brand, "forbidden"},
			{"nobody", access.Caller{}, r.Brand, "forbidden"}, {"of no brand", r.Manager, marketplace.BrandID{}, "invalid"},
			{"of all brands", r.Operator, marketplace.AllBrands, "invalid"},
		} {
			_, list := r.Questions.BrandQuestions(r.Ctx(), c.caller, c.brand, question.Filter{}, marketplace.Page{})
			_, one := r.Questions.BrandQuestion(r.Ctx(), c.caller, c.brand, ids[0])
			_, offers := r.Questions.BrandOffers(r.Ctx(), c.caller, c.brand, ids[0])
			if verdict(list) != c.want || verdict(one) != c.want || verdict(offers) != c.want {
				t.Errorf("%s: %v, %v, %v; want %s", c.who, list, one, offers, c.want)
			}
		}
		if _, err := r.Questions.BrandQuestion(r.Ctx(), n.Manager, n.Brand, ids[0]); verdict(err) != "none" {
			t.Errorf("our question as the neighbour's: %v", err)
		}
	})
}

func TestBrandQuestionsAreFiltered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved) // second had a turn on it
		r.Clock.Advance(time.Minute)
		start := r.Clock.Now()
		german := r.asked(1, r.dana, func(_ int, a *question.Ask) { a.Language, a.Topic = "de", "plans" })[0]
		r.Clock.Advance(time.Minute)
		box := r.asked(1, r.dana, func(_ int, a *question.Ask) { a.Topic = "box" })[0]
		r.Clock.Advance(59 * time.Minute) // the first response to german is due after an hour
		for name, c := range map[string]struct {
			filter question.Filter
			want   []question.ID
		}{
			"one state":     {question.Filter{States: []question.State{question.Resolved}}, []question.ID{s.q}},
			"two states":    {question.Filter{States: []question.State{question.Resolved, question.Asked}}, []question.ID{box, german, s.q}},
			"program":       {question.Filter{Program: r.Program.ID}, []question.ID{box, german, s.q}},
			"no program":    {question.Filter{Program: marketplace.NewID[program.Program]()}, nil},
			"topic":         {question.Filter{Topic: "plans"}, []question.ID{german}},
			"language":      {question.Filter{Language: "de"}, []question.ID{german}},
			"overdue":       {question.Filter{Overdue: true}, []question.ID{german}},
			"asked after":   {question.Filter{AskedAfter: start}, []question.ID{box, german}},
			"asked before":  {question.Filter{AskedBefore: start}, []question.ID{s.q}},
			"person":        {question.Filter{Person: r.second.Person}, []question.ID{s.q}},
			"nobody's turn": {question.Filter{Person: r.rival.Person}, nil},
			"together":      {question.Filter{Overdue: true, Topic: "box"}, nil},
		} {
			var got []question.ID
			for _, q := range markettest.Walk(t, 2, r.brandList(r.Manager, c.filter)) {
				got = append(got, q.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		for name, f := range map[string]question.Filter{
			"invalid state": {States: []question.State{"lost"}}, "invalid topic": {Topic: "No Slug"}, "invalid language": {Language: "\xff"},
		} {
			if _, err := r.brandList(r.Manager, f)(marketplace.Page{}); named(err) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.brandList(r.Reviewer, question.Filter{Person: r.second.Person})(marketplace.Page{}); named(err) != "forbidden see_money" {
			t.Errorf("a reviewer looks for a person's work: %v", err)
		}
	})
}

func TestCustomersListTheirOwn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		ids := r.asked(4, r.dana, nil)
		eve := r.Customer("Eve")
		r.asked(1, eve, nil)
		list := func(page marketplace.Page) (marketplace.Listing[question.OwnSummary], error) {
			return r.Questions.Questions(r.Ctx(), r.dana, page)
		}
		markettest.Paged(t, list, func(q question.OwnSummary) question.ID { return q.ID }, ids...)
		page, err := list(marketplace.Page{})
		r.must("list", err)
		for _, q := range page.Items {
			if !slices.Contains([]string{"Question 0 of Whitlow", "Question 1 of Whitlow", "Question 2 of Whitlow", "Question 3 of Whitlow"}, q.Title) {
				t.Errorf("not in their own words: %q", q.Title)
			}
		}
		if n := markettest.Statements(t, db, func() { _, _ = list(marketplace.Page{}) }); n != 1 {
			t.Errorf("%d statements for a page", n)
		}
		for _, caller := range []access.Caller{r.first, r.Owner, {}} {
			if _, err := r.Questions.Questions(r.Ctx(), caller, marketplace.Page{}); verdict(err) != "forbidden" {
				t.Errorf("%s: %v", caller, err)
			}
		}
		elsewhere := access.CustomerCaller(r.Neighbour().Brand, r.dana.Customer)
		if got, err := r.Questions.Questions(r.Ctx(), elsewhere, marketplace.Page{}); err != nil || len(got.Items) != 0 {
			t.Errorf("as the neighbour's customer: %+v, %v", got, err)
		}
		r.must("erase", r.Customers.Erase(r.Ctx(), r.dana, r.Brand, r.dana.Customer))
		if got, err := list(marketplace.Page{}); err != nil || len(got.Items) != 4 || got.Items[0].Title != "" {
			t.Errorf("after the erasure: %+v, %v", got, err)
		}
	})
}

func TestExpertsListTheirTurns(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		var ids []question.AssignmentID
		r.asked(3, r.dana, nil)
		r.RunDue()
		offers, err := r.Questions.OpenOffers(r.Ctx(), r.first)
		r.must("list offers", err)
		for _, o := range offers { // all at the same time
			a, err := r.Questions.Accept(r.Ctx(), r.first, o.ID)
			r.must("accept", err)
			ids = append(ids, a.ID)
		}
		r.Answer(r.first, question.Assignment{ID: ids[1]})
		list := func(states ...question.AssignmentState) func(marketplace.Page) (marketplace.Listing[question.TurnSummary], error) {
			return func(page marketplace.Page) (marketplace.Listing[question.TurnSummary], error) {
				return r.Questions.MyTurns(r.Ctx(), r.first, states, page)
			}
		}
		markettest.Paged(t, list(), func(a question.TurnSummary) question.AssignmentID { return a.ID }, ids...)
		page, err := list(question.Delivered)(marketplace.Page{})
		if err != nil || len(page.Items) != 1 || page.Items[0].ID != ids[1] || page.Items[0].BrandName != "Brindlewave" || page.Items[0].Reward().Minor != 250 {
			t.Errorf("delivered: %+v, %v", page, err)
		}
		if n := markettest.Statements(t, db, func() { _, _ = list()(marketplace.Page{}) }); n != 1 {
			t.Errorf("%d statements for a page", n)
		}
		if _, err := list("lost")(marketplace.Page{}); named(err) != "invalid state" {
			t.Errorf("an unknown state: %v", err)
		}
		for _, caller := range []access.Caller{r.dana, {}} {
			if _, err := r.Questions.MyTurns(r.Ctx(), caller, nil, marketplace.Page{}); verdict(err) != "forbidden" {
				t.Errorf("%s: %v", caller, err)
			}
		}
		if got, err := r.Questions.MyTurns(r.Ctx(), r.rival, nil, marketplace.Page{}); err != nil || len(got.Items) != 0 {
			t.Errorf("another expert's: %+v, %v", got, err)
		}
	})
}

func TestBrandOffers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		list, err := r.Questions.BrandOffers(r.Ctx(), r.Manager, r.Brand, s.q)
		r.must("list the offers", err)
		handles := map[string]question.OfferState{}
		for _, o := range list {
			handles[fmt.Sprintf("%d %s", o.Attempt, o.Handle)] = o.State
			if o.RewardMinor != 250 || o.ExpiresAt.IsZero() || o.PersonID.IsZero() {
				t.Errorf("offer %+v", o)
			}
		}
		if len(list) != 5 || handles["1 ayse"] != question.OfferAccepted || handles["1 bogdan"] != question.OfferWithdrawn || handles["2 bogdan"] != question.OfferAccepted {
			t.Errorf("offers %+v", handles)
		}
		for who, caller := range map[string]access.Caller{"a reviewer": r.Reviewer, "an agent": r.Agent} {
			if _, err := r.Questions.BrandOffers(r.Ctx(), caller, r.Brand, s.q); named(err) != "forbidden see_money" {
				t.Errorf("%s: %v", who, err)
			}
		}
		n := r.Neighbour()
		if _, err := r.Questions.BrandOffers(r.Ctx(), n.Manager, n.Brand, s.q); verdict(err) != "none" {
			t.Errorf("as the neighbour's: %v", err)
		}
	})
}
