package question_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func end(s *scene) error {
	return s.Questions.End(s.Ctx(), s.second, s.turn, question.End{Reason: "abusive", Note: "Dana insults me.", Message: "I end this here."})
}

// endedDeeds is what of everybody's deeds still works on a question whose expert
// ended the conversation; whatever is not named is refused as moved.
var endedDeeds = map[string]string{
	"accept": "ok", "accept late": "gone", "accept another's offer": "none", "decline": "gone", "decline late": "gone",
	"resolve": "ok", "escalate": "ok", "take over": "ok", "set the topic": "ok",
}

// Nobody moves what was ended, but to the brand's own team.
func TestEndedTimesEveryMethod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for _, from := range []question.State{question.Assigned, question.Answered} {
			ended := func() *scene {
				s := r.stage(from)
				s.must("end", end(s))
				return s
			}
			s := ended()
			before := r.Snapshot()
			for _, d := range deeds {
				want := endedDeeds[d.name]
				if want == "" {
					want = "moved"
				}
				if got := verdict(d.do(s)); got != want {
					t.Errorf("ended from %s, %s: %s, want %s", from, d.name, got, want)
				}
				if changed := r.Snapshot() != before; changed != (d.name == "escalate" || d.name == "take over" || d.name == "set the topic") {
					t.Errorf("ended from %s, %s: changed %v", from, d.name, changed)
				} else if changed {
					s.close()
					s = ended()
					before = r.Snapshot()
				}
			}
		}
		r.Balanced()
	})
}

// What an expert ends is paid like a resolution, counts as none, and is told.
func TestEndIsPaidAndReviewed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		s.must("end", end(s))
		q, turn := s.load(s.q), s.turns(s.q)[1]
		if q.State != question.Resolved || q.EndReason != "abusive" || q.ResolvedAt != nil || q.FirstRespondedAt != nil || q.EndedAt == nil || q.NextDueAt != nil {
			t.Errorf("the question is %+v", q)
		}
		if turn.State != question.Earned || turn.EndReason != "abusive" || strings.Contains(turn.Note, "Dana") || !strings.Contains(turn.Note, "insults") {
			t.Errorf("the turn is %+v", turn)
		}
		if n := s.count("experts", "active_count > 0"); n != 0 {
			t.Errorf("%d experts have it in hand", n)
		}
		if n := s.count("questions", question.EndedSQL+" AND id = ?", s.q); n != 1 {
			t.Error("EndedSQL does not find it")
		}
		s.RunDue()
		if n := s.count("reviews", "assignment_id = ? AND cause = 'ended'", s.turn); n != 1 {
			t.Errorf("%d reviews of it", n)
		}
		s.told()
		s.After(r.Program.Policies.Review.ReleaseAfter)
		if turn := s.turns(s.q)[1]; turn.State != question.Released {
			t.Errorf("in the end the turn is %s", turn.State)
		}
		r.Balanced()
	})
}

// told checks what each of those concerned reads of the end.
func (s *scene) told() {
	s.t.Helper()
	own, err := s.Questions.ForCustomer(s.Ctx(), s.dana, s.q)
	s.must("read as customer", err)
	if last := own.Turns[len(own.Turns)-1]; last.Text != "I end this here." || own.Reason != "abusive" || len(own.Notes) != 0 {
		s.t.Errorf("the customer reads %+v", own)
	}
	brand, err := s.Questions.ForBrand(s.Ctx(), s.Agent, s.Brand, s.q)
	s.must("read as brand", err)
	if len(brand.Notes) != 1 || !strings.Contains(brand.Notes[0], "insults") {
		s.t.Errorf("the brand reads the notes %q", brand.Notes)
	}
	receipt, err := s.Questions.CustomerReceipt(s.Ctx(), s.dana, s.q)
	s.must("read the receipt", err)
	t := receipt.Turns[1]
	if receipt.Reason != "abusive" || receipt.Wait.Resolution != nil || t.Ended != "abusive" || t.AnsweredAt != nil || t.State != question.Delivered {
		s.t.Errorf("the receipt is %+v", receipt)
	}
	if len(receipt.Undo) != 1 || receipt.Undo[0].How != "escalate" {
		s.t.Errorf("undone is %+v", receipt.Undo)
	}
}

// After the brand's own answer experts are still not asked again.
func TestEndedIsNotReopenedToTheCrowd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Answered)
		s.must("end", end(s))
		s.must("escalate", s.Questions.Escalate(s.Ctx(), s.dana, s.q))
		s.must("answer for the brand", s.Questions.AnswerForBrand(s.Ctx(), s.Agent, s.Brand, s.q, "We send a cable."))
		if err := s.Questions.Reopen(s.Ctx(), s.dana, s.q, "No."); verdict(err) != "moved" {
			t.Errorf("reopened: %v", err)
		}
		s.must("resolve", s.Questions.Resolve(s.Ctx(), s.dana, s.q))
		if err := s.Questions.Reopen(s.Ctx(), s.dana, s.q, "No."); verdict(err) != "moved" {
			t.Errorf("reopened: %v", err)
		}
		if q := s.load(s.q); q.ResolvedAt == nil || q.Ended() {
			t.Errorf("what the brand answered is %+v", q)
		}
		s.Balanced()
	})
}

func TestEndIsAskedOfTheBrandInTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Assigned)
		s.must("end", end(s))
		s.Clock.Advance(question.ReopenWithin + time.Second)
		if err := s.Questions.Escalate(s.Ctx(), s.dana, s.q); !errors.Is(err, question.ErrTooLate) {
			t.Errorf("escalated late: %v", err)
		}
	})
}

func TestBadEndChangesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newRoom(t, db).stage(question.Assigned)
		dbtest.Unchanged(t, db, func() {
			for name, bad := range map[string]question.End{
				"reason": {Reason: "boring"}, "no reason": {}, "note": {Reason: "spam", Note: strings.Repeat("x", 4<<10+1)},
				"message": {Reason: "spam", Message: strings.Repeat("x", question.MaxMessage+1)}, "UTF-8": {Reason: "spam", Note: "\xc3"},
			} {
				if err := s.Questions.End(s.Ctx(), s.second, s.turn, bad); verdict(err) != "invalid" {
					t.Errorf("%s: %v", name, err)
				}
			}
			for name, caller := range map[string]access.Caller{"another expert": s.rival, "the customer": s.dana, "the brand": s.Agent, "nobody": {}} {
				if err := s.Questions.End(s.Ctx(), caller, s.turn, question.End{Reason: "spam"}); verdict(err) != "none" {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	})
}
