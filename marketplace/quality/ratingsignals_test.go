package quality_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// rated is a question of a customer's that an expert answers, and what they say of it.
func (b *bench) rated(by, of access.Caller, f quality.Feedback) question.AssignmentID {
	b.T.Helper()
	q := b.Ask(by, "The box keeps restarting")
	a := b.Accept(of)
	b.Answer(of, a)
	b.ok("rate", b.Quality.Give(ctx, by, q.ID, f))
	b.ok("resolve", b.Questions.Resolve(b.Ctx(), by, q.ID))
	b.Clock.Advance(time.Minute)
	return a.ID
}

// alone has only one of two experts take questions.
func (b *bench) alone(on, off access.Caller) {
	b.T.Helper()
	b.ok("stop one", b.Experts.SetAvailability(ctx, off, false))
	b.ok("have the other", b.Experts.SetAvailability(ctx, on, true))
}

var (
	content    = quality.Feedback{Solved: true, CSAT: 5}
	neither    = quality.Feedback{Solved: true, CSAT: 3}
	discontent = quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong}
)

// Friends who come to one expert and praise them are shown, with what they rated,
// and more of that expert's work is reviewed until a human settles it.
func TestWhoIsRatedUpIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		sam, pia := b.Expert, b.Market.Expert("pia")
		b.alone(pia, sam)
		for range 14 {
			b.rated(b.Market.Customer("Somebody"), pia, content)
		}
		b.alone(sam, pia)
		for range 6 {
			b.rated(b.Market.Customer("Somebody"), sam, neither)
		}
		if got := b.signals(quality.SignalRatedUp); len(got) != 0 {
			t.Errorf("before: %+v", got)
		}
		friends := []access.Caller{b.Market.Customer("One"), b.Market.Customer("Two"), b.Market.Customer("Three")}
		var want []question.AssignmentID
		for range 4 {
			for _, f := range friends {
				want = append(want, b.rated(f, sam, content))
			}
		}
		slices.Reverse(want)
		got := b.signals(quality.SignalRatedUp)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"sam"}) || got[0].Count != 12 || got[0].Odds < 2 || !slices.Equal(got[0].Assignments, want) || !got[0].Open {
			t.Fatalf("shown %+v, want %v", got, want)
		}
		if b.watched(sam) != expert.WatchSignal {
			t.Error("no more of the expert's work is reviewed")
		}
		b.ok("settle", b.Quality.Settle(ctx, b.Manager, b.Program.ID, got[0].Key, quality.Finding{Outcome: quality.SettledNothing, Note: "They are happy.", AsOf: b.Clock.Now()}))
		if got := b.signals(quality.SignalRatedUp); len(got) != 1 || got[0].Open || b.watched(sam) == expert.WatchSignal {
			t.Errorf("settled: %+v", got)
		}
		b.Clock.Advance(100 * day)
		if got := b.signals(quality.SignalRatedUp); len(got) != 0 {
			t.Errorf("long after: %+v", got)
		}
	})
}

// To whom it is done is shown too, and nothing follows for them.
func TestWhoIsRatedDownIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		sam, pia := b.Expert, b.Market.Expert("pia")
		b.alone(sam, pia)
		for range 14 {
			b.rated(b.Market.Customer("Somebody"), sam, content)
		}
		foes := []access.Caller{b.Market.Customer("One"), b.Market.Customer("Two"), b.Market.Customer("Three")}
		for range 12 {
			b.rated(b.Market.Customer("Somebody"), sam, quality.Feedback{CSAT: 1, Reason: quality.ReasonWaitingTime}) // which is not the expert's
		}
		if got := b.signals(quality.SignalRatedLow); len(got) != 0 {
			t.Errorf("of what is not the expert's: %+v", got)
		}
		for range 5 {
			for _, f := range foes {
				b.rated(f, sam, discontent)
			}
		}
		got := b.signals(quality.SignalRatedLow)
		if len(got) != 1 || !slices.Equal(handles(got[0]), []string{"sam"}) || got[0].Count != 15 || len(got[0].Evidence) != 15 {
			t.Fatalf("shown %+v", got)
		}
		if b.watched(sam) == expert.WatchSignal {
			t.Error("more is reviewed of whom others harm")
		}
	})
}

// Nobody of the brand judges work that is paid to their own bank account, nor is it
// on their lists.
func TestOnesOwnAccountIsNotJudged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		r := b.review(a.ID)
		open := func() int {
			next, err := b.Quality.NextReview(ctx, b.Reviewer, b.Brand)
			b.ok("ask for the next", err)
			if next == nil {
				return 0
			}
			return 1
		}
		if n := open(); n != 1 {
			t.Fatalf("%d reviews are open", n)
		}
		b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			for _, who := range []access.Caller{b.Expert, b.Reviewer, b.Second} {
				if err := payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(who.Person), "a"); err != nil {
					return err
				}
			}
			return nil
		}))
		b.want("decide", b.Decide(b.Reviewer, r.ID, pass()), quality.ErrSharedAccount)
		if got := b.review(a.ID); got.State != quality.ReviewOpen || open() != 0 {
			t.Errorf("the review is %s, and %d given", got.State, open())
		}
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "No."))
		b.want("decide the appeal", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "x"), quality.ErrSharedAccount)
		b.ok("decide it", b.Quality.DecideAppeal(ctx, b.Operator, b.Brand, f.ID, true, "It is right."))
	})
}
