package quality_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// feedback is the one record on a question.
func (b *bench) feedback(id question.ID) quality.FeedbackRecord {
	b.T.Helper()
	var list []quality.FeedbackRecord
	b.read(func(tx *gorm.DB) error { return tx.Where("question_id = ?", id).Find(&list).Error })
	if len(list) != 1 {
		b.T.Fatalf("%d feedbacks on the question, want 1", len(list))
	}
	return list[0]
}

func TestFeedbackReplacesForAWeekAndThenCounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.answered()
		give := func(f quality.Feedback) error { return b.Quality.Give(ctx, b.Customer, a.QuestionID, f) }
		b.ok("give", give(quality.Feedback{Solved: true, CSAT: 5}))
		b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a.QuestionID))
		start := b.Clock.Now()
		b.After(6 * day)
		before, mean := b.evidence()
		b.ok("change", give(quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong, Comment: "It broke again."}))
		f := b.feedback(a.QuestionID)
		if f.AssignmentID != a.ID || f.CSAT != 1 || f.Solved || !f.GivenAt.Equal(start) || !f.ChangedAt.Equal(start.Add(6*day)) {
			t.Errorf("the record is %+v", f)
		}
		b.After(day)
		if n, now := b.evidence(); n != before+1 || now >= mean {
			t.Errorf("after a week standing rests on %d outcomes, %d before; mean %.3f, %.3f before", n, before, now, mean)
		}
		b.want("a change after a week", give(quality.Feedback{Solved: true, CSAT: 5}), question.ErrTooLate)
		b.After(30 * day)
		if n, _ := b.evidence(); n != before+1 {
			t.Errorf("it counted again: %d", n)
		}
		want := []string{"feedback solved", "feedback not_solved"}
		if got := b.said(a.QuestionID); !slices.Equal(got[:1], want[:1]) || !slices.Contains(got, want[1]) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestWhatTheExpertCannotChangeDoesNotCount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		counts := func(reasons ...quality.FeedbackReason) int {
			before, _ := b.evidence()
			for _, reason := range reasons {
				a := b.earned()
				b.ok("give", b.Quality.Give(ctx, b.Customer, a.QuestionID, quality.Feedback{CSAT: 1, Reason: reason}))
			}
			b.After(5 * day)
			b.After(25 * day)
			n, _ := b.evidence()
			return n - before - len(reasons) // which were resolved
		}
		if n := counts(quality.ReasonWaitingTime, quality.ReasonProductDefect, quality.ReasonPolicy); n != 0 {
			t.Errorf("%d of what the expert did not cause counts", n)
		}
		if n := counts(quality.ReasonWrong); n != 1 {
			t.Errorf("a wrong answer counts %d times", n)
		}
	})
}

func TestFeedbackIsAboutTheAnswerThatStands(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		q := b.Ask(b.Customer, "The box keeps restarting")
		give := func() error { return b.Quality.Give(ctx, b.Customer, q.ID, quality.Feedback{Solved: true}) }
		b.want("before an answer", give(), quality.ErrNotAnswered)
		b.ok("take over", b.Questions.TakeOver(ctx, b.Agent, b.Brand, q.ID))
		b.ok("answer", b.Questions.AnswerForBrand(ctx, b.Agent, b.Brand, q.ID, "We send you a new one."))
		b.ok("give", give())
		b.ok("give again", give())
		if f := b.feedback(q.ID); !f.AssignmentID.IsZero() {
			t.Errorf("the brand's answer is credited to %v", f.AssignmentID)
		}
		b.After(60 * day)

		tess := b.Market.Expert("tess")
		q = b.Ask(b.Customer, "The other box restarts")
		first := b.whoIsAsked(b.Expert, tess)
		a := b.Accept(first)
		b.Answer(first, a)
		b.ok("first", b.Quality.Give(ctx, b.Customer, q.ID, quality.Feedback{CSAT: 2, Reason: quality.ReasonIncomplete}))
		b.ok("reopen", b.Questions.Reopen(ctx, b.Customer, q.ID, "It still restarts."))
		b.RunDue()
		next := b.whoIsAsked(b.Expert, tess)
		a2 := b.Accept(next)
		b.Answer(next, a2)
		b.ok("second", b.Quality.Give(ctx, b.Customer, q.ID, quality.Feedback{Solved: true, CSAT: 5}))
		var list []quality.FeedbackRecord
		b.read(func(tx *gorm.DB) error { return tx.Where("question_id = ?", q.ID).Order("csat").Find(&list).Error })
		if len(list) != 2 || list[0].AssignmentID != a.ID || list[1].AssignmentID != a2.ID {
			t.Errorf("the feedback is %+v", list)
		}
	})
}

func TestCommentsAreHiddenSealedAndErased(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		said := "Thanks! Dana Whitlow, dana@whitlow.example, +49 30 901820"
		b.ok("give", b.Quality.Give(ctx, b.Customer, a.QuestionID, quality.Feedback{Solved: true, Comment: said}))
		f := b.feedback(a.QuestionID)
		for _, planted := range []string{"Dana", "Whitlow", "901820"} {
			if strings.Contains(f.Comment, planted) || bytes.Contains(f.CommentSealed, []byte(planted)) {
				t.Errorf("%q can be read: %q", planted, f.Comment)
			}
		}
		b.ok("erase", b.Customers.Erase(ctx, b.Customer, b.Brand, b.Customer.Customer))
		if f = b.feedback(a.QuestionID); f.Comment != "" || len(f.CommentSealed) != 0 || !f.Solved {
			t.Errorf("after the erasure: %+v", f)
		}
		var erased bool
		for _, e := range b.Customers.Erasers() {
			erased = erased || slices.ContainsFunc(e.Columns, func(c string) bool { return c == "feedback.comment_sealed" })
		}
		if !erased {
			t.Error("the comments are in no eraser")
		}
		b.After(30 * day)
		b.Balanced()
	})
}

func TestNothingIsKeptOfTheErased(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		b.ok("erase", b.Customers.Erase(ctx, b.Customer, b.Brand, b.Customer.Customer))
		err := b.Quality.Give(ctx, b.Customer, a.QuestionID, quality.Feedback{Solved: true, CSAT: 5, Comment: "Dana again."})
		b.want("feedback of an erased customer", err, customer.ErrErased)
		b.read(func(tx *gorm.DB) error {
			var n int64
			err := tx.Table("feedback").Count(&n).Error
			if n != 0 {
				t.Errorf("%d feedbacks are kept", n)
			}
			return err
		})
	})
}

func TestOnlyTheCustomerGivesFeedback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.answered()
		f := quality.Feedback{Solved: true}
		b.want("another customer", b.Quality.Give(ctx, b.Market.Customer("Eve Other"), a.QuestionID, f), marketplace.ErrNotFound)
		b.want("the expert", b.Quality.Give(ctx, b.Expert, a.QuestionID, f), marketplace.ErrForbidden)
		b.want("the owner", b.Quality.Give(ctx, b.Owner, a.QuestionID, f), marketplace.ErrForbidden)
		b.Clock.Advance(time.Second)
		if won := race(t, 16, nil, func(int) error { return b.Quality.Give(ctx, b.Customer, a.QuestionID, f) }); won != 16 {
			t.Errorf("%d of 16 could give it", won)
		}
		b.feedback(a.QuestionID)
	})
}
