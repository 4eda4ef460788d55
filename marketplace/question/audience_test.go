package question_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var everybody = question.Ears{Customers: true, Persons: true, Keys: true}

// told waits until every event can be read: on PostgreSQL an older transaction of
// another test, on the same server, holds them back.
func (r *room) told() {
	r.t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var last int64
		var end event.Cursor
		r.read(func(tx *gorm.DB) (err error) {
			if end, err = r.Events.EndTx(r.Ctx(), tx); err != nil {
				return err
			}
			return tx.Raw("SELECT COALESCE(MAX(seq), 0) FROM events").Scan(&last).Error
		})
		if end.Seq == last {
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("events after %d are held back, up to %d", end.Seq, last)
		}
	}
}

// hearing reads the events after a place and says of each who hears what.
func (r *room) hearing(after *event.Cursor, ears question.Ears) (lines []string) {
	r.t.Helper()
	r.told()
	names := map[access.PersonID]string{r.first.Person: "first", r.second.Person: "second", r.rival.Person: "rival"}
	r.read(func(tx *gorm.DB) error {
		lines = nil
		events, next, err := r.Events.AfterTx(r.Ctx(), tx, marketplace.AllBrands, *after, 100)
		if err != nil {
			return err
		}
		heard, err := question.Audience(r.Ctx(), tx, question.Rules, ears, events)
		for i, h := range heard {
			if _, ok := question.Rules[events[i].Kind]; !ok {
				continue
			}
			var told []string
			if h.ToCustomer.Type != "" && h.Customer == r.dana.Customer {
				told = append(told, "dana "+h.ToCustomer.Type)
			}
			slices.SortFunc(h.Experts, func(a, b question.ExpertNotice) int { return strings.Compare(names[a.Person], names[b.Person]) })
			for _, x := range h.Experts {
				told = append(told, names[x.Person]+" "+x.Notice.Type)
			}
			if h.ToBrand.Type != "" && h.Brand == r.Brand && h.May == access.SeeQuestions {
				told = append(told, "brand "+h.ToBrand.Type)
			}
			lines = append(lines, strings.Join(told, ", "))
		}
		*after = next
		return err
	})
	return lines
}

// A whole life of a question, and who hears what of it as it happens.
func TestWhoHearsWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, place := newRoom(t, db), event.Cursor{}
		r.hearing(&place, everybody)
		var q question.ID
		var a question.Assignment
		steps := []struct {
			name string
			do   func() error
			want []string
		}{
			{"ask", func() error { q = r.Ask(r.dana, "The picture turns blurry").ID; return nil }, []string{
				"dana question.asked, brand question.asked",
				"dana question.offered, first offer.created, rival offer.created, second offer.created, brand question.offered",
			}},
			{"decline", func() error { return r.Questions.Decline(r.Ctx(), r.second, r.Offer(r.second).ID) }, []string{
				"second offer.gone, brand question.offer_declined",
			}},
			{"speak before", func() error { return r.Questions.Say(r.Ctx(), r.dana, q, "It is blue.") }, []string{
				"dana question.message, brand question.message",
			}},
			{"accept", func() error { a = r.Accept(r.first); return nil }, []string{
				"dana question.accepted, first question.accepted, rival offer.gone, brand question.accepted",
			}},
			{"speak", func() error { return r.Questions.Say(r.Ctx(), r.dana, q, "It is new.") }, []string{
				"dana question.message, first question.message, brand question.message",
			}},
			{"hand back", func() error { return r.Questions.HandBack(r.Ctx(), r.first, a.ID, "no_time", "A cable.") }, []string{
				"dana question.waiting, first question.handed_back, brand question.handed_back",
			}},
			{"ask on", func() error { r.RunDue(); return nil }, []string{
				"dana question.offered, rival offer.created, brand question.offered",
			}},
			{"accept again", func() error { a = r.Accept(r.rival); return nil }, []string{
				"dana question.accepted, rival question.accepted, brand question.accepted",
			}},
			{"confirm the handoff", func() error {
				return r.Questions.ConfirmHandoff(r.Ctx(), r.rival, a.ID, r.turns(q)[0].ID)
			}, []string{"first question.handoff_confirmed, brand question.handoff_confirmed"}},
			{"answer", func() error { r.Answer(r.rival, a); return nil }, []string{
				"dana question.answered, rival question.answered, brand question.answered",
			}},
			{"reopen", func() error { return r.Questions.Reopen(r.Ctx(), r.dana, q, "") }, []string{
				"rival assignment.earned, brand assignment.earned", "first assignment.earned, brand assignment.earned",
				"dana question.reopened, rival question.reopened, brand question.reopened",
			}},
			{"nobody is left", func() error { r.RunDue(); return nil }, []string{
				"dana question.escalated, brand question.escalated",
			}},
			{"the brand answers", func() error { return r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, q, "Sorry.") }, []string{
				"dana question.answered, brand question.answered",
			}},
			{"speak after", func() error { return r.Questions.Say(r.Ctx(), r.dana, q, "Thanks.") }, []string{
				"dana question.message, brand question.message",
			}},
			{"resolve", func() error { return r.Questions.Resolve(r.Ctx(), r.dana, q) }, []string{
				"dana question.resolved, brand question.resolved",
			}},
		}
		for _, step := range steps {
			r.Clock.Advance(time.Second)
			r.must(step.name, step.do())
			got := r.hearing(&place, everybody)
			slices.Sort(got)
			slices.Sort(step.want)
			if !slices.Equal(got, step.want) {
				t.Errorf("%s is heard by\n%s, want\n%s", step.name, strings.Join(got, "\n"), strings.Join(step.want, "\n"))
			}
		}
	})
}

// What ends while offers are out, or while somebody works, they hear of.
func TestWhoHearsOfAnEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, place := newRoom(t, db), event.Cursor{}
		offered, assigned := r.stage(question.Offered), (*scene)(nil)
		r.Clock.Advance(time.Second)
		r.hearing(&place, everybody)
		r.must("escalate", r.Questions.Escalate(r.Ctx(), r.dana, offered.q))
		if got := fmt.Sprint(r.hearing(&place, everybody)); got != "[dana question.escalated, rival offer.gone, second offer.gone, brand question.escalated]" {
			t.Errorf("of the end of an offered question hear %s", got)
		}
		r.Clock.Advance(time.Second)
		r.must("withdraw", r.Questions.Withdraw(r.Ctx(), r.dana, offered.q))
		if got := fmt.Sprint(r.hearing(&place, everybody)); got != "[dana question.withdrawn, brand question.withdrawn]" {
			t.Errorf("of its withdrawal hear %s", got)
		}
		assigned = r.stage(question.Assigned)
		r.Clock.Advance(time.Second)
		r.hearing(&place, everybody)
		r.must("take over", r.Questions.TakeOver(r.Ctx(), r.Agent, r.Brand, assigned.q))
		if got := fmt.Sprint(r.hearing(&place, everybody)); got != "[dana question.escalated, second question.escalated, brand question.escalated]" {
			t.Errorf("of the end of an assigned question hear %s", got)
		}
		expired := r.Ask(r.dana, "The sound is gone")
		r.hearing(&place, everybody)
		r.After(r.Program.Policies.Routing.OfferTTL)
		got := r.hearing(&place, everybody)
		if len(got) < 2 || !slices.Contains(got, "first offer.gone, rival offer.gone, second offer.gone, brand question.wave_expired") {
			t.Errorf("of the expiry of %s hear %q", expired.ID, got)
		}
	})
}

// Only who listens is looked up, and a page of events costs no more statements
// than one.
func TestAudienceOfManyEventsIsCheap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for range 4 {
			r.stage(question.Withdrawn)
		}
		statements := 0
		r.must("count", db.Read.Callback().Query().Before("*").Register("count", func(*gorm.DB) { statements++ }))
		for _, c := range []struct {
			ears question.Ears
			want int
		}{{everybody, 3}, {question.Ears{Customers: true}, 1}, {question.Ears{Keys: true}, 0}, {question.Ears{}, 0}} {
			before := statements
			r.hearing(&event.Cursor{}, c.ears)
			if got := statements - before; got != c.want {
				t.Errorf("for %+v there were %d statements, want %d", c.ears, got, c.want)
			}
		}
		place := event.Cursor{}
		for _, line := range r.hearing(&place, question.Ears{Customers: true}) {
			if strings.Contains(line, "offer.") {
				t.Errorf("without experts listening: %s", line)
			}
		}
	})
}
