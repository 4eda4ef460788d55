package quality_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// several earns the given number of assignments, all at one time.
func (b *bench) several(n int) (turns []question.AssignmentID, of []question.ID) {
	b.T.Helper()
	now := b.Clock.Now()
	for range n {
		a := b.earned()
		b.Clock.Set(now)
		turns, of = append(turns, a.ID), append(of, a.QuestionID)
	}
	return turns, of
}

// cheap fails the test when a page takes more statements than want besides the
// one that looks up the caller's permission, however long it is.
func (b *bench) cheap(t *testing.T, what string, want int, read func(limit int) error) {
	t.Helper()
	for _, limit := range []int{1, 3} {
		n := markettest.Statements(t, b.DB, func() { b.ok(what, read(limit)) })
		if n > want+1 {
			t.Errorf("%s: %d statements for a page of %d", what, n, limit)
		}
	}
}

func TestWorkToJudgeIsPaged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		turns, _ := b.several(4)
		var ids []quality.ReviewID
		for _, id := range turns {
			ids = append(ids, b.review(id).ID)
		}
		for _, id := range ids {
			b.ok("fail", b.Decide(b.Reviewer, id, fail()))
		}
		proposals := func(page marketplace.Page) (marketplace.Listing[quality.Proposal], error) {
			return b.Quality.Proposals(ctx, b.Manager, b.Brand, page)
		}
		markettest.Paged(t, proposals, func(p quality.Proposal) question.AssignmentID { return p.Assignment }, turns...)
		b.cheap(t, "proposals", 4, func(n int) error { _, err := proposals(marketplace.Page{Limit: n}); return err })
		var refusals []quality.RefusalID
		for _, id := range turns {
			f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, id, quality.RefuseWrong, "It is another model.")
			b.ok("refuse", err)
			b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "It is not."))
			refusals = append(refusals, f.ID)
		}
		appeals := func(page marketplace.Page) (marketplace.Listing[quality.OpenAppeal], error) {
			return b.Quality.OpenAppeals(ctx, b.Second, b.Brand, page)
		}
		markettest.Paged(t, appeals, func(a quality.OpenAppeal) quality.RefusalID { return a.Refusal }, refusals...)
		b.cheap(t, "appeals", 4, func(n int) error { _, err := appeals(marketplace.Page{Limit: n}); return err })
		b.refusalLists(t, refusals)
	})
}

// refusalLists looks at the refusals as the expert and as the brand.
func (b *bench) refusalLists(t *testing.T, ids []quality.RefusalID) {
	t.Helper()
	ctx := b.Ctx()
	mine := func(page marketplace.Page) (marketplace.Listing[quality.MyRefusal], error) {
		return b.Quality.MyRefusals(ctx, b.Expert, page)
	}
	markettest.Paged(t, mine, func(f quality.MyRefusal) quality.RefusalID { return f.ID }, ids...)
	if f := markettest.Walk(t, 4, mine)[0]; f.BrandName != "Brindlewave" || f.Title != "The box keeps restarting" || f.Statement != "It is not." {
		t.Errorf("my refusal %+v", f)
	}
	b.cheap(t, "my refusals", 1, func(n int) error { _, err := mine(marketplace.Page{Limit: n}); return err })
	b.ok("decide", b.Quality.DecideAppeal(ctx, b.Second, b.Brand, ids[0], true, "They are right."))
	list := func(f quality.RefusalFilter) func(marketplace.Page) (marketplace.Listing[quality.BrandRefusal], error) {
		return func(page marketplace.Page) (marketplace.Listing[quality.BrandRefusal], error) {
			return b.Quality.Refusals(ctx, b.Manager, b.Brand, f, page)
		}
	}
	id := func(f quality.BrandRefusal) quality.RefusalID { return f.Refusal.ID }
	markettest.Paged(t, list(quality.RefusalFilter{}), id, ids...)
	markettest.Paged(t, list(quality.RefusalFilter{States: []quality.RefusalState{quality.Appealed}, Program: b.Program.ID}), id, ids[1:]...)
	won := markettest.Walk(t, 2, list(quality.RefusalFilter{States: []quality.RefusalState{quality.Overturned}}))
	if len(won) != 1 || won[0].Refusal.ID != ids[0] || won[0].Handle != "sam" || won[0].RewardMinor != 250 || won[0].Refusal.RefusedBy != b.Manager.Person {
		t.Errorf("overturned: %+v", won)
	}
	if none := markettest.Walk(t, 2, list(quality.RefusalFilter{Program: marketplace.NewID[program.Program]()})); len(none) != 0 {
		t.Errorf("of another program: %+v", none)
	}
	b.cheap(t, "refusals", 1, func(n int) error { _, err := list(quality.RefusalFilter{})(marketplace.Page{Limit: n}); return err })
	_, err := list(quality.RefusalFilter{States: []quality.RefusalState{"lost"}})(marketplace.Page{})
	b.want("an unknown state", err, marketplace.ErrInvalid)
	n := b.Neighbour()
	for who, caller := range map[string]access.Caller{"a reviewer": b.Reviewer, "the neighbour": n.Manager, "the expert": b.Expert, "nobody": {}} {
		_, err := b.Quality.Refusals(ctx, caller, b.Brand, quality.RefusalFilter{}, marketplace.Page{})
		b.want(who, err, marketplace.ErrForbidden)
	}
	if theirs, err := b.Quality.Refusals(ctx, n.Manager, n.Brand, quality.RefusalFilter{}, marketplace.Page{}); err != nil || len(theirs.Items) != 0 {
		t.Errorf("the neighbour's: %+v, %v", theirs, err)
	}
	_, err = b.Quality.MyRefusals(ctx, b.Customer, marketplace.Page{})
	b.want("a customer's", err, marketplace.ErrForbidden)
}

func TestFeedbackIsListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		_, of := b.several(4)
		for i, f := range []quality.Feedback{
			{Solved: true, CSAT: 5, Comment: "Thanks from Dana Whitlow"}, {Solved: true}, {CSAT: 2, Reason: quality.ReasonWrong}, {CSAT: 1, Reason: quality.ReasonPolicy},
		} {
			b.ok("give", b.Quality.Give(ctx, b.Customer, of[i], f))
		}
		list := func(f quality.FeedbackFilter) func(marketplace.Page) (marketplace.Listing[quality.GivenFeedback], error) {
			return func(page marketplace.Page) (marketplace.Listing[quality.GivenFeedback], error) {
				return b.Quality.GivenFeedback(ctx, b.Reviewer, b.Brand, f, page)
			}
		}
		markettest.Paged(t, list(quality.FeedbackFilter{}), func(f quality.GivenFeedback) question.ID { return f.Question }, of...)
		b.cheap(t, "feedback", 1, func(n int) error { _, err := list(quality.FeedbackFilter{})(marketplace.Page{Limit: n}); return err })
		yes, now := true, b.Clock.Now()
		for name, c := range map[string]struct {
			filter quality.FeedbackFilter
			want   []int
		}{
			"solved":   {quality.FeedbackFilter{Solved: &yes}, []int{0, 1}},
			"csat":     {quality.FeedbackFilter{MaxCSAT: 2}, []int{2, 3}},
			"reason":   {quality.FeedbackFilter{Reason: quality.ReasonWrong}, []int{2}},
			"question": {quality.FeedbackFilter{Question: of[1]}, []int{1}},
			"program":  {quality.FeedbackFilter{Program: marketplace.NewID[program.Program]()}, nil},
			"after":    {quality.FeedbackFilter{GivenAfter: now}, []int{0, 1, 2, 3}},
			"before":   {quality.FeedbackFilter{GivenBefore: now}, nil},
		} {
			var got []int
			for _, f := range markettest.Walk(t, 3, list(c.filter)) {
				got = append(got, slices.Index(of, f.Question))
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		thanks := markettest.Walk(t, 2, list(quality.FeedbackFilter{Question: of[0]}))[0]
		if thanks.CSAT != 5 || thanks.Comment != "Thanks from [name 1]" || thanks.Assignment.IsZero() {
			t.Errorf("the thanks: %+v", thanks)
		}
		for _, f := range []quality.FeedbackFilter{{MaxCSAT: 6}, {MaxCSAT: -1}, {Reason: "none"}} {
			if _, err := list(f)(marketplace.Page{}); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%+v: %v", f, err)
			}
		}
		n := b.Neighbour()
		for who, caller := range map[string]access.Caller{"the neighbour": n.Manager, "the expert": b.Expert, "the customer": b.Customer} {
			_, err := b.Quality.GivenFeedback(ctx, caller, b.Brand, quality.FeedbackFilter{}, marketplace.Page{})
			b.want(who, err, marketplace.ErrForbidden)
		}
		if theirs, err := b.Quality.GivenFeedback(ctx, n.Manager, n.Brand, quality.FeedbackFilter{}, marketplace.Page{}); err != nil || len(theirs.Items) != 0 {
			t.Error(fmt.Sprint(theirs, err))
		}
	})
}
