package question_test

import (
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// deed is one public method as one caller would use it, and what comes of it in
// each of question.States, in their order.
type deed struct {
	name string
	want string // see verdict
	do   func(s *scene) error
}

var deeds = []deed{
	{"accept", "gone ok ok ok ok ok ok", func(s *scene) error {
		_, err := s.Questions.Accept(s.Ctx(), s.second, s.offer)
		return err
	}},
	{"accept late", "gone ok gone gone gone gone gone", func(s *scene) error {
		_, err := s.Questions.Accept(s.Ctx(), s.rival, s.late)
		return err
	}},
	{"accept another's offer", "none none none none none none none", func(s *scene) error {
		_, err := s.Questions.Accept(s.Ctx(), s.first, s.offer)
		return err
	}},
	{"decline", "gone ok gone gone gone gone gone", func(s *scene) error {
		return s.Questions.Decline(s.Ctx(), s.second, s.offer)
	}},
	{"decline late", "gone ok gone gone gone gone gone", func(s *scene) error {
		return s.Questions.Decline(s.Ctx(), s.rival, s.late)
	}},
	{"answer", "none none ok moved moved moved moved", func(s *scene) error {
		return s.Questions.Answer(s.Ctx(), s.second, s.turn, "Press reset.")
	}},
	{"answer what was handed back", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.Answer(s.Ctx(), s.first, s.handed, "Press reset.")
	}},
	{"say, the customer", "ok ok ok ok moved ok moved", func(s *scene) error {
		return s.Questions.Say(s.Ctx(), s.dana, s.q, "It is worse now.")
	}},
	{"say, the expert", "none none ok ok moved moved moved", func(s *scene) error {
		return s.Questions.Say(s.Ctx(), s.second, s.q, "Which cable?")
	}},
	{"say, an earlier expert", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.Say(s.Ctx(), s.first, s.q, "Which cable?")
	}},
	{"hand back", "none none ok moved moved moved moved", func(s *scene) error {
		return s.Questions.HandBack(s.Ctx(), s.second, s.turn, "no_time", "Ask for the model.")
	}},
	{"hand back again", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.HandBack(s.Ctx(), s.first, s.handed, "no_time", "")
	}},
	{"confirm the handoff", "none none ok ok moved moved moved", func(s *scene) error {
		return s.Questions.ConfirmHandoff(s.Ctx(), s.second, s.turn, s.handed)
	}},
	{"confirm one's own handoff", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.ConfirmHandoff(s.Ctx(), s.first, s.handed, s.handed)
	}},
	{"resolve", "moved moved moved ok ok moved moved", func(s *scene) error {
		return s.Questions.Resolve(s.Ctx(), s.dana, s.q)
	}},
	{"reopen", "moved moved moved ok ok moved moved", func(s *scene) error {
		return s.Questions.Reopen(s.Ctx(), s.dana, s.q, "Still blurry.")
	}},
	{"escalate", "ok ok ok ok moved ok moved", func(s *scene) error {
		return s.Questions.Escalate(s.Ctx(), s.dana, s.q)
	}},
	{"set the topic", "ok ok ok ok ok ok ok", func(s *scene) error {
		return s.Questions.SetTopic(s.Ctx(), s.Manager, s.Brand, s.q, "plans")
	}},
	{"take over", "ok ok ok ok moved ok moved", func(s *scene) error {
		return s.Questions.TakeOver(s.Ctx(), s.Agent, s.Brand, s.q)
	}},
	{"route back", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.RouteBack(s.Ctx(), s.Agent, s.Brand, s.q)
	}},
	{"answer for the brand", "moved moved moved moved moved ok moved", func(s *scene) error {
		return s.Questions.AnswerForBrand(s.Ctx(), s.Agent, s.Brand, s.q, "We send a new cable.")
	}},
	{"end the conversation", "none none ok ok moved moved moved", func(s *scene) error {
		return s.Questions.End(s.Ctx(), s.second, s.turn, question.End{Reason: "abusive", Note: "They insult me.", Message: "I end this here."})
	}},
	{"end what was handed back", "moved moved moved moved moved moved moved", func(s *scene) error {
		return s.Questions.End(s.Ctx(), s.first, s.handed, question.End{Reason: "spam"})
	}},
	{"withdraw", "ok ok ok ok moved ok ok", func(s *scene) error {
		return s.Questions.Withdraw(s.Ctx(), s.dana, s.q)
	}},
}

// Every method in every state does its one move, or says why not and leaves
// every row of every table as it was.
func TestEveryStateTimesEveryMethod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, memo := newRoom(t, db), dbtest.NewMemo(t, db)
		snapshot := func() string { return memo.Of("all", r.Snapshot) }
		for i, state := range question.States {
			s := r.stage(state)
			before := snapshot()
			for _, d := range deeds {
				want := strings.Fields(d.want)[i]
				got := verdict(d.do(s))
				if got != want {
					t.Errorf("%s, %s: %s, want %s", state, d.name, got, want)
				}
				changed := snapshot() != before
				if changed && got != "ok" {
					t.Errorf("%s, %s: refused, and yet something changed", state, d.name)
				}
				if changed {
					s.checkMoved(state, d.name)
					s = s.replace(state)
					before = snapshot()
				}
			}
			s.close()
		}
		r.Balanced()
	})
}

// checkMoved fails the test unless one verb of the map leads from state to
// where the question is now.
func (s *scene) checkMoved(state question.State, name string) {
	s.t.Helper()
	now := s.load(s.q).State
	if now == state {
		return
	}
	one := slices.ContainsFunc(question.Verbs, func(v question.Verb) bool {
		next, err := question.After(state, v)
		return err == nil && next == now
	})
	if !one {
		s.t.Errorf("%s, %s: no verb leads to %s", state, name, now)
	}
}

// replace ends the scene and stages another.
func (s *scene) replace(state question.State) *scene {
	s.t.Helper()
	s.close()
	return s.stage(state)
}

// close ends the scene's question, so that the experts' hands are free again.
func (s *scene) close() {
	s.t.Helper()
	if s.load(s.q).State != question.Resolved {
		s.must("withdraw", s.Questions.Withdraw(s.Ctx(), s.dana, s.q))
	}
	s.RunDue()
}
