package insight_test

import (
	"fmt"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// show writes a figure so that it can be compared.
func show(v any) string {
	switch v := v.(type) {
	case insight.Wait:
		return fmt.Sprintf("%s %s of %d, %d censored", of(v.Median), of(v.P90), v.N, v.Censored)
	case insight.Share:
		return fmt.Sprintf("%s of %d, %d censored", of(v.BP), v.N, v.Censored)
	case insight.Satisfaction:
		return fmt.Sprintf("%s %s of %d", of(v.GoodBP), of(v.Mean), v.N)
	case insight.Cost:
		return fmt.Sprintf("%s of %d / %d", of(v.PerResolution), v.Spent, v.N)
	}
	return "?"
}

func of[T any](v *T) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}

func want(t *testing.T, name string, got any, want string) {
	t.Helper()
	if text := show(got); text != want {
		t.Errorf("%s: %s, want %s", name, text, want)
	}
}

// A month in which everything happens once, counted by hand.
func TestFiguresOfAStory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		from := r.Clock.Now()
		solved := r.ask("box") // answered after 10 minutes, resolved after 20
		r.answer(10 * time.Minute)
		r.Clock.Advance(10 * time.Minute)
		r.resolve(solved)
		r.say(solved, 5)

		again := r.ask("") // answered after 30 minutes, reopened, answered by the brand, resolved after 60
		first := r.answer(30 * time.Minute)
		r.ok("reopen", r.Questions.Reopen(r.Ctx(), r.dana, again, ""))
		r.RunDue() // nobody else is there to ask: the brand's team has it
		r.Clock.Advance(20 * time.Minute)
		r.ok("answer for the brand", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, again, "We send another one."))
		r.Clock.Advance(10 * time.Minute)
		r.resolve(again)
		r.say(again, 2)

		r.ask("billing") // the brand's own, and not answered
		gone := r.ask("")
		r.Clock.Advance(5 * time.Minute)
		r.ok("withdraw", r.Questions.Withdraw(r.Ctx(), r.dana, gone))
		r.ask("") // an hour later still with nobody
		r.Clock.Advance(time.Hour)
		r.ok("ask the neighbour", func() error {
			n := r.Neighbour()
			_, err := r.Questions.Ask(r.Ctx(), n.Customer("Eve"), question.Ask{Program: n.Program.ID, Title: "Elsewhere"})
			return err
		}())

		f := r.figures(insight.Asked{From: from, To: from.AddDate(0, 0, 2)})
		want(t, "first response", f.FirstResponse.Value, "30m0s - of 5, 3 censored")
		want(t, "resolution time", f.ResolutionTime.Value, "1h0m0s - of 5, 3 censored")
		want(t, "resolution rate", f.ResolutionRate.Value, "2500 of 4, 0 censored")
		want(t, "reopen rate", f.ReopenRate.Value, "5000 of 2, 1 censored")
		want(t, "CSAT", f.CSAT.Value, "5000 3.5 of 2")
		want(t, "cost", f.Cost.Value, "600 of 600 / 1") // two answers at 2.50 and a fifth on top; one solved it
		if f.Currency != "EUR" || len(f.Cost.Points) != 3 {
			t.Errorf("in %s, %d points", f.Currency, len(f.Cost.Points))
		}
		want(t, "first day", f.FirstResponse.Points[0].Value, "30m0s - of 5, 3 censored")
		want(t, "second day", f.FirstResponse.Points[1].Value, "- - of 0, 0 censored")
		want(t, "before", f.FirstResponse.Previous, "- - of 0, 0 censored")

		_, err := r.Quality.Refuse(r.Ctx(), r.Manager, r.Brand, first.ID, quality.RefuseWrong, "It is another model.")
		r.ok("refuse", err)
		r.After(40 * 24 * time.Hour) // the refusal stands
		later := r.figures(insight.Asked{From: from.AddDate(0, 0, 2), To: from.AddDate(0, 0, 4)})
		want(t, "cost, a part refused", later.Cost.Previous, "300 of 300 / 1")
		want(t, "reopen rate, too late to reopen", later.ReopenRate.Previous, "5000 of 2, 0 censored")
		want(t, "CSAT before", later.CSAT.Previous, "5000 3.5 of 2")
		want(t, "resolution rate before, the last one with the brand", later.ResolutionRate.Previous, "2000 of 5, 0 censored")
	})
}

// Who answered last has solved it: an expert, after the brand was asked; the
// brand, after an expert's answer.
func TestWhoSolvedIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		from := r.Clock.Now()
		second := r.Expert("bogdan")
		q := r.ask("")
		r.ok("take over", r.Questions.TakeOver(r.Ctx(), r.Agent, r.Brand, q))
		r.ok("answer for the brand", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, q, "Try another cable."))
		r.ok("reopen", r.Questions.Reopen(r.Ctx(), r.dana, q, ""))
		r.RunDue()
		r.Clock.Advance(time.Minute)
		who := r.expert
		if offers, err := r.Questions.OpenOffers(r.Ctx(), who); err != nil || len(offers) == 0 {
			who = second
		}
		r.Answer(who, r.Accept(who))
		r.resolve(q)
		want(t, "an expert after the brand", r.figures(insight.Asked{From: from, To: from.AddDate(0, 0, 1)}).ResolutionRate.Value, "10000 of 1, 0 censored")

		q = r.ask("")
		r.ok("take over", r.Questions.TakeOver(r.Ctx(), r.Agent, r.Brand, q))
		r.ok("answer for the brand", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, q, "Try another cable."))
		r.resolve(q)
		want(t, "the brand", r.figures(insight.Asked{From: from, To: from.AddDate(0, 0, 1)}).ResolutionRate.Value, "5000 of 2, 0 censored")

		// However else a question comes to be ended, it is not resolved by that.
		r.exec("UPDATE questions SET end_reason = 'abusive' WHERE state = 'resolved'")
		f := r.figures(insight.Asked{From: from, To: from.AddDate(0, 0, 1)})
		want(t, "ended otherwise", f.ResolutionRate.Value, "0 of 2, 0 censored")
		want(t, "its resolution time", f.ResolutionTime.Value, "- - of 2, 2 censored")
	})
}

func TestTopicFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		from := r.Clock.Now()
		q := r.ask("box")
		r.answer(10 * time.Minute)
		r.resolve(q)
		r.say(q, 4)
		r.ask("billing")
		r.ask("")
		report, err := r.Insight.Topics(r.Ctx(), r.Manager, r.Program.ID, insight.Asked{From: from, To: from.AddDate(0, 0, 1)})
		r.ok("read the topics", err)
		var got []string
		for _, one := range report.Topics {
			slug := ""
			if one.Topic != nil {
				slug = one.Topic.Slug
			}
			got = append(got, fmt.Sprintf("%s: %d, %d, %s, %s, %d", slug, one.Questions, one.Resolved, of(one.FirstResponse.Median), of(one.CSAT.Mean), one.Spent))
		}
		if text := fmt.Sprintf("%q", got); text != `[": 1, 0, -, -, 0" "billing: 1, 0, -, -, 0" "box: 1, 1, 10m0s, 4, 300" "plans: 0, 0, -, -, 0"]` {
			t.Errorf("topics %s", text)
		}
	})
}

func TestBrandFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		asked := insight.Asked{From: r.Clock.Now(), To: r.Clock.Now().AddDate(0, 0, 1)}
		r.ask("")
		f, err := r.Insight.BrandFigures(r.Ctx(), r.Manager, r.Brand, "", asked)
		if err != nil || f.Currency != "EUR" || f.FirstResponse.Value.N != 1 {
			t.Errorf("%+v, %v", f.FirstResponse.Value, err)
		}
		_, err = r.Programs.CreateProgram(r.Ctx(), r.Owner, r.Brand, program.NewProgram{Name: "UK", Currency: "GBP", Policies: program.DefaultPolicies()})
		r.ok("create a program", err)
		for currency, n := range map[payouts.Currency]int{"EUR": 1, "GBP": 0, "USD": 0} {
			f, err := r.Insight.BrandFigures(r.Ctx(), r.Manager, r.Brand, currency, asked)
			if err != nil || f.Currency != currency || f.FirstResponse.Value.N != n {
				t.Errorf("%s: %+v, %v", currency, f.FirstResponse.Value, err)
			}
		}
		for _, bad := range []payouts.Currency{"eur", "XYZ", "a\x00b"} {
			if _, err := r.Insight.BrandFigures(r.Ctx(), r.Manager, r.Brand, bad, asked); verdict(err) != "invalid" {
				t.Errorf("in %q: %v", bad, err)
			}
		}
		if _, err := r.Insight.BrandFigures(r.Ctx(), r.Manager, r.Brand, "", asked); verdict(err) != "invalid" {
			t.Errorf("two currencies and none named: %v", err)
		}
	})
}

func TestWhoMayReadFigures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		n := r.Neighbour()
		for _, c := range []struct {
			who              string
			caller           access.Caller
			ofProgram, brand string
		}{
			{"a manager", r.Manager, "ok", "ok"}, {"the owner", r.Owner, "ok", "ok"}, {"an operator", r.Operator, "ok", "ok"},
			{"a reviewer", r.Reviewer, "forbidden", "forbidden"}, {"an agent", r.Agent, "forbidden", "forbidden"},
			{"another brand's owner", n.Owner, "none", "forbidden"}, {"an expert", r.expert, "none", "forbidden"},
			{"a customer", r.dana, "none", "forbidden"}, {"nobody", access.Caller{}, "none", "forbidden"},
		} {
			_, figures := r.Insight.ProgramFigures(r.Ctx(), c.caller, r.Program.ID, insight.Asked{})
			_, topics := r.Insight.Topics(r.Ctx(), c.caller, r.Program.ID, insight.Asked{})
			_, brand := r.Insight.BrandFigures(r.Ctx(), c.caller, r.Brand, "", insight.Asked{})
			if verdict(figures) != c.ofProgram || verdict(topics) != c.ofProgram || verdict(brand) != c.brand {
				t.Errorf("%s: %v, %v, %v", c.who, figures, topics, brand)
			}
		}
		if _, err := r.Insight.BrandFigures(r.Ctx(), r.Operator, marketplace.AllBrands, "", insight.Asked{}); verdict(err) != "invalid" {
			t.Errorf("of all brands: %v", err)
		}
		if _, err := r.Insight.ProgramFigures(r.Ctx(), r.Manager, r.Program.ID, insight.Asked{Zone: "Nowhere"}); verdict(err) != "invalid" {
			t.Errorf("in no zone: %v", err)
		}
	})
}
