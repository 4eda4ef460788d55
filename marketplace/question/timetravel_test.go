package question_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// liveOn moves the clock from deadline to deadline until nothing waits any
// more, and has each instant checked.
func (r *room) liveOn(check func()) {
	r.t.Helper()
	for range 500 {
		next, waits, err := r.Queue.NextDue(r.Ctx())
		r.must("find the next deadline", err)
		if !waits {
			return
		}
		if next.After(r.Clock.Now()) {
			r.Clock.Set(next)
		}
		r.RunDue()
		check()
	}
	r.t.Fatal("it goes on and on")
}

// funded fails the test when an open offer has no money set aside before it.
func (r *room) funded() {
	r.t.Helper()
	n := r.count("offers", `state = 'open' AND NOT EXISTS (SELECT 1 FROM holds
		WHERE holds.question_id = offers.question_id AND holds.state = 'open' AND holds.created_at <= offers.offered_at)`)
	if n > 0 {
		r.t.Errorf("at %s %d open offers are unfunded", r.Clock.Now(), n)
	}
}

// finished fails the test unless the question is at an end with everything
// that hangs on it.
func (r *room) finished(id question.ID) {
	r.t.Helper()
	q := r.load(id)
	if !q.State.Ended() || q.EndedAt == nil || q.NextDueAt != nil || q.StageDueAt != nil {
		r.t.Errorf("question %s is %s, due %v", id, q.State, q.NextDueAt)
	}
	if n := r.count("offers", "question_id = ? AND state = 'open'", id); n > 0 {
		r.t.Errorf("%s: %d offers are open", q.State, n)
	}
	if n := r.count("holds", "question_id = ? AND state = 'open'", id); n > 0 {
		r.t.Errorf("%s: %d holds are open", q.State, n)
	}
	for _, a := range r.turns(id) {
		if a.State == question.Working || a.NextDueAt != nil || a.DeliveredAt != nil && a.State != question.Released {
			r.t.Errorf("%s: an assignment is %s", q.State, a.State)
		}
	}
}

// From every state the clock alone brings every question to its end, and every
// delivered answer its pay.
func TestTimeEndsEveryQuestion(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		all, promised := map[question.State]*scene{}, map[question.ID][2]time.Time{}
		for _, state := range question.States {
			all[state] = r.stage(state)
			q := r.load(all[state].q)
			promised[q.ID] = [2]time.Time{q.FirstResponseDueAt, q.ResolutionDueAt}
		}
		r.liveOn(func() {
			r.funded()
			for id, was := range promised {
				if q := r.load(id); !q.FirstResponseDueAt.Equal(was[0]) || !q.ResolutionDueAt.Equal(was[1]) {
					t.Errorf("a promise of question %s moved", id)
				}
			}
		})
		for state, s := range all {
			r.finished(s.q)
			q := r.load(s.q)
			late := r.happened(q.ID, question.EventResponseMissed)
			if answered := q.FirstRespondedAt != nil && q.FirstRespondedAt.Before(q.FirstResponseDueAt); state != question.Withdrawn && (late == 0) != answered || late > 1 {
				t.Errorf("from %s: the first response was missed %d times, answered in time %t", state, late, answered)
			}
			if n := r.happened(q.ID, question.EventSLAMissed); n > 1 {
				t.Errorf("from %s: the resolution was missed %d times", state, n)
			}
		}
		r.silenceWasAnnounced(all[question.Answered].q)
		r.read(func(tx *gorm.DB) error {
			held, err := payouts.HeldTx(r.Ctx(), tx, uuid.UUID(r.Program.ID), "EUR")
			if !held.IsZero() {
				t.Errorf("%s are still held", held)
			}
			return err
		})
		r.Balanced()
	})
}

// silenceWasAnnounced fails the test unless the question was resolved by the
// customer's silence, and only after they were told.
func (r *room) silenceWasAnnounced(id question.ID) {
	r.t.Helper()
	q := r.load(id)
	if q.State != question.Resolved || q.EndReason != question.ByCustomersSilence || !q.Nudged && q.ResolvedAt == nil {
		r.t.Errorf("%s by %q", q.State, q.EndReason)
	}
	var at []time.Time
	r.read(func(tx *gorm.DB) error {
		return tx.Table("events").Where("subject = ? AND kind IN ?", id, []string{"question.nudged", "question.resolved"}).
			Order("seq").Pluck("at", &at).Error
	})
	sla := r.Program.Policies.SLA
	if len(at) != 2 || at[1].Sub(at[0]) != sla.AutoResolveAfter-sla.NudgeAfter {
		r.t.Errorf("announced and resolved at %v", at)
	}
}

// A customer's word starts their silence anew.
func TestAWordEndsTheSilence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Answered)
		r.After(25 * time.Hour)
		if !r.load(s.q).Nudged {
			t.Fatal("the silence was not announced")
		}
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "I will try tonight."))
		r.After(71 * time.Hour)
		if q := r.load(s.q); q.State != question.Answered || !q.Nudged || r.happened(s.q, question.EventNudged) != 2 {
			t.Errorf("%s, nudged %d times", q.State, r.happened(s.q, question.EventNudged))
		}
		r.After(2 * time.Hour)
		if q := r.load(s.q); q.State != question.Resolved {
			t.Errorf("%s after all that silence", q.State)
		}
	})
}

// work has whoever holds an open offer of the question take and answer it.
func (r *room) work(id question.ID, callers ...access.Caller) question.Assignment {
	r.t.Helper()
	for _, c := range callers {
		offers, err := r.Questions.OpenOffers(r.Ctx(), c)
		r.must("list offers", err)
		for _, o := range offers {
			if o.Question == id {
				a, err := r.Questions.Accept(r.Ctx(), c, o.ID)
				r.must("accept", err)
				r.Answer(c, a)
				return a
			}
		}
	}
	q := r.load(id)
	r.t.Fatalf("nobody has an offer of question %s, %s for %q in attempt %d", id, q.State, q.EndReason, q.Attempt)
	return question.Assignment{}
}

// The promise is counted from the asking, over handoffs, lapses and reopenings,
// and missed once at most.
func TestThePromiseNeverMoves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{4} })
		fourth := r.Expert("dmitri")
		s := r.stage(question.Assigned)
		asked := r.load(s.q)
		r.After(r.Program.Policies.Routing.DeliverWithin + time.Minute) // second lapses
		r.work(s.q, r.rival, fourth)
		answered := r.load(s.q)
		r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, s.q, ""))
		r.RunDue()
		r.work(s.q, r.rival, fourth)
		r.After(24 * time.Hour)
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, s.q))
		r.must("reopen again", r.Questions.Reopen(r.Ctx(), r.dana, s.q, ""))
		r.liveOn(r.funded)
		r.finished(s.q)
		q := r.load(s.q)
		if !q.FirstResponseDueAt.Equal(asked.FirstResponseDueAt) || !q.ResolutionDueAt.Equal(asked.ResolutionDueAt) {
			t.Errorf("promised %v and %v, now %v and %v", asked.FirstResponseDueAt, asked.ResolutionDueAt, q.FirstResponseDueAt, q.ResolutionDueAt)
		}
		if !q.FirstRespondedAt.Equal(*answered.FirstRespondedAt) {
			t.Error("the first response moved")
		}
		if a, b := r.happened(s.q, question.EventResponseMissed), r.happened(s.q, question.EventSLAMissed); a != 1 || b != 1 {
			t.Errorf("missed %d and %d times, want once each", a, b)
		}
	})
}

// A promise that was missed is on record also where a move came before the
// sweep did.
func TestALateMoveIsLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for _, c := range []struct {
			name                 string
			state                question.State
			response, resolution int64 // how often each is missed
			move                 func(s *scene) error
		}{
			{"answer", question.Assigned, 1, 1, answer},
			{"resolve", question.Answered, 0, 1, func(s *scene) error { return r.Questions.Resolve(r.Ctx(), r.dana, s.q) }},
			{"withdraw", question.Assigned, 1, 1, func(s *scene) error { return r.Questions.Withdraw(r.Ctx(), r.dana, s.q) }},
			{"answer for the brand", question.Escalated, 1, 1, func(s *scene) error {
				return r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, s.q, "We send a cable.")
			}},
		} {
			s := r.stage(c.state)
			r.Clock.Set(r.load(s.q).ResolutionDueAt.Add(time.Minute))
			r.must(c.name, c.move(s))
			r.RunDue()
			if a, b := r.happened(s.q, question.EventResponseMissed), r.happened(s.q, question.EventSLAMissed); a != c.response || b != c.resolution {
				t.Errorf("%s: missed %d and %d times, want %d and %d", c.name, a, b, c.response, c.resolution)
			}
		}
	})
}

// An offer is over at its time, whether or not the sweep has come by.
func TestAnOfferEndsAtItsTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Offered)
		r.Clock.Set(*r.load(s.q).StageDueAt)
		dbtest.Unchanged(t, db, func() {
			if err := accept(s); verdict(err) != "gone" {
				t.Errorf("accepted too late: %v", err)
			}
			if offers, err := r.Questions.OpenOffers(r.Ctx(), r.second); err != nil || len(offers) != 0 {
				t.Errorf("still on offer: %v, %v", offers, err)
			}
		})
		r.Clock.Advance(-time.Microsecond)
		r.must("accept at the last moment", accept(s))
	})
}

func (r *room) rewards(id question.ID) (list []payouts.Reward) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) (err error) {
		list, err = payouts.RewardsOf(r.Ctx(), tx, uuid.UUID(id))
		return err
	})
	return list
}

// A handoff that the next expert confirms earns its share, whatever becomes of
// their own turn; one that nobody confirms earns nothing.
func TestHandoffsArePaidWhenConfirmed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for _, confirmed := range []bool{true, false} {
			for _, answered := range []bool{true, false} {
				s, want := r.stage(question.Assigned), map[payouts.RewardKind]int64{}
				if confirmed {
					r.must("confirm", r.Questions.ConfirmHandoff(r.Ctx(), r.second, s.turn, s.handed))
					want[payouts.ForHandoff] = 50
				}
				if answered {
					r.must("answer", answer(s))
					want[payouts.ForAssignment] = 250
				}
				r.must("withdraw", r.Questions.Withdraw(r.Ctx(), r.dana, s.q))
				got := map[payouts.RewardKind]int64{}
				for _, reward := range r.rewards(s.q) {
					got[reward.Kind] += reward.AmountMinor
				}
				if len(got) != len(want) || got[payouts.ForHandoff] != want[payouts.ForHandoff] || got[payouts.ForAssignment] != want[payouts.ForAssignment] {
					t.Errorf("confirmed %t, answered %t: %v, want %v", confirmed, answered, got, want)
				}
				r.liveOn(r.funded)
				r.finished(s.q)
			}
		}
		r.Balanced()
	})
}

func TestNoMoneyNoOffer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		budget := payouts.Money{Minor: 5_000_00, Currency: "EUR"}
		r.must("empty the budget", r.Programs.ReturnBudget(r.Ctx(), r.Owner, r.Program.ID, budget, "back"))
		q := r.Ask(r.dana, "It hums")
		r.unfunded(q.ID)
		r.Balanced()
	})
}

// unfunded fails the test unless the question went to the brand unasked.
func (r *room) unfunded(id question.ID) {
	r.t.Helper()
	q := r.load(id)
	if q.State != question.Escalated || q.EndReason != question.ReasonUnfunded {
		r.t.Errorf("%s for %q, want escalated as unfunded", q.State, q.EndReason)
	}
	if n := r.count("offers", "question_id = ? AND attempt = ?", id, q.Attempt); n > 0 {
		r.t.Errorf("%d experts were asked without money", n)
	}
}

// While money is frozen nobody new is asked, an open offer can no longer be
// taken, and work already accepted is paid from its hold.
func TestFrozenMoney(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		inHand, offered := r.stage(question.Assigned), r.stage(question.Offered)
		r.must("freeze", r.write(func(tx *gorm.DB) error {
			return payouts.FreezeBrandTx(r.Ctx(), tx, r.Clock.Now(), uuid.UUID(r.Brand), "chargeback")
		}))
		r.unfunded(r.Ask(r.dana, "It hums").ID)
		if _, err := r.Questions.Accept(r.Ctx(), r.second, offered.offer); !errors.Is(err, question.ErrOfferGone) {
			t.Errorf("an offer of frozen money was accepted: %v", err)
		}
		r.After(r.Program.Policies.Routing.OfferTTL)
		if q := r.load(offered.q); q.State != question.Escalated || q.EndReason != question.ReasonUnfunded {
			t.Errorf("the next wave went out unfunded: %s for %q", q.State, q.EndReason)
		}
		r.must("answer", r.Questions.Answer(r.Ctx(), r.second, inHand.turn, "Hold the button for ten seconds."))
		r.must("resolve", r.Questions.Resolve(r.Ctx(), r.dana, inHand.q))
		r.liveOn(r.funded)
		r.finished(inHand.q)
		if paid := r.rewards(inHand.q); len(paid) != 1 || paid[0].State != payouts.RewardReleased {
			t.Errorf("paid %+v", paid)
		}
		r.Balanced()
	})
}

// A question whose routing job is lost is routed by its deadline.
func TestRoutingIsNotLost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Asked)
		r.must("lose the job", r.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM jobs").Error }))
		r.After(time.Hour / 4)
		if q := r.load(s.q); q.State != question.Offered {
			t.Errorf("%s, want offered", q.State)
		}
	})
}

// What was quoted is paid, whatever the policies say meanwhile; and policies
// that pay nothing ask nobody.
func TestPoliciesChangeBetweenWaves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{1, 2} })
		q := r.Ask(r.dana, "It hums")
		policies := r.Program.Policies
		policies.Reward.BaseMinor = 900
		r.must("raise the reward", r.Programs.SetPolicies(r.Ctx(), r.Manager, r.Program.ID, policies))
		r.After(policies.Routing.OfferTTL)
		if n := r.count("offers", "question_id = ? AND wave = 2 AND reward_minor = 250", q.ID); n != 2 {
			t.Fatalf("%d offers of the second wave at the first wave's quote", n)
		}
		r.work(q.ID, r.first, r.second, r.rival)
		policies.Reward.BaseMinor = 0
		r.must("pay nothing", r.Programs.SetPolicies(r.Ctx(), r.Manager, r.Program.ID, policies))
		r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, q.ID, "No."))
		r.RunDue()
		r.unfunded(q.ID)
		r.Balanced()
	})
}
