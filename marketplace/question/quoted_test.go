package question_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// from moves an expert to a country.
func (r *room) from(x access.Caller, country string) {
	r.t.Helper()
	r.must("move", r.rawUpdate("UPDATE experts SET country = '"+country+"' WHERE person_id = '"+x.Person.String()+"'"))
}

// repolicy changes what the program pays.
func (r *room) repolicy(edit func(*program.RewardPolicy)) {
	r.t.Helper()
	p, err := r.Programs.Program(r.Ctx(), r.Manager, r.Program.ID)
	r.must("read the program", err)
	edit(&p.Policies.Reward)
	r.must("change the policies", r.Programs.SetPolicies(r.Ctx(), r.Manager, r.Program.ID, p.Policies))
}

// offered is the caller's of a question.
func (s *scene) offered(x access.Caller) question.OfferView {
	s.t.Helper()
	offers, err := s.Questions.OpenOffers(s.Ctx(), x)
	s.must("list offers", err)
	for _, o := range offers {
		if o.Question == s.q {
			return o
		}
	}
	s.t.Fatal("no offer")
	return question.OfferView{}
}

func sumOf(items []question.RewardItem) (sum int64) {
	for _, item := range items {
		sum += item.Minor
	}
	return sum
}

// In one wave who lives where an hour costs more is quoted more; the dearest is
// held, the rest comes back, and the lines are on every receipt.
func TestFloorsByCountry(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) {
			p.Reward.BaseMinor, p.Reward.FeeBP = 200, 2000
			p.Reward.Floor = program.FloorPolicy{HourlyMinor: 1000, ByCountry: map[string]int64{"CH": 4000, "PT": 2500, "NO": 6000}}
		})
		r.from(r.first, "CH")
		r.from(r.second, "PT")
		q := r.Ask(r.dana, "It hums")
		s := &scene{room: r, q: q.ID}
		for _, c := range []struct {
			expert access.Caller
			pays   int64
		}{{r.first, 400}, {r.second, 250}, {r.rival, 200}} { // six minutes are assumed
			if o := s.offered(c.expert); o.Reward.Minor != c.pays || sumOf(o.Items) != c.pays || o.Items[0].Code != program.ItemBase {
				t.Errorf("quoted %v of %+v, want %d", o.Reward, o.Items, c.pays)
			}
		}
		r.from(r.second, "NO") // what was quoted stays
		a, err := r.Questions.Accept(r.Ctx(), r.second, s.offerTo(r.second))
		r.must("accept", err)
		if a.RewardMinor != 250 || a.FeeMinor != 50 {
			t.Errorf("locked: %d and %d", a.RewardMinor, a.FeeMinor)
		}
		r.Answer(r.second, a)
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, q.ID))
		r.Balanced()
		brand, err := r.Questions.BrandReceipt(r.Ctx(), r.Manager, r.Brand, q.ID)
		r.must("read the receipt", err)
		if m := brand.Money; m.Held != 720 || m.Experts != 250 || m.Fees != 50 || m.Returned != 420 {
			t.Errorf("money: %+v", *m)
		}
		own, err := r.Questions.ExpertReceipt(r.Ctx(), r.second, q.ID)
		r.must("read the expert's", err)
		theirs, err := r.Questions.CustomerReceipt(r.Ctx(), r.dana, q.ID)
		r.must("read the customer's", err)
		for view, items := range map[question.View][]question.RewardItem{
			question.ViewBrand: brand.Turns[0].Items, question.ViewExpert: own.Turns[0].Items, question.ViewCustomer: theirs.Turns[0].Items,
		} {
			if len(items) != 2 || items[1].Code != program.ItemFloor || items[1].Minor != 50 || items[1].Own != (view == question.ViewExpert) {
				t.Errorf("the %s's lines: %+v", view, items)
			}
		}
		works, err := r.Questions.RewardItems(r.Ctx(), r.second, []uuid.UUID{uuid.UUID(a.ID)})
		r.must("read the lines", err)
		if sumOf(works[uuid.UUID(a.ID)]) != 250 {
			t.Errorf("the reward's lines: %+v", works)
		}
		if works, err := r.Questions.RewardItems(r.Ctx(), r.rival, []uuid.UUID{uuid.UUID(a.ID)}); err != nil || len(works) != 0 {
			t.Errorf("another's lines: %+v, %v", works, err)
		}
	})
}

// What the first wave was quoted from is what later waves are, whatever the
// policies have become, and for a country that nobody of the first was from.
func TestOldQuestionsKeepTheirQuote(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) {
			p.Reward.BaseMinor, p.Routing.WaveSizes = 200, []int{1, 2}
			p.Reward.Floor.ByCountry = map[string]int64{"CH": 4000}
		})
		for _, x := range []access.Caller{r.first, r.second, r.rival} {
			r.from(x, "CH")
		}
		q := r.Ask(r.dana, "It hums")
		var asked access.Caller
		for _, x := range []access.Caller{r.first, r.second, r.rival} {
			if offers, err := r.Questions.OpenOffers(r.Ctx(), x); err == nil && len(offers) == 1 {
				asked = x
			}
		}
		r.repolicy(func(p *program.RewardPolicy) { p.BaseMinor, p.Floor.ByCountry = 900, map[string]int64{"CH": 90_000} })
		s := &scene{room: r, q: q.ID}
		r.must("decline", r.Questions.Decline(r.Ctx(), asked, s.offerTo(asked)))
		for _, x := range []access.Caller{r.first, r.second, r.rival} {
			if x == asked {
				continue
			}
			if o := s.offered(x); o.Reward.Minor != 400 {
				t.Errorf("the second wave is quoted %v", o.Reward)
			}
		}
		records, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, q.ID)
		r.must("read the decisions", err)
		if len(records) != 2 || records[0].Quote == nil || records[0].Quote.Base != 200 || records[1].Quote.Floors["CH"] != 4000 {
			t.Errorf("on record: %+v", records)
		}
		if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, q.ID); n != 2 || err != nil {
			t.Errorf("replayed %d, %v", n, err)
		}
		r.must("spoil a record", r.rawUpdate(`UPDATE decisions SET record = REPLACE(record, '"base":200', '"base":201') WHERE wave = 1`))
		if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, q.ID); !errors.Is(err, question.ErrReplayDiffers) {
			t.Errorf("another basis than was offered: %v", err)
		}
		if o := r.load(r.Ask(r.dana, "It smells").ID); o.State != question.Offered {
			t.Errorf("a new question is %s", o.State)
		}
		r.Balanced()
	})
}

// Where many wait for few, answering pays more, as far as the brand says; how
// long such work takes is the median of what it took.
func TestRewardsMoveWithTheQueue(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) {
			p.Reward.BaseMinor, p.Reward.IncludedMinutes, p.Reward.PerMinuteMinor = 200, 1, 10
			p.Reward.Busy = program.BusyPolicy{QueueBP: 1000, MostBP: 2500}
		})
		for range 20 {
			q := r.Ask(r.dana, "It hums")
			s := &scene{room: r, q: q.ID}
			a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
			r.must("accept", err)
			r.Clock.Advance(4*time.Minute + 30*time.Second)
			r.Answer(r.first, a)
			r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, q.ID))
		}
		quoted := func() question.OfferView {
			t.Helper()
			r.must("look", r.Questions.RefreshForecasts(r.Ctx()))
			s := &scene{room: r, q: r.Ask(r.dana, "It smells").ID}
			return s.offered(r.first)
		}
		one := quoted()
		want := []question.RewardItem{{Code: program.ItemBase, Minor: 200}, {Code: program.ItemEffort, Minor: 30, Minutes: 4, Sample: 20}}
		if one.Effort != 4*time.Minute+30*time.Second || len(one.Items) != 2 || one.Items[1] != want[1] {
			t.Errorf("by what it took: %s, %+v", one.Effort, one.Items)
		}
		for range 4 {
			quoted()
		}
		six := quoted() // six wait for three
		if got := six.Items[len(six.Items)-1]; six.Reward.Minor != 253 || got != (question.RewardItem{Code: program.ItemQueue, Minor: 23, BP: 1000, Waiting: 6, Hands: 3}) {
			t.Errorf("with six: %v of %+v", six.Reward, six.Items)
		}
		for range 8 {
			quoted()
		}
		if many := quoted(); many.Reward.Minor != 287 || many.Items[len(many.Items)-1].Code != program.ItemBounds {
			t.Errorf("beyond the bound: %v of %+v", many.Reward, many.Items)
		}
		r.Balanced()
	})
}

// Where not even the dearest can be held, nobody is asked.
func TestNobodyIsAskedForMoreThanThereIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Reward.BaseMinor = 200 })
		dear := r.Program.Policies
		dear.Reward.Floor.ByCountry = map[string]int64{"CH": program.MaxRewardMinor}
		if err := r.Programs.SetPolicies(r.Ctx(), r.Owner, r.Program.ID, dear); err != nil {
			t.Fatal(err)
		}
		q := r.load(r.Ask(r.dana, "It hums").ID)
		if q.State != question.Escalated || q.EndReason != question.ReasonUnfunded {
			t.Errorf("%s, %s", q.State, q.EndReason)
		}
		if _, err := r.Questions.RewardItems(r.Ctx(), r.dana, nil); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("a customer reads rewards: %v", err)
		}
	})
}
