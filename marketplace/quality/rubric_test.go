package quality_test

import (
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
)

func withTone(v quality.Verdict, tone int) quality.Verdict {
	v.Scores[quality.Tone] = tone
	return v
}

// A program that says what the right tone is has its work judged by it, by its
// own people and by peers, who read what it means; others do not.
func TestToneIsJudgedWhereTheProgramSaysHow(t *testing.T) {
	t.Parallel()
	eachPeers(t, 4, func(t *testing.T, b *bench, _ []access.Caller) {
		plain := b.review(b.earned().ID)
		b.want("a tone of 9", b.Decide(b.Reviewer, plain.ID, withTone(pass(), 9)), marketplace.ErrInvalid)
		b.ok("decide without a tone", b.Decide(b.Reviewer, plain.ID, pass()))

		p, err := b.Programs.Program(ctx, b.Manager, b.Program.ID)
		b.ok("read the program", err)
		p.Policies.Rubric = program.Rubric{"tone": "Friendly and short.", "safe": "No voltages."}
		b.ok("say what the tone is", b.Programs.SetPolicies(ctx, b.Manager, b.Program.ID, p.Policies))

		r := b.review(b.earned().ID)
		first := b.waiting(r.ID, 0)
		own := access.PersonCaller(first.PersonID)
		if got := b.seen(first).Work.Rubric; got["tone"] != "Friendly and short." || got["safe"] != "No voltages." || !got.Asks("tone") || !got.Asks("kind") {
			t.Errorf("the peer reads the rubric %v", got)
		}
		b.want("a vote without a tone", b.Quality.Vote(ctx, own, first.ID, pass()), marketplace.ErrInvalid)
		b.want("a pass with a tone of 1", b.Quality.Vote(ctx, own, first.ID, withTone(pass(), 1)), marketplace.ErrInvalid)
		b.give(r.ID, withTone(pass(), 4))
		b.give(r.ID, withTone(pass(), 2))
		if r = b.review(r.AssignmentID); r.State != quality.ReviewDecided || r.Scores[quality.Tone] != 2 || r.Scores[quality.Kind] != pass().Scores[quality.Kind] {
			t.Errorf("the review became %+v", r)
		}
		brands := b.review(b.earned().ID)
		b.want("a verdict without a tone", b.Decide(b.Reviewer, brands.ID, pass()), marketplace.ErrInvalid)
		b.ok("decide with a tone", b.Decide(b.Reviewer, brands.ID, withTone(pass(), 5)))

		for name, bad := range map[string]program.Rubric{"no such line": {"price": "cheap"}, "too long": {"tone": string(make([]byte, 501))}} {
			p.Policies.Rubric = bad
			b.want(name, b.Programs.SetPolicies(ctx, b.Manager, b.Program.ID, p.Policies), marketplace.ErrInvalid)
		}
	})
}

// Who is active in a program reads whether they might review there and what it
// pays, before they do.
func TestWhereOneMightReview(t *testing.T) {
	t.Parallel()
	eachPeers(t, 1, func(t *testing.T, b *bench, peers []access.Caller) {
		fresh := b.Market.Expert("nona")
		for _, c := range []struct {
			who    access.Caller
			active bool
		}{{fresh, false}, {peers[0], true}} {
			list, err := b.Quality.Reviewing(ctx, c.who)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			if got := list[0]; got.Program != b.Program.ID || got.Brand == "" || got.Active != c.active || !got.May || got.PaysMinor != 40 || got.Votes != 0 || got.Accuracy != .8 {
				t.Errorf("%v reads %+v", c.who, got)
			}
		}
	})
}
