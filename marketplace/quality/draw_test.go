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
			sampleBP int
			customer func(b *bench) access.Caller
			jobs     int
		}{
			{0, func(b *bench) access.Caller { return b.Customer }, 0},
			{0, (*bench).stranger, 1},
			{10_000, func(b *bench) access.Caller { return b.Customer }, 1},
		} {
			b := newBench(t, dbtest.Open(t, db.Dialect), func(p *program.Policies) { p.Review.SampleBP = c.sampleBP })
			b.Customer = c.customer(b)
			a := b.answered()
			b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, a.QuestionID))
			waiting, err := b.Queue.Waiting(b.Ctx())
			b.ok("count jobs", err)
			jobs := 0
			for _, n := range waiting {
				jobs += n
			}
			b.RunDue()
			if reviews := b.reviews(a.ID); jobs != c.jobs || len(reviews) != c.jobs {
				t.Errorf("share %d: %d jobs and %d reviews, want %d", c.sampleBP, jobs, len(reviews), c.jobs)
			}
		}
	})
}
