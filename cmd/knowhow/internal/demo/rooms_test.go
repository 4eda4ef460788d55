package demo_test

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/community"
	"knowhow/marketplace/expert"
)

// rooms is the lived demo as those read it for whom it is.
type rooms struct {
	stage
	demo.Scene
	house *assembly.House
}

// roomy checks that what there is beside questions has content.
func (s stage) roomy(scene demo.Scene) {
	s.Helper()
	s.judging()
	r := rooms{s, scene, assembly.New(s.parts)}
	r.deciding()
	r.speaking()
	r.telling()
	r.full()
}

func (r rooms) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r rooms) persona(who string) demo.Persona {
	r.Helper()
	p, ok := r.Persona(who)
	if !ok {
		r.Fatalf("nobody is %s", who)
	}
	return p
}

// deciding: somebody applies, an answer of theirs waits, and an appeal does.
func (r rooms) deciding() {
	r.Helper()
	ctx, all, manager := context.Background(), marketplace.Page{}, r.persona("manager")
	applying, err := r.house.Experts.Enrolments(ctx, manager.Caller(), r.Program, []expert.State{expert.Assessing}, all)
	r.must(err)
	if len(applying.Items) != 1 {
		r.Errorf("%d apply, want one", len(applying.Items))
	}
	if n := r.count("SELECT COUNT(*) FROM quiz_attempts t JOIN experts x ON x.person_id = t.person_id WHERE x.handle = 'liesbeth' AND t.passed"); n != 1 {
		r.Error("the applicant has no quiz passed")
	}
	practice, err := r.house.Training.PracticeToJudge(ctx, manager.Caller(), r.Program, all)
	r.must(err)
	if len(practice.Items) != 1 || practice.Items[0].Guide == "" {
		r.Errorf("practice to judge: %+v", practice.Items)
	}
	for who, want := range map[string]int{"manager": 0, "owner": 1} { // the manager imposed it
		appeals, err := r.house.Conduct.MeasureAppeals(ctx, r.persona(who).Caller(), r.Brand, all)
		r.must(err)
		if len(appeals.Items) != want {
			r.Errorf("the %s may decide %d appeals, want %d", who, len(appeals.Items), want)
		}
	}
}

// full: the brand's second program has no place left, and two wait for one.
func (r rooms) full() {
	r.Helper()
	ctx, manager := context.Background(), r.persona("manager").Caller()
	var full bool
	r.must(r.parts.Store.Read(ctx, r.Brand, func(tx *gorm.DB) (err error) {
		full, err = r.house.Admission.FullTx(ctx, tx, r.Preview)
		return err
	}))
	list, err := r.house.Experts.Enrolments(ctx, manager, r.Preview, nil, marketplace.Page{})
	r.must(err)
	var active, waiting int
	for _, e := range list.Items {
		switch {
		case e.Enrolment.Waiting && e.Enrolment.State == expert.Applied:
			waiting++
		case e.Enrolment.State == expert.Active:
			active++
		}
	}
	if !full || active != 2 || waiting != 2 || len(list.Items) != 4 {
		r.Errorf("the preview is full: %v; of %d there work %d and wait %d", full, len(list.Items), active, waiting)
	}
	for who, want := range map[string]int{"tomas": 0, "emre": 0, "ines": 1} {
		if n, err := r.house.Admission.Ahead(ctx, r.persona(who).Caller(), r.Preview); err != nil || n != want {
			r.Errorf("ahead of %s are %d, want %d: %v", who, n, want, err)
		}
	}
}

// speaking: the experts talk, have proposed, and somebody speaks for them.
func (r rooms) speaking() {
	r.Helper()
	ctx, all, tomas := context.Background(), marketplace.Page{}, r.persona("tomas").Caller()
	before, err := r.house.Community.ToAnswer(ctx, r.persona("manager").Caller(), r.Program, all)
	r.must(err)
	if len(before.Items) != 2 || before.Items[0].State != community.Carried || !before.Items[0].AnswerDueAt.After(r.parts.Clock.Now()) || before.Items[1].State != community.Answered {
		r.Errorf("before the brand are %+v", before.Items)
	}
	proposals, err := r.house.Community.Proposals(ctx, tomas, r.Program, all)
	r.must(err)
	gathering := slices.DeleteFunc(slices.Clone(proposals.Items), func(v community.ProposalView) bool { return v.Proposal.State != community.Gathering })
	if len(proposals.Items) != 3 || len(gathering) != 1 {
		r.Errorf("%d proposals, %d of them gather support", len(proposals.Items), len(gathering))
	}
	posts, err := r.house.Community.Posts(ctx, tomas, r.Program, "", all)
	r.must(err)
	_, speak, err := r.house.Community.Elections(ctx, tomas, r.Program)
	r.must(err)
	if len(posts.Items) < 4 || len(speak) != 1 || speak[0].Handle != "nkechi" {
		r.Errorf("%d posts; for the experts speak %+v", len(posts.Items), speak)
	}
}

// telling: there are figures of what is expected, earned and said.
func (r rooms) telling() {
	r.Helper()
	ctx := context.Background()
	nps, err := r.house.Quality.NPS(ctx, r.persona("manager").Caller(), r.Program, time.Time{}, time.Time{})
	r.must(err)
	if nps.Sample() < 5 || nps.Value == nil {
		r.Errorf("recommendations: %+v", nps)
	}
	public, err := r.house.Insight.Public(ctx, r.Program)
	r.must(err)
	books, err := r.house.Insight.OpenBooks(ctx, r.Program)
	r.must(err)
	if public.Demand.Questions == nil || books.Split == nil || books.Weekly == nil {
		r.Errorf("the public page expects %+v; the books show %+v", public.Demand, books)
	}
	months, err := r.house.Earnings.Months(ctx, r.persona("tomas").Caller())
	r.must(err)
	if len(months) == 0 || r.parts.Clock.Now().Month() == months[0].First.Month() {
		r.Errorf("statements since %+v", months)
	}
}

// judging checks that peers judge, and what they leave behind.
func (s stage) judging() {
	s.Helper()
	for _, c := range []struct {
		what  string
		least int
		query string
	}{
		{"reviews by peers", 10, "SELECT COUNT(*) FROM reviews WHERE state = 'decided' AND votes > 1"},
		{"votes on gold", 1, "SELECT COUNT(*) FROM review_votes WHERE gold_id IS NOT NULL AND state = 'given'"},
		{"items of gold", 6, "SELECT COUNT(*) FROM gold_items"},
		{"notes of reviewers to experts", 3, "SELECT COUNT(*) FROM reviews WHERE note <> ''"},
		{"thanks", 1, "SELECT COUNT(*) FROM thanks"},
	} {
		if n := s.count(c.query); n < c.least {
			s.Errorf("%d %s, want %d at least", n, c.what, c.least)
		}
	}
}
