package quality_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// next is what a reviewer is given; nil: nothing.
func (b *bench) next(who access.Caller) *quality.OpenReview {
	b.T.Helper()
	r, err := b.Quality.NextReview(ctx, who, b.Brand)
	b.ok("ask for the next review", err)
	return r
}

// colleague is one more of the brand's reviewers, who is no expert.
func (b *bench) colleague(name string) access.Caller {
	b.T.Helper()
	who := access.PersonCaller(b.Person(name))
	b.ok("add a reviewer", b.Access.AddMember(ctx, b.Owner, b.Brand, who.Person, access.Reviewer))
	return who
}

// What a reviewer of the brand judges they are given, one at a time, and it is
// theirs until they decide it: asking again is no way to another.
func TestNobodyChoosesWhatTheyReview(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 3 {
			b.earned()
		}
		second := b.colleague("Second Reviewer")
		first := b.next(b.Reviewer)
		if first == nil || len(first.Work.Turns) != 2 {
			t.Fatalf("the first is %+v", first)
		}
		for range 3 {
			if again := b.next(b.Reviewer); again.ID != first.ID {
				t.Fatal("who asks again is given another")
			}
		}
		b.Clock.Advance(2 * time.Hour)
		if again := b.next(b.Reviewer); again.ID != first.ID {
			t.Error("who waits is given another")
		}
		for _, a := range b.allReviews() {
			if a.ID != first.ID {
				b.want("decide what one was not given", b.Quality.Decide(ctx, b.Reviewer, b.Brand, a.ID, pass()), quality.ErrNotGiven)
			}
		}
		b.want("decide another's", b.Quality.Decide(ctx, second, b.Brand, first.ID, pass()), quality.ErrNotGiven)
		b.ok("decide", b.Quality.Decide(ctx, b.Reviewer, b.Brand, first.ID, pass()))
		if next := b.next(b.Reviewer); next == nil || next.ID == first.ID {
			t.Errorf("the next is %+v", next)
		}
		held, err := b.Quality.ReviewsInHand(ctx, b.Reviewer, b.Brand)
		if err != nil || len(held) != 1 {
			t.Errorf("in hand are %d, %v", len(held), err)
		}
	})
}

func (b *bench) allReviews() (list []quality.Review) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error { return tx.Where("state = 'open'").Find(&list).Error })
	return list
}

// One review is one reviewer's alone for half an hour; after that another may be
// given it, and whose it was cannot decide it any more.
func TestAReviewIsOnesAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.earned()
		second := b.colleague("Second Reviewer")
		first := b.next(b.Reviewer)
		b.Clock.Advance(29 * time.Minute)
		if got := b.next(second); got != nil {
			t.Error("it is given to two")
		}
		b.Clock.Advance(time.Minute)
		if got := b.next(second); got == nil || got.ID != first.ID {
			t.Fatalf("after half an hour the other is given %+v", got)
		}
		b.want("too late", b.Quality.Decide(ctx, b.Reviewer, b.Brand, first.ID, pass()), quality.ErrNotGiven)
		if got := b.next(b.Reviewer); got != nil {
			t.Error("it is given back to whose it was")
		}
		b.ok("decide", b.Quality.Decide(ctx, second, b.Brand, first.ID, pass()))
	})
}

// Of many who ask at once each is given another one.
func TestManyAreGivenDifferentReviews(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		const n = 6
		var who [n]access.Caller
		for i := range who {
			who[i] = b.colleague("Reviewer")
			b.earned()
		}
		var got [n]*quality.OpenReview
		var errs [n]error
		var wg sync.WaitGroup
		for i := range who {
			wg.Go(func() { got[i], errs[i] = b.Quality.NextReview(ctx, who[i], b.Brand) })
		}
		wg.Wait()
		seen := map[quality.ReviewID]bool{}
		for i, r := range got {
			if errs[i] != nil || r == nil || seen[r.ID] {
				t.Fatalf("reviewer %d is given %+v, %v", i, r, errs[i])
			}
			seen[r.ID] = true
		}
	})
}

// Who asks many times at once is given one review, as if they had asked once.
func TestWhoAsksOftenAtOnceIsGivenOneReview(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		const rounds = 5
		for range rounds + 3 {
			b.earned()
		}
		for round := range rounds {
			var got [16]*quality.OpenReview
			var errs [16]error
			var wg sync.WaitGroup
			for i := range got {
				wg.Go(func() { got[i], errs[i] = b.Quality.NextReview(ctx, b.Reviewer, b.Brand) })
			}
			wg.Wait()
			for i, r := range got {
				if errs[i] != nil || r == nil || r.ID != got[0].ID {
					t.Fatalf("of the same reviewer caller %d is given %+v, %v", i, r, errs[i])
				}
			}
			var turns int64
			b.read(func(tx *gorm.DB) error { return tx.Model(&quality.ReviewTurn{}).Count(&turns).Error })
			if turns != int64(round+1) {
				t.Fatalf("in round %d they had %d turns", round+1, turns)
			}
			b.ok("decide", b.Quality.Decide(ctx, b.Reviewer, b.Brand, got[0].ID, pass()))
		}
	})
}

// Whose half hour is over decides, while somebody else asks for the next one: it is
// decided, or somebody else's, and who asks is given one that is open.
func TestDecidingWhileAnotherIsGivenIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		second := b.colleague("Second Reviewer")
		b.earned()
		for range 12 {
			b.earned()
			first := b.next(b.Reviewer)
			b.Clock.Advance(31 * time.Minute)
			var next *quality.OpenReview
			var decided, given error
			var wg sync.WaitGroup
			wg.Go(func() { decided = b.Quality.Decide(ctx, b.Reviewer, b.Brand, first.ID, pass()) })
			wg.Go(func() { next, given = b.Quality.NextReview(ctx, second, b.Brand) })
			wg.Wait()
			switch {
			case given != nil || next == nil:
				t.Fatalf("while one is decided and another waits, given is %+v, %v", next, given)
			case next.ID == first.ID:
				b.want("decide what is another's", decided, quality.ErrNotGiven)
			default:
				b.ok("decide", decided)
			}
			b.ok("decide the other", b.Quality.Decide(ctx, second, b.Brand, next.ID, pass()))
			b.earned()
		}
	})
}

// None has to wait while others are drawn that have more time.
func TestWhatIsDueSoonestIsDrawn(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.Open(t, "sqlite"))
	const soonest, later = 20, 5
	last := map[quality.ReviewID]bool{}
	for i := range soonest + later {
		if r := b.review(b.earned().ID); i >= soonest {
			last[r.ID] = true
		}
	}
	for range 30 {
		if r := b.next(b.colleague("Reviewer")); last[r.ID] {
			t.Fatal("one is drawn that is due after twenty others")
		}
		b.Clock.Advance(31 * time.Minute)
	}
}

// What an expert of the program is given none of does not hide from them what waits
// behind it; and who rests there is an outsider.
func TestWhomOneMetHidesNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		pia := b.peer("pia", access.Reviewer)
		b.ok("decide", b.Decide(pia, b.review(b.earned().ID).ID, pass()))
		for range 21 {
			b.earned()
		}
		if r := b.next(pia); r != nil {
			t.Error("an expert is given a second work of the same author")
		}
		b.ok("rest", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.Market.Expert("new")
		fresh := b.review(b.earned().ID)
		if r := b.next(pia); r == nil || r.ID != fresh.ID {
			t.Errorf("behind much by whom they met, given is %+v", r)
		}
		b.ok("give it back", b.Quality.ReturnReview(ctx, pia, b.Brand, fresh.ID, quality.ReturnOther))
		b.ok("take a rest", b.Experts.Pause(ctx, pia, b.Program.ID))
		if r := b.next(pia); r == nil || r.ID == fresh.ID {
			t.Errorf("who rests is given %+v", r)
		}
	})
}

// What one cannot judge one gives back, and is not given again; but not so often
// that it would be a choice.
func TestGivingBackIsNoChoice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 7 {
			b.earned()
		}
		back := func(id quality.ReviewID, why quality.ReturnReason) error {
			return b.Quality.ReturnReview(ctx, b.Reviewer, b.Brand, id, why)
		}
		given := map[quality.ReviewID]bool{}
		for i := range 5 {
			r := b.next(b.Reviewer)
			if r == nil || given[r.ID] {
				t.Fatalf("the %dth is %+v", i+1, r)
			}
			given[r.ID] = true
			b.want("without a reason", back(r.ID, "boring"), marketplace.ErrInvalid)
			b.want("as somebody else", b.Quality.ReturnReview(ctx, b.Manager, b.Brand, r.ID, quality.ReturnOther), quality.ErrNotGiven)
			b.ok("give back", back(r.ID, quality.ReturnReasons[i%3]))
			b.want("twice", back(r.ID, quality.ReturnOther), marketplace.ErrConflict)
			b.want("decide it all the same", b.Quality.Decide(ctx, b.Reviewer, b.Brand, r.ID, pass()), quality.ErrNotGiven)
		}
		r := b.next(b.Reviewer)
		b.want("a sixth time", back(r.ID, quality.ReturnOther), quality.ErrEnoughReturned)
		b.Clock.Advance(day)
		b.ok("the next day", back(r.ID, quality.ReturnConflict))
		if second := b.next(b.colleague("Second Reviewer")); second == nil {
			t.Error("what was given back is given to nobody else")
		}
	})
}

// Whom one has lately judged, or been judged by, comes last; and for an expert of
// the program not at all.
func TestReviewersDoNotMeetTheSameAuthors(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		pia, sam := b.peer("pia", access.Reviewer), b.Expert
		b.earned()
		if r := b.next(pia); r == nil {
			t.Fatal("an expert who reviews is given nothing")
		} else {
			b.ok("decide", b.Quality.Decide(ctx, pia, b.Brand, r.ID, pass()))
		}
		one := b.review(b.earned().ID)
		if r := b.next(pia); r != nil {
			t.Error("an expert is given a second work of the same author")
		}
		b.ok("decide", b.Decide(b.Reviewer, one.ID, pass()))
		b.ok("rest", b.Experts.SetAvailability(ctx, sam, false))
		b.Expert = b.Market.Expert("new")
		fresh := b.review(b.earned().ID)
		b.ok("rest", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.ok("work again", b.Experts.SetAvailability(ctx, sam, true))
		b.Expert = sam
		known := b.review(b.earned().ID)
		if r := b.next(b.Reviewer); r == nil || r.ID != fresh.ID {
			t.Errorf("given is %+v, want the work of whom they have not judged", r)
		}
		b.ok("decide", b.Quality.Decide(ctx, b.Reviewer, b.Brand, fresh.ID, pass()))
		if r := b.next(b.Reviewer); r == nil || r.ID != known.ID {
			t.Errorf("given is %+v, want the only one left", r)
		}
		b.ok("give it back", b.Quality.ReturnReview(ctx, b.Reviewer, b.Brand, known.ID, quality.ReturnOther))
		b.Clock.Advance(30 * day)
		later := b.review(b.earned().ID)
		if r := b.next(pia); r == nil || r.ID != later.ID {
			t.Errorf("a month later %+v is given", r)
		}
	})
}

// Whoever reviewed for the brand is not drawn as a peer of whom they judged.
func TestReviewingForTheBrandIsAPairingToo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Reward.ReviewMinor = 40 })
		pia := b.peer("pia", access.Reviewer)
		b.ok("decide", b.Decide(pia, b.review(b.earned().ID).ID, pass()))
		b.ok("review as a peer", b.Quality.SetReviewing(ctx, pia, b.Program.ID, true))
		b.ok("open an account", errOf(b.Payouts.EnsureAccount(ctx, uuid.UUID(pia.Person))))
		r := b.review(b.earned().ID)
		var asked int64
		count := func() {
			b.read(func(tx *gorm.DB) error {
				return tx.Model(&quality.Vote{}).Where("review_id = ? AND person_id = ?", r.ID, pia.Person).Count(&asked).Error
			})
		}
		if count(); asked != 0 {
			t.Error("they are asked to judge the same author again")
		}
		b.Clock.Advance(31 * day)
		r = b.review(b.earned().ID)
		if count(); asked != 1 {
			t.Errorf("a month later they are asked %d times", asked)
		}
		b.ok("take a rest", b.Experts.Pause(ctx, pia, b.Program.ID)) // else they are given nothing of its author's anyhow
		if got := b.next(pia); got != nil {
			t.Errorf("a peer is given for the brand what they are asked to judge as one: %+v", got)
		}
		b.ok("forget the vote", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return tx.Exec("DELETE FROM review_votes WHERE review_id = ? AND person_id = ?", r.ID, pia.Person).Error
		}))
		if got := b.next(pia); got == nil || got.ID != r.ID {
			t.Errorf("without the vote they are given %+v", got)
		}
	})
}

func errOf(_ payouts.Account, err error) error { return err }

// The lot is each time another one: it is no order that somebody could count on.
func TestTheLotIsFair(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.Open(t, "sqlite"))
	const n = 4
	place := map[quality.ReviewID]int{}
	for i := range n {
		place[b.review(b.earned().ID).ID] = i
	}
	var drawn [n]int
	for range 60 {
		who := b.colleague("Reviewer")
		r := b.next(who)
		drawn[place[r.ID]]++
		b.Clock.Advance(31 * time.Minute) // the next one may be given the same
	}
	for i, times := range drawn {
		if times < 4 {
			t.Errorf("of 60 draws among %d the one in place %d came up %d times", n, i, times)
		}
	}
}
