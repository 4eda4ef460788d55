package quality_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// signals are those of a kind.
func (b *bench) signals(kind quality.SignalKind) (list []quality.Signal) {
	b.T.Helper()
	all, err := b.Quality.Signals(ctx, b.Manager, b.Program.ID)
	b.ok("look for signals", err)
	return slices.DeleteFunc(all, func(s quality.Signal) bool { return s.Kind != kind })
}

func handles(s quality.Signal) (list []string) {
	for _, p := range s.People {
		list = append(list, p.Handle)
	}
	return list
}

func TestSharedAccountsAreShown(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, peers []access.Caller) {
		if got := b.signals(quality.SignalAccount); len(got) != 0 {
			t.Errorf("without any: %+v", got)
		}
		b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			now := b.Clock.Now()
			return errors.Join(
				payouts.NoteFingerprintsTx(ctx, tx, now, "stripe", uuid.UUID(peers[0].Person), "a"),
				payouts.NoteFingerprintsTx(ctx, tx, now, "stripe", uuid.UUID(peers[0].Person), "a"), // again
				payouts.NoteFingerprintsTx(ctx, tx, now, "stripe", uuid.UUID(peers[1].Person), "b", "a"),
				payouts.NoteFingerprintsTx(ctx, tx, now, "stripe", uuid.UUID(peers[2].Person), "b"),
				payouts.NoteFingerprintsTx(ctx, tx, now, "other", uuid.UUID(b.Expert.Person), "a"))
		}))
		got := b.signals(quality.SignalAccount)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"peer0", "peer1", "peer2"}) || got[0].Count != 3 {
			t.Errorf("shown %+v", got)
		}
		b.want("no fingerprint", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(peers[0].Person), "")
		}), payouts.ErrInvalid)
	})
}

// Who errs is shown with the work they judged, and may go on as an expert.
func TestPoorJudgesAreShown(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		v := b.give(r.ID, fail())
		b.give(r.ID, pass())
		if got := b.signals(quality.SignalJudging); len(got) != 0 {
			t.Errorf("after one vote: %+v", got)
		}
		b.ok("err often", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE reviewers SET rejected = 90 WHERE person_id = ?`, v.PersonID).Error
		}))
		got := b.signals(quality.SignalJudging)
		if len(got) != 1 || got[0].People[0].Person != v.PersonID || got[0].Count != 1 || !slices.Equal(got[0].Assignments, []question.AssignmentID{a.ID}) {
			t.Errorf("shown %+v", got)
		}
		e, err := b.Experts.MyEnrolment(ctx, access.PersonCaller(v.PersonID), b.Program.ID)
		if err != nil || e.State != "active" {
			t.Errorf("the enrolment is %+v, %v: a signal acted", e, err)
		}
	})
}

const advice = `Hold the power button for ten seconds until the lamp goes out, then wait a full minute before you plug the box in again, and dry the filter.`

func TestCopiedAnswersAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		first := b.answeredWith(advice)
		b.answeredWith(advice) // one's own may be used again
		if got := b.signals(quality.SignalCopied); len(got) != 0 {
			t.Errorf("of one's own: %+v", got)
		}
		b.ok("stop the expert", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.Market.Expert("mimi")
		copied := b.answeredWith(advice + " Good luck!")
		got := b.signals(quality.SignalCopied)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"mimi"}) || got[0].Count != 1 || !slices.Contains(got[0].Assignments, copied) || !slices.Contains(got[0].Assignments, first) {
			t.Errorf("shown %+v, want %s of %s", got, copied, first)
		}
		if got := got[0]; len(got.Evidence) != len(got.Assignments) || got.Evidence[0].Assignment != got.Assignments[0] || got.Evidence[0].Title == "" || got.People[0].Enrolment.IsZero() {
			t.Errorf("it rests on %+v of %+v", got.Evidence, got.People)
		}
		b.Clock.Advance(100 * day)
		if got := b.signals(quality.SignalCopied); len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

// Of every pair that is shown, both answers can be looked at.
func TestTheWorkOfEachPairIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		var texts []string
		for i := range 11 {
			texts = append(texts, strings.ReplaceAll(advice, " ", fmt.Sprintf(" w%d", i)))
			b.answeredWith(texts[i])
		}
		b.ok("stop the expert", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.Market.Expert("mimi")
		for _, text := range texts {
			b.answeredWith(text)
		}
		got := b.signals(quality.SignalCopied)
		if len(got) != 1 || got[0].Count != 11 || len(got[0].Alike) != 10 {
			t.Fatalf("shown: %+v", got)
		}
		for _, pair := range got[0].Alike {
			for _, id := range []question.AssignmentID{pair.By, pair.Of} {
				if !slices.ContainsFunc(got[0].Evidence, func(e quality.Evidence) bool { return e.Assignment == id }) {
					t.Errorf("%s of a pair is not among the evidence", id)
				}
			}
		}
	})
}

// answeredWith has the expert answer a question in these words.
func (b *bench) answeredWith(text string) question.AssignmentID {
	b.T.Helper()
	return b.askedAndAnswered("The box keeps restarting", text)
}

func (b *bench) askedAndAnswered(title, text string) question.AssignmentID {
	b.T.Helper()
	b.Ask(b.Customer, title)
	a := b.Accept(b.Expert)
	b.ok("answer", b.Questions.Answer(b.Ctx(), b.Expert, a.ID, text))
	b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, a.QuestionID))
	b.RunDue()
	b.Clock.Advance(time.Minute)
	return a.ID
}

func TestOneCustomersExpertIsShown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		sam := b.Expert
		for range 8 {
			b.earned()
		}
		if got := b.signals(quality.SignalCustomer); len(got) != 0 {
			t.Errorf("where there is but one expert: %+v", got)
		}
		b.ok("stop the expert", b.Experts.SetAvailability(ctx, sam, false))
		b.Expert = b.Market.Expert("pia")
		for range 12 {
			b.Customer = b.Market.Customer("Somebody")
			b.earned()
		}
		got := b.signals(quality.SignalCustomer)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"sam"}) || got[0].Count != 8 || got[0].Odds < 2 || len(got[0].Assignments) != 8 {
			t.Errorf("shown %+v", got)
		}
	})
}

func TestWhoSeesSignals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for name, caller := range map[string]access.Caller{"an expert": b.Expert, "a reviewer": b.Reviewer, "a customer": b.Customer, "the system": access.SystemCaller("test")} {
			if _, err := b.Quality.Signals(ctx, caller, b.Program.ID); err == nil {
				t.Errorf("%s sees signals", name)
			}
		}
		_, err := b.Quality.Signals(ctx, b.Neighbour().Manager, b.Program.ID)
		b.want("another brand's manager", err, marketplace.ErrNotFound)
	})
}

// Of who says next to nothing, again and again, a human is told; a short answer
// among others is nobody's business.
func TestEmptyAnswersAreShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 2 {
			b.answeredWith("ok")
			b.answeredWith(advice)
		}
		if got := b.signals(quality.SignalJunk); len(got) != 0 {
			t.Errorf("of two: %+v", got)
		}
		last := b.answeredWith("Restart it.")
		got := b.signals(quality.SignalJunk)
		if len(got) != 1 || got[0].Count != 3 || len(got[0].Assignments) != 3 || got[0].Assignments[0] != last || !slices.Equal(handles(got[0]), []string{"sam"}) {
			t.Errorf("shown: %+v", got)
		}
		b.Clock.Advance(100 * day)
		if got := b.signals(quality.SignalJunk); len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

// Few words are no pattern where they are not all there was: beside a picture,
// after the customer was erased, where the expert ended the conversation, or where
// what came before is too old to be looked at.
func TestFewWordsWithAReasonAreNotShown(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(b *bench){
		"beside a picture": func(b *bench) {
			a := b.taken()
			b.ok("answer", b.Questions.Answer(b.Ctx(), b.Expert, a.ID, "See here.", b.Upload(b.Expert)))
		},
		"with a picture later": func(b *bench) {
			a := b.taken()
			b.ok("answer", b.Questions.Answer(b.Ctx(), b.Expert, a.ID, "Look."))
			b.ok("show", b.Questions.Say(b.Ctx(), b.Expert, a.QuestionID, "", b.Upload(b.Expert)))
		},
		"ended": func(b *bench) {
			b.ok("end", b.Questions.End(b.Ctx(), b.Expert, b.taken().ID, question.End{Reason: "abusive", Message: "Goodbye."}))
		},
		"erased": func(b *bench) {
			b.Customer = b.Market.Customer("Somebody")
			b.answeredWith(advice)
			b.ok("erase", b.Customers.Erase(b.Ctx(), b.Customer, b.Brand, b.Customer.Customer))
			b.Customer = b.Market.Customer("Another")
		},
		"cut": func(b *bench) {
			a := b.taken()
			b.ok("answer", b.Questions.Answer(b.Ctx(), b.Expert, a.ID, advice))
			b.ok("say", b.Questions.Say(b.Ctx(), b.Expert, a.QuestionID, "Thank you."))
			long := b.Clock.Now().Add(-91 * day)
			b.ok("age", b.Store.InTx(b.Ctx(), b.Brand, func(tx *gorm.DB) error {
				return errors.Join(
					tx.Exec(`UPDATE assignments SET accepted_at = ? WHERE id = ?`, long, a.ID).Error,
					tx.Exec(`UPDATE messages SET at = ? WHERE assignment_id = ? AND body <> 'Thank you.'`, long, a.ID).Error)
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				for range 3 {
					do(b)
					b.Clock.Advance(time.Minute)
				}
				if got := b.signals(quality.SignalJunk); len(got) != 0 {
					t.Errorf("shown: %+v", got)
				}
				for range 3 {
					b.answeredWith("ok")
				}
				if got := b.signals(quality.SignalJunk); len(got) != 1 || got[0].Count != 3 {
					t.Errorf("of three others: %+v", got)
				}
			})
		})
	}
}

// taken is a new question that the expert took.
func (b *bench) taken() question.Assignment {
	b.T.Helper()
	b.Ask(b.Customer, "The box keeps restarting")
	return b.Accept(b.Expert)
}

// Nor where what came before is more than is read.
func TestFewWordsAfterTooManyAreNotShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 3 {
			a := b.taken()
			b.ok("answer", b.Questions.Answer(b.Ctx(), b.Expert, a.ID, advice))
			b.Clock.Advance(time.Minute)
			b.ok("say", b.Questions.Say(b.Ctx(), b.Expert, a.QuestionID, "Thank you."))
			b.ok("put off", b.Store.InTx(b.Ctx(), b.Brand, func(tx *gorm.DB) error {
				return tx.Exec(`UPDATE messages SET at = ? WHERE assignment_id = ? AND body = 'Thank you.'`, b.Clock.Now().Add(time.Hour), a.ID).Error
			}))
		}
		b.Clock.Advance(time.Minute)
		a := b.turn(b.answeredWith(advice))
		rows := make([]map[string]any, 5_000-3)
		for i := range rows {
			rows[i] = map[string]any{
				"id": uuid.New().String(), "brand_id": b.Brand.String(), "question_id": a.QuestionID.String(), "position": 10 + i, "author": "expert",
				"person_id": a.PersonID.String(), "assignment_id": a.ID.String(), "body": "It is done.", "body_sealed": []byte{1}, "at": b.Clock.Now(),
			}
		}
		b.ok("fill", b.Store.InTx(b.Ctx(), b.Brand, func(tx *gorm.DB) error {
			return tx.Table("messages").CreateInBatches(rows, 500).Error
		}))
		if got := b.signals(quality.SignalJunk); len(got) != 0 {
			t.Errorf("shown: %+v", got)
		}
	})
}
