package community_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestThreshold(t *testing.T) {
	for members, want := range map[int]int{0: 1, 1: 1, 2: 2, 3: 3, 15: 3, 16: 4, 100: 20} {
		if got := community.ThresholdOf(members); got != want {
			t.Errorf("of %d: %d, want %d", members, got, want)
		}
	}
	for members, want := range map[int]int{1: 1, 49: 1, 50: 2, 100: 3, 1000: 3} {
		if got := community.SeatsOf(members); got != want {
			t.Errorf("seats of %d: %d, want %d", members, got, want)
		}
	}
}

// Ties are broken by a lot that anybody can draw again, and that favours nobody.
func TestTheLot(t *testing.T) {
	first := map[string]int{}
	for i := range 3000 {
		list := []community.Standing{{"ann", 2}, {"ben", 2}, {"cem", 1}, {"dina", 2}}
		community.Count(fmt.Sprint("seed ", i), list)
		if list[3].Handle != "cem" {
			t.Fatalf("fewer votes came before more: %+v", list)
		}
		first[list[0].Handle]++
	}
	for handle, n := range first {
		if n < 900 || n > 1100 { // 1,000 ± 4 standard deviations
			t.Errorf("%s won %d lots of 3,000", handle, n)
		}
	}
	if got := community.Lot("s", "ann"); got != "b20dd68c5afb142d9806d8127055e4b6e5208bd22fe1014ca07d902e6154a054" {
		t.Errorf("a lot is %q", got)
	}
}

// Experts elect who speaks for them: each votes once, nobody learns what before or
// after, and a term ends.
func TestElections(t *testing.T) {
	each(t, 5, func(t *testing.T, r *room) {
		ctx := t.Context()
		e, err := r.Community.CallElection(ctx, r.experts[0], r.program)
		r.must(err)
		if _, err := r.Community.CallElection(ctx, r.experts[1], r.program); !errors.Is(err, community.ErrSpoken) {
			t.Errorf("called twice: %v", err)
		}
		for i := range 3 {
			r.must(r.Community.Stand(ctx, r.experts[i], r.program, "I listen."))
		}
		r.must(r.Community.Stand(ctx, r.experts[1], r.program, "I listen, mail me at ann@example.com."))
		r.must(r.Community.StandDown(ctx, r.experts[2], r.program))
		if err := r.Community.Vote(ctx, r.experts[0], r.program, "expert-0"); !errors.Is(err, community.ErrNotNow) {
			t.Errorf("voted before it began: %v", err)
		}
		r.After(7 * 24 * time.Hour)
		if err := r.Community.Stand(ctx, r.experts[2], r.program, "Me too."); !errors.Is(err, community.ErrNotNow) {
			t.Errorf("stood too late: %v", err)
		}
		for by, handle := range []string{"expert-1", "expert-1", "expert-1", "expert-0"} {
			r.must(r.Community.Vote(ctx, r.experts[by], r.program, handle))
		}
		if err := r.Community.Vote(ctx, r.experts[0], r.program, "expert-0"); !errors.Is(err, community.ErrVoted) {
			t.Errorf("voted twice: %v", err)
		}
		if err := r.Community.Vote(ctx, r.experts[4], r.program, "expert-2"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("voted for who does not stand: %v", err)
		}
		v, speak, err := r.Community.Elections(ctx, r.experts[0], r.program)
		r.must(err)
		if !v.HasVoted || v.Election.Voted != 4 || len(speak) != 0 || len(v.Candidates) != 2 ||
			slices.ContainsFunc(v.Candidates, func(c community.CandidateView) bool {
				return c.Votes+c.Place != 0 || strings.Contains(c.Statement, "@")
			}) {
			t.Errorf("while it goes on: %+v", v)
		}
		if n := r.count("events", "kind LIKE 'community.%' AND subject = ? AND at > ?", e.ID, e.VoteAt); n != 0 {
			t.Errorf("%d events while people voted", n)
		}
		r.After(7 * 24 * time.Hour)
		v, speak, err = r.Community.Elections(ctx, r.experts[4], r.program)
		r.must(err)
		if len(speak) != 1 || speak[0].Handle != "expert-1" || v.Candidates[0].Votes != 3 || v.Candidates[1].Votes != 1 || v.Election.Seed == "" || v.MayCall {
			t.Errorf("the result: %+v, %+v", v, speak)
		}
		if post := r.say(1, "I speak for you.", nil); !r.posts(0, "")[0].Speaks {
			t.Errorf("post %s: its author speaks", post.ID)
		}
		if _, err := r.Community.CallElection(ctx, r.experts[0], r.program); !errors.Is(err, community.ErrSpoken) {
			t.Errorf("called at once: %v", err)
		}
		r.Clock.Advance(151 * 24 * time.Hour)
		_, err = r.Community.CallElection(ctx, r.experts[0], r.program)
		r.must(err)
		r.After(8 * 24 * time.Hour) // nobody stands: it closes at once
		if v, _, err := r.Community.Elections(ctx, r.experts[0], r.program); err != nil || v.Election.State != community.Closed || len(v.Candidates) != 0 {
			t.Errorf("nobody stood: %+v, %v", v, err)
		}
		r.Clock.Advance(30 * 24 * time.Hour)
		if _, speak, _ := r.Community.Elections(ctx, r.experts[0], r.program); len(speak) != 0 {
			t.Errorf("after the term: %+v", speak)
		}
	})
}

// Of sixteen at once each is counted, once.
func TestRaces(t *testing.T) {
	each(t, 8, func(t *testing.T, r *room) {
		ctx := t.Context()
		p, err := r.Community.Propose(ctx, r.experts[0], r.program, "Pay nights", "They are long.")
		r.must(err)
		race := func(do func(n int) error) (won int) {
			errs := make([]error, 16)
			var all sync.WaitGroup
			for i := range errs {
				all.Go(func() { errs[i] = do(i) })
			}
			all.Wait()
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, marketplace.ErrConflict) {
					t.Error(err)
				}
			}
			return won
		}
		race(func(n int) error { return r.Community.Support(ctx, r.experts[1+n%7], r.program, p.ID, true) })
		if v, err := r.Community.ProposalOf(ctx, r.experts[0], r.program, p.ID); err != nil || v.Proposal.Support != 3 || v.Proposal.State != community.Carried {
			t.Errorf("supported: %+v, %v", v, err)
		}
		if won := race(func(n int) error {
			return r.Community.AnswerProposal(ctx, []access.Caller{r.Owner, r.Manager}[n%2], r.program, p.ID, community.Accepted, "Yes.")
		}); won != 1 {
			t.Errorf("answered %d times", won)
		}
		if won := race(func(n int) error { _, err := r.Community.CallElection(ctx, r.experts[n%8], r.program); return err }); won != 1 {
			t.Errorf("called %d times", won)
		}
		r.must(r.Community.Stand(ctx, r.experts[0], r.program, "Me."))
		r.must(r.Community.Stand(ctx, r.experts[1], r.program, "Me."))
		r.After(7 * 24 * time.Hour)
		if won := race(func(n int) error { return r.Community.Vote(ctx, r.experts[n%8], r.program, fmt.Sprint("expert-", n%2)) }); won != 8 {
			t.Errorf("%d votes of 8 experts", won)
		}
	})
}

func TestFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		r := &room{Market: m, t: t, program: m.Program.ID}
		for i := range 4 {
			r.experts = append(r.experts, m.Expert(fmt.Sprint("expert-", i)))
		}
		ctx := t.Context()
		post := r.say(0, "Hello.", nil)
		p, err := r.Community.Propose(ctx, r.experts[0], r.program, "Pay", "Nights.")
		r.must(err)
		r.must(r.Community.Support(ctx, r.experts[1], r.program, p.ID, true))
		r.must(r.Community.Report(ctx, r.experts[1], r.program, post.ID, community.Spam))
		reports, err := r.Community.Reports(ctx, r.Operator, marketplace.Page{})
		r.must(err)
		why := "Reported as advertising."
		for i, do := range []func() error{
			func() error {
				_, err := r.Community.Say(ctx, r.experts[0], r.program, community.Help, "Hi.", nil)
				return err
			},
			func() error { return r.Community.Report(ctx, r.experts[2], r.program, post.ID, community.Abuse) },
			func() error { _, err := r.Community.Open(ctx, r.Operator, reports.Items[0].ID, why); return err },
			func() error { return r.Community.Decide(ctx, r.Operator, reports.Items[0].ID, true, why) },
			func() error { return r.Community.Remove(ctx, r.experts[0], r.program, post.ID) },
			func() error { return r.Community.SetErase(ctx, r.experts[0], r.program, true) },
			func() error { return r.Community.Support(ctx, r.experts[2], r.program, p.ID, true) }, // carries it
			func() error {
				return r.Community.AnswerProposal(ctx, r.Owner, r.program, p.ID, community.Accepted, "Yes.")
			},
			func() error { _, err := r.Community.Propose(ctx, r.experts[1], r.program, "More", "Tea."); return err },
			func() error { _, err := r.Community.CallElection(ctx, r.experts[0], r.program); return err },
			func() error { return r.Community.Stand(ctx, r.experts[0], r.program, "Me.") },
			func() error { return r.Community.StandDown(ctx, r.experts[0], r.program) },
		} {
			if n := dbtest.Halfway(t, db, do); n < 1 {
				t.Errorf("write %d: %d statements", i, n)
			}
		}
		r.must(r.Community.Stand(ctx, r.experts[0], r.program, "Me."))
		r.must(r.Community.Stand(ctx, r.experts[1], r.program, "Me."))
		r.After(7 * 24 * time.Hour)
		if n := dbtest.Halfway(t, db, func() error { return r.Community.Vote(ctx, r.experts[2], r.program, "expert-1") }); n < 3 {
			t.Errorf("a vote: %d statements", n)
		}
	})
}

// Who is not of the room any more neither speaks for it nor takes a seat, and
// another election can be called at once.
func TestElectedAndOut(t *testing.T) {
	join := func(r *room, by int) {
		r.t.Helper()
		r.must(r.Access.AddMember(r.t.Context(), r.Owner, r.Brand, r.experts[by].Person, access.Viewer))
	}
	for name, out := range map[string]func(*room, int){"a member of the brand": join, "suspended": (*room).suspend} {
		t.Run(name, func(t *testing.T) {
			each(t, 5, func(t *testing.T, r *room) {
				ctx := t.Context()
				_, err := r.Community.CallElection(ctx, r.experts[0], r.program)
				r.must(err)
				for i := range 3 {
					r.must(r.Community.Stand(ctx, r.experts[i], r.program, "I listen."))
				}
				r.After(7 * 24 * time.Hour)
				for by, handle := range []string{"expert-1", "expert-1", "expert-1", "expert-0", "expert-0"} {
					r.must(r.Community.Vote(ctx, r.experts[by], r.program, handle))
				}
				post := r.say(0, "I speak for you.", nil)
				out(r, 1)
				r.After(7 * 24 * time.Hour)
				v, speak, err := r.Community.Elections(ctx, r.experts[4], r.program)
				r.must(err)
				if len(speak) != 1 || speak[0].Handle != "expert-0" || len(v.Candidates) != 2 || v.MayCall {
					t.Fatalf("elected: %+v, %+v", v, speak)
				}
				out(r, 0)
				if v, err := r.Community.Voice(ctx, r.program); err != nil || len(v.Spokespeople) != 0 {
					t.Errorf("anybody reads: %+v, %v", v, err)
				}
				if v, err := r.Community.View(ctx, r.experts[4], r.program, post.ID); err != nil || v.Speaks {
					t.Errorf("their post: %+v, %v", v, err)
				}
				if v, speak, err := r.Community.Elections(ctx, r.experts[4], r.program); err != nil || len(speak) != 0 || !v.MayCall {
					t.Errorf("in the room: %+v, %+v, %v", v, speak, err)
				}
				_, err = r.Community.CallElection(ctx, r.experts[4], r.program)
				r.must(err)
			})
		})
	}
}

// In a room where one is enough, what is carried counts towards what one expert
// proposes; what is taken back does not.
func TestProposedEnough(t *testing.T) {
	each(t, 1, func(t *testing.T, r *room) {
		propose := func() (community.Proposal, error) {
			return r.Community.Propose(t.Context(), r.experts[0], r.program, "Pay nights", "They are long.")
		}
		for range community.MaxProposals {
			p, err := propose()
			r.must(err)
			if p.State != community.Carried || p.CarriedAt == nil {
				t.Fatalf("not carried at once: %+v", p)
			}
		}
		if _, err := propose(); !errors.Is(err, community.ErrTooMuch) {
			t.Errorf("without end: %v", err)
		}
		r.Clock.Advance(15 * 24 * time.Hour)
		_, err := propose()
		r.must(err)
	})
	each(t, 3, func(t *testing.T, r *room) {
		for range community.MaxProposals + 1 {
			p, err := r.Community.Propose(t.Context(), r.experts[0], r.program, "Pay nights", "They are long.")
			r.must(err)
			r.must(r.Community.Withdraw(t.Context(), r.experts[0], r.program, p.ID))
		}
	})
}
