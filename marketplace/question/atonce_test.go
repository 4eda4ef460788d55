package question_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// warmRoom is a room whose process has routed before.
func warmRoom(t testing.TB, db *sqldb.DB, edits ...func(*program.Policies)) *room {
	r := newRoom(t, db, edits...)
	r.Ask(r.dana, "The first of them")
	return r
}

func (r *room) askOnly(edit func(*question.Ask)) (question.Question, error) {
	ask := question.Ask{Program: r.Program.ID, Title: "It hums", Body: "Since yesterday, Dana Whitlow says."}
	if edit != nil {
		edit(&ask)
	}
	return r.Questions.Ask(r.Ctx(), r.dana, ask)
}

// kinds lists what happened to a question, in order.
func (r *room) kinds(id question.ID) (kinds []string) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) error {
		list, err := r.Events.OfTx(r.Ctx(), tx, marketplace.AllBrands, event.Subject(id))
		for _, e := range list {
			kinds = append(kinds, string(e.Kind))
		}
		return err
	})
	return kinds
}

// learnMuch imports more than is read at once.
func (r *room) learnMuch() {
	r.t.Helper()
	r.imported++
	list := make([]expert.ImportQuestion, 600)
	for i := range list {
		at := r.Clock.Now().Add(-time.Hour)
		list[i].Reference = fmt.Sprint("past-", r.imported, "-", i)
		list[i].PastQuestion = expert.PastQuestion{Title: "It hums", AskedAt: at}
		list[i].Answers = []expert.Evidence{{Person: r.second.Person, AnsweredAt: at.Add(time.Minute)}}
	}
	_, err := r.Experts.Import(r.Ctx(), r.Manager, r.Program.ID, list)
	r.must("import", err)
}

func (r *room) jobs() int64 { return r.count("jobs", "kind = 'deliver:route'") }

// A question is put to experts in the transaction that asks it, with all that
// belongs to it and without a job, with a reference or without.
func TestAskingRoutesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		for _, reference := range []string{"", "T-7"} {
			q, err := r.askOnly(func(a *question.Ask) { a.Topic, a.Reference = "box", reference })
			r.must("ask", err)
			stored := r.load(q.ID)
			if q.State != question.Offered || stored.State != question.Offered || stored.Wave != 1 ||
				!stored.StageDueAt.Equal(r.Clock.Now().Add(r.Program.Policies.Routing.OfferTTL)) || !stored.NextDueAt.Equal(*q.NextDueAt) {
				t.Errorf("answered %+v, stored %+v", q, stored)
			}
			if got := fmt.Sprint(r.kinds(q.ID)); got != "[question.asked question.offered]" || r.jobs() != 0 {
				t.Errorf("told %s, %d jobs", got, r.jobs())
			}
			offers, decisions := r.count("offers", "question_id = ? AND state = 'open'", q.ID), r.count("decisions", "question_id = ?", q.ID)
			if held := r.count("holds", "question_id = ? AND state = 'open' AND authorised_minor = 300", q.ID); offers != 3 || decisions != 1 || held != 1 {
				t.Errorf("%d offers, %d decisions, %d holds", offers, decisions, held)
			}
			if n := r.count("messages", "question_id = ?", q.ID) + r.count("past_questions", "id = ?", q.ID); n != 2 {
				t.Errorf("message and past question: %d rows", n)
			}
			if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, q.ID); n != 1 || err != nil {
				t.Errorf("replayed %d: %v", n, err)
			}
			r.RunDue()
			if got := r.load(q.ID); got.Wave != 1 || r.count("offers", "question_id = ?", q.ID) != 3 {
				t.Errorf("then a job routed it again: %+v", got)
			}
		}
		if again, err := r.askOnly(func(a *question.Ask) { a.Topic, a.Reference = "box", "T-7" }); err != nil || again.State != question.Offered {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		r.Balanced()
	})
}

// What is not for experts goes to the brand's team at once.
func TestAskingEscalatesAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		expect := func(reason string, edit func(*question.Ask)) {
			t.Helper()
			q, err := r.askOnly(edit)
			r.must("ask", err)
			stored := r.load(q.ID)
			if stored.State != question.Escalated || stored.EndReason != reason || stored.EndedAt == nil || q.State != question.Escalated || stored.StageDueAt != nil {
				t.Errorf("%s: %+v", reason, stored)
			}
			if got := fmt.Sprint(r.kinds(q.ID)); got != "[question.asked question.escalated]" || r.jobs() != 0 ||
				r.count("offers", "question_id = ?", q.ID)+r.count("holds", "question_id = ?", q.ID) != 0 {
				t.Errorf("%s: told %s, %d jobs", reason, got, r.jobs())
			}
		}
		expect(question.ReasonBrandOnly, func(a *question.Ask) { a.Topic = "billing" })
		expect(question.ReasonSilence, func(a *question.Ask) { a.Topic, a.Reference = "plans", "T-8" }) // nobody is certified
		r.must("freeze", r.write(func(tx *gorm.DB) error {
			return payouts.FreezeProgramTx(r.Ctx(), tx, r.Clock.Now(), uuid.UUID(r.Program.ID), "a dispute")
		}))
		expect(question.ReasonUnfunded, nil)
		r.must("unfreeze", r.write(func(tx *gorm.DB) error {
			return payouts.UnfreezeProgramTx(r.Ctx(), tx, r.Clock.Now(), uuid.UUID(r.Program.ID))
		}))
		r.must("roll back", r.Programs.SetRolloutShare(r.Ctx(), r.Owner, r.Program.ID, 0))
		expect(question.ReasonRollout, nil)
		r.Balanced()
	})
}

// Where routing has much to read first, nobody waits for it: a job routes.
func TestAskingDoesNotWaitForMemory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		r.Questions.Forget()
		for range 2 {
			q, err := r.askOnly(nil)
			r.must("ask", err)
			if q.State != question.Asked || r.load(q.ID).State != question.Asked || r.jobs() != 1 {
				t.Errorf("a cold process: %s, %d jobs", r.load(q.ID).State, r.jobs())
			}
			r.RunDue()
			if got := fmt.Sprint(r.kinds(q.ID)); got != "[question.asked question.offered]" {
				t.Errorf("told %s", got)
			}
			if warm, err := r.askOnly(nil); err != nil || warm.State != question.Offered {
				t.Errorf("then: %+v, %v", warm, err)
			}
			r.learnMuch() // which makes no warm process of it either
		}
	})
}

// What the database refuses of routing leaves the question asked, for the job.
func TestRoutingThatIsRefusedIsDoneByTheJob(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"offers", "holds"} {
		db := dbtest.Open(t, "postgres")
		r := warmRoom(t, db)
		change := func(do string) {
			if err := db.Write.Exec("ALTER TABLE " + table + do).Error; err != nil {
				t.Fatal(err)
			}
		}
		change(" ADD CONSTRAINT none CHECK (false) NOT VALID")
		q, err := r.askOnly(nil)
		if err != nil || q.State != question.Asked || r.load(q.ID).State != question.Asked || r.jobs() != 1 {
			t.Errorf("without %s: %s, %v, %d jobs", table, q.State, err, r.jobs())
		}
		change(" DROP CONSTRAINT none")
		r.RunDue()
		if got := fmt.Sprint(r.kinds(q.ID)); got != "[question.asked question.offered]" {
			t.Errorf("then %s", got)
		}
	}
}

// Wherever routing fails the question is asked all the same, once, and is then
// routed by the job; wherever asking fails nothing is kept. On PostgreSQL what
// routing writes goes with the COMMIT, and who is not answered there has not asked
// (TestRoutingThatIsRefusedIsDoneByTheJob).
func TestRoutingThatFailsIsDoneByTheJob(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		for _, reference := range []string{"", "T-9"} {
			asked, fell := 0, 0
			statements := dbtest.FailEach(t, db, func(n int) error {
				_, err := r.askOnly(func(a *question.Ask) {
					if a.Topic = "box"; reference != "" {
						a.Reference = fmt.Sprint(reference, "-", n)
					}
				})
				return err
			}, func(n int, before string, err error) {
				switch after := dbtest.Dump(t, db); {
				case err != nil && after != before:
					t.Errorf("statement %d failed the asking, and something was kept", n)
				case err == nil:
					fell++
					if r.count("questions", "state = 'asked'") != 1 || r.jobs() != 1 {
						t.Errorf("statement %d failed: %d wait, %d jobs", n, r.count("questions", "state = 'asked'"), r.jobs())
					}
					r.RunDue()
				default:
					asked++
				}
			})
			falls := 4
			if db.Dialect == "postgres" {
				falls = 2
			}
			if asked == 0 || fell < falls || statements != asked+fell {
				t.Errorf("of %d statements %d failed the asking, %d the routing", statements, asked, fell)
			}
			all := r.count("questions", "1 = 1")
			if r.count("questions", "state = 'offered'") != all || r.count("events", "kind = ?", question.EventAsked) != all ||
				r.count("events", "kind = ?", question.EventOffered) != all || r.count("offers", "1 = 1") != 3*all || r.count("holds", "1 = 1") != all {
				t.Errorf("of %d questions not all were asked and routed once", all)
			}
		}
		r.Balanced()
	})
}

// However many ask at once, of the last money one question each is offered, and
// who comes too late goes to the brand.
func TestManyAskForTheLastMoney(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db, func(p *program.Policies) { p.Reward.BaseMinor = 1_000_00 }) // of 5,000.00; with the fee four fit
		ask := func() error { _, err := r.askOnly(nil); return err }
		got := race(ask)
		r.only(got[0], "ok")
		r.RunDue()
		offered, unfunded := r.count("questions", "state = 'offered'"), r.count("questions", "end_reason = ?", question.ReasonUnfunded)
		if offered != 4 || offered+unfunded != 17 || r.count("holds", "1 = 1") != 4 {
			t.Errorf("%d offered, %d unfunded", offered, unfunded)
		}
		r.Balanced()
	})
}

// A request that is repeated with its key, after routing failed or not, is one
// question.
func TestAskingAtOnceKeepsItsClaim(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		ask := func() (question.Question, error) {
			ctx := marketplace.WithClaim(context.Background(), &marketplace.Claim{
				Scope: "dana", Key: "k", Fingerprint: []byte("it hums"), At: r.Clock.Now(),
			})
			return r.Questions.Ask(ctx, r.dana, question.Ask{Program: r.Program.ID, Title: "It hums"})
		}
		q, err := ask()
		r.must("ask", err)
		_, err = ask()
		var repeated *marketplace.RepeatedError
		if !errors.As(err, &repeated) || repeated.Result != q.ID.String() {
			t.Errorf("repeated: %v", err)
		}
		if n := r.count("questions", "1 = 1"); n != 2 {
			t.Errorf("%d questions", n)
		}
	})
}

// What the brand changes holds for the next who asks, in every process.
func TestAskingGoesByTheProgramAsItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := warmRoom(t, db)
		other := r.Again() // another process
		topic, err := other.Programs.AddTopic(r.Ctx(), r.Owner, r.Program.ID, program.NewTopic{Slug: "cable", Name: "Cables", Mode: program.Crowd})
		r.must("add a topic", err)
		q, err := r.askOnly(func(a *question.Ask) { a.Topic = topic.Slug })
		r.must("ask", err)
		if q.TopicID != topic.ID || q.State != question.Offered {
			t.Errorf("%+v", q)
		}
		r.must("set the mode", other.Programs.SetTopicMode(r.Ctx(), r.Owner, r.Program.ID, topic.ID, program.BrandOnly))
		if q, err = r.askOnly(func(a *question.Ask) { a.Topic = topic.Slug }); err != nil || q.State != question.Escalated {
			t.Errorf("%+v, %v", q, err)
		}
		r.must("pause", other.Programs.Pause(r.Ctx(), r.Owner, r.Program.ID))
		if _, err = r.askOnly(nil); !errors.Is(err, question.ErrProgramClosed) {
			t.Errorf("of a paused program: %v", err)
		}
		r.must("resume", other.Programs.Resume(r.Ctx(), r.Owner, r.Program.ID))
		r.Clock.Advance(time.Minute)
		if q, err = r.askOnly(nil); err != nil || !slices.Contains(r.kinds(q.ID), "question.offered") {
			t.Errorf("%+v, %v", q, err)
		}
	})
}
