package question_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// past has a question asked and answered after each of the waits.
func (r *room) past(ask question.Ask, waits ...time.Duration) {
	r.t.Helper()
	for _, wait := range waits {
		ask.Program, ask.Title = r.Program.ID, "It hums"
		q, err := r.Questions.Ask(r.Ctx(), r.dana, ask)
		r.must("ask", err)
		r.RunDue()
		s := &scene{room: r, q: q.ID}
		a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
		r.must("accept", err)
		r.Clock.Set(q.AskedAt.Add(wait))
		r.must("answer", r.Questions.Answer(r.Ctx(), r.first, a.ID, "Press it."))
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, q.ID))
	}
}

// steps are 10 s, 20 s … n times.
func steps(n int) (list []time.Duration) {
	for i := range n {
		list = append(list, time.Duration(i+1)*10*time.Second)
	}
	return list
}

func (r *room) forecast(topic, language string) question.Waits {
	r.t.Helper()
	w, err := r.Questions.Forecast(r.Ctx(), r.Program.ID, topic, language)
	r.must("forecast", err)
	return w
}

// A program's forecast is of those questions that are most like it and enough,
// nothing is said of too few, and what is long ago is forgotten.
func TestForecastOfAProgram(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		if w := r.forecast("", ""); w.Median != nil || w.P90 != nil || w.Sample != 0 || !w.Since.Equal(r.Clock.Now().Add(-28*24*time.Hour)) {
			t.Errorf("of nothing: %+v", w)
		}
		r.past(question.Ask{}, steps(19)...)
		r.Clock.Advance(2 * time.Minute)
		if w := r.forecast("", ""); w.Median != nil || w.P90 != nil || w.Sample != 19 {
			t.Errorf("of 19: %+v", w)
		}
		german := question.Ask{Topic: "box", Language: "de"}
		r.past(german, steps(1)...)
		if w := r.forecast("", ""); w.Sample != 19 {
			t.Errorf("it is looked up all the time: %+v", w)
		}
		r.past(german, steps(20)[1:]...)
		r.Clock.Advance(time.Minute)
		for _, c := range []struct {
			topic, language string
			sample          int
			median, p90     time.Duration
		}{
			{"", "", 39, 100 * time.Second, 180 * time.Second}, {"box", "", 20, 110 * time.Second, 190 * time.Second},
			{"box", "de", 20, 110 * time.Second, 190 * time.Second}, {"", "de", 20, 110 * time.Second, 190 * time.Second},
			{"plans", "en", 39, 100 * time.Second, 180 * time.Second}, {"plans", "de", 20, 110 * time.Second, 190 * time.Second},
		} {
			w := r.forecast(c.topic, c.language)
			if w.Median == nil || w.P90 == nil || *w.Median != c.median || *w.P90 != c.p90 || w.Sample != c.sample {
				t.Errorf("%s %s: %v, %v of %d, want %+v", c.topic, c.language, w.Median, w.P90, w.Sample, c)
			}
		}
		r.Clock.Advance(28 * 24 * time.Hour)
		if w := r.forecast("", ""); w.Sample != 0 || w.Median != nil {
			t.Errorf("four weeks later: %+v", w)
		}
		for name, ask := range map[string]func() error{
			"none": func() error {
				_, err := r.Questions.Forecast(r.Ctx(), marketplace.NewID[program.Program](), "", "")
				return err
			},
			"none, the topic": func() error {
				_, err := r.Questions.Forecast(r.Ctx(), r.Program.ID, "unheard-of", "")
				return err
			},
			"invalid": func() error {
				_, err := r.Questions.Forecast(r.Ctx(), r.Program.ID, "", "no language")
				return err
			},
		} {
			if got := verdict(ask()); !strings.HasPrefix(name, got) {
				t.Errorf("%s: %s", name, got)
			}
		}
	})
}

// While a question waits, its forecast moves with the time it has waited; what
// was said when it was asked stays, and is on the receipt.
func TestForecastOfAQuestion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.past(question.Ask{}, steps(40)...)
		r.must("refresh", r.Questions.RefreshForecasts(r.Ctx()))
		q := r.Ask(r.dana, "It hums again")
		if q.ForecastMedianS == nil || q.ForecastP90S == nil || *q.ForecastMedianS != 210 || *q.ForecastP90S != 370 {
			t.Fatalf("when it was asked: %v, %v", q.ForecastMedianS, q.ForecastP90S)
		}
		if now := r.Questions.Ahead(q); now == nil || !now.MedianAt.Equal(q.AskedAt.Add(210*time.Second)) {
			t.Errorf("by heart: %+v", now)
		}
		expect := func(after, median, p90 time.Duration) {
			t.Helper()
			r.Clock.Set(q.AskedAt.Add(after))
			own, err := r.Questions.ForCustomer(r.Ctx(), r.dana, q.ID)
			r.must("read", err)
			brands, err := r.Questions.ForBrand(r.Ctx(), r.Agent, r.Brand, q.ID)
			r.must("read for the brand", err)
			for _, f := range []*question.Forecast{own.Forecast, brands.Forecast} {
				if f == nil || f.MedianAt == nil || f.P90At == nil || f.Sample < 40 {
					t.Fatalf("after %s: %+v", after, f)
				}
				if f.MedianAt.Sub(q.AskedAt) != median || f.P90At.Sub(q.AskedAt) != p90 {
					t.Errorf("after %s: %s and %s, want %s and %s", after, f.MedianAt.Sub(q.AskedAt), f.P90At.Sub(q.AskedAt), median, p90)
				}
			}
		}
		expect(0, 210*time.Second, 370*time.Second)
		expect(205*time.Second, 310*time.Second, 390*time.Second) // twenty are left
		expect(301*time.Second, 360*time.Second, 400*time.Second) // ten are
		r.Clock.Set(q.AskedAt.Add(350 * time.Second))
		if c, err := r.Questions.ForCustomer(r.Ctx(), r.dana, q.ID); err != nil || c.Forecast.P90At != nil || c.Forecast.MedianAt == nil {
			t.Errorf("five are left: %+v, %v", c.Forecast, err)
		}
		s := &scene{room: r, q: q.ID}
		r.Clock.Set(q.AskedAt.Add(200 * time.Second))
		c, err := r.Questions.ForExpert(r.Ctx(), r.first, q.ID)
		if err != nil || c.Forecast != nil {
			t.Errorf("an expert is told %+v, %v", c.Forecast, err)
		}
		a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
		r.must("accept", err)
		r.must("answer", r.Questions.Answer(r.Ctx(), r.first, a.ID, "Press it."))
		if c, err := r.Questions.ForCustomer(r.Ctx(), r.dana, q.ID); err != nil || c.Forecast != nil {
			t.Errorf("once it is answered: %+v, %v", c.Forecast, err)
		}
		for name, read := range map[string]func() (question.Receipt, error){
			"customer": func() (question.Receipt, error) { return r.Questions.CustomerReceipt(r.Ctx(), r.dana, q.ID) },
			"expert":   func() (question.Receipt, error) { return r.Questions.ExpertReceipt(r.Ctx(), r.first, q.ID) },
			"brand":    func() (question.Receipt, error) { return r.Questions.BrandReceipt(r.Ctx(), r.Owner, r.Brand, q.ID) },
		} {
			receipt, err := read()
			r.must("read the receipt", err)
			text, err := json.Marshal(receipt.Wait)
			if err != nil || !strings.Contains(string(text), `"forecast":{"median_s":210,"p90_s":370}`) || receipt.Wait.FirstResponse == nil {
				t.Errorf("the %s's receipt says %s, %v", name, text, err)
			}
		}
	})
}

// To ask looks no forecast up: nothing is said where nothing is known by heart,
// or too long ago; and where asking fails, nothing is kept.
func TestAskingSaysWhatIsKnownByHeart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.past(question.Ask{}, steps(20)...)
		if q := r.Ask(r.dana, "Early"); q.ForecastMedianS != nil || q.ForecastP90S != nil {
			t.Errorf("nobody looked, but %d was said", *q.ForecastMedianS)
		}
		r.must("refresh", r.Questions.RefreshForecasts(r.Ctx()))
		if q := r.Ask(r.dana, "In time"); q.ForecastMedianS == nil {
			t.Error("nothing was said")
		}
		r.Clock.Advance(3 * time.Minute)
		if q := r.Ask(r.dana, "Late"); q.ForecastMedianS != nil {
			t.Errorf("what is old was said: %d", *q.ForecastMedianS)
		}
		receipt, err := r.Questions.CustomerReceipt(r.Ctx(), r.dana, r.Ask(r.dana, "Later").ID)
		if err != nil || receipt.Wait.Forecast != nil {
			t.Errorf("the receipt says %+v, %v", receipt.Wait.Forecast, err)
		}
	})
}

// A question that nobody answered makes the wait longer, not shorter.
func TestUnansweredQuestionsCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.past(question.Ask{}, steps(20)...)
		for range 10 {
			q := r.Ask(r.dana, "Nobody knows")
			r.must("escalate", r.Questions.Escalate(r.Ctx(), r.dana, q.ID))
		}
		r.Clock.Advance(time.Hour)
		w := r.forecast("", "")
		if w.Sample != 30 || w.Median == nil || *w.Median != 160*time.Second || w.P90 != nil {
			t.Errorf("%v, %v of %d", w.Median, w.P90, w.Sample)
		}
	})
}
