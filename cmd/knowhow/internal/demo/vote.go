package demo

import (
	"context"
	"errors"
	"fmt"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace"
	"knowhow/marketplace/quality"
)

// judgesRight is the percentage of gold that peers see for what it is.
const judgesRight = 92

// expectVotes has peers judge what they were asked to.
func (w *world) expectVotes(list []agenda.Vote) {
	for _, v := range list {
		handle := w.handles[v.PersonID]
		if w.votes[v.ID] || handle == "" || handle == w.rests {
			continue
		}
		w.votes[v.ID] = true
		it := w.item(v.Reference)
		if it == nil { // gold, or a visitor's
			it = &item{Reference: v.Reference}
		}
		about := v.About()
		name := about + "/" + handle
		wait := draw("vote", name).between(reviewLeast, reviewMost)
		if it.turn(v.Attempt).Weak != nil {
			wait = draw("vote", name).between(lookLeast, lookMost)
		}
		w.agenda.Add(v.AskedAt.Add(w.wait(wait)), doVote, name, func(ctx context.Context) error { return w.vote(ctx, it, v, about, name) })
	}
}

// vote is a peer's verdict. The review may have ended meanwhile, or the peer have
// taken the question when it was opened again: then another is asked.
func (w *world) vote(ctx context.Context, it *item, v agenda.Vote, about, name string) error {
	said := verdictOn(it.turn(v.Attempt), about)
	if v.Gold != nil {
		said = onGold(v.GoldBad == draw("sees", name).in(judgesRight), name)
	}
	err := w.Quality.Vote(ctx, w.by(w.handles[v.PersonID]), v.ID, said)
	if err != nil && !errors.Is(err, marketplace.ErrConflict) && !errors.Is(err, quality.ErrOwnWork) {
		return fmt.Errorf("vote: %w", err)
	}
	return nil
}

// onGold is a verdict on gold that is, or is thought to be, bad.
func onGold(bad bool, name string) quality.Verdict {
	v := verdictOn(turn{}, name)
	if bad {
		v.Pass, v.Scores[quality.Correct], v.Note = false, 2, "This would not have helped the customer."
	}
	return v
}

// votesWait reports whether peers are yet to vote on a review.
func (w *world) votesWait(ctx context.Context, id quality.ReviewID) (bool, error) {
	n, err := w.count(ctx, "SELECT COUNT(*) FROM review_votes WHERE review_id = ? AND state = 'asked'", id)
	return n > 0, err
}
