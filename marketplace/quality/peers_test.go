package quality_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func paid(p *program.Policies) { p.Reward.ReviewMinor = 40 }

// eachPeers is each with reviews that are paid for and n peers who make them.
func eachPeers(t *testing.T, n int, fn func(t *testing.T, b *bench, peers []access.Caller)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, paid)
		fn(t, b, b.peers(n))
	})
}

// peers are experts who review, and take no offers.
func (b *bench) peers(n int) []access.Caller {
	b.T.Helper()
	list := make([]access.Caller, n)
	for i := range list {
		list[i] = b.Market.Expert(fmt.Sprintf("peer%d", i))
		b.ok("set availability", b.Experts.SetAvailability(ctx, list[i], false))
		b.ok("review", b.Quality.SetReviewing(ctx, list[i], b.Program.ID, true))
	}
	return list
}

// asked are the votes on a review, in the order they were asked for.
func (b *bench) votes(id quality.ReviewID) (list []quality.Vote) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error { return tx.Where("review_id = ?", id).Order("asked_at, id").Find(&list).Error })
	return list
}

// waiting is the one vote on a review, of those not yet given, at a place.
func (b *bench) waiting(id quality.ReviewID, place int) quality.Vote {
	b.T.Helper()
	for _, v := range b.votes(id) {
		if v.State != quality.VoteAsked {
			continue
		}
		if place == 0 {
			return v
		}
		place--
	}
	b.T.Fatalf("review %s asks for no more votes", id)
	return quality.Vote{}
}

// give has the next peer who was asked vote.
func (b *bench) give(id quality.ReviewID, v quality.Verdict) quality.Vote {
	b.T.Helper()
	next := b.waiting(id, 0)
	b.ok("vote", b.Quality.Vote(ctx, access.PersonCaller(next.PersonID), next.ID, v))
	return next
}

func (b *bench) reviewer(c access.Caller) (r quality.Reviewer) {
	b.T.Helper()
	b.read(func(tx *gorm.DB) error { return tx.Where("person_id = ?", c.Person).Take(&r).Error })
	return r
}

// nothingHeld fails the test where money is still set aside.
func (b *bench) nothingHeld() {
	b.T.Helper()
	b.Balanced()
	b.read(func(tx *gorm.DB) error {
		held, err := payouts.HeldTx(ctx, tx, uuid.UUID(b.Program.ID), "EUR")
		if err == nil && held.Minor != 0 {
			b.T.Errorf("%d is still held", held.Minor)
		}
		return err
	})
}

func TestTwoPeersWhoAgreeDecide(t *testing.T) {
	t.Parallel()
	eachPeers(t, 4, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		votes := b.votes(r.ID)
		if len(votes) != 2 || votes[0].PersonID == votes[1].PersonID || votes[0].AuthorID != b.Expert.Person || !votes[0].NextDueAt.Before(*r.NextDueAt) {
			t.Fatalf("asked for %+v", votes)
		}
		first := b.give(r.ID, pass())
		if got := b.review(a.ID); got.State != quality.ReviewOpen {
			t.Fatalf("after one vote the review is %s", got.State)
		}
		second := b.give(r.ID, pass())
		r = b.review(a.ID)
		if r.State != quality.ReviewDecided || !*r.Passed || r.Votes != 2 || *r.Bad >= .1 || r.Scores[quality.Complete] != 4 {
			t.Errorf("the review became %+v", r)
		}
		b.wantState(a.ID, question.Released)
		for _, v := range []quality.Vote{first, second} {
			got := b.reward(uuid.UUID(v.ID))
			if got.AmountMinor != 40 || got.Kind != payouts.ForReviewing || got.State != payouts.RewardReleased || got.ExpertID != uuid.UUID(v.PersonID) {
				t.Errorf("a peer got %+v", got)
			}
			if known := b.reviewer(access.PersonCaller(v.PersonID)); known.Passed <= .9 || known.Missed <= 0 || known.Missed >= .1 {
				t.Errorf("of the peer is known %+v", known)
			}
		}
		b.nothingHeld()
	})
}

func TestAThirdPeerDecidesBetweenTwo(t *testing.T) {
	t.Parallel()
	eachPeers(t, 4, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		b.give(r.ID, fail())
		b.give(r.ID, pass())
		if votes := b.votes(r.ID); len(votes) != 3 || votes[2].State != quality.VoteAsked {
			t.Fatalf("after two who disagree: %+v", votes)
		}
		b.give(r.ID, fail())
		r = b.review(a.ID)
		if r.State != quality.ReviewDecided || *r.Passed || r.Votes != 3 || r.Note != fail().Note+"\n\n"+fail().Note || r.Scores[quality.Correct] != 1 {
			t.Errorf("the review became %+v", r)
		}
		b.wantState(a.ID, question.Earned) // it proposes, and no more
		list, err := b.Quality.Proposals(ctx, b.Manager, b.Brand, marketplace.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].Assignment != a.ID {
			t.Errorf("proposals: %+v, %v", list, err)
		}
		b.After(8 * day)
		b.wantState(a.ID, question.Released) // nobody refused
		b.nothingHeld()
	})
}

func TestVotesThatLapseAreAskedOfOthers(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		given := b.give(r.ID, fail())
		late := b.waiting(r.ID, 0)
		b.Clock.Set(*late.NextDueAt)
		b.want("at its due time", b.Quality.Vote(ctx, access.PersonCaller(late.PersonID), late.ID, pass()), question.ErrTooLate)
		b.RunDue()
		votes := b.votes(r.ID)
		if len(votes) != 3 || votes[2].State != quality.VoteAsked || votes[2].PersonID == late.PersonID || votes[2].PersonID == given.PersonID {
			t.Fatalf("after one lapsed: %+v", votes)
		}
		b.want("after that", b.Quality.Vote(ctx, access.PersonCaller(late.PersonID), late.ID, pass()), marketplace.ErrConflict)
		b.After(votes[2].NextDueAt.Sub(b.Clock.Now()))
		if got := b.review(a.ID); got.State != quality.ReviewOpen {
			t.Errorf("with nobody left to ask the review is %s", got.State)
		}
		b.After(r.NextDueAt.Sub(b.Clock.Now()))
		if got := b.review(a.ID); got.State != quality.ReviewLapsed {
			t.Errorf("at its time the review is %s", got.State)
		}
		if got := b.reward(uuid.UUID(given.ID)); got.State != payouts.RewardReleased {
			t.Errorf("the one who voted got %+v", got)
		}
		b.After(8 * day)
		b.wantState(a.ID, question.Released)
		b.nothingHeld()
	})
}

// Where no third can be had, two decide.
func TestTwoDecideWhereThereIsNoThird(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		b.give(r.ID, fail())
		b.give(r.ID, pass())
		if r = b.review(a.ID); r.State != quality.ReviewDecided || !*r.Passed || r.Votes != 2 {
			t.Errorf("the review became %+v", r)
		}
		b.nothingHeld()
	})
}

// The brand's own people may decide at any time; who has voted is paid.
func TestTheBrandDecidesMeanwhile(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		given, open := b.give(r.ID, pass()), b.waiting(r.ID, 0)
		b.ok("decide", b.Decide(b.Reviewer, r.ID, fail()))
		b.want("a vote after that", b.Quality.Vote(ctx, access.PersonCaller(open.PersonID), open.ID, pass()), marketplace.ErrConflict)
		if r = b.review(a.ID); *r.Passed || r.Votes != 0 || r.ReviewerID != b.Reviewer.Person {
			t.Errorf("the review became %+v", r)
		}
		if got := b.reward(uuid.UUID(given.ID)); got.AmountMinor != 40 || got.State != payouts.RewardReleased {
			t.Errorf("the one who voted got %+v", got)
		}
		b.read(func(tx *gorm.DB) error {
			_, err := payouts.FindReward(ctx, tx, uuid.UUID(open.ID))
			b.want("the one who did not", err, payouts.ErrNotFound)
			return nil
		})
		b.nothingHeld()
	})
}

// What a peer reads says neither who asked, nor who answered, nor for what pay.
func TestVotesAreBlind(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		v := b.waiting(b.review(a.ID).ID, 0)
		list, err := b.Quality.MyVotes(ctx, access.PersonCaller(v.PersonID), marketplace.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("asked for %+v, %v", list, err)
		}
		got := list.Items[0]
		if got.ID != v.ID || !got.Due.Equal(*v.NextDueAt) || got.Reward.Minor != 40 || got.Work.Title != "The box keeps restarting" || len(got.Work.Turns) != 2 {
			t.Errorf("reads %+v", got)
		}
		text, err := json.Marshal(list)
		b.ok("marshal", err)
		for _, hidden := range []string{
			"sam", "Dana", "Whitlow", ":250", b.Expert.Person.String(), b.Customer.Customer.String(), a.ID.String(), a.QuestionID.String(), v.ReviewID.String(),
		} {
			if strings.Contains(string(text), hidden) {
				t.Errorf("%q is shown: %s", hidden, text)
			}
		}
		for _, other := range []access.Caller{b.Expert, b.Reviewer, b.Owner} {
			if list, err := b.Quality.MyVotes(ctx, other, marketplace.Page{}); err != nil || len(list.Items) != 0 {
				t.Errorf("%s is asked for %+v, %v", other, list, err)
			}
		}
	})
}

func TestWhoseVoteIsRefused(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, _ []access.Caller) {
		r := b.review(b.earned().ID)
		v := b.waiting(r.ID, 0)
		own := access.PersonCaller(v.PersonID)
		for name, other := range map[string]access.Caller{
			"the author": b.Expert, "a manager": b.Manager, "the other peer": access.PersonCaller(b.waiting(r.ID, 1).PersonID),
			"the customer": b.Customer, "nobody": {}, "the system": access.SystemCaller("test"),
		} {
			b.want(name, b.Quality.Vote(ctx, other, v.ID, pass()), marketplace.ErrNotFound)
		}
		b.want("no such vote", b.Quality.Vote(ctx, own, marketplace.NewID[quality.Vote](), pass()), marketplace.ErrNotFound)
		b.want("half a verdict", b.Quality.Vote(ctx, own, v.ID, quality.Verdict{Pass: true}), marketplace.ErrInvalid)
		b.ok("pause", b.Experts.Pause(ctx, own, b.Program.ID))
		b.want("resting", b.Quality.Vote(ctx, own, v.ID, pass()), expert.ErrState)
		b.ok("unpause", b.Experts.Unpause(ctx, own, b.Program.ID))
		b.ok("vote", b.Quality.Vote(ctx, own, v.ID, pass()))
		b.want("again", b.Quality.Vote(ctx, own, v.ID, fail()), marketplace.ErrConflict)
	})
}

func TestOneOfManyVotes(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		b.give(r.ID, pass())
		v := b.waiting(r.ID, 0)
		own := access.PersonCaller(v.PersonID)
		if won := race(t, 16, marketplace.ErrConflict, func(int) error { return b.Quality.Vote(ctx, own, v.ID, pass()) }); won != 1 {
			t.Errorf("%d of 16 votes counted", won)
		}
		if got := b.review(a.ID); got.Votes != 2 {
			t.Errorf("the review became %+v", got)
		}
		b.nothingHeld()
	})
}

func TestAVoteIsKeptWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, peers []access.Caller) {
		r := b.review(b.earned().ID)
		b.give(r.ID, pass())
		v := b.waiting(r.ID, 0)
		if n := dbtest.Halfway(t, b.DB, func() error {
			return b.Quality.Vote(ctx, access.PersonCaller(v.PersonID), v.ID, pass())
		}); n < 8 {
			t.Errorf("a vote was %d statements", n)
		}
		if n := dbtest.Halfway(t, b.DB, func() error {
			return b.Quality.SetReviewing(ctx, peers[0], b.Program.ID, false)
		}); n < 1 {
			t.Errorf("ceasing to review was %d statements", n)
		}
		b.nothingHeld()
	})
}

// Who voted decides no appeal, though they may by now.
func TestWhoVotedDecidesNoAppeal(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, peers []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		b.give(r.ID, fail())
		b.give(r.ID, fail())
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "The customer named this model."))
		for _, p := range peers {
			b.ok("make a manager", b.Access.AddMember(ctx, b.Owner, b.Brand, p.Person, access.Manager))
			b.want("a voter", b.Quality.DecideAppeal(ctx, p, b.Brand, f.ID, false, "No."), quality.ErrSameHuman)
			list, err := b.Quality.OpenAppeals(ctx, p, b.Brand, marketplace.Page{})
			if err != nil || len(list.Items) != 0 {
				t.Errorf("a voter may decide %+v, %v", list, err)
			}
		}
		b.ok("decide", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "It is this model."))
		b.wantState(a.ID, question.Released)
		b.nothingHeld()
	})
}

// Who has a review in hand for the brand, or gave it back, is not asked for a vote
// on it.
func TestInHandForTheBrandIsNoVote(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{false, true} {
		eachPeers(t, 2, func(t *testing.T, b *bench, _ []access.Caller) {
			pia := b.peer("pia", access.Reviewer)
			r := b.review(b.earned().ID)
			if got := b.next(pia); got == nil || got.ID != r.ID {
				t.Fatalf("given is %+v", got)
			}
			if back {
				b.ok("give it back", b.Quality.ReturnReview(ctx, pia, b.Brand, r.ID, quality.ReturnConflict))
			}
			b.ok("review as a peer", b.Quality.SetReviewing(ctx, pia, b.Program.ID, true))
			b.Clock.Advance(b.waiting(r.ID, 0).NextDueAt.Sub(b.Clock.Now()))
			b.RunDue()
			if got := b.review(r.AssignmentID); got.State != quality.ReviewOpen {
				t.Fatalf("the review is %s", got.State)
			}
			for _, v := range b.votes(r.ID) {
				if v.PersonID == pia.Person {
					t.Errorf("given back %t: they are asked for a vote too", back)
				}
			}
		})
	}
}
