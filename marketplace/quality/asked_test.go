package quality_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// Nobody is asked who has a conflict, whichever it is.
func TestWhoIsNotAsked(t *testing.T) {
	t.Parallel()
	eachPeers(t, 7, func(t *testing.T, b *bench, peers []access.Caller) {
		b.ok("stop", b.Quality.SetReviewing(ctx, peers[0], b.Program.ID, false))
		b.ok("make a manager", b.Access.AddMember(ctx, b.Owner, b.Brand, peers[1].Person, access.Manager))
		b.ok("pause", b.Experts.Pause(ctx, peers[2], b.Program.ID))
		b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return errors.Join(
				payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(b.Expert.Person), "mine", "ours"),
				payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(peers[3].Person), "ours"))
		}))
		b.ok("forget English", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE experts SET languages = '["de"]' WHERE person_id = ?`, peers[4].Person).Error
		}))
		b.ok("err often", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE reviewers SET rejected = 90 WHERE person_id = ?`, peers[5].Person).Error
		}))
		votes := b.votes(b.review(b.earned().ID).ID)
		if len(votes) != 1 || votes[0].PersonID != peers[6].Person {
			t.Errorf("asked %+v, want the last peer alone", votes)
		}
		if votes := b.votes(b.review(b.earned().ID).ID); len(votes) != 0 {
			t.Errorf("asked %+v of who has lately been asked", votes)
		}
		b.Clock.Advance(30 * day)
		if votes := b.votes(b.review(b.earned().ID).ID); len(votes) != 1 || votes[0].PersonID != peers[6].Person {
			t.Errorf("after a month asked %+v", votes)
		}
	})
}

// Two who share a payout account do not both vote.
func TestOneAccountHasOneVote(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, peers []access.Caller) {
		b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			var errs []error
			for _, p := range peers {
				errs = append(errs, payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(p.Person), "the same"))
			}
			return errors.Join(errs...)
		}))
		if votes := b.votes(b.review(b.earned().ID).ID); len(votes) != 1 {
			t.Errorf("asked %+v", votes)
		}
	})
}

func TestSetReviewing(t *testing.T) {
	t.Parallel()
	eachPeers(t, 1, func(t *testing.T, b *bench, peers []access.Caller) {
		b.want("somebody else", b.Quality.SetReviewing(ctx, b.Owner, b.Program.ID, true), marketplace.ErrNotFound)
		b.want("a customer", b.Quality.SetReviewing(ctx, b.Customer, b.Program.ID, true), marketplace.ErrForbidden)
		b.ok("set availability", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.want("a probationer", b.Quality.SetReviewing(ctx, b.probationer("nova"), b.Program.ID, true), expert.ErrState)
		b.ok("again", b.Quality.SetReviewing(ctx, peers[0], b.Program.ID, true))
		list, err := b.Quality.Reviewing(ctx, peers[0])
		if err != nil || len(list) != 1 || !list[0].Active || !list[0].Asked || list[0].Program != b.Program.ID || list[0].Accuracy < .79 || list[0].Accuracy > .81 || list[0].Error <= 0 {
			t.Errorf("reviews %+v, %v", list, err)
		}
		b.ok("stop", b.Quality.SetReviewing(ctx, peers[0], b.Program.ID, false))
		if list, err := b.Quality.Reviewing(ctx, peers[0]); err != nil || len(list) != 1 || list[0].Active || list[0].Asked {
			t.Errorf("after stopping: %+v, %v", list, err)
		}
		_, err = b.Quality.Reviewing(ctx, b.Customer)
		b.want("a customer's", err, marketplace.ErrForbidden)
	})
}

// A low rating has the work looked at, and the verdict counts as one that chance
// would have brought.
func TestBadlyRatedWorkIsReviewed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP = 0 })
		for _, f := range []quality.Feedback{
			{Solved: true, CSAT: 5}, {CSAT: 1, Reason: quality.ReasonWaitingTime}, {CSAT: 3, Reason: quality.ReasonWrong},
		} {
			a := b.earned()
			b.ok("rate", b.Quality.Give(ctx, b.Customer, a.QuestionID, f))
			b.RunDue()
			if got := b.reviews(a.ID); len(got) != 0 {
				t.Errorf("%+v had it reviewed: %+v", f, got)
			}
		}
		a := b.earned()
		for range 2 {
			b.ok("rate", b.Quality.Give(ctx, b.Customer, a.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong}))
			b.RunDue()
		}
		r := b.review(a.ID)
		if r.Cause != quality.CauseRating || r.State != quality.ReviewOpen || !r.NextDueAt.Before(*a.ReleaseAt) {
			t.Errorf("the review is %+v", r)
		}
		_, before := b.evidence()
		b.ok("decide", b.Decide(b.Reviewer, r.ID, fail()))
		if _, mean := b.evidence(); mean >= before || mean < before-.01 {
			t.Errorf("standing went from %.3f to %.3f", before, mean)
		}
		late := b.earned()
		b.Clock.Advance(late.ReleaseAt.Sub(b.Clock.Now()) - time.Minute)
		b.ok("rate", b.Quality.Give(ctx, b.Customer, late.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong}))
		b.RunDue()
		if got := b.reviews(late.ID); len(got) != 0 {
			t.Errorf("with no time left: %+v", got)
		}
	})
}
