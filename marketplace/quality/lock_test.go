package quality_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// locks watches which of the ledger's accounts a transaction asks for, and fails
// the test where it asks for one that it had not when it asked first: then two
// could wait for one another.
func locks(t *testing.T, db *sqldb.DB, do func() error) {
	t.Helper()
	asked, times, watching := map[any]bool{}, 0, true
	db.Watch(func(_ context.Context, sent sqldb.Sent, send func() error) error {
		if !watching || !strings.Contains(sent.SQL, "ledger_accounts") {
			return send()
		}
		times++
		for _, id := range sent.Args {
			account, ok := id.(string)
			if !ok || !strings.Contains(account, ":EUR") || !strings.HasPrefix(account, "program:") && !strings.HasPrefix(account, "expert:") {
				continue // not of an account that is locked
			}
			if times == 1 {
				asked[id] = true
			}
			if !asked[id] {
				t.Errorf("account %v is asked for late, after %v", id, asked)
			}
		}
		return send()
	})
	if err := do(); err != nil {
		t.Error(err)
	}
	if watching = false; times < 2 {
		t.Errorf("the accounts were asked for %d times", times)
	}
}

// Two who judge one another's work at once, and a payday beside them, must not
// wait for one another.
func TestAPaidVerdictLocksItsMoneyAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Reward.ReviewMinor = 40 })
		peer := b.peer("pia", access.Reviewer)
		for _, v := range []quality.Verdict{pass(), pass(), fail()} { // the second time all accounts are there
			review := b.review(b.earned().ID)
			b.ok("give", b.GiveReview(peer, review.ID))
			locks(t, db, func() error { return b.Quality.Decide(ctx, peer, b.Brand, review.ID, v) })
		}
		b.Balanced()
	})
}

// A review is drawn while its question is on its way to another expert: the draw
// holds the program's money by then, which that way may be waiting for.
func TestADrawWaitsForNoQuestion(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.Open(t, "postgres"))
	a := b.answered()
	b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a.QuestionID))
	err := b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
		if _, err := question.LockQuestionTx(ctx, tx, a.QuestionID); err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		_, err := b.Queue.RunDue(within)
		return err
	})
	b.ok("draw while the question is locked", err)
	if b.review(a.ID).State != quality.ReviewOpen {
		t.Error("nothing was drawn")
	}
}
