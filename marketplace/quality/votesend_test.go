package quality_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// ballot is what peers say of one piece of work, in turn.
type ballot struct {
	name  string
	votes []quality.Verdict
	end   quality.ReviewState // once they are given
}

var ballots = []ballot{
	{"nobody", nil, quality.ReviewOpen},
	{"one passes", []quality.Verdict{pass()}, quality.ReviewOpen},
	{"one fails", []quality.Verdict{fail()}, quality.ReviewOpen},
	{"two disagree", []quality.Verdict{fail(), pass()}, quality.ReviewOpen},
	{"both pass", []quality.Verdict{pass(), pass()}, quality.ReviewDecided},
	{"both fail", []quality.Verdict{fail(), fail()}, quality.ReviewDecided},
	{"the third fails", []quality.Verdict{fail(), pass(), fail()}, quality.ReviewDecided},
	{"the third passes", []quality.Verdict{pass(), fail(), pass()}, quality.ReviewDecided},
}

// eachBallot runs fn for work that was voted on, by four peers that are its own.
func eachBallot(t *testing.T, fn func(b *bench, said ballot, a question.Assignment, given []quality.Vote)) {
	t.Helper()
	eachPeers(t, 4, func(t *testing.T, b *bench, _ []access.Caller) {
		for _, said := range ballots {
			b.T.Logf("%s", said.name)
			a := b.earned()
			r := b.review(a.ID)
			var given []quality.Vote
			for _, v := range said.votes {
				given = append(given, b.give(r.ID, v))
			}
			if got := b.review(a.ID).State; got != said.end {
				t.Errorf("%s: the review is %s", said.name, got)
			}
			fn(b, said, a, given)
			b.After(60 * day) // so that the same peers may judge the same author again
		}
	})
}

// What a peer says changes nothing of what they earn: who passes, who fails, who is
// in the minority and who is alone, all get what they were told beforehand, once,
// also where the verdict leads to a refusal that an appeal takes back.
func TestAVerdictChangesNoReviewersPay(t *testing.T) {
	t.Parallel()
	eachBallot(t, func(b *bench, said ballot, a question.Assignment, given []quality.Vote) {
		if said.name == "both fail" {
			f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
			b.ok("refuse", err)
			b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "The customer named this one."))
			b.ok("overturn", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "So they did."))
		}
		b.After(30 * day)
		for i, v := range given {
			got := b.reward(uuid.UUID(v.ID))
			if got.AmountMinor != v.RewardMinor || v.RewardMinor != 40 || got.State != payouts.RewardReleased || got.ExpertID != uuid.UUID(v.PersonID) {
				b.T.Errorf("%s: voter %d, who passed it: %v, got %+v", said.name, i, said.votes[i].Pass, got)
			}
		}
		b.nothingHeld()
	})
}

// However far peers have come with a review, time ends it: each vote is given,
// lapsed or withdrawn, the work is paid, since nobody refused, and no money is left
// aside.
func TestEveryStateOfAVoteEnds(t *testing.T) {
	t.Parallel()
	eachBallot(t, func(b *bench, said ballot, a question.Assignment, given []quality.Vote) {
		b.After(90 * day)
		r := b.review(a.ID)
		if want := endsOf(said.end); !slices.Contains(want, r.State) {
			b.T.Errorf("%s: the review ended %s, want one of %v", said.name, r.State, want)
		}
		for _, v := range b.votes(r.ID) {
			if v.State == quality.VoteAsked || v.NextDueAt != nil || v.EndedAt == nil {
				b.T.Errorf("%s: a vote is left %+v", said.name, v)
			}
		}
		b.wantState(a.ID, question.Released)
		if n := len(slices.DeleteFunc(b.votes(r.ID), func(v quality.Vote) bool { return v.State != quality.VoteGiven })); n != len(given) {
			b.T.Errorf("%s: %d votes count, %d were given", said.name, n, len(given))
		}
		b.nothingHeld()
	})
}

// endsOf is how a review may end that was left in a state: one that was open
// lapses, or is decided by the two who voted where nobody else did.
func endsOf(left quality.ReviewState) []quality.ReviewState {
	if left == quality.ReviewDecided {
		return []quality.ReviewState{quality.ReviewDecided}
	}
	return []quality.ReviewState{quality.ReviewLapsed, quality.ReviewDecided}
}
