package question_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// race runs sixteen callers at once, who take turns among the contenders, and
// counts each contender's verdicts.
func race(contenders ...func() error) []map[string]int {
	verdicts := make([]string, 16)
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range verdicts {
		wg.Go(func() {
			<-gate
			verdicts[i] = verdict(contenders[i%len(contenders)]())
		})
	}
	close(gate)
	wg.Wait()
	counts := make([]map[string]int, len(contenders))
	for i, v := range verdicts {
		if counts[i%len(contenders)] == nil {
			counts[i%len(contenders)] = map[string]int{}
		}
		counts[i%len(contenders)][v]++
	}
	return counts
}

// only fails the test when a contender got any other verdict than these.
func (r *room) only(got map[string]int, verdicts ...string) {
	r.t.Helper()
	n := 0
	for _, v := range verdicts {
		n += got[v]
	}
	sum := 0
	for _, c := range got {
		sum += c
	}
	if n != sum {
		r.t.Errorf("verdicts %v, want only %v", got, verdicts)
	}
}

func (r *room) runDue() error { _, err := r.Queue.RunDue(r.Ctx()); return err }

// happened counts the events of a kind about a question.
func (r *room) happened(id question.ID, kind event.Kind) int64 {
	r.t.Helper()
	return r.count("events", "subject = ? AND kind = ?", id, kind)
}

// settled works off what is due and checks what must hold after every race.
func (s *scene) settled() {
	s.t.Helper()
	s.RunDue()
	s.Balanced()
	if n := s.count("holds", "question_id = ? AND state = 'open'", s.q); n > 1 {
		s.t.Errorf("%d open holds", n)
	}
	if n := s.count("rewards", "id = ?", uuid.UUID(s.turn)); n > 1 {
		s.t.Errorf("%d rewards of one assignment", n)
	}
	if q := s.load(s.q); q.State.Ended() && s.count("holds", "question_id = ? AND state = 'open'", s.q) > 0 {
		s.t.Errorf("%s, and money is still held", q.State)
	}
}

func TestSixteenAcceptOneWave(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{16} })
		experts := []access.Caller{r.first, r.second, r.rival}
		for i := range 13 {
			experts = append(experts, r.Expert(fmt.Sprintf("expert%d", i)))
		}
		q := r.Ask(r.dana, "It hums")
		accepts := make([]func() error, len(experts))
		for i, e := range experts {
			id := r.Offer(e).ID
			accepts[i] = func() error { _, err := r.Questions.Accept(r.Ctx(), e, id); return err }
		}
		won := 0
		for _, got := range race(accepts...) {
			r.only(got, "ok", "gone")
			won += got["ok"]
		}
		if n := len(r.turns(q.ID)); won != 1 || n != 1 || r.happened(q.ID, question.EventAccepted) != 1 {
			t.Errorf("%d won, %d assignments", won, n)
		}
		if n := r.count("offers", "question_id = ? AND state = 'withdrawn'", q.ID); n != 15 {
			t.Errorf("%d offers were withdrawn, want 15", n)
		}
		if n := r.count("experts", "active_count > 0"); n != 1 {
			t.Errorf("%d experts have something in hand", n)
		}
		r.Balanced()
	})
}

// contest is one contested move: contenders race on a scene, and check says who
// may have won.
type contest struct {
	name  string
	state question.State
	run   func(s *scene) []func() error
	check func(s *scene, got []map[string]int)
}

func accept(s *scene) error {
	_, err := s.Questions.Accept(s.Ctx(), s.second, s.offer)
	return err
}

func answer(s *scene) error { return s.Questions.Answer(s.Ctx(), s.second, s.turn, "Press reset.") }

// dueNow moves the clock to the question's deadline and works it off.
func dueNow(s *scene) func() error {
	due := *s.load(s.q).StageDueAt
	return func() error { s.Clock.Set(due); return s.runDue() }
}

var contests = []contest{
	{"accept, expiry", question.Offered, func(s *scene) []func() error {
		return []func() error{func() error { return accept(s) }, dueNow(s), func() error {
			_, err := s.Questions.Accept(s.Ctx(), s.rival, s.late)
			return err
		}, s.runDue}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "gone")
		s.only(got[2], "ok", "gone")
		s.only(got[1], "ok")
		taken, state := s.count("offers", "question_id = ? AND attempt = 2 AND state = 'accepted'", s.q), s.load(s.q).State
		if won := got[0]["ok"] > 0; won && got[2]["ok"] > 0 || (state == question.Assigned) != (taken == 1) || taken > 1 {
			s.t.Errorf("%v: %s with %d accepted", got, state, taken)
		}
	}},
	{"resolve, reopen, withdraw, escalate", question.Answered, func(s *scene) []func() error {
		return []func() error{
			func() error { return s.Questions.Resolve(s.Ctx(), s.dana, s.q) },
			func() error { return s.Questions.Reopen(s.Ctx(), s.dana, s.q, "No.") },
			func() error { return s.Questions.Withdraw(s.Ctx(), s.dana, s.q) },
			func() error { return s.Questions.Escalate(s.Ctx(), s.dana, s.q) },
		}
	}, func(s *scene, got []map[string]int) {
		for _, g := range got {
			s.only(g, "ok", "moved")
		}
		if n := s.count("rewards", "question_id = ?", s.q); n != 1 || s.happened(s.q, question.EventEarned) != 1 {
			s.t.Errorf("%d rewards, want 1", n)
		}
		if s.happened(s.q, question.EventReopened) > 1 || s.happened(s.q, question.EventResolved) > 1 {
			s.t.Error("resolved or reopened twice")
		}
	}},
	{"sixteen reopen", question.Answered, func(s *scene) []func() error {
		return []func() error{func() error { return s.Questions.Reopen(s.Ctx(), s.dana, s.q, "No.") }}
	}, func(s *scene, got []map[string]int) {
		if got[0]["ok"] != 1 || got[0]["moved"] != 15 || s.load(s.q).Attempt != 3 {
			s.t.Errorf("%v, attempt %d", got, s.load(s.q).Attempt)
		}
	}},
	{"answer, lapse", question.Assigned, func(s *scene) []func() error {
		return []func() error{func() error { return answer(s) }, dueNow(s)}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "moved")
		s.only(got[1], "ok")
		state := s.turns(s.q)[1].State
		if won := got[0]["ok"]; won > 1 || (won == 1) != (state == question.Delivered) || (won == 0) != (state == question.Lapsed) {
			s.t.Errorf("%v: the assignment is %s", got, state)
		}
	}},
	{"end, answer", question.Assigned, func(s *scene) []func() error {
		return []func() error{func() error { return answer(s) }, func() error { return end(s) }}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "moved")
		s.only(got[1], "ok", "moved")
		if got[1]["ok"] != 1 || s.happened(s.q, question.EventEnded) != 1 || s.happened(s.q, question.EventEarned) != 1 {
			s.t.Errorf("answered %v, ended %v", got[0], got[1])
		}
	}},
	{"end, resolve, escalate", question.Answered, func(s *scene) []func() error {
		return []func() error{
			func() error { return end(s) },
			func() error { return s.Questions.Resolve(s.Ctx(), s.dana, s.q) },
			func() error { return s.Questions.Escalate(s.Ctx(), s.dana, s.q) },
		}
	}, func(s *scene, got []map[string]int) {
		for _, g := range got {
			s.only(g, "ok", "moved")
		}
		if got[0]["ok"] > 1 || s.happened(s.q, question.EventEarned) != 1 || s.happened(s.q, question.EventEscalated) > 1 {
			s.t.Errorf("%v: earned %d times", got, s.happened(s.q, question.EventEarned))
		}
	}},
	{"end, lapse", question.Assigned, func(s *scene) []func() error {
		return []func() error{func() error { return end(s) }, dueNow(s)}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "moved")
		s.only(got[1], "ok")
		state := s.turns(s.q)[1].State
		if won := got[0]["ok"]; won > 1 || (won == 1) != (state == question.Earned) || (won == 0) != (state == question.Lapsed) {
			s.t.Errorf("%v: the assignment is %s", got, state)
		}
	}},
	{"decline, accept", question.Offered, func(s *scene) []func() error {
		return []func() error{
			func() error { return accept(s) },
			func() error { return s.Questions.Decline(s.Ctx(), s.second, s.offer) },
		}
	}, func(s *scene, got []map[string]int) {
		a, d := got[0], got[1]
		if !(a["ok"] == 8 && d["gone"] == 8 || a["gone"] == 8 && d["ok"] == 8) {
			s.t.Errorf("accept %v, decline %v", a, d)
		}
	}},
	{"hand back, answer", question.Assigned, func(s *scene) []func() error {
		return []func() error{
			func() error { return answer(s) },
			func() error { return s.Questions.HandBack(s.Ctx(), s.second, s.turn, "no_time", "Sorry.") },
		}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "moved")
		s.only(got[1], "ok", "moved")
		if got[0]["ok"]+got[1]["ok"] != 1 {
			s.t.Errorf("answered %v, handed back %v", got[0], got[1])
		}
	}},
	{"release, refusal", question.Resolved, func(s *scene) []func() error {
		release := *s.turns(s.q)[1].ReleaseAt
		return []func() error{
			func() error {
				return s.write(func(tx *gorm.DB) error { return s.Questions.ContestTx(s.Ctx(), tx, s.turn, "wrong") })
			},
			func() error { s.Clock.Set(release); return s.runDue() },
		}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "conflict", "moved")
		s.only(got[1], "ok")
		s.RunDue()
		contested, released := s.happened(s.q, question.EventContested), s.happened(s.q, question.EventReleased)
		if contested+released != 1 || contested != int64(got[0]["ok"]) {
			s.t.Errorf("%v: contested %d, released %d", got, contested, released)
		}
	}},
	{"escalate, withdraw, take over", question.Asked, func(s *scene) []func() error {
		return []func() error{
			func() error { return s.Questions.Escalate(s.Ctx(), s.dana, s.q) },
			func() error { return s.Questions.Withdraw(s.Ctx(), s.dana, s.q) },
			func() error { return s.Questions.TakeOver(s.Ctx(), s.Agent, s.Brand, s.q) },
		}
	}, func(s *scene, got []map[string]int) {
		s.only(got[0], "ok", "moved")
		s.only(got[1], "ok")
		s.only(got[2], "ok", "moved")
		if e, w := s.happened(s.q, question.EventEscalated), s.happened(s.q, question.EventWithdrawn); e > 1 || w != 1 {
			s.t.Errorf("escalated %d times, withdrawn %d times", e, w)
		}
	}},
	{"sixteen say", question.Assigned, func(s *scene) []func() error {
		return []func() error{
			func() error { return s.Questions.Say(s.Ctx(), s.dana, s.q, "Are you there?") },
			func() error { return s.Questions.Say(s.Ctx(), s.second, s.q, "I am.") },
		}
	}, func(s *scene, got []map[string]int) {
		if n := s.count("messages", "question_id = ?", s.q); got[0]["ok"] != 8 || got[1]["ok"] != 8 || n != 17 || s.load(s.q).Messages != 17 {
			s.t.Errorf("%v: %d messages, counted %d", got, n, s.load(s.q).Messages)
		}
	}},
	{"sixteen confirm", question.Assigned, func(s *scene) []func() error {
		return []func() error{func() error { return s.Questions.ConfirmHandoff(s.Ctx(), s.second, s.turn, s.handed) }}
	}, func(s *scene, got []map[string]int) {
		if got[0]["ok"] != 16 || s.happened(s.q, question.EventHandoff) != 1 {
			s.t.Errorf("%v, %d events", got, s.happened(s.q, question.EventHandoff))
		}
	}},
}

func TestContestedMoves(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for _, c := range contests {
			s := r.stage(c.state)
			got := race(c.run(s)...)
			if c.check(s, got); t.Failed() {
				t.Fatalf("%s went wrong", c.name)
			}
			s.settled()
			s.close()
		}
		r.Balanced()
	})
}

func TestOneReferenceIsAskedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		ask := func(title string) func() error {
			return func() error {
				_, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: title, Reference: "T-1"})
				return err
			}
		}
		got := race(ask("It hums"), ask("It smells"))
		if a, b := got[0], got[1]; !(a["ok"] == 8 && b["conflict"] == 8 || a["conflict"] == 8 && b["ok"] == 8) {
			t.Errorf("%v", got)
		}
		if n := r.count("questions", "reference = 'T-1'"); n != 1 || r.count("messages", "1 = 1") != 1 || r.count("events", "kind = ?", question.EventAsked) != 1 {
			t.Errorf("%d questions", n)
		}
	})
}

// Of the last money one question is offered, and the others go to the brand.
func TestTheLastMoneyIsSetAsideOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db, func(p *program.Policies) { p.Reward.BaseMinor = 2_000_00 }) // of 5,000.00; with the fee two fit
		for i := range 6 {
			if _, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: fmt.Sprint("It hums ", i)}); err != nil {
				t.Fatal(err)
			}
		}
		race(r.runDue)
		r.RunDue()
		offered, unfunded := r.count("questions", "state = 'offered'"), r.count("questions", "end_reason = ?", question.ReasonUnfunded)
		if offered != 2 || unfunded != 4 {
			t.Errorf("%d offered, %d unfunded", offered, unfunded)
		}
		r.read(func(tx *gorm.DB) error {
			held, err := payouts.HeldTx(r.Ctx(), tx, uuid.UUID(r.Program.ID), "EUR")
			if held.Minor != 2*2_400_00 {
				t.Errorf("%s held", held)
			}
			return err
		})
		r.Balanced()
	})
}

// However asking and erasing race, nothing legible of an erased customer stays.
func TestErasingWhileAsking(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Escalated)
		got := race(
			func() error {
				_, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "Me again"})
				return err
			},
			func() error { return r.Questions.Say(r.Ctx(), r.dana, s.q, "Me again") },
			func() error { return r.Customers.Erase(r.Ctx(), r.Manager, r.Brand, r.dana.Customer) },
			func() error { return r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, s.q, "Dear Dana") },
		)
		r.only(got[0], "ok", "none")
		r.only(got[1], "ok", "none")
		r.only(got[2], "ok")
		r.only(got[3], "ok", "moved")
		if n := r.count("messages", "body <> '' OR length(body_sealed) > 0"); n != 0 {
			t.Errorf("%d messages can still be read", n)
		}
		if n := r.count("questions", "title <> '' OR length(title_sealed) > 0 OR state NOT IN ('withdrawn', 'resolved')"); n != 0 {
			t.Errorf("%d questions are still there", n)
		}
		s.settled()
	})
}
