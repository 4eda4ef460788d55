package quality_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

const many = 16

func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		bosses := make([]access.Caller, many)
		for i := range bosses {
			bosses[i] = access.PersonCaller(b.Person("Boss"))
			b.ok("add", b.Access.AddMember(ctx, b.Owner, b.Brand, bosses[i].Person, access.Manager))
		}
		one := func(what string, do func(i int) error) {
			t.Helper()
			if won := race(t, many, marketplace.ErrConflict, do); won != 1 {
				t.Errorf("%s: %d winners", what, won)
			}
		}
		a := b.earned()
		r := b.review(a.ID)
		b.ok("give", b.GiveReview(b.Reviewer, r.ID))
		one("decide", func(i int) error {
			v := pass()
			if i%2 == 0 {
				v = fail()
			}
			return b.Quality.Decide(ctx, b.Reviewer, b.Brand, r.ID, v)
		})
		a = b.earned()
		one("refuse", func(i int) error {
			_, err := b.Quality.Refuse(ctx, bosses[i], b.Brand, a.ID, quality.RefuseCopied, "From a forum.")
			return err
		})
		mine, err := b.Quality.MyRefusals(ctx, b.Expert, marketplace.Page{})
		if err != nil || len(mine.Items) != 1 {
			t.Fatalf("%d refusals, %v", len(mine.Items), err)
		}
		f := b.refusal(mine.Items[0].ID)
		one("appeal", func(int) error { return b.Quality.Appeal(ctx, b.Expert, f.ID, "I wrote it.") })
		judges := append([]access.Caller{b.Second, b.Operator}, bosses...)
		others := judges[:0:0]
		for _, j := range judges {
			if j.Person != f.RefusedBy {
				others = append(others, j)
			}
		}
		one("decide appeal", func(i int) error {
			return b.Quality.DecideAppeal(ctx, others[i], b.Brand, f.ID, i%2 == 0, "Looked at.")
		})
		b.After(60 * day)
		b.Balanced()
	})
}

// A pass pays and a refusal stops the pay; of both at once one happens.
func TestPassAgainstRefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 8 {
			a := b.earned()
			r := b.review(a.ID)
			var passed, refused error
			var wg sync.WaitGroup
			wg.Go(func() { passed = b.Decide(b.Reviewer, r.ID, pass()) })
			wg.Go(func() {
				_, refused = b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
			})
			wg.Wait()
			b.ok("the verdict is recorded either way", passed)
			if refused == nil {
				b.wantState(a.ID, question.Contested)
				continue
			}
			b.want("the refusal came too late", refused, marketplace.ErrConflict)
			b.wantState(a.ID, question.Released)
		}
		b.Balanced()
	})
}

func TestReleaseAgainstRefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, early := range []time.Duration{time.Microsecond, 0} {
			a := b.earned()
			b.Clock.Set(a.ReleaseAt.Add(-early))
			var refused error
			var wg sync.WaitGroup
			wg.Go(func() {
				_, refused = b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
			})
			wg.Go(func() { _, _ = b.Queue.RunDue(ctx) })
			wg.Wait()
			b.RunDue()
			if early > 0 {
				b.want("in time", refused, nil)
				b.wantState(a.ID, question.Contested)
			} else {
				b.want("at release_at", refused, marketplace.ErrConflict)
				b.wantState(a.ID, question.Released)
			}
		}
	})
}

// What an assignment may still have done to it, by its state.
func TestStateByVerb(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		var moved *question.TransitionError
		check := func(state, verb string, err error, allowed bool) {
			t.Helper()
			if allowed && err != nil || !allowed && !errors.As(err, &moved) {
				t.Errorf("%s in %s: %v, allowed %v", verb, state, err, allowed)
			}
		}
		refuse := func(a question.Assignment) error {
			_, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "x")
			return err
		}
		verbs := func(state quality.RefusalState, f quality.Refusal, appeal, decide bool) {
			t.Helper()
			if got := b.refusal(f.ID).State; got != state {
				t.Fatalf("the refusal is %s, want %s", got, state)
			}
			a := b.turn(f.AssignmentID)
			check(string(state), "refuse", refuse(a), false)
			if !decide {
				check(string(state), "decide the appeal", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "x"), false)
			}
			check(string(state), "appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "x"), appeal)
			if decide {
				check(string(state), "decide the appeal", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "x"), true)
			}
		}
		delivered := b.answered()
		check("delivered", "refuse", refuse(delivered), false)
		b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, delivered.QuestionID))

		_, open := b.refused()
		verbs(quality.Appealable, open, true, false) // and is now appealed
		verbs(quality.Appealed, open, false, true)   // and is now overturned
		verbs(quality.Overturned, open, false, false)
		check("released", "refuse", refuse(b.turn(open.AssignmentID)), false)

		_, final := b.appealed()
		b.ok("reject", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, final.ID, false, "x"))
		verbs(quality.Final, final, false, false)
		_, lapsed := b.appealed()
		b.After(15 * day)
		verbs(quality.Lapsed, lapsed, false, false)

		for _, state := range []quality.ReviewState{quality.ReviewOpen, quality.ReviewDecided, quality.ReviewLapsed} {
			r := b.review(b.earned().ID)
			switch state {
			case quality.ReviewDecided:
				b.ok("decide", b.Decide(b.Reviewer, r.ID, fail()))
			case quality.ReviewLapsed:
				b.After(6 * day)
			}
			check(string(state), "decide", b.Decide(b.Owner, r.ID, pass()), state == quality.ReviewOpen)
		}
	})
}

// Left alone in any state, work ends paid, or refused by a named human.
func TestEveryStateEnds(t *testing.T) {
	t.Parallel()
	paid := func(p *program.Policies) { p.Reward.ReviewMinor = 40 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, paid)
		turns := map[string]question.Assignment{"answered": b.answered(), "review open": b.earned()}
		passed, failed := b.earned(), b.earned()
		b.ok("pass", b.Decide(b.Reviewer, b.review(passed.ID).ID, pass()))
		b.ok("fail", b.Decide(b.Reviewer, b.review(failed.ID).ID, fail()))
		turns["passed"], turns["failed"] = passed, failed
		turns["refused"], _ = b.refused()
		turns["appealed"], _ = b.appealed()
		upheld, f := b.appealed()
		b.ok("uphold", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "x"))
		rejected, f := b.appealed()
		b.ok("reject", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, false, "x"))
		turns["upheld"], turns["rejected"] = upheld, rejected
		b.After(90 * day)
		for name, a := range turns {
			want := question.Released
			if name == "refused" || name == "rejected" {
				want = question.Refused
			}
			if got := b.turn(a.ID).State; got != want {
				t.Errorf("%s: ended %s, want %s", name, got, want)
			}
			r := b.reward(uuid.UUID(a.ID))
			if r.State == payouts.RewardPending {
				t.Errorf("%s: the reward is still pending", name)
			}
			if r.State == payouts.RewardRefused && b.refusal(quality.RefusalID(*r.RefusalID)).RefusedBy.IsZero() {
				t.Errorf("%s: nobody refused it", name)
			}
			for _, review := range b.reviews(a.ID) {
				if review.State == quality.ReviewOpen {
					t.Errorf("%s: its review is still open", name)
				}
			}
		}
		b.Balanced()
	})
}
