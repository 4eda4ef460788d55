package quality_test

import (
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// What is known to be reviewed by nobody is not even looked at: no job waits
// for it. All that is reviewed has its job.
func TestOnlyWhatMayBeDrawnIsLookedAt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, c := range []struct {
			sampleBP      int
			pay           int64
			customer      func(b *bench) access.Caller
			jobs, reviews int
		}{
			{0, 0, func(b *bench) access.Caller { return b.Customer }, 0, 0},
			{0, 0, (*bench).stranger, 0, 1},
			{10_000, 0, func(b *bench) access.Caller { return b.Customer }, 0, 1},
			{0, 40, func(b *bench) access.Caller { return b.Customer }, 0, 0},
			{0, 40, (*bench).stranger, 1, 1},
			{10_000, 40, func(b *bench) access.Caller { return b.Customer }, 1, 1},
		} {
			b := newBench(t, dbtest.Open(t, db.Dialect), func(p *program.Policies) {
				p.Review.SampleBP, p.Reward.ReviewMinor = c.sampleBP, c.pay
			})
			b.Customer = c.customer(b)
			a := b.answered()
			b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, a.QuestionID))
			waiting, err := b.Queue.Waiting(b.Ctx())
			b.ok("count jobs", err)
			jobs := 0
			for _, n := range waiting {
				jobs += n
			}
			atOnce := len(b.reviews(a.ID))
			b.RunDue()
			reviews := len(b.reviews(a.ID))
			if jobs != c.jobs || reviews != c.reviews || atOnce != c.reviews-c.jobs {
				t.Errorf("%+v: %d jobs and %d reviews, %d of them at once", c, jobs, reviews, atOnce)
			}
		}
	})
}
