package quality_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func TestPassingWorkIsPaidAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		before, _ := b.evidence()
		r := b.review(a.ID)
		if r.Cause != quality.CauseSample || !r.NextDueAt.Before(*a.ReleaseAt) {
			t.Errorf("the review is %+v, release at %v", r, a.ReleaseAt)
		}
		b.ok("decide", b.Decide(b.Reviewer, r.ID, pass()))
		b.wantState(a.ID, question.Released)
		if got := b.reward(uuid.UUID(a.ID)).State; got != payouts.RewardReleased {
			t.Errorf("the reward is %s", got)
		}
		if n, mean := b.evidence(); n != before+1 || mean <= 0.75 {
			t.Errorf("standing rests on %d outcomes with mean %.3f", n, mean)
		}
		r = b.review(a.ID)
		if r.State != quality.ReviewDecided || !*r.Passed || r.ReviewerID != b.Reviewer.Person || r.Scores[quality.Complete] != 4 {
			t.Errorf("the review became %+v", r)
		}
		if got := b.said(a.QuestionID); !slices.Equal(got, []string{"reviewed pass"}) {
			t.Errorf("events: %v", got)
		}
		b.Balanced()
	})
}

func TestFailingWorkIsOnlyProposed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		_, before := b.evidence()
		b.ok("decide", b.Decide(b.Reviewer, b.review(a.ID).ID, fail()))
		b.wantState(a.ID, question.Earned)
		if got := b.reward(uuid.UUID(a.ID)).State; got != payouts.RewardPending {
			t.Errorf("a failing verdict made the reward %s", got)
		}
		if _, mean := b.evidence(); mean >= before {
			t.Errorf("standing went from %.3f to %.3f", before, mean)
		}
		list, err := b.Quality.Proposals(ctx, b.Manager, b.Brand, marketplace.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].Assignment != a.ID || !list.Items[0].ReleaseAt.Equal(*a.ReleaseAt) || len(list.Items[0].Work.Turns) != 2 {
			t.Errorf("proposals: %+v, %v", list, err)
		}
		b.After(8 * day)
		b.wantState(a.ID, question.Released) // no human refused
		if list, err := b.Quality.Proposals(ctx, b.Manager, b.Brand, marketplace.Page{}); err != nil || len(list.Items) != 0 {
			t.Errorf("proposals after the release: %+v, %v", list, err)
		}
		b.Balanced()
	})
}

func TestUnreviewedWorkCountsAsPassed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		r := b.review(a.ID)
		before, _ := b.evidence()
		b.After(r.NextDueAt.Sub(b.Clock.Now()))
		if got := b.review(a.ID).State; got != quality.ReviewLapsed {
			t.Errorf("the review is %s at its time", got)
		}
		b.wantState(a.ID, question.Earned)
		b.want("a verdict after that", b.Decide(b.Reviewer, r.ID, pass()), marketplace.ErrConflict)
		b.After(a.ReleaseAt.Sub(b.Clock.Now()))
		b.wantState(a.ID, question.Released)
		if n, _ := b.evidence(); n != before {
			t.Errorf("a review nobody made moved the standing")
		}
		if got := b.said(a.QuestionID); !slices.Equal(got, []string{"review_lapsed "}) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestVerdictInTheLastMomentBeforeTheSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		r := b.review(b.earned().ID)
		b.Clock.Set(*r.NextDueAt)
		b.want("at its due time", b.Decide(b.Reviewer, r.ID, pass()), question.ErrTooLate)
		b.Clock.Set(r.NextDueAt.Add(-time.Microsecond))
		b.want("before it", b.Decide(b.Reviewer, r.ID, pass()), nil)
	})
}

func TestWhatIsReviewed(t *testing.T) {
	t.Parallel()
	none := func(p *program.Policies) { p.Review.SampleBP = 0 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, none)
		if got := b.reviews(b.earned().ID); len(got) != 0 {
			t.Errorf("a share of 0 reviewed %+v", got)
		}
		b.ok("set availability", b.Experts.SetAvailability(ctx, b.Expert, false))
		b.Expert = b.probationer("nova")
		if r := b.review(b.earned().ID); r.Cause != quality.CauseProbation {
			t.Errorf("a probationer's work is reviewed for %s", r.Cause)
		}
	})
}

// probationer is an expert newly approved.
func (b *bench) probationer(handle string) access.Caller {
	b.T.Helper()
	caller := access.PersonCaller(b.Person(handle))
	_, err := b.Experts.Register(ctx, caller, expert.Profile{Handle: handle, Languages: []string{"en", "de"}})
	b.ok("register", err)
	e, err := b.Admission.Apply(ctx, caller, b.Program.ID, admission.Application{Motivation: "I have three of these boxes."})
	b.ok("apply", err)
	b.ok("approve", b.Admission.Approve(ctx, b.Manager, e.ID))
	b.Clock.Advance(time.Second)
	return caller
}

func TestHandoffsAndLateEarningsAreNotReviewed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		second := b.Market.Expert("tess")
		b.Ask(b.Customer, "The box keeps restarting")
		first := b.whoIsAsked(b.Expert, second)
		a := b.Accept(first)
		b.ok("hand back", b.Questions.HandBack(ctx, first, a.ID, "no_time", "Ask for the model."))
		b.RunDue()
		next := b.Expert
		if first == b.Expert {
			next = second
		}
		a2 := b.Accept(next)
		b.ok("confirm", b.Questions.ConfirmHandoff(ctx, next, a2.ID, a.ID))
		b.Answer(next, a2)
		b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a2.QuestionID))
		b.RunDue()
		b.wantState(a.ID, question.Earned)
		if len(b.reviews(a.ID)) != 0 || len(b.reviews(a2.ID)) != 1 {
			t.Errorf("%d reviews of the handoff, %d of the answer", len(b.reviews(a.ID)), len(b.reviews(a2.ID)))
		}
		b.After(60 * day)
		b.Balanced()
	})
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) {
			p.Review.ReleaseAfter, p.Reward.ReviewMinor = time.Hour, 40 // drawn by a job, since it is paid for
		})
		a := b.answered()
		b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.Customer, a.QuestionID))
		b.Clock.Advance(50 * time.Minute)
		b.RunDue()
		if got := b.reviews(a.ID); len(got) != 0 {
			t.Errorf("work is reviewed when no time is left for it: %+v", got)
		}
		b.After(time.Hour)
		b.wantState(a.ID, question.Released)
	})
}

// whoIsAsked is the one with an open offer.
func (b *bench) whoIsAsked(callers ...access.Caller) access.Caller {
	b.T.Helper()
	for _, c := range callers {
		offers, err := b.Questions.OpenOffers(ctx, c)
		b.ok("list offers", err)
		if len(offers) == 1 {
			return c
		}
	}
	b.T.Fatal("nobody is asked")
	return access.Caller{}
}

func TestPeersArePaidForTheirReviews(t *testing.T) {
	t.Parallel()
	paid := func(p *program.Policies) { p.Reward.ReviewMinor = 40 }
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, paid)
		peer, boss := b.peer("pia", access.Reviewer), b.peer("bea", access.Manager)
		verdicts := []quality.Verdict{pass(), fail()}
		for i, reviewer := range []access.Caller{peer, peer, boss, b.Reviewer} {
			r := b.review(b.earned().ID)
			if r.RewardMinor != 40 {
				t.Fatalf("%d was set aside", r.RewardMinor)
			}
			b.ok("decide", b.Decide(reviewer, r.ID, verdicts[i%2]))
			if reviewer != peer {
				b.read(func(tx *gorm.DB) error {
					_, err := payouts.FindReward(ctx, tx, uuid.UUID(r.ID))
					b.want("the brand's own review", err, payouts.ErrNotFound)
					return nil
				})
				continue
			}
			got := b.reward(uuid.UUID(r.ID))
			if got.AmountMinor != 40 || got.Kind != payouts.ForReviewing || got.State != payouts.RewardReleased || got.ExpertID != uuid.UUID(peer.Person) {
				t.Errorf("the peer got %+v", got)
			}
		}
		lapsing := b.review(b.earned().ID)
		b.After(10 * day)
		if got := b.review(lapsing.AssignmentID).State; got != quality.ReviewLapsed {
			t.Errorf("the review is %s", got)
		}
		b.Balanced()
		b.read(func(tx *gorm.DB) error {
			held, err := payouts.HeldTx(ctx, tx, uuid.UUID(b.Program.ID), "EUR")
			if err == nil && held.Minor != 0 {
				t.Errorf("%d is still held", held.Minor)
			}
			return err
		})
	})
}

// peer is an expert of the program who is also the brand's member in a role,
// and takes no offers.
func (b *bench) peer(handle string, role access.Role) access.Caller {
	b.T.Helper()
	caller := b.Market.Expert(handle)
	b.ok("add a member", b.Access.AddMember(ctx, b.Owner, b.Brand, caller.Person, role))
	b.ok("set availability", b.Experts.SetAvailability(ctx, caller, false))
	return caller
}

func TestWithoutMoneyTheReviewIsOpenUnpaid(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Reward.ReviewMinor = program.MaxRewardMinor })
		r := b.review(b.earned().ID)
		if r.RewardMinor != 0 || r.State != quality.ReviewOpen {
			t.Errorf("the review is %+v", r)
		}
		peer := b.peer("pia", access.Reviewer)
		next, err := b.Quality.NextReview(ctx, peer, b.Brand)
		if err != nil || next == nil || next.Reward.Minor != 0 {
			t.Errorf("the next review: %+v, %v", next, err)
		}
		b.ok("decide", b.Decide(peer, r.ID, pass()))
		b.Balanced()
	})
}

// However much of one's own work waits first, one is given what one may judge.
func TestOwnWorkIsNotInTheWay(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.Open(t, "sqlite"))
	b.ok("add a member", b.Access.AddMember(ctx, b.Owner, b.Brand, b.Expert.Person, access.Reviewer))
	for range 51 {
		b.earned()
	}
	b.ok("stop the expert", b.Experts.SetAvailability(ctx, b.Expert, false))
	sam := b.Expert
	b.Expert = b.Market.Expert("pia")
	theirs := b.review(b.earned().ID)
	next, err := b.Quality.NextReview(ctx, sam, b.Brand)
	if err != nil || next == nil || next.ID != theirs.ID {
		t.Errorf("the next review: %+v, %v, want the other expert's", next, err)
	}
}
