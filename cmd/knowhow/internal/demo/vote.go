package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// judgesRight is the percentage of gold that peers see for what it is.
const judgesRight = 92

// asked is a vote that a peer was asked for, as the story reads it.
type asked struct {
	ID        quality.VoteID
	PersonID  access.PersonID
	AskedAt   time.Time
	Gold      *string // its title; nil: it is somebody's work
	GoldBad   bool
	Reference string
	Attempt   int
}

func newVotes(tx *gorm.DB, since time.Time) ([]asked, error) {
	var list []asked
	err := tx.Raw(`SELECT v.id, v.person_id, v.asked_at, g.title AS gold, COALESCE(g.bad, false) AS gold_bad,
			COALESCE(q.reference, '') AS reference, COALESCE(a.attempt, 0) AS attempt
		FROM review_votes v LEFT JOIN gold_items g ON g.id = v.gold_id LEFT JOIN reviews r ON r.id = v.review_id
		LEFT JOIN assignments a ON a.id = r.assignment_id LEFT JOIN questions q ON q.id = r.question_id
		WHERE v.state = 'asked' AND v.asked_at >= ?`, since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for votes that were asked for: %w", err)
	}
	return list, nil
}

// expectVotes has peers judge what they were asked to.
func (w *world) expectVotes(list []asked) {
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
		about := fmt.Sprintf("%s/%d", v.Reference, v.Attempt)
		if v.Gold != nil {
			about = fmt.Sprintf("gold %d %s", v.AskedAt.UnixMicro(), *v.Gold)
		}
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
func (w *world) vote(ctx context.Context, it *item, v asked, about, name string) error {
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
