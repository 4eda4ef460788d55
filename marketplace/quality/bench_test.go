package quality_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

const day = 24 * time.Hour

// bench is a market with one expert and one customer, where all work is
// reviewed unless edit says otherwise.
type bench struct {
	*markettest.Market
	Expert, Customer access.Caller
}

func newBench(t testing.TB, db *sqldb.DB, edits ...func(*program.Policies)) *bench {
	t.Helper()
	m := markettest.NewWith(t, db, func(p *program.Policies) {
		p.Review.SampleBP = 10_000
		for _, edit := range edits {
			edit(p)
		}
	})
	return &bench{Market: m, Expert: m.Expert("sam"), Customer: m.Customer("Dana Whitlow")}
}

func each(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, newBench(t, db)) })
}

// answered is a question the expert has answered.
func (b *bench) answered() question.Assignment {
	b.T.Helper()
	b.Ask(b.Customer, "The box keeps restarting")
	a := b.Accept(b.Expert)
	b.Answer(b.Expert, a)
	b.Clock.Advance(time.Minute)
	return b.turn(a.ID)
}

// earned is a resolved question's assignment, with what follows from it done.
func (b *bench) earned() question.Assignment {
	b.T.Helper()
	a := b.answered()
	b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, a.QuestionID))
	b.RunDue()
	return b.turn(a.ID)
}

func (b *bench) ok(doing string, err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatalf("%s: %v", doing, err)
	}
}

func (b *bench) read(fn func(tx *gorm.DB) error) {
	b.T.Helper()
	b.ok("read", b.Store.Read(b.Ctx(), marketplace.AllBrands, fn))
}

func (b *bench) turn(id question.AssignmentID) (a question.Assignment) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) (err error) {
		a, err = question.AssignmentTx(b.Ctx(), tx, id)
		return err
	})
	return a
}

// review is the one review of an assignment.
func (b *bench) review(id question.AssignmentID) quality.Review {
	b.T.Helper()
	list := b.reviews(id)
	if len(list) != 1 {
		b.T.Fatalf("%d reviews, want 1", len(list))
	}
	return list[0]
}

func (b *bench) reviews(id question.AssignmentID) (list []quality.Review) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error { return tx.Where("assignment_id = ?", id).Find(&list).Error })
	return list
}

func (b *bench) refusal(id quality.RefusalID) (f quality.Refusal) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error { return tx.Where("id = ?", id).Take(&f).Error })
	return f
}

// reward is what payouts knows under an id.
func (b *bench) reward(id uuid.UUID) (r payouts.Reward) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) (err error) {
		r, err = payouts.FindReward(b.Ctx(), tx, id)
		return err
	})
	return r
}

// evidence is how many outcomes the expert's standing rests on, and its mean.
func (b *bench) evidence() (n int, mean float64) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error {
		list, err := b.Experts.StandingsTx(b.Ctx(), tx, b.Program.ID, b.Expert.Person)
		if len(list) > 0 {
			n, mean = list[0].Evidence, list[0].Belief().Mean()
		}
		return err
	})
	return n, mean
}

// said lists the room's events about a question, kind and reason.
func (b *bench) said(id question.ID) (list []string) {
	b.T.Helper()
	r, err := b.Questions.BrandReceipt(b.Ctx(), b.Owner, b.Brand, id)
	b.ok("read the receipt", err)
	for _, c := range r.Checks {
		list = append(list, c.What+" "+c.Outcome)
	}
	return list
}

// want fails the test unless err is target, or nil where target is.
func (b *bench) want(doing string, err, target error) {
	b.T.Helper()
	if !errors.Is(err, target) || target == nil && err != nil {
		b.T.Errorf("%s: got %v, want %v", doing, err, target)
	}
}

func (b *bench) wantState(id question.AssignmentID, want question.AssignmentState) {
	b.T.Helper()
	if got := b.turn(id).State; got != want {
		b.T.Errorf("the assignment is %s, want %s", got, want)
	}
}

var ctx = context.Background()

func pass() quality.Verdict {
	return quality.Verdict{Pass: true, Scores: map[quality.Criterion]int{
		quality.Correct: 5, quality.Complete: 4, quality.Kind: 5, quality.Safe: 5, quality.Honest: 5,
	}}
}

func fail() quality.Verdict {
	return quality.Verdict{Note: "The steps are for another model.", Scores: map[quality.Criterion]int{
		quality.Correct: 1, quality.Complete: 3, quality.Kind: 5, quality.Safe: 5, quality.Honest: 4,
	}}
}

// refused is an assignment whose pay the manager refused.
func (b *bench) refused() (question.Assignment, quality.Refusal) {
	b.T.Helper()
	a := b.earned()
	f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
	b.ok("refuse", err)
	return b.turn(a.ID), f
}

// appealed is a refusal the expert appealed against.
func (b *bench) appealed() (question.Assignment, quality.Refusal) {
	b.T.Helper()
	a, f := b.refused()
	b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "The customer named this model."))
	return a, b.refusal(f.ID)
}

// race runs do n times at once and returns how many had no error; every other
// error must be loser.
func race(t *testing.T, n int, loser error, do func(i int) error) int {
	t.Helper()
	errs, start := make([]error, n), make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, loser):
			t.Errorf("a loser got %v, want %v", err, loser)
		}
	}
	return won
}
