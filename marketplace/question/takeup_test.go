package question_test

import (
	"fmt"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// lived is a market in which experts took so long to accept, each of 60
// questions after half an hour's rest.
func lived(t *testing.T, db *sqldb.DB, after time.Duration) (*room, []access.Caller) {
	r := newRoom(t, db, func(p *program.Policies) {
		p.Routing.WaveSizes, p.Routing.MaxExperts = []int{1, 8}, 12
		p.SLA.FirstResponse = time.Hour
	})
	experts := []access.Caller{r.first, r.second, r.rival}
	for i := range 9 {
		experts = append(experts, r.Expert(fmt.Sprintf("expert%d", i)))
	}
	for range 60 {
		q := r.Ask(r.dana, "The picture turns blurry")
		r.Clock.Advance(after)
		for _, x := range experts {
			offers, err := r.Questions.OpenOffers(r.Ctx(), x)
			r.must("list offers", err)
			if len(offers) == 0 {
				continue
			}
			a, err := r.Questions.Accept(r.Ctx(), x, offers[0].ID)
			r.must("accept", err)
			r.Answer(x, a)
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, q.ID))
			break
		}
		r.After(30 * time.Minute)
	}
	return r, experts
}

// waves asks a question that nobody takes, and gives its decisions.
func (r *room) waves() (question.Question, []question.DecisionRecord) {
	r.t.Helper()
	r.must("look at the offers", r.Questions.RefreshForecasts(r.Ctx()))
	q := r.Ask(r.dana, "The picture turns blurry")
	for range 4 {
		if r.load(q.ID).NextDueAt == nil {
			break
		}
		due(&scene{room: r, q: q.ID})
		r.must("look at the offers", r.Questions.RefreshForecasts(r.Ctx()))
		r.RunDue()
	}
	records, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, q.ID)
	r.must("read the decisions", err)
	return r.load(q.ID), records
}

// Where experts are quick, few are asked, and for a short time; all within what
// the policies say.
func TestWavesGoByHowOffersFare(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		quick, _ := lived(t, db, 20*time.Second)
		_, records := quick.waves()
		if len(records) < 2 {
			t.Fatalf("%d waves", len(records))
		}
		for i, d := range records {
			w := d.Wave
			if w == nil {
				t.Fatalf("wave %d is by the policies' own numbers", i)
			}
			if w.Experts != d.Offers || w.Offers < 60 || w.Chance <= 0 || w.Chance > 1 || w.OpenS < 300 || w.OpenS > 900 {
				t.Errorf("wave %d: %d offers, %+v", i, d.Offers, *w)
			}
			if i == 0 && d.Offers != 1 || i > 0 && d.Offers >= 8 {
				t.Errorf("wave %d asks %d", i, d.Offers)
			}
		}
		if records[0].Wave.OpenS >= 900 {
			t.Errorf("the first waits %d s", records[0].Wave.OpenS)
		}
		offers, err := quick.Questions.BrandOffers(quick.Ctx(), quick.Manager, quick.Brand, quick.waved())
		quick.must("list the offers", err)
		if got := offers[0].ExpiresAt.Sub(offers[0].OfferedAt); got != time.Duration(records[0].Wave.OpenS)*time.Second {
			t.Errorf("the first offer is open for %s, the record says %d s", got, records[0].Wave.OpenS)
		}
	})
}

// waved is the question asked last.
func (r *room) waved() question.ID {
	r.t.Helper()
	list, err := r.Questions.BrandQuestions(r.Ctx(), r.Manager, r.Brand, question.Filter{}, marketplace.Page{Limit: 1})
	r.must("list questions", err)
	return list.Items[0].ID
}

// Where experts take long more are asked than where they are quick, and the
// promise weighs: the tighter, the more.
func TestWavesGrowWhereExpertsAreSlow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		slow, _ := lived(t, db, 14*time.Minute)
		_, records := slow.waves()
		if len(records) < 2 || records[0].Wave == nil || records[0].Offers != 1 {
			t.Fatalf("%d waves, %d offers, %+v", len(records), records[0].Offers, records[0].Wave)
		}
		if w := records[0].Wave; w.OpenS < 840 {
			t.Errorf("the first waits %d s", w.OpenS)
		}
		if records[1].Offers < 2 {
			t.Errorf("then %d are asked", records[1].Offers)
		}
	})
}

// A process that knows nothing yet goes by the policies.
func TestWavesGoByThePoliciesAtFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{2} })
		r.must("look at the offers", r.Questions.RefreshForecasts(r.Ctx()))
		_, records := r.waves()
		if records[0].Wave != nil || records[0].Offers != 2 {
			t.Errorf("%+v, %d offers", records[0].Wave, records[0].Offers)
		}
	})
}
