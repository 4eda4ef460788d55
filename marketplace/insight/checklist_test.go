package insight_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
	"knowhow/payouts"
)

// checklist reads it, by code.
func (r *room) checklist(id program.ID) map[string]insight.Item {
	r.T.Helper()
	items, err := r.Insight.Checklist(r.Ctx(), r.Manager, id)
	r.ok("read the checklist", err)
	of := map[string]insight.Item{}
	for _, i := range items {
		of[i.Code] = i
	}
	if len(of) != 12 || len(items) != 12 {
		r.T.Errorf("%d items, want 12: %+v", len(items), items)
	}
	return of
}

// What is blocking on the list and not done is exactly what Launch refuses
// without, step by step, until it is launched.
func TestChecklistIsWhatLaunchAsks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := r.Ctx()
		p, err := r.Programs.CreateProgram(ctx, r.Owner, r.Brand, program.NewProgram{Name: "New", Currency: "EUR", Policies: program.DefaultPolicies()})
		r.ok("create a program", err)
		amount := payouts.Money{Minor: 100_00, Currency: "EUR"}
		for _, step := range []func() error{
			func() error {
				_, err := r.Programs.AddTopic(ctx, r.Owner, p.ID, program.NewTopic{Slug: "box", Name: "Box", Mode: program.Crowd})
				return err
			},
			func() error { return r.Programs.SetLanguages(ctx, r.Owner, p.ID, []string{"en"}) },
			func() error {
				policies := program.DefaultPolicies()
				policies.Reward.BaseMinor = 500
				return r.Programs.SetPolicies(ctx, r.Owner, p.ID, policies)
			},
			func() error { return r.Programs.Fund(ctx, r.Owner, p.ID, amount, "new") },
			func() error { return r.Programs.AllocateBudget(ctx, r.Owner, p.ID, amount, "new") },
		} {
			var lacking []string
			list := r.checklist(p.ID)
			for _, code := range program.Blocking {
				if i := list[code]; i.Blocking && !i.Done {
					lacking = append(lacking, code)
				}
			}
			var refused *program.NotReadyError
			if err := r.Programs.Launch(ctx, r.Owner, p.ID); !errors.As(err, &refused) || !slices.Equal(refused.Missing, lacking) {
				t.Errorf("launch: %v, the list lacks %v", err, lacking)
			}
			r.ok("take a step", step())
		}
		for code, i := range r.checklist(p.ID) {
			if i.Blocking != slices.Contains(program.Blocking, code) || i.Blocking && !i.Done {
				t.Errorf("in the end: %+v", i)
			}
		}
		r.ok("launch", r.Programs.Launch(ctx, r.Owner, p.ID))
	})
}

func TestChecklistTellsOfPeopleAndPolicies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := r.Ctx(), r.Program.ID
		want := func(code string, done bool, details ...string) {
			t.Helper()
			if i := r.checklist(id)[code]; i.Done != done || fmt.Sprint(i.Details) != fmt.Sprint(details) {
				t.Errorf("%+v, want %v %v", i, done, details)
			}
		}
		want(insight.ItemSLA, true, insight.DetailDefault)
		want(insight.ItemReview, false, insight.DetailNoSample)
		want(insight.ItemOrigins, false, insight.DetailOwnPagesOnly)
		want(insight.ItemTerms, false)
		want(insight.ItemQuiz, false)
		want(insight.ItemExperts, false, "de", "en") // one expert is too few
		want(insight.ItemEscalation, true)
		want(insight.ItemAppeals, true)

		r.ok("set policies", r.Programs.SetPolicies(ctx, r.Owner, id, program.DefaultPolicies()))
		want(insight.ItemReview, true, insight.DetailDefault)
		r.ok("set origins", r.Programs.SetOrigins(ctx, r.Owner, id, []string{"https://shop.example"}))
		want(insight.ItemOrigins, true)
		_, err := r.Training.PublishTerms(ctx, r.Manager, id, training.NewTerms{Text: "Be honest."})
		r.ok("publish terms", err)
		want(insight.ItemTerms, true)
		_, err = r.Training.PublishQuiz(ctx, r.Manager, training.QuizRef{Program: id}, training.NewQuiz{Items: []training.QuizItem{{Question: "What is a box?", Options: []string{"a box", "no box"}}}, PassMark: 1})
		r.ok("publish a quiz", err)
		want(insight.ItemQuiz, true)
		r.Expert("bogdan")
		third := r.Expert("chiara")
		want(insight.ItemExperts, true)
		r.ok("set languages", r.Programs.SetLanguages(ctx, r.Owner, id, []string{"en-US", "pt"}))
		want(insight.ItemExperts, false, "pt") // en-US is English
		r.ok("pause", r.Experts.Pause(ctx, third, id))
		want(insight.ItemExperts, false, "en-US", "pt")

		for _, who := range []access.Caller{r.Manager, r.Second} {
			r.ok("remove a manager", r.Access.RemoveMember(ctx, r.Owner, r.Brand, who.Person, access.Manager))
		}
		r.Manager = r.Owner
		want(insight.ItemAppeals, false, insight.DetailOnePerson)
		want(insight.ItemEscalation, true)
		r.ok("remove the agent", r.Access.RemoveMember(ctx, r.Owner, r.Brand, r.Agent.Person, access.Agent))
		want(insight.ItemEscalation, true, insight.DetailOwnersOnly)
	})
}

func TestWhoMayReadTheChecklist(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		n := r.Neighbour()
		for who, c := range map[string]struct {
			caller access.Caller
			want   string
		}{
			"an agent": {r.Agent, "ok"}, "an operator": {r.Operator, "ok"}, "another brand's owner": {n.Owner, "none"},
			"an expert": {r.expert, "none"}, "a customer": {r.dana, "none"}, "nobody": {access.Caller{}, "none"},
		} {
			if _, err := r.Insight.Checklist(r.Ctx(), c.caller, r.Program.ID); verdict(err) != c.want {
				t.Errorf("%s: %v, want %s", who, err, c.want)
			}
		}
	})
}
