package quality_test

import (
	"math"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
)

// The log has every change that made the standing: added up from the beginning,
// its outcomes are the distribution that is kept.
func TestTheLogAddsUpToTheStanding(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.ok("pass", b.Decide(b.Reviewer, b.review(b.earned().ID).ID, pass()))
		failed := b.earned()
		b.ok("fail", b.Decide(b.Reviewer, b.review(failed.ID).ID, fail()))
		f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, failed.ID, quality.RefuseWrong, "x")
		b.ok("refuse", err)
		b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "It is right."))
		b.ok("uphold", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, f.ID, true, "It is."))
		rated := b.earned()
		b.ok("rate", b.Quality.Give(ctx, b.Customer, rated.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong}))
		slow := b.earned()
		b.ok("rate what is not the expert's", b.Quality.Give(ctx, b.Customer, slow.QuestionID, quality.Feedback{CSAT: 1, Reason: quality.ReasonWaitingTime}))
		b.After(8 * day)
		l, err := b.Quality.StandingLog(ctx, b.Expert, b.Program.ID)
		b.ok("read the log", err)
		sources := map[quality.ChangeSource]int{}
		belief, noted := expert.Prior(), false
		for i := len(l.Changes) - 1; i >= 0; i-- {
			x := l.Changes[i]
			sources[x.Source]++
			belief = belief.With(x.Outcome, x.Weight, x.At)
			noted = noted || x.Source == quality.FromReview && strings.Contains(x.Note, "another model")
		}
		if sources[quality.FromResolution] != 4 || sources[quality.FromReview] != 2 || sources[quality.FromFeedback] != 1 || sources[quality.FromAppeal] != 1 {
			t.Errorf("the changes came from %v", sources)
		}
		if !noted {
			t.Errorf("what the reviewer wrote is not in it: %+v", l.Changes)
		}
		var kept []expert.Standing
		b.read(func(tx *gorm.DB) error { return tx.Where("person_id = ?", b.Expert.Person).Find(&kept).Error })
		if len(kept) != 1 || kept[0].Evidence != belief.Evidence || math.Abs(kept[0].Alpha-belief.Alpha) > 1e-6 || math.Abs(kept[0].Beta-belief.Beta) > 1e-6 {
			t.Errorf("the log comes to %+v, kept is %+v", belief, kept)
		}
		if len(l.Levels) != 1 || l.Levels[0].Customers != 1 {
			t.Errorf("levels %+v", l.Levels)
		}
		other := b.Market.Expert("other")
		if mine, err := b.Quality.StandingLog(ctx, other, b.Program.ID); err != nil || len(mine.Changes) > 0 {
			t.Errorf("another reads %+v, %v", mine, err)
		}
		for name, c := range map[string]struct {
			caller access.Caller
			want   error
		}{"a member": {b.Manager, marketplace.ErrNotFound}, "the customer": {b.Customer, marketplace.ErrForbidden}, "nobody": {access.Caller{}, marketplace.ErrForbidden}} {
			_, err := b.Quality.StandingLog(ctx, c.caller, b.Program.ID)
			b.want(name, err, c.want)
		}
	})
}
