package quality_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/event"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
)

// A brand's history tells who did what and when, newest first, page by page; of
// its own brand alone, and nothing of the customers' questions.
func TestHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		other := b.Neighbour()
		before := markettest.Walk(t, 100, b.history(b.Owner))
		a := b.earned()
		b.ok("fail", b.Decide(b.Reviewer, b.review(a.ID).ID, fail()))
		_, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
		b.ok("refuse", err)
		key, _, err := b.Access.CreateKey(ctx, b.Owner, b.Brand, access.NewKey{Name: "shop", Scopes: access.Scopes})
		b.ok("create a key", err)
		b.ok("set origins", b.Programs.SetOrigins(ctx, b.Manager, b.Program.ID, []string{"https://shop.example"}))
		b.ok("set theirs", b.Programs.SetOrigins(ctx, other.Owner, other.Program.ID, []string{"https://shop.example"}))

		all := markettest.Walk(t, 100, b.history(b.Manager))
		if len(all) != len(before)+4 || !slices.ContainsFunc(before, func(h quality.Happening) bool { return h.Kind == admission.EnrolledByHuman }) {
			t.Fatalf("the history has %d entries, before it had %d", len(all), len(before))
		}
		want := []struct {
			kind    event.Kind
			subject event.Subject
			by      access.Caller
			detail  string
		}{
			{program.OriginsSet, event.Subject(b.Program.ID), b.Manager, ""},
			{access.KeyCreated, event.Subject(key.ID), b.Owner, ""},
			{quality.EventRefused, event.Subject(a.QuestionID), b.Manager, "wrong"},
			{quality.EventReviewed, event.Subject(a.QuestionID), b.Reviewer, "fail"},
		}
		for i, w := range want {
			got := all[i]
			reason, _ := got.Detail["reason"].(string)
			if got.Kind != w.kind || got.Subject != w.subject || got.By != w.by.String() || reason != w.detail || !got.At.Equal(b.Clock.Now()) || got.Detail["by"] != nil {
				t.Errorf("entry %d is %+v, want %+v", i, got, w)
			}
		}
		for _, h := range all {
			if strings.HasPrefix(string(h.Kind), "question.") || strings.HasPrefix(string(h.Kind), "customer.") {
				t.Errorf("the history tells of %s", h.Kind)
			}
		}
		for _, limit := range []int{1, 2, 5} {
			seen := markettest.Walk(t, limit, b.history(b.Owner))
			if !slices.EqualFunc(seen, all, func(x, y quality.Happening) bool {
				return x.Kind == y.Kind && x.Subject == y.Subject && x.At.Equal(y.At)
			}) {
				t.Errorf("in pages of %d it is another history", limit)
			}
		}
		b.cheap(t, "history", 1, func(n int) error { _, err := b.history(b.Owner)(marketplace.Page{Limit: n}); return err })
	})
}

func (b *bench) history(caller access.Caller) func(marketplace.Page) (marketplace.Listing[quality.Happening], error) {
	return func(page marketplace.Page) (marketplace.Listing[quality.Happening], error) {
		return b.Quality.History(b.Ctx(), caller, b.Brand, page)
	}
}

func TestHistoryIsForWhoAnswersForTheBrand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		other := b.Neighbour()
		key, _, err := b.Access.CreateKey(b.Ctx(), b.Owner, b.Brand, access.NewKey{Name: "shop", Scopes: access.Scopes})
		b.ok("create a key", err)
		for name, c := range map[string]access.Caller{
			"reviewer": b.Reviewer, "agent": b.Agent, "expert": b.Expert, "customer": b.Customer, "nobody": {}, "system": access.SystemCaller("x"),
			"another brand's owner": other.Owner, "a key": access.KeyCaller(b.Brand, key.ID),
		} {
			if list, err := b.history(c)(marketplace.Page{}); !errors.Is(err, marketplace.ErrForbidden) || len(list.Items) > 0 {
				t.Errorf("%s: %d entries, %v", name, len(list.Items), err)
			}
		}
		if _, err := b.Quality.History(b.Ctx(), b.Operator, marketplace.AllBrands, marketplace.Page{}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("of all brands: %v", err)
		}
		forged := marketplace.Page{After: marketplace.Place{At: b.Clock.Now(), ID: [16]byte{8: 255}}}
		if list, err := b.history(b.Owner)(forged); err != nil || len(list.Items) != 0 {
			t.Errorf("a forged cursor: %d entries, %v", len(list.Items), err)
		}
	})
}

// The index leaves out what the kinds of a history leave out, and is used.
func TestHistoryHasItsIndex(t *testing.T) {
	t.Parallel()
	for _, k := range quality.HistoryKinds {
		for _, room := range []string{"question", "assignment", "review", "customer"} {
			if k.Room() == room {
				t.Errorf("%s is not in the index", k)
			}
		}
	}
	each(t, func(t *testing.T, b *bench) {
		const rare = "kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%'"
		query := "SELECT * FROM events WHERE brand_id = '" + b.Brand.String() + "' AND kind IN ('key.created') AND " + rare + " ORDER BY seq DESC LIMIT 21"
		if plan := b.Plan(b.Brand, query); !strings.Contains(plan, "events_history") {
			t.Errorf("the plan is %q", plan)
		}
	})
}
