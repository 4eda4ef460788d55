package question_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// onTopic are what customers write, by topic.
var onTopic = map[string][2][]string{
	"box": {
		{"The picture", "My receiver", "The remote", "The screen", "The box"},
		{"freezes and turns green", "shows no signal on the hdmi cable", "blinks red and reboots", "is blurry since the update", "finds no channels"},
	},
	"plans": {
		{"Can I add a sports package", "Which subscription has football", "I would like to upgrade my plan", "Does the family plan include films", "How do I change my package"},
		{"for next month", "without a new contract", "for two televisions", "with more channels abroad", "and keep my price"},
	},
	"billing": {
		{"My invoice", "The direct debit", "The payment", "My last bill", "The refund"},
		{"was charged twice to my account", "shows an amount I do not owe", "has not reached my bank", "is higher than agreed", "went to the wrong card"},
	},
}

// teach asks questions that name their topic, and has them learned.
func (r *room) teach() (asked []question.Question) {
	r.t.Helper()
	for slug, words := range onTopic {
		for i, subject := range words[0] {
			for n, trouble := range words[1] {
				if (i+n)%5 == 4 {
					continue // never seen
				}
				asked = append(asked, r.askOn(slug, subject+" "+trouble))
			}
		}
	}
	r.refresh()
	return asked
}

// unseen is a text on a topic that teach does not ask.
func unseen(slug string) string { return onTopic[slug][0][2] + " " + onTopic[slug][1][2] }

func (r *room) askOn(slug, title string) question.Question {
	r.t.Helper()
	q, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: title, Topic: slug})
	r.must("ask", err)
	r.RunDue()
	return q
}

func (r *room) refresh() {
	r.t.Helper()
	r.must("refresh the topics", r.Questions.RefreshTopics(r.Ctx()))
}

func TestATopicIsReadFromTheText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		if q := r.askOn("", unseen("box")); q.TopicBy != question.TopicUnknown || !q.TopicID.IsZero() {
			t.Errorf("before anything was learned: %q, %v", q.TopicBy, q.TopicRead)
		}
		if q := r.teach()[0]; q.TopicBy != question.TopicAsker || q.TopicRead != nil {
			t.Errorf("who names a topic: %q, %v", q.TopicBy, q.TopicRead)
		}
		for slug := range onTopic {
			q := r.load(r.askOn("", unseen(slug)).ID)
			if q.TopicID != r.Topics[slug].ID || q.TopicBy != question.TopicRead || q.TopicRead == nil || *q.TopicRead < 0.6 || *q.TopicRead > 1 {
				t.Errorf("on %s: topic %v, by %q, %v", slug, q.TopicID, q.TopicBy, q.TopicRead)
				continue
			}
			switch slug {
			case "billing":
				if q.State != question.Escalated || q.EndReason != question.ReasonBrandOnly || *q.TopicRead < 0.8 {
					t.Errorf("what only the brand answers is %s, %q, at %v", q.State, q.EndReason, *q.TopicRead)
				}
			case "plans": // nobody is certified
				if q.State != question.Escalated || q.EndReason != question.ReasonSilence {
					t.Errorf("what only certified experts answer is %s, %q", q.State, q.EndReason)
				}
			default:
				records, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, q.ID)
				r.must("read the decisions", err)
				if d := records[0].Topic; d == nil || d.Slug != slug || d.By != question.TopicRead || *d.Probability != *q.TopicRead {
					t.Errorf("the decision record says %+v", d)
				}
			}
		}
		far := r.load(r.askOn("", "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich").ID)
		if !far.TopicID.IsZero() || far.TopicBy == question.TopicRead {
			t.Errorf("something else is read as %q, %v", far.TopicBy, far.TopicRead)
		}
	})
}

// A brand without a history has its topics' descriptions, a line for each thing
// that is asked, and no more: questions are read by them, and no longer by what a
// topic is not about any more.
func TestTopicsAreReadFromTheirDescriptions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		describe := func(as map[string]string) {
			for slug, other := range as {
				var lines []string
				for i, subject := range onTopic[other][0] {
					lines = append(lines, subject+" "+onTopic[other][1][i], subject+" "+onTopic[other][1][(i+1)%5])
				}
				r.must("describe a topic", r.Programs.DescribeTopic(r.Ctx(), r.Owner, r.Program.ID, r.Topics[slug].ID, strings.Join(lines, "\n")))
			}
			r.Clock.Advance(time.Hour)
			r.refresh()
		}
		title := "The remote shows no signal since the update"
		r.askOn("", "Where do I begin") // whose program is read here
		r.refresh()
		if q := r.load(r.askOn("", title).ID); q.TopicBy == question.TopicRead {
			t.Errorf("by names alone it is read as %v, at %v", q.TopicID, *q.TopicRead)
		}
		for slug, as := range map[string]map[string]string{
			"box": {"box": "box", "plans": "plans", "billing": "billing"}, "plans": {"box": "plans", "plans": "box", "billing": "billing"},
		} {
			describe(as)
			if q := r.load(r.askOn("", title).ID); q.TopicBy != question.TopicRead || q.TopicID != r.Topics[slug].ID {
				t.Errorf("described under %s it is read by %q as %v, at %v", slug, q.TopicBy, q.TopicID, q.TopicRead)
			}
		}
	})
}

// What is corrected is learned, and told, and counts from the next wave on.
func TestTheBrandPutsATopicRight(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{1} })
		r.teach()
		q := r.askOn("", unseen("box"))
		if r.Questions.Learned(q) {
			t.Error("a guess was learned")
		}
		set := func(caller access.Caller, slug string) string {
			return verdict(r.Questions.SetTopic(r.Ctx(), caller, r.Brand, q.ID, slug))
		}
		for who, caller := range map[string]access.Caller{"an agent": r.Agent, "an expert": r.first, "the customer": r.dana} {
			if got := set(caller, "billing"); got != "forbidden" {
				t.Errorf("%s: %s", who, got)
			}
		}
		if got := [2]string{set(r.Manager, "nowhere"), set(r.Manager, "No Slug")}; got != [2]string{"none", "invalid"} {
			t.Errorf("what is no topic: %v", got)
		}
		r.only(race(func() error { return r.Questions.SetTopic(r.Ctx(), r.Manager, r.Brand, q.ID, "billing") })[0], "ok")
		if n := r.happened(q.ID, question.EventTopicSet); n != 1 {
			t.Errorf("%d events", n)
		}
		s, err := r.Questions.BrandQuestion(r.Ctx(), r.Manager, r.Brand, q.ID)
		r.must("read it", err)
		if s.Topic != "billing" || s.TopicBy != question.TopicBrand || s.TopicRead != nil || s.State != question.Offered {
			t.Errorf("put right: %+v", s)
		}
		r.After(time.Hour) // the wave expires
		if q := r.load(q.ID); q.State != question.Escalated || q.EndReason != question.ReasonBrandOnly {
			t.Errorf("at the next wave it is %s, %q", q.State, q.EndReason)
		}
		r.refresh()
		if !r.Questions.Learned(q) {
			t.Error("what was put right is not learned")
		}
		r.must("set none", r.Questions.SetTopic(r.Ctx(), r.Manager, r.Brand, q.ID, ""))
		r.refresh()
		if q := r.load(q.ID); r.Questions.Learned(q) || !q.TopicID.IsZero() || q.TopicBy != question.TopicBrand {
			t.Errorf("put right to none: %q", q.TopicBy)
		}
	})
}

func TestWhatIsErasedIsUnlearned(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		asked := r.teach()
		if !r.Questions.Learned(asked[0]) {
			t.Fatal("nothing was learned")
		}
		r.must("erase", r.Customers.Erase(r.Ctx(), r.dana, r.Brand, r.dana.Customer))
		r.RunDue()
		r.Clock.Advance(24 * time.Hour) // nobody asks here any more
		r.refresh()
		for _, q := range asked {
			if r.Questions.Learned(q) {
				t.Errorf("question %s is still learned", q.ID)
			}
		}
		r.dana = r.Customer("Edda Nilsson")
		if q := r.askOn("", unseen("box")); q.TopicBy != question.TopicUnknown {
			t.Errorf("with nothing learned a topic is %q, %v", q.TopicBy, *q.TopicRead)
		}
	})
}

// A fit that is stopped changes nothing, and the next one makes up for it.
func TestLearningCanBeStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for i := range 30 {
			r.askOn([]string{"box", "plans"}[i%2], fmt.Sprintf("Question %d about %s", i, []string{"the picture", "a package"}[i%2]))
		}
		stopped, stop := context.WithCancel(r.Ctx())
		stop()
		if err := r.Questions.RefreshTopics(stopped); err == nil {
			t.Error("it was not stopped")
		}
		r.refresh()
		if q := r.askOn("", "Question 77 about a package"); q.TopicID != r.Topics["plans"].ID {
			t.Errorf("read %q, %v", q.TopicBy, q.TopicRead)
		}
	})
}
