package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// How well peers judge: each right in a share of their votes, from judgeWorst to
// judgeBest percent, and silent in some, which others are then asked for.
const (
	judgeWorst, judgeBest = 70, 98
	forgets               = 10
)

// asked is a vote that a peer was asked for, as the replay reads it: what the peer
// does not see, such as whether it is gold, decides how they vote.
type asked struct {
	ID        quality.VoteID
	PersonID  access.PersonID
	AskedAt   time.Time
	Gold      *string // its title; nil: it is somebody's work
	GoldBad   bool
	Reference string
	Attempt   int
	AuthorID  access.PersonID
}

// name says what a vote is about, and of whom it is asked.
func (v asked) name(user string) string {
	if v.Gold != nil {
		return fmt.Sprintf("gold %d %s/%s", v.AskedAt.UnixMicro(), *v.Gold, user)
	}
	return v.work() + "/" + user
}

func (v asked) work() string { return fmt.Sprintf("%s/%d", v.Reference, v.Attempt) }

// newVotes reads the votes that were asked for at since or later and are not given.
func newVotes(tx *gorm.DB, since time.Time) ([]asked, error) {
	var list []asked
	err := tx.Raw(`SELECT v.id, v.person_id, v.asked_at, g.title AS gold, COALESCE(g.bad, false) AS gold_bad,
			COALESCE(q.reference, '') AS reference, COALESCE(a.attempt, 0) AS attempt, v.author_id
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
		if w.votes[v.ID] {
			continue
		}
		w.votes[v.ID] = true
		user := w.users[v.PersonID]
		name := v.name(user)
		if w.draw("forgets", name).in(forgets) {
			continue
		}
		at := v.AskedAt.Add(w.draw("vote", name).between(lookLeast, lookMost))
		w.agenda.Add(at, doVote, name, func(ctx context.Context) error { return w.vote(ctx, v, user, name) })
	}
}

func (w *world) vote(ctx context.Context, v asked, user, name string) error {
	bad := v.GoldBad
	if v.Gold == nil {
		bad = w.bad(v.Reference, v.AuthorID, v.work())
	}
	skill := judgeWorst + uint64(w.draw("skill", user)%(judgeBest-judgeWorst+1))
	right := w.draw("judges", name).in(skill)
	err := w.Quality.Vote(ctx, access.PersonCaller(v.PersonID), v.ID, said(bad != right))
	switch {
	case err == nil, gone(err): // the review may have ended meanwhile, or the time is over
		return nil
	case errors.Is(err, quality.ErrOwnWork): // the question was opened again, and they took it: another will be asked
		return nil
	}
	return fmt.Errorf("vote: %w", err)
}
