package quality_test

import (
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Who ends a conversation is reviewed in any case, by somebody who reads all of
// it, the reason and the note; and is not rated by whom it was ended with.
func TestEndedConversationsAreReviewed(t *testing.T) {
	t.Parallel()
	none := func(p *program.Policies) { p.Review.SampleBP = 0 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, none)
		for _, message := range []string{"", "I end this here."} {
			a := b.answered()
			b.ok("say", b.Questions.Say(b.Ctx(), b.Customer, a.QuestionID, "You fool."))
			end := question.End{Reason: "abusive", Note: "Dana insults me.", Message: message}
			b.ok("end", b.Questions.End(b.Ctx(), b.Expert, a.ID, end))
			b.RunDue()
			if r := b.review(a.ID); r.Cause != quality.CauseEnded || r.State != quality.ReviewOpen {
				t.Errorf("the review is %+v", r)
			}
			b.ok("give", b.GiveReview(b.Reviewer, b.review(a.ID).ID))
			list, err := b.Quality.ReviewsInHand(b.Ctx(), b.Reviewer, b.Brand)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d reviews, %v", len(list), err)
			}
			w := list[0].Work
			said := false
			for _, turn := range w.Turns {
				said = said || turn.Text == "You fool."
			}
			if w.Ended != "abusive" || !strings.Contains(w.Note, "insults me") || !said {
				t.Errorf("the reviewer reads %+v", w)
			}
			var moved *question.TransitionError
			err = b.Quality.Give(b.Ctx(), b.Customer, a.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong})
			if !errors.As(err, &moved) {
				t.Errorf("rated: %v", err)
			}
			b.ok("escalate", b.Questions.Escalate(b.Ctx(), b.Customer, a.QuestionID))
			b.ok("answer", b.Questions.AnswerForBrand(b.Ctx(), b.Agent, b.Brand, a.QuestionID, "We send a cable."))
			b.ok("rate the brand", b.Quality.Give(b.Ctx(), b.Customer, a.QuestionID, quality.Feedback{Solved: true, CSAT: 5}))
		}
		b.Balanced()
	})
}
