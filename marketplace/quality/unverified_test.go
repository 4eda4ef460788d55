package quality_test

import (
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// stranger is a customer who came with nothing but a browser.
func (b *bench) stranger() access.Caller {
	b.T.Helper()
	started, err := b.Customers.StartDevice(b.Ctx(), b.Brand, "en")
	b.ok("start a device", err)
	return started.Caller()
}

// Work for a customer nobody vouches for is reviewed before it is paid, reopened
// or resolved, also where nothing is drawn and where they were erased since;
// other work is left to the draw.
func TestWorkForStrangersIsReviewed(t *testing.T) {
	t.Parallel()
	none := func(p *program.Policies) { p.Review.SampleBP = 0 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, none)
		if got := b.reviews(b.earned().ID); len(got) != 0 {
			t.Errorf("work for a customer who is known is reviewed: %+v", got)
		}
		known := b.Customer
		b.Customer = b.stranger()
		first := b.answered()
		b.ok("reopen", b.Questions.Reopen(b.Ctx(), b.Customer, first.QuestionID, "It is not that."))
		b.RunDue()
		second := b.earned()
		for _, a := range []question.Assignment{first, second} {
			r := b.review(a.ID)
			if r.Cause != quality.CauseUnverified || r.State != quality.ReviewOpen || !r.NextDueAt.Before(*b.turn(a.ID).ReleaseAt) {
				t.Errorf("the review is %+v", r)
			}
		}
		b.ok("fail", b.Decide(b.Reviewer, b.review(second.ID).ID, fail()))
		b.wantState(second.ID, question.Earned) // only proposed

		third := b.answered()
		b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, third.QuestionID))
		b.ok("erase", b.Customers.Erase(b.Ctx(), b.Customer, b.Brand, b.Customer.Customer))
		b.RunDue()
		if r := b.review(third.ID); r.Cause != quality.CauseUnverified {
			t.Errorf("after the erasure the review is %+v", r)
		}
		b.Customer = known
		b.Balanced()
	})
}

// Everybody whom the brand or its software names is verified: what the demo, the
// replay and the tests ask is bound by no cap.
func TestIdentifiedCustomersAreVerified(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, by := range []access.Caller{b.Owner, access.SystemCaller("replay")} {
			c, err := b.Customers.Identify(b.Ctx(), by, b.Brand, customer.Contact{Channel: customer.External, Handle: by.String()})
			if err != nil || !c.Verified {
				t.Errorf("identified by %s: verified %v, %v", by, c.Verified, err)
			}
		}
	})
}
