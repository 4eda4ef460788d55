package quality_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func goldText() quality.GoldText {
	return quality.GoldText{
		Title: "The lamp blinks red", Question: "It blinks since this morning. My number is +49 151 23456789.",
		Answer: "Throw it away and buy the larger one.", Language: "en", Bad: true, Because: "It blinks when its filter is full.",
	}
}

// golden has work reviewed by three, a month between, until somebody is given
// gold.
func (b *bench) golden() quality.Vote {
	b.T.Helper()
	for range 60 {
		r := b.review(b.earned().ID)
		b.give(r.ID, fail())
		b.give(r.ID, pass())
		var list []quality.Vote
		b.read(func(tx *gorm.DB) error {
			return tx.Where("gold_id IS NOT NULL AND state = 'asked'").Limit(1).Find(&list).Error
		})
		if len(list) > 0 {
			return list[0]
		}
		b.After(31 * day)
	}
	b.T.Fatal("nobody was given gold")
	return quality.Vote{}
}

// seen is what the caller reads of a vote.
func (b *bench) seen(v quality.Vote) quality.MyVote {
	b.T.Helper()
	list, err := b.Quality.MyVotes(ctx, access.PersonCaller(v.PersonID), marketplace.Page{})
	b.ok("list votes", err)
	for _, m := range list.Items {
		if m.ID == v.ID {
			return m
		}
	}
	b.T.Fatalf("vote %s is not in %+v", v.ID, list)
	return quality.MyVote{}
}

func TestGoldTellsHowSomebodyJudges(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, _ []access.Caller) {
		item, err := b.Quality.AddGold(ctx, b.Manager, b.Program.ID, goldText())
		b.ok("add gold", err)
		for range 20 { // nobody is given the same twice
			_, err := b.Quality.AddGold(ctx, b.Manager, b.Program.ID, goldText())
			b.ok("add gold", err)
		}
		if strings.Contains(item.Question, "23456789") {
			t.Errorf("it is kept with a number: %q", item.Question)
		}
		v := b.golden()
		got := b.seen(v)
		if turns := got.Work.Turns; got.Reward.Minor != 40 || got.Work.Title != item.Title || len(turns) != 2 || turns[0].Author != question.ByCustomer ||
			turns[1].Author != question.ByExpert || turns[1].At.Before(turns[0].At) || !turns[1].At.Before(v.AskedAt) {
			t.Errorf("the peer reads %+v", got)
		}
		var asked, delivered []time.Time // of the work that others judge at the same time
		b.read(func(tx *gorm.DB) error {
			beside := tx.Table("review_votes v").Joins("JOIN reviews r ON r.id = v.review_id").Joins("JOIN questions q ON q.id = r.question_id").
				Joins("JOIN assignments a ON a.id = r.assignment_id").Where("v.asked_at = ?", v.AskedAt).Limit(1).Session(&gorm.Session{})
			return errors.Join(beside.Pluck("q.asked_at", &asked).Error, beside.Pluck("a.delivered_at", &delivered).Error)
		})
		for i, real := range []time.Time{asked[0], delivered[0]} {
			if like := float64(v.AskedAt.Sub(got.Work.Turns[i].At)) / float64(v.AskedAt.Sub(real)); like < .74 || like > 1.26 || like == 1 {
				t.Errorf("turn %d of gold is %.2f times as old as the work that others judge", i+1, like)
			}
		}
		own := access.PersonCaller(v.PersonID)
		b.want("half a verdict", b.Quality.Vote(ctx, own, v.ID, quality.Verdict{}), marketplace.ErrInvalid)
		b.want("somebody else", b.Quality.Vote(ctx, b.Expert, v.ID, fail()), marketplace.ErrNotFound)
		before := b.reviewer(own)
		if n := dbtest.Halfway(t, b.DB, func() error { return b.Quality.Vote(ctx, own, v.ID, fail()) }); n < 5 {
			t.Errorf("judging gold was %d statements", n)
		}
		after := b.reviewer(own)
		if after.Gold != 1 || after.Caught < before.Caught+.9 || after.Rejected > before.Rejected {
			t.Errorf("known was %+v, is %+v", before, after)
		}
		if got := b.reward(uuid.UUID(v.ID)); got.AmountMinor != 40 || got.State != payouts.RewardReleased || got.ExpertID != uuid.UUID(v.PersonID) {
			t.Errorf("the peer got %+v", got)
		}
		b.want("again", b.Quality.Vote(ctx, own, v.ID, fail()), marketplace.ErrConflict)
		list, err := b.Quality.GoldItems(ctx, b.Manager, b.Program.ID, marketplace.Page{Limit: 100})
		if err != nil || len(list.Items) != 21 {
			t.Errorf("%d items of gold, %v", len(list.Items), err)
		}
		for _, g := range list.Items {
			if want := map[bool]int{true: 1}[g.Gold.ID == v.GoldID]; g.Given != want || g.Right != want {
				t.Errorf("item %s was judged %d times, right %d times, want %d", g.Gold.ID, g.Given, g.Right, want)
			}
		}
		b.After(60 * day)
		b.nothingHeld()
	})
}

func TestGoldThatLapsesCostsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, paid)
		b.peers(2)
		for range 20 {
			_, err := b.Quality.AddGold(ctx, b.Manager, b.Program.ID, goldText())
			b.ok("add gold", err)
		}
		v := b.golden()
		b.ok("retire it", b.Quality.RetireGold(ctx, b.Manager, b.Program.ID, v.GoldID))
		b.ok("again", b.Quality.RetireGold(ctx, b.Manager, b.Program.ID, v.GoldID))
		b.After(60 * day)
		b.want("too late", b.Quality.Vote(ctx, access.PersonCaller(v.PersonID), v.ID, fail()), marketplace.ErrConflict)
		if known := b.reviewer(access.PersonCaller(v.PersonID)); known.Gold != 0 {
			t.Errorf("known is %+v", known)
		}
		b.nothingHeld()
	})
}

func TestWhoMakesGold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for name, caller := range map[string]access.Caller{"an expert": b.Expert, "a reviewer": b.Reviewer, "a customer": b.Customer, "nobody": {}} {
			_, err := b.Quality.AddGold(ctx, caller, b.Program.ID, goldText())
			if err == nil {
				t.Errorf("%s made gold", name)
			}
			if _, err := b.Quality.GoldItems(ctx, caller, b.Program.ID, marketplace.Page{}); err == nil {
				t.Errorf("%s read gold", name)
			}
		}
		for field, spoil := range map[string]func(g *quality.GoldText){
			"title": func(g *quality.GoldText) { g.Title = "" }, "question": func(g *quality.GoldText) { g.Question = "\xff" },
			"answer": func(g *quality.GoldText) { g.Answer = "" }, "because": func(g *quality.GoldText) { g.Because = "" },
			"language": func(g *quality.GoldText) { g.Language = "ja" },
		} {
			g := goldText()
			spoil(&g)
			_, err := b.Quality.AddGold(ctx, b.Manager, b.Program.ID, g)
			b.want(field, err, marketplace.ErrInvalid)
		}
		if n := dbtest.Halfway(t, b.DB, func() error {
			_, err := b.Quality.AddGold(ctx, b.Manager, b.Program.ID, goldText())
			return err
		}); n < 1 {
			t.Errorf("adding gold was %d statements", n)
		}
		other := b.Neighbour()
		list, err := b.Quality.GoldItems(ctx, b.Manager, b.Program.ID, marketplace.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("gold: %+v, %v", list, err)
		}
		b.want("another brand's", b.Quality.RetireGold(ctx, other.Manager, b.Program.ID, list.Items[0].Gold.ID), marketplace.ErrNotFound)
		b.want("of another program", b.Quality.RetireGold(ctx, other.Manager, other.Program.ID, list.Items[0].Gold.ID), marketplace.ErrNotFound)
	})
}
