package insight_test

import (
	"fmt"
	"testing"
	"time"

	"knowhow/marketplace/insight"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

func (r *room) public() insight.PublicPage {
	r.T.Helper()
	page, err := r.Insight.Public(r.Ctx(), r.Program.ID)
	r.ok("read the public page", err)
	return page
}

// The page tells nothing of a sample of 49, and the truth of one of 50.
func TestPublicPageTellsOfNoSmallSample(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		start := r.Clock.Now() // a Monday, a second past nine
		for i := range 50 {
			if i == 49 {
				if d := r.public().Demand; d.Handling != nil || d.Questions != nil || d.Experts != nil {
					t.Errorf("of 49: %+v", d)
				}
			}
			r.Clock.Set(start)
			q := r.ask("")
			r.answer(time.Duration(i+1) * time.Minute)
			r.resolve(q)
		}
		if d := r.public().Demand; d.Questions != nil {
			t.Error("it was read anew at once")
		}
		r.Clock.Set(start.Add(3 * time.Hour))
		d := r.public().Demand
		if d.Handling == nil || *d.Handling != 25*time.Minute {
			t.Errorf("handling takes %v", of(d.Handling))
		}
		if len(d.Questions) != 7 || len(d.Questions[0]) != 24 || d.Questions[0][9] != 6.25 || d.Questions[1][9] != 0 {
			t.Errorf("questions %v", d.Questions)
		}
		r.Clock.Set(start.AddDate(0, 0, 57))
		if d := r.public().Demand; d.Questions != nil || d.Handling != nil {
			t.Errorf("after eight weeks: %+v", d)
		}
	})
}

func TestPublicPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := r.Ctx(), r.Program.ID
		for i := range 6 {
			r.Expert(fmt.Sprintf("expert-%d", i))
		}
		policies := program.DefaultPolicies()
		policies.Reward.BaseMinor, policies.Reward.ByTopic = 300, map[string]int64{"plans": 700, "billing": 5}
		r.ok("set policies", r.Programs.SetPolicies(ctx, r.Owner, id, policies))
		r.ok("set branding", r.Programs.SetBranding(ctx, r.Owner, id, program.Branding{Accent: "#FFCC00", Greeting: map[string]string{"de": "Fragen Sie."}}))
		page := r.public()
		if page.Demand.Experts == nil || *page.Demand.Experts != 5 { // of seven
			t.Errorf("experts %v", of(page.Demand.Experts))
		}
		if pay := page.Pay; pay.Least.Minor != 300 || pay.Typical.Minor != 300 || pay.Most.Minor != 700 || pay.Most.Currency != "EUR" {
			t.Errorf("pay %+v: what only the brand answers pays nobody", pay)
		}
		if b := page.Branding; b.Accent != "#ffcc00" || b.TextOn() != "#000000" || b.Greeting["de"] != "Fragen Sie." {
			t.Errorf("branding %+v", b)
		}
		if d := page.Demand; d.Quiz || d.Terms || !d.Probation {
			t.Errorf("asks %+v", d)
		}
		_, err := r.Training.PublishTerms(ctx, r.Manager, id, training.NewTerms{Text: "Be honest."})
		r.ok("publish terms", err)
		_, err = r.Training.PublishQuiz(ctx, r.Manager, training.QuizRef{Program: id}, training.NewQuiz{Items: []training.QuizItem{{Question: "What is a box?", Options: []string{"a box", "no box"}}}, PassMark: 1})
		r.ok("publish a quiz", err)
		r.Clock.Advance(11 * time.Minute)
		if d := r.public().Demand; !d.Quiz || !d.Terms {
			t.Errorf("asks %+v", d)
		}
		r.ok("close", r.Programs.Close(ctx, r.Owner, id))
		if _, err := r.Insight.Public(ctx, id); verdict(err) != "none" {
			t.Errorf("of a closed program: %v", err)
		}
	})
}
