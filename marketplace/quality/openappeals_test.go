package quality_test

import (
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
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

// Appeals of several brands are shown together, each by its own program's lines and
// words, as they are now: a customer's name is hidden, and no word of the neighbour's.
func TestAllOpenAppealsAreShownByTheirOwnPrograms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := b.Neighbour()
		n := &bench{Market: m, Expert: m.Expert("tess"), Customer: m.Customer("Somebody")}
		_, err := n.Programs.AddTopic(ctx, n.Owner, n.Program.ID, program.NewTopic{Slug: "dana", Name: "Dana", Mode: program.Crowd})
		b.ok("add a topic", err)
		judgedBy := func(b *bench, line string) {
			policies := b.Program.Policies
			policies.Review.SampleBP, policies.Rubric = 10_000, program.Rubric{"kind": line}
			b.ok("set the rubric", b.Programs.SetPolicies(ctx, b.Owner, b.Program.ID, policies))
		}
		judgedBy(b, "Says the name.")
		judgedBy(n, "Says how.")
		for _, b := range []*bench{b, n} {
			b.Ask(b.Customer, "The box keeps restarting")
			a := b.Accept(b.Expert)
			b.ok("answer", b.Questions.Answer(ctx, b.Expert, a.ID, "Hello Dana, hold the power button."))
			b.ok("resolve", b.Questions.Resolve(ctx, b.Customer, a.QuestionID))
			b.RunDue()
			f, err := b.Quality.Refuse(ctx, b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is another model.")
			b.ok("refuse", err)
			b.ok("appeal", b.Quality.Appeal(ctx, b.Expert, f.ID, "It is not."))
		}
		shown := func(when string, own, neighbours string) {
			t.Helper()
			list, err := b.Quality.AllOpenAppeals(ctx, b.Operator, marketplace.Page{})
			if err != nil || len(list.Items) != 2 {
				t.Fatalf("%s: %+v, %v", when, list, err)
			}
			for i, want := range []struct {
				line, text string
			}{{own, "Hello [name 1], hold the power button."}, {neighbours, "Hello Dana, hold the power button."}} {
				w := list.Items[i].Work
				if got := w.Turns[len(w.Turns)-1].Text; got != want.text || w.Rubric["kind"] != want.line {
					t.Errorf("%s, appeal %d: judged by %q: %q", when, i, w.Rubric["kind"], got)
				}
			}
		}
		shown("at first", "Says the name.", "Says how.")
		judgedBy(n, "Says why.")
		shown("after a change", "Says the name.", "Says why.")
	})
}
