package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// reads gives the words an expert reads of a question.
func (r *room) reads(caller access.Caller, id question.ID) string {
	r.t.Helper()
	c, err := r.Questions.ForExpert(r.Ctx(), caller, id)
	r.must("read as an expert", err)
	text := strings.Join(c.Notes, "\n")
	for _, turn := range c.Turns {
		text += "\n" + turn.Text
	}
	return text
}

// readsOnly fails the test unless the expert reads every word of want and none
// of the others.
func (r *room) readsOnly(who string, caller access.Caller, id question.ID, want, not []string) {
	r.t.Helper()
	text := r.reads(caller, id)
	for _, word := range want {
		if !strings.Contains(text, word) {
			r.t.Errorf("%s does not read %q: %s", who, word, text)
		}
	}
	for _, word := range not {
		if strings.Contains(text, word) {
			r.t.Errorf("%s reads %q: %s", who, word, text)
		}
	}
}

// Whose turn is over reads nothing that is written later, until they are asked
// again.
func TestFormerExpertsReadNoFurther(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		say := func(who access.Caller, s *scene, text string) {
			t.Helper()
			r.Clock.Advance(time.Second)
			r.must("say", r.Questions.Say(r.Ctx(), who, s.q, text))
			r.Clock.Advance(time.Second)
		}
		s := r.stage(question.Offered) // first handed it back
		r.readsOnly("a former expert", r.first, s.q, []string{"yesterday", "another cable"}, nil)
		a, err := r.Questions.Accept(r.Ctx(), r.second, s.offer)
		r.must("accept", err)
		say(r.dana, s, "It is the blue one")
		r.Answer(r.second, a)
		say(r.dana, s, "Which button")
		r.readsOnly("a former expert", r.first, s.q, []string{"yesterday"}, []string{"blue", "power button", "Which"})
		r.readsOnly("the expert who answered", r.second, s.q, []string{"yesterday", "another cable", "blue", "power button", "Which"}, nil)
		r.Clock.Advance(time.Second)
		r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, s.q, "Still dark"))
		r.readsOnly("whose answer did not help", r.second, s.q, []string{"blue", "power button", "Which"}, []string{"Still dark"})
		r.RunDue()
		r.readsOnly("who is asked next", r.rival, s.q, []string{"blue", "power button", "Still dark"}, nil)
		r.Clock.Advance(time.Second)
		r.must("escalate", r.Questions.Escalate(r.Ctx(), r.dana, s.q))
		r.Clock.Advance(time.Second)
		r.must("answer", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, s.q, "A new one is on its way"))
		r.readsOnly("a former expert", r.second, s.q, []string{"power button"}, []string{"Still dark", "on its way"})
		if _, err := r.Questions.ForExpert(r.Ctx(), r.rival, s.q); verdict(err) != "none" {
			t.Errorf("whose offer is gone: %v", err)
		}
	})
}

// Even at one and the same instant nobody loses their own words.
func TestFormerExpertsKeepTheirOwnWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		r.readsOnly("the expert", r.second, s.q, []string{"yesterday", "power button"}, nil)
		r.readsOnly("the one before", r.first, s.q, []string{"yesterday"}, []string{"power button"})
	})
}

func TestAskingAgainWhileThereAreNoNewQuestions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		ask := question.Ask{Program: r.Program.ID, Title: "It hums", Body: "Dana Whitlow here", Reference: "T-1"}
		first, err := r.Questions.Ask(r.Ctx(), r.dana, ask)
		r.must("ask", err)
		r.must("pause", r.Programs.Pause(r.Ctx(), r.Owner, r.Program.ID))
		for _, closed := range []bool{false, true} {
			if closed {
				r.must("close", r.Programs.Close(r.Ctx(), r.Owner, r.Program.ID))
			}
			dbtest.Unchanged(t, db, func() {
				again, err := r.Questions.Ask(r.Ctx(), r.dana, ask)
				if err != nil || again.ID != first.ID {
					t.Errorf("asked again: %v, %v", again.ID, err)
				}
				for want, edit := range map[error]func(a *question.Ask){
					question.ErrReferenceUsed: func(a *question.Ask) { a.Title = "It rattles" },
					question.ErrProgramClosed: func(a *question.Ask) { a.Reference = "T-2" },
				} {
					other := ask
					edit(&other)
					if _, err := r.Questions.Ask(r.Ctx(), r.dana, other); !errors.Is(err, want) {
						t.Errorf("another question: %v, want %v", err, want)
					}
				}
				for _, other := range []question.Ask{{Program: ask.Program, Title: "New"}, {Program: ask.Program, Title: "New", Reference: "x", Topic: "none"}} {
					if _, err := r.Questions.Ask(r.Ctx(), r.dana, other); !errors.Is(err, question.ErrProgramClosed) {
						t.Errorf("a new question: %v", err)
					}
				}
			})
		}
	})
}

// What becomes of an expert's pay is not on the customer's receipt.
func TestCustomersReadNothingOfPay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Resolved)
		states := func() (list []question.AssignmentState) {
			for _, turn := range s.customerReceipt().Turns {
				list = append(list, turn.State)
			}
			return list
		}
		check := func(when string) {
			t.Helper()
			if got := states(); len(got) != 2 || got[0] != question.HandedBack || got[1] != question.Delivered {
				t.Errorf("%s: %v", when, got)
			}
			s.mentions(s.customerReceipt(), "refused", "contested", "released", "earned",
				`"turns":null`, `"checks":null`, `"undo":null`, `"hidden":null`)
		}
		check("earned")
		contested(s)
		check("contested")
		r.must("refuse", r.write(func(tx *gorm.DB) error {
			return r.Questions.RefuseTx(r.Ctx(), tx, s.turn, [16]byte{1}, "wrong")
		}))
		check("refused")
		if got := s.brandReceipt().Turns[1].State; got != question.Refused {
			t.Errorf("the brand's says %s", got)
		}
		text, err := json.Marshal(s.expertReceipt(r.second))
		if err != nil || !strings.Contains(string(text), `"reward":{"amount":250,"currency":"EUR"}`) {
			t.Errorf("the expert's pay as JSON: %s, %v", text, err)
		}
	})
}

// A repeated request is told what the first one made.
func TestRepeatsAreToldWhatWasMade(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		claimed := func(key string) context.Context {
			return marketplace.WithClaim(r.Ctx(), &marketplace.Claim{Scope: "dana", Key: key, Fingerprint: []byte("a"), At: r.Clock.Now()})
		}
		ask := question.Ask{Program: r.Program.ID, Title: "It hums"}
		q, err := r.Questions.Ask(claimed("ask"), r.dana, ask)
		r.must("ask", err)
		r.RunDue()
		offer := r.Offer(r.first)
		a, err := r.Questions.Accept(claimed("accept"), r.first, offer.ID)
		r.must("accept", err)
		for want, again := range map[string]func() error{
			q.ID.String(): func() error { _, err := r.Questions.Ask(claimed("ask"), r.dana, ask); return err },
			a.ID.String(): func() error { _, err := r.Questions.Accept(claimed("accept"), r.first, offer.ID); return err },
		} {
			var repeated *marketplace.RepeatedError
			if err := again(); !errors.As(err, &repeated) || repeated.Result != want {
				t.Errorf("a repeat is told %+v, %v; want %s", repeated, err, want)
			}
		}
	})
}
