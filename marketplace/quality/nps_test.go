package quality_test

import (
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// drawnCustomer is a customer who is asked whether they would recommend the
// program, with the resolved question after which they are.
func (b *bench) drawnCustomer() (access.Caller, question.ID) {
	b.T.Helper()
	for range 100 {
		b.Customer = b.Market.Customer("Carla")
		id := b.earned().QuestionID
		ask, err := b.Quality.AskNPS(ctx, b.Customer, id)
		b.ok("read whether they are asked", err)
		if ask {
			return b.Customer, id
		}
	}
	b.T.Fatal("of a hundred customers nobody is asked")
	return access.Caller{}, question.ID{}
}

func score(n int) *int { return &n }

func TestNPSIsAskedSeldom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		asks := func(c access.Caller, id question.ID) bool {
			ask, err := b.Quality.AskNPS(ctx, c, id)
			b.ok("read whether they are asked", err)
			return ask
		}
		c, id := b.drawnCustomer()
		b.want("a word beside", b.Quality.GiveNPS(ctx, c, id, score(11)), marketplace.ErrInvalid)
		b.ok("recommend", b.Quality.GiveNPS(ctx, c, id, score(9)))
		if asks(c, id) {
			t.Error("who has said so is asked again")
		}
		b.want("again", b.Quality.GiveNPS(ctx, c, id, score(1)), quality.ErrNotAsked)
		later := b.earned().QuestionID
		if asks(c, later) {
			t.Error("asked again at once, after another question")
		}
		other, first := b.drawnCustomer()
		b.After(15 * day)
		if asks(other, first) {
			t.Error("asked two weeks after the resolution")
		}
		_, open := b.drawnCustomer()
		b.ok("reopen", b.Questions.Reopen(ctx, b.Customer, open, "It is not."))
		if asks(b.Customer, open) {
			t.Error("asked after a question that is open again")
		}
		for name, c := range map[string]struct {
			caller access.Caller
			want   error
		}{"an expert": {b.Expert, marketplace.ErrForbidden}, "another customer": {b.Market.Customer("Eve"), marketplace.ErrNotFound}, "nobody": {access.Caller{}, marketplace.ErrForbidden}} {
			_, err := b.Quality.AskNPS(ctx, c.caller, later)
			b.want(name+" reads", err, c.want)
			b.want(name+" says", b.Quality.GiveNPS(ctx, c.caller, later, nil), c.want)
		}
		if n, err := b.Quality.NPS(ctx, b.Manager, b.Program.ID, time.Time{}, time.Time{}); err != nil || n.Promoters != 1 || n.Sample() != 1 || n.Unsaid != 0 {
			t.Errorf("counted %+v, %v", n, err)
		}
	})
}

func TestNPSByTwoAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		c, id := b.drawnCustomer()
		if won := race(t, many, marketplace.ErrConflict, func(i int) error { return b.Quality.GiveNPS(ctx, c, id, score(i%11)) }); won != 1 {
			t.Errorf("%d counted", won)
		}
	})
}

func TestNPSHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		c, id := b.drawnCustomer()
		dbtest.Halfway(t, db, func() error { return b.Quality.GiveNPS(ctx, c, id, nil) })
		b.Clock.Advance(time.Second)
		n, err := b.Quality.NPS(ctx, b.Manager, b.Program.ID, time.Time{}, time.Time{})
		if err != nil || n.Unsaid != 1 || n.Value != nil {
			t.Errorf("who would rather not say: %+v, %v", n, err)
		}
		_, err = b.Quality.NPS(ctx, b.Reviewer, b.Program.ID, time.Time{}, time.Time{})
		b.want("a reviewer reads the figure", err, marketplace.ErrForbidden)
		_, err = b.Quality.NPS(ctx, b.Manager, b.Program.ID, b.Clock.Now(), b.Clock.Now())
		b.want("an empty period", err, marketplace.ErrInvalid)
	})
}

// One who was forgotten is not asked, nor heard.
func TestNPSOfTheErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		c, id := b.drawnCustomer()
		b.ok("erase", b.Customers.Erase(ctx, b.Manager, b.Brand, c.Customer))
		b.want("heard after erasure", b.Quality.GiveNPS(ctx, c, id, score(3)), customer.ErrErased)
	})
}
