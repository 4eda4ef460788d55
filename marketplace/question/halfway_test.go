package question_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A write is one way to write to the tables, from a state in which it succeeds.
type write struct {
	name  string
	state question.State
	ready func(s *scene) // may be nil
	do    func(s *scene) error
}

func tx(s *scene, do func(tx *gorm.DB) error) error { return s.write(do) }

// advance works off the question's deadline, which ready has made due.
func advance(s *scene) error {
	return tx(s, func(tx *gorm.DB) error { return s.Questions.AdvanceTx(s.Ctx(), tx, s.q) })
}

func due(s *scene) { s.Clock.Set(*s.load(s.q).NextDueAt) }

// dueStage is due, past the marks of the SLA.
func dueStage(s *scene) {
	for q := s.load(s.q); !q.NextDueAt.Equal(*q.StageDueAt); q = s.load(s.q) {
		due(s)
		s.must("advance", advance(s))
	}
	due(s)
}

func contested(s *scene) {
	s.must("contest", tx(s, func(tx *gorm.DB) error { return s.Questions.ContestTx(s.Ctx(), tx, s.turn, "wrong") }))
}

func withPicture(s *scene) { s.picture = s.upload(s.dana) }

var writes = []write{
	{"ask", question.Asked, nil, func(s *scene) error {
		s.Questions.Forget()
		_, err := s.Questions.Ask(s.Ctx(), s.dana, question.Ask{Program: s.Program.ID, Title: "It hums", Reference: s.q.String()})
		return err
	}},
	{"route", question.Asked, nil, func(s *scene) error {
		return tx(s, func(tx *gorm.DB) error { return s.Questions.RouteOn(s.Ctx(), tx, s.q) })
	}},
	{"accept", question.Offered, nil, accept},
	{"decline", question.Offered, nil, func(s *scene) error { return s.Questions.Decline(s.Ctx(), s.second, s.offer) }},
	{"decline as the last", question.Offered, func(s *scene) {
		s.must("decline", s.Questions.Decline(s.Ctx(), s.rival, s.late))
	}, func(s *scene) error { return s.Questions.Decline(s.Ctx(), s.second, s.offer) }},
	{"expire", question.Offered, dueStage, advance},
	{"answer", question.Assigned, nil, answer},
	{"say, the customer", question.Answered, nil, func(s *scene) error { return s.Questions.Say(s.Ctx(), s.dana, s.q, "Hm.") }},
	{"say, the expert", question.Assigned, nil, func(s *scene) error { return s.Questions.Say(s.Ctx(), s.second, s.q, "Hm?") }},
	{"hand back", question.Assigned, nil, func(s *scene) error {
		return s.Questions.HandBack(s.Ctx(), s.second, s.turn, "other", "Ask for the model.")
	}},
	{"confirm", question.Assigned, nil, func(s *scene) error {
		return s.Questions.ConfirmHandoff(s.Ctx(), s.second, s.turn, s.handed)
	}},
	{"miss the SLA", question.Assigned, due, advance},
	{"lapse", question.Assigned, dueStage, advance},
	{"nudge", question.Answered, dueStage, advance},
	{"resolve by silence", question.Answered, func(s *scene) { dueStage(s); s.must("nudge", advance(s)); dueStage(s) }, advance},
	{"resolve with a handoff", question.Answered, func(s *scene) {
		s.must("confirm", s.Questions.ConfirmHandoff(s.Ctx(), s.second, s.turn, s.handed))
	}, func(s *scene) error { return s.Questions.Resolve(s.Ctx(), s.dana, s.q) }},
	{"reopen", question.Answered, nil, func(s *scene) error { return s.Questions.Reopen(s.Ctx(), s.dana, s.q, "No.") }},
	{"end before an answer", question.Assigned, func(s *scene) {
		s.must("confirm", s.Questions.ConfirmHandoff(s.Ctx(), s.second, s.turn, s.handed))
	}, end},
	{"end after an answer", question.Answered, nil, end},
	{"escalate after an end", question.Assigned, func(s *scene) { s.must("end", end(s)) }, func(s *scene) error {
		return s.Questions.Escalate(s.Ctx(), s.dana, s.q)
	}},
	{"share", question.Resolved, nil, func(s *scene) error {
		_, err := s.Questions.ShareOwn(s.Ctx(), s.dana, s.q, "2026-11")
		return err
	}},
	{"unshare", question.Resolved, func(s *scene) { s.share() }, func(s *scene) error {
		return s.Questions.UnshareOwn(s.Ctx(), s.dana, s.q)
	}},
	{"escalate", question.Offered, nil, func(s *scene) error { return s.Questions.Escalate(s.Ctx(), s.dana, s.q) }},
	{"take over", question.Assigned, nil, func(s *scene) error { return s.Questions.TakeOver(s.Ctx(), s.Agent, s.Brand, s.q) }},
	{"withdraw", question.Answered, nil, func(s *scene) error { return s.Questions.Withdraw(s.Ctx(), s.dana, s.q) }},
	{"answer for the brand", question.Escalated, nil, func(s *scene) error {
		return s.Questions.AnswerForBrand(s.Ctx(), s.Agent, s.Brand, s.q, "We send a cable.")
	}},
	{"release in time", question.Resolved, func(s *scene) { s.Clock.Set(*s.turns(s.q)[1].ReleaseAt) }, func(s *scene) error {
		return tx(s, func(tx *gorm.DB) error { return s.Questions.ReleaseDueTx(s.Ctx(), tx, s.turn) })
	}},
	{"contest", question.Resolved, nil, func(s *scene) error {
		return tx(s, func(tx *gorm.DB) error { return s.Questions.ContestTx(s.Ctx(), tx, s.turn, "wrong") })
	}},
	{"release", question.Resolved, contested, func(s *scene) error {
		return tx(s, func(tx *gorm.DB) error { return s.Questions.ReleaseTx(s.Ctx(), tx, s.turn, "appeal") })
	}},
	{"refuse", question.Resolved, contested, func(s *scene) error {
		return tx(s, func(tx *gorm.DB) error {
			return s.Questions.RefuseTx(s.Ctx(), tx, s.turn, uuid.UUID(s.q), "wrong")
		})
	}},
	{"say with a picture", question.Assigned, withPicture, func(s *scene) error {
		return s.Questions.Say(s.Ctx(), s.dana, s.q, "Look.", s.picture)
	}},
	{"ask with a picture", question.Asked, withPicture, func(s *scene) error {
		s.Questions.Forget()
		_, err := s.Questions.Ask(s.Ctx(), s.dana, question.Ask{Program: s.Program.ID, Title: "It hums", Pictures: []question.PictureID{s.picture}})
		return err
	}},
	{"erase with pictures", question.Answered, func(s *scene) {
		withPicture(s)
		s.must("say", s.Questions.Say(s.Ctx(), s.dana, s.q, "Look.", s.picture))
		s.upload(s.dana)
	}, func(s *scene) error { return s.Customers.Erase(s.Ctx(), s.Manager, s.Brand, s.dana.Customer) }},
	{"set the topic", question.Offered, nil, func(s *scene) error {
		return s.Questions.SetTopic(s.Ctx(), s.Manager, s.Brand, s.q, "plans")
	}},
	{"erase", question.Answered, nil, func(s *scene) error {
		return s.Customers.Erase(s.Ctx(), s.Manager, s.Brand, s.dana.Customer)
	}},
}

// Every write fails at each of its statements in turn, says so, and nothing of
// it is kept; then it succeeds.
func TestEveryWriteFailsHalfway(t *testing.T) {
	t.Parallel()
	for some := range slices.Chunk(writes, 3) { // a small database is quick to compare
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			r := newRoom(t, db)
			r.stage(question.Answered) // the process knows the program
			for _, w := range some {
				s := r.stage(w.state)
				if w.ready != nil {
					w.ready(s)
				}
				if n := dbtest.Halfway(t, db, func() error { return w.do(s) }); n < 2 || t.Failed() {
					t.Fatalf("%s: %d statements", w.name, n)
				}
			}
			r.Balanced()
		})
	}
}

// The same of writes that are a statement or two.
func TestEveryShortWriteFailsHalfway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Answered)
		s.upload(s.dana)
		s.Clock.Advance(25 * time.Hour)
		for name, do := range map[string]func() error{
			"upload": func() error {
				_, err := s.Questions.Upload(s.Ctx(), s.second, snapshotPNG(t, 1), "")
				return err
			},
			"mark as read": func() error {
				_, err := s.Questions.ReadTo(s.Ctx(), s.dana, s.q, 2)
				return err
			},
			"mark as read at work": func() error {
				_, err := s.Questions.ReadAtWorkTo(s.Ctx(), s.second, s.turn, 1)
				return err
			},
			"forget uploads": func() error {
				_, err := s.Questions.ForgetUploads(s.Ctx(), 10)
				return err
			},
		} {
			if n := dbtest.Halfway(t, db, do); n < 1 || t.Failed() {
				t.Fatalf("%s: %d statements", name, n)
			}
		}
	})
}
