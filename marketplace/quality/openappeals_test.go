package quality_test

import (
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/quality"
)

// Operators see the appeals of every brand with the work they are about, and
// decide where a brand has no other human.
func TestOperatorsDecideAppealsAgainstRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		_, f := b.appealed()
		_, boss := b.otherBrand()
		list, err := b.Quality.AllOpenAppeals(ctx, b.Operator, marketplace.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("the operator reads %+v, %v", list, err)
		}
		own, err := b.Quality.OpenAppeals(ctx, b.Second, b.Brand, marketplace.Page{})
		b.ok("read the brand's", err)
		got := list.Items[0]
		if got.Refusal != f.ID || got.Brand != b.Brand || got.BrandName == "" || got.ProgramName != b.Program.Name || got.Statement != "The customer named this model." {
			t.Errorf("the operator reads %+v", got)
		}
		if len(got.Work.Turns) == 0 || got.Work.Turns[0].Text != own.Items[0].Work.Turns[0].Text || got.Work.Title != own.Items[0].Work.Title {
			t.Errorf("the operator sees the work as %+v, the brand as %+v", got.Work, own.Items[0].Work)
		}
		for name, by := range map[string]access.Caller{
			"an owner": b.Owner, "another brand's": boss, "the expert": b.Expert, "a customer": b.Customer, "the system": access.SystemCaller("x"),
		} {
			_, err := b.Quality.AllOpenAppeals(ctx, by, marketplace.Page{})
			b.want(name, err, marketplace.ErrForbidden)
		}
		b.ok("decide", b.Quality.DecideAppeal(ctx, b.Operator, got.Brand, f.ID, true, "I looked at it."))
		if list, err := b.Quality.AllOpenAppeals(ctx, b.Operator, marketplace.Page{}); err != nil || len(list.Items) != 0 {
			t.Errorf("once decided: %+v, %v", list, err)
		}
	})
}

// They come page by page, soonest due first.
func TestAllOpenAppealsArePaged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		turns, _ := b.several(3)
		var want []quality.RefusalID
		for _, id := range turns {
			f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, id, quality.RefuseWrong, "It is another model.")
			b.ok("refuse", err)
			b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "It is not."))
			want = append(want, f.ID)
		}
		all := func(page marketplace.Page) (marketplace.Listing[quality.OpenAppeal], error) {
			return b.Quality.AllOpenAppeals(ctx, b.Operator, page)
		}
		markettest.Paged(t, all, func(a quality.OpenAppeal) quality.RefusalID { return a.Refusal }, want...)
	})
}
