package expert_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestEnrolmentsAreListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		var ids []expert.EnrolmentID
		var callers []access.Caller
		for i := range 4 { // all at the same time
			caller, e := h.Active(t, fmt.Sprintf("expert-%d", i))
			ids, callers = append(ids, e.ID), append(callers, caller)
		}
		must(t, h.Pause(ctx, callers[0], h.Program.ID))
		list := func(states ...expert.State) func(marketplace.Page) (marketplace.Listing[expert.EnrolmentView], error) {
			return func(page marketplace.Page) (marketplace.Listing[expert.EnrolmentView], error) {
				return h.Enrolments(ctx, h.Owner, h.Program.ID, states, page)
			}
		}
		id := func(v expert.EnrolmentView) expert.EnrolmentID { return v.Enrolment.ID }
		markettest.Paged(t, list(), id, ids...)
		markettest.Paged(t, list(expert.Active, expert.Probation), id, ids[1:]...)
		paused := markettest.Walk(t, 2, list(expert.Paused))
		if len(paused) != 1 || paused[0].Handle != "expert-0" || paused[0].Country != "DE" || len(paused[0].Languages) != 2 || paused[0].Name == "" {
			t.Errorf("paused: %+v", paused)
		}
		if n := markettest.Statements(t, db, func() { _, _ = list()(marketplace.Page{}) }); n > 4 { // the program's brand, two permissions, the page
			t.Errorf("%d statements for a page", n)
		}
		if _, err := list("lost")(marketplace.Page{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("an unknown state: %v", err)
		}
		reviewer := h.NewPerson(t)
		must(t, h.People.AddMember(ctx, h.Owner, h.Program.BrandID, reviewer.Person, access.Reviewer))
		listed, err := h.Enrolments(ctx, reviewer, h.Program.ID, nil, marketplace.Page{})
		must(t, err)
		one, err := h.Enrolment(ctx, reviewer, ids[1])
		must(t, err)
		if owner, err := h.Enrolment(ctx, h.Owner, ids[1]); err != nil || owner.Name == "" || owner.Enrolment.DecisionNote == "" {
			t.Errorf("the owner reads %+v, %v", owner, err)
		}
		k, _, err := h.People.CreateKey(ctx, h.Owner, h.Program.BrandID, access.NewKey{Name: "k", Scopes: access.Scopes})
		must(t, err)
		key, err := h.Enrolment(ctx, access.KeyCaller(h.Program.BrandID, k.ID), ids[1])
		must(t, err)
		for _, v := range append(listed.Items, one, key) { // reviewers judge work without names, and programs need none
			e := v.Enrolment
			if v.Handle == "" || v.Name != "" || e.Motivation != "" || e.Owns != "" || e.Uses != "" || e.DecisionNote != "" {
				t.Errorf("who may not approve reads %+v", v)
			}
		}
		if v, err := h.Enrolment(ctx, h.Owner, ids[1]); err != nil || v.Enrolment.ID != ids[1] || v.Handle != "expert-1" {
			t.Errorf("by id: %+v, %v", v, err)
		}
		if v, err := h.Enrolment(ctx, callers[1], ids[1]); err != nil || v.Enrolment.ID != ids[1] {
			t.Errorf("one's own: %+v, %v", v, err)
		}
		for who, caller := range map[string]access.Caller{"another expert": callers[0], "nobody": {}, "a customer": access.CustomerCaller(h.Program.BrandID, access.NewCustomerID())} {
			_, one := h.Enrolment(ctx, caller, ids[1])
			_, all := h.Enrolments(ctx, caller, h.Program.ID, nil, marketplace.Page{})
			_, quiz := h.FullQuiz(ctx, caller, experttest.QuizRef{Program: h.Program.ID})
			if !errors.Is(one, marketplace.ErrNotFound) || !errors.Is(all, marketplace.ErrNotFound) || !errors.Is(quiz, marketplace.ErrNotFound) {
				t.Errorf("%s: %v, %v, %v", who, one, all, quiz)
			}
		}
		if _, err := h.Enrolment(ctx, h.Owner, marketplace.NewID[expert.Enrolment]()); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("an unknown enrolment: %v", err)
		}
	})
}

func TestExpertsListTheirEnrolments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		caller, first := h.Active(t, "ayse")
		h.Active(t, "bogdan")
		ids := []expert.EnrolmentID{first.ID}
		for range 3 {
			p, _ := h.NewProgram(t)
			e, err := h.Apply(ctx, caller, p.ID, experttest.Application{Motivation: "me"})
			must(t, err)
			ids = append(ids, e.ID)
		}
		list := func(page marketplace.Page) (marketplace.Listing[expert.OwnEnrolment], error) {
			return h.MyEnrolments(ctx, caller, page)
		}
		markettest.Paged(t, list, func(e expert.OwnEnrolment) expert.EnrolmentID { return e.Enrolment.ID }, ids...)
		if e := markettest.Walk(t, 4, list)[0]; e.ProgramName == "" || e.BrandName == "" || e.ProgramState == "" {
			t.Errorf("an enrolment without its names: %+v", e)
		}
		if n := markettest.Statements(t, db, func() { _, _ = list(marketplace.Page{}) }); n != 1 {
			t.Errorf("%d statements for a page", n)
		}
		if _, err := h.MyEnrolments(ctx, access.SystemCaller("x"), marketplace.Page{}); !errors.Is(err, expert.ErrNotAPerson) {
			t.Errorf("the system's: %v", err)
		}
	})
}

func TestExpertsReadTheirStandings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		caller, _ := h.Active(t, "ayse")
		other, _ := h.Active(t, "bogdan")
		now := h.Clock.Now()
		h.InTx(t, func(tx *gorm.DB) error {
			return h.RecordOutcomeTx(ctx, tx, expert.Work{
				Brand: h.Program.BrandID, Program: h.Program.ID, Person: caller.Person, Topic: "box", Outcome: expert.Success, Weight: 1, At: now,
			})
		})
		list, err := h.Standings(ctx, caller, h.Program.ID)
		if err != nil || len(list) != 1 || list[0].Topic != "box" || list[0].Evidence != 1 || list[0].Mean != 0.8 || list[0].Low >= 0.8 || list[0].High <= 0.8 || !list[0].LastAt.Equal(now) {
			t.Fatalf("standings %+v, %v", list, err)
		}
		h.Clock.Advance(180 * 24 * time.Hour) // the outcome counts half
		if list, err := h.Standings(ctx, caller, h.Program.ID); err != nil || list[0].Mean != 3.5/4.5 {
			t.Errorf("later %+v, %v", list, err)
		}
		if list, err := h.Standings(ctx, other, h.Program.ID); err != nil || len(list) != 0 {
			t.Errorf("another's: %+v, %v", list, err)
		}
		if _, err := h.Standings(ctx, access.Caller{}, h.Program.ID); !errors.Is(err, expert.ErrNotAPerson) {
			t.Errorf("nobody's: %v", err)
		}
		if _, err := h.Standings(ctx, caller, marketplace.NewID[program.Program]()); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("in no program: %v", err)
		}
	})
}
