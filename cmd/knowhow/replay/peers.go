package replay

import (
	"context"
	"errors"
	"fmt"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// How well peers judge: each right in a share of their votes, from judgeWorst to
// judgeBest percent, and silent in some, which others are then asked for.
const (
	judgeWorst, judgeBest = 70, 98
	forgets               = 10
)

// expectVotes has peers judge what they were asked to.
func (w *world) expectVotes(list []agenda.Vote) {
	for _, v := range list {
		if w.votes[v.ID] {
			continue
		}
		w.votes[v.ID] = true
		user := w.users[v.PersonID]
		name := v.About() + "/" + user
		if w.draw("forgets", name).in(forgets) {
			continue
		}
		at := v.AskedAt.Add(w.draw("vote", name).between(lookLeast, lookMost))
		w.agenda.Add(at, doVote, name, func(ctx context.Context) error { return w.vote(ctx, v, user, name) })
	}
}

func (w *world) vote(ctx context.Context, v agenda.Vote, user, name string) error {
	bad := v.GoldBad
	if v.Gold == nil {
		bad = w.bad(v.Reference, v.AuthorID, v.Work())
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
