package question_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// named gives what an error names: the field, the noun, the permission.
func named(err error) string {
	var invalid *marketplace.InvalidError
	var none *marketplace.NotFoundError
	var forbidden *access.ForbiddenError
	switch {
	case errors.As(err, &invalid):
		return "invalid " + invalid.Field
	case errors.As(err, &none):
		return "no " + none.Noun
	case errors.As(err, &forbidden):
		return "forbidden " + string(forbidden.Permission)
	case errors.Is(err, question.ErrProgramClosed):
		return "closed"
	case errors.Is(err, question.ErrReferenceUsed):
		return "reference used"
	}
	return verdict(err)
}

// asks are questions that cannot be asked, each the good one with a flaw.
var asks = []struct {
	want string
	flaw func(r *room, ask *question.Ask)
}{
	{"invalid program", func(_ *room, a *question.Ask) { a.Program = program.ID{} }},
	{"no program", func(_ *room, a *question.Ask) { a.Program = marketplace.NewID[program.Program]() }},
	{"invalid title", func(_ *room, a *question.Ask) { a.Title = "" }},
	{"invalid title", func(_ *room, a *question.Ask) { a.Title = strings.Repeat("x", question.MaxTitle+1) }},
	{"invalid title", func(_ *room, a *question.Ask) { a.Title = "a\x00b" }},
	{"invalid title", func(_ *room, a *question.Ask) { a.Title = "a\xffb" }},
	{"invalid body", func(_ *room, a *question.Ask) { a.Body = strings.Repeat("x", question.MaxBody+1) }},
	{"invalid body", func(_ *room, a *question.Ask) { a.Body = "\x00" }},
	{"invalid body", func(_ *room, a *question.Ask) { a.Body = "\xc3\x28" }},
	{"invalid context", func(_ *room, a *question.Ask) { a.Context = strings.Repeat("x", question.MaxContext+1) }},
	{"invalid context", func(_ *room, a *question.Ask) { a.Context = "\xff" }},
	{"invalid tags", func(_ *room, a *question.Ask) { a.Tags = make([]string, 21) }},
	{"invalid tags", func(_ *room, a *question.Ask) { a.Tags = []string{""} }},
	{"invalid tags", func(_ *room, a *question.Ask) { a.Tags = []string{strings.Repeat("x", 61)} }},
	{"invalid tags", func(_ *room, a *question.Ask) { a.Tags = []string{"ok", "\xff"} }},
	{"no topic", func(_ *room, a *question.Ask) { a.Topic = "unheard-of" }},
	{"invalid topic", func(_ *room, a *question.Ask) { a.Topic = "Not A Slug" }},
	{"invalid topic", func(_ *room, a *question.Ask) { a.Topic = strings.Repeat("x", 101) }},
	{"invalid language", func(_ *room, a *question.Ask) { a.Language = "klingonese!" }},
	{"invalid language", func(_ *room, a *question.Ask) { a.Language = strings.Repeat("e", 36) }},
	{"invalid reference", func(_ *room, a *question.Ask) { a.Reference = strings.Repeat("x", 201) }},
	{"invalid reference", func(_ *room, a *question.Ask) { a.Reference = "\x00" }},
	{"reference used", func(_ *room, a *question.Ask) { a.Reference, a.Title = "T-1", "Another title" }},
}

func TestAskRefusesBadInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		n := r.Neighbour()
		good := question.Ask{Program: r.Program.ID, Title: "It hums", Reference: "T-1"}
		first, err := r.Questions.Ask(r.Ctx(), r.dana, good)
		r.must("ask", err)
		r.RunDue()
		for _, c := range asks {
			ask := good
			ask.Reference = ""
			c.flaw(r, &ask)
			dbtest.Unchanged(t, db, func() {
				if _, err := r.Questions.Ask(r.Ctx(), r.dana, ask); named(err) != c.want {
					t.Errorf("%.200s: %q, want %q", fmt.Sprint(ask), named(err), c.want)
				}
			})
		}
		eve := r.Customer("Eve")
		for _, c := range []struct {
			who    string
			caller access.Caller
			want   string
		}{
			{"a person", r.Manager, "forbidden ask"}, {"the system", access.SystemCaller("test"), "forbidden ask"},
			{"nobody", access.Caller{}, "forbidden ask"}, {"no customer", access.CustomerCaller(r.Brand, access.CustomerID{}), "forbidden ask"},
			{"an unknown customer", access.CustomerCaller(r.Brand, access.NewCustomerID()), "no customer"},
			{"the neighbour's customer", access.CustomerCaller(n.Brand, r.dana.Customer), "no customer"},
			{"another's reference", eve, "reference used"},
		} {
			dbtest.Unchanged(t, db, func() {
				if _, err := r.Questions.Ask(r.Ctx(), c.caller, good); named(err) != c.want {
					t.Errorf("%s: %q, want %q", c.who, named(err), c.want)
				}
				if _, err := r.Questions.Preview(r.Ctx(), c.caller, "x"); c.want == "forbidden ask" && named(err) != "forbidden preview" {
					t.Errorf("%s previews: %v", c.who, err)
				}
			})
		}
		theirs := n.Customer("Nick")
		dbtest.Unchanged(t, db, func() {
			if _, err := r.Questions.Ask(r.Ctx(), theirs, good); named(err) != "no program" {
				t.Errorf("in another brand's program: %v", err)
			}
			if again, err := r.Questions.Ask(r.Ctx(), r.dana, good); err != nil || again.ID != first.ID {
				t.Errorf("the same again: %v, %v", again.ID, err)
			}
		})
		r.must("pause", r.Programs.Pause(r.Ctx(), r.Manager, r.Program.ID))
		dbtest.Unchanged(t, db, func() {
			if _, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "x"}); named(err) != "closed" {
				t.Errorf("a paused program: %v", err)
			}
		})
	})
}

// What is odd but allowed must not stop the question further on.
func TestOddQuestionsGoTheirWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		al := r.Customer("Al Bo")
		for _, ask := range []question.Ask{
			{Title: strings.Repeat("al ", 100), Body: strings.Repeat("al bo ", 2700), Tags: []string{strings.Repeat("al ", 20), "x"}},
			{Title: strings.Repeat("💥", 75), Body: strings.Repeat("[name 1] ", 1800), HideTitle: [][2]int{{-5, 2}, {1, 1}, {290, 9999}, {7, 3}}},
			{Title: " ?", Language: "DE-at", HideBody: [][2]int{{0, 1}}},
			{Title: strings.Repeat("1.1.1.1 ", 37), Tags: []string{strings.Repeat("1.2.3.4,", 7)}},
		} {
			ask.Program = r.Program.ID
			q, err := r.Questions.Ask(r.Ctx(), al, ask)
			r.must("ask", err)
			r.RunDue()
			r.work(q.ID, r.first, r.second, r.rival)
			r.must("resolve", r.Questions.Resolve(r.Ctx(), al, q.ID))
		}
		r.Balanced()
	})
}

func TestMethodsRefuseBadInput(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s, open := r.stage(question.Assigned), r.stage(question.Offered)
		ctx, qs, long, noID := r.Ctx(), r.Questions, strings.Repeat("x", question.MaxMessage+1), marketplace.NewID[question.Question]()
		noTurn, noOffer := marketplace.NewID[question.Assignment](), marketplace.NewID[question.Offer]()
		accept := func(c access.Caller, id question.OfferID) error { _, err := qs.Accept(ctx, c, id); return err }
		for _, c := range []struct {
			name, want string
			err        func() error
		}{
			{"accept an unknown offer", "no offer", func() error { return accept(r.second, noOffer) }},
			{"accept no offer", "no offer", func() error { return accept(r.second, question.OfferID{}) }},
			{"accept another's offer", "no offer", func() error { return accept(r.rival, open.offer) }},
			{"accept as a customer", "no offer", func() error { return accept(r.dana, open.offer) }},
			{"accept as the system", "no offer", func() error { return accept(access.SystemCaller("test"), open.offer) }},
			{"decline another's offer", "no offer", func() error { return qs.Decline(ctx, r.rival, open.offer) }},
			{"decline an unknown offer", "no offer", func() error { return qs.Decline(ctx, r.rival, noOffer) }},
			{"answer nothing", "invalid text", func() error { return qs.Answer(ctx, r.second, s.turn, "") }},
			{"answer blanks", "invalid text", func() error { return qs.Answer(ctx, r.second, s.turn, " \u200b\n") }},
			{"answer too much", "invalid text", func() error { return qs.Answer(ctx, r.second, s.turn, long) }},
			{"answer in another encoding", "invalid text", func() error { return qs.Answer(ctx, r.second, s.turn, "\xff") }},
			{"answer NUL", "invalid text", func() error { return qs.Answer(ctx, r.second, s.turn, "a\x00") }},
			{"answer another's turn", "no assignment", func() error { return qs.Answer(ctx, r.rival, s.turn, "x") }},
			{"answer an unknown turn", "no assignment", func() error { return qs.Answer(ctx, r.second, noTurn, "x") }},
			{"answer no turn", "no assignment", func() error { return qs.Answer(ctx, r.second, question.AssignmentID{}, "x") }},
			{"answer as a manager", "no assignment", func() error { return qs.Answer(ctx, r.Manager, s.turn, "x") }},
			{"say nothing", "invalid text", func() error { return qs.Say(ctx, r.dana, s.q, "") }},
			{"say too much", "invalid text", func() error { return qs.Say(ctx, r.second, s.q, long) }},
			{"say of no question", "no question", func() error { return qs.Say(ctx, r.dana, noID, "x") }},
			{"say as a stranger", "no question", func() error { return qs.Say(ctx, r.rival, s.q, "x") }},
			{"say as the system", "no question", func() error { return qs.Say(ctx, access.SystemCaller("test"), s.q, "x") }},
			{"hand back for no reason", "invalid reason", func() error { return qs.HandBack(ctx, r.second, s.turn, "", "x") }},
			{"hand back for any reason", "invalid reason", func() error { return qs.HandBack(ctx, r.second, s.turn, "boring", "x") }},
			{"hand back with a novel", "invalid note", func() error { return qs.HandBack(ctx, r.second, s.turn, "other", long[:4<<10+1]) }},
			{"hand back in another encoding", "invalid note", func() error { return qs.HandBack(ctx, r.second, s.turn, "other", "\xff") }},
			{"hand back another's turn", "no assignment", func() error { return qs.HandBack(ctx, r.first, s.turn, "other", "x") }},
			{"confirm an unknown handoff", "no assignment", func() error { return qs.ConfirmHandoff(ctx, r.second, s.turn, noTurn) }},
			{"confirm one's own turn", "no hand-back", func() error { return qs.ConfirmHandoff(ctx, r.second, s.turn, s.turn) }},
			{"confirm another question's handoff", "no hand-back", func() error { return qs.ConfirmHandoff(ctx, r.second, s.turn, open.handed) }},
			{"confirm for another", "no assignment", func() error { return qs.ConfirmHandoff(ctx, r.rival, s.turn, s.handed) }},
			{"reopen with a novel", "invalid reason", func() error { return qs.Reopen(ctx, r.dana, s.q, long[:501]) }},
			{"reopen in another encoding", "invalid reason", func() error { return qs.Reopen(ctx, r.dana, s.q, "\xff") }},
			{"resolve no question", "no question", func() error { return qs.Resolve(ctx, r.dana, noID) }},
			{"resolve the zero question", "no question", func() error { return qs.Resolve(ctx, r.dana, question.ID{}) }},
			{"resolve as a person", "forbidden own_question", func() error { return qs.Resolve(ctx, r.second, s.q) }},
			{"reopen as the system", "forbidden own_question", func() error { return qs.Reopen(ctx, access.SystemCaller("test"), s.q, "") }},
			{"escalate as a person", "forbidden own_question", func() error { return qs.Escalate(ctx, r.Manager, s.q) }},
			{"withdraw as a person", "forbidden own_question", func() error { return qs.Withdraw(ctx, r.Owner, s.q) }},
			{"take over as a reviewer", "forbidden answer_for_brand", func() error { return qs.TakeOver(ctx, r.Reviewer, r.Brand, s.q) }},
			{"take over as the system", "forbidden answer_for_brand", func() error { return qs.TakeOver(ctx, access.SystemCaller("test"), r.Brand, s.q) }},
			{"take over no question", "no question", func() error { return qs.TakeOver(ctx, r.Agent, r.Brand, noID) }},
			{"answer for the brand at length", "invalid text", func() error { return qs.AnswerForBrand(ctx, r.Agent, r.Brand, s.q, long) }},
			{"answer for the brand as a viewer", "forbidden answer_for_brand", func() error { return qs.AnswerForBrand(ctx, r.Reviewer, r.Brand, s.q, "x") }},
			{"list offers as a customer", "forbidden own_offers", func() error { _, err := qs.OpenOffers(ctx, r.dana); return err }},
			{"list turns as nobody", "forbidden own_assignments", func() error { _, err := qs.Mine(ctx, access.Caller{}, 1); return err }},
			{"read as an expert who is none", "no question", func() error { _, err := qs.ForExpert(ctx, r.dana, s.q); return err }},
			{"read as a customer who is none", "forbidden own_question", func() error { _, err := qs.ForCustomer(ctx, r.second, s.q); return err }},
			{"preview too much", "invalid text", func() error { _, err := qs.Preview(ctx, r.dana, long+long); return err }},
			{"find no question's brand", "no question", func() error { _, err := qs.BrandOf(ctx, noID); return err }},
		} {
			dbtest.Unchanged(t, db, func() {
				if got := named(c.err()); got != c.want {
					t.Errorf("%s: %q, want %q", c.name, got, c.want)
				}
			})
		}
	})
}
