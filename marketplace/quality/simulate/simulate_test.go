package simulate

import (
	"errors"
	"testing"
)

func free() error { return nil }

func TestTheWorldIsAsSaid(t *testing.T) {
	w := newWorld(1)
	crooked, groups := 0, map[int]int{}
	for _, a := range w.accounts {
		if a.crooked() {
			crooked++
			groups[a.group]++
		}
	}
	if len(w.accounts) != people+multiples*(accountsOf-1) || crooked != rings*ringSize+multiples*accountsOf || len(groups) != rings+multiples {
		t.Fatalf("%d accounts, %d crooked in %d groups", len(w.accounts), crooked, len(groups))
	}
	for group, n := range groups {
		if want := map[bool]int{true: ringSize, false: accountsOf}[group <= rings]; n != want {
			t.Errorf("group %d has %d accounts, want %d", group, n, want)
		}
	}
	var bad, of [2]float64
	for _, job := range w.work {
		kind := 0
		if w.accounts[job.author].crooked() {
			kind = 1
		}
		of[kind]++
		if job.bad {
			bad[kind]++
		}
	}
	if honest, crooked := bad[0]/of[0], bad[1]/of[1]; honest < .045 || honest > .055 || crooked < .37 || crooked > .43 {
		t.Errorf("honest people deliver %.3f bad work, the others %.3f", honest, crooked)
	}
}

func TestVotesInTheWorld(t *testing.T) {
	w := newWorld(2)
	honest, friend, rival := len(w.accounts)-1, 0, ringSize
	wrong := 0
	for i := range 2000 {
		rnd := w.chance(ofVote, i)
		if w.fails(rnd, honest, friend, i%2 == 0) != (i%2 == 0) {
			wrong++
		}
		if w.fails(rnd, friend, friend+1, true) || !w.fails(rnd, friend, rival, false) || !w.fails(rnd, friend, -1, false) {
			t.Fatal("a ring does not keep together")
		}
	}
	if wrong < 160 || wrong > 240 {
		t.Errorf("an honest reviewer was wrong %d times of 2000, want about 200", wrong)
	}
}

// Who votes where people choose their work: at most three, never the author.
func TestChoosers(t *testing.T) {
	w := newWorld(3)
	all := func() bool { return true }
	for _, job := range w.work[:300] {
		list := w.choosers(job, w.chance(ofChoosers, job.number).Perm(len(w.accounts)), all)
		if len(list) != 3 {
			t.Fatalf("%d voters", len(list))
		}
		for _, p := range list {
			if p == job.author {
				t.Fatal("the author votes")
			}
			if w.accounts[job.author].crooked() && !w.accounts[p].mates(w.accounts[job.author]) && w.accounts[job.author].group <= rings {
				t.Fatal("a friend who is there leaves the place to somebody else")
			}
		}
	}
}

// The figures that the policy is held to, on two worlds of which it was not made.
func TestJudgingKeepsItsBounds(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{101, 102} {
		f, err := Run(seed, free)
		if err != nil {
			t.Fatal(err)
		}
		if f.BadPassed > f.BadPassedMajority/3 {
			t.Errorf("seed %d: %.3f of bad work passes, under majority voting %.3f", seed, f.BadPassed, f.BadPassedMajority)
		}
		if f.HonestRefused > .005 {
			t.Errorf("seed %d: %.4f of honest work stays refused", seed, f.HonestRefused)
		}
		if f.Brier >= f.BrierMean || f.Brier >= f.BrierWilson {
			t.Errorf("seed %d: Brier %.4f, of the mean %.4f, of Wilson's bound %.4f", seed, f.Brier, f.BrierMean, f.BrierWilson)
		}
		if f.Reviewed < .19 || f.Reviewed > .21 || f.Gold < .04 || f.Gold > .06 || f.VotesPerReview < 2 || f.VotesPerReview > 3 {
			t.Errorf("seed %d: %.3f reviewed by %.2f votes, %.3f gold", seed, f.Reviewed, f.VotesPerReview, f.Gold)
		}
		again, err := Run(seed, free)
		if err != nil || again != f {
			t.Errorf("seed %d again: %+v, %v, was %+v", seed, again, err, f)
		}
	}
}

func TestRunStops(t *testing.T) {
	stop, days := errors.New("stop"), 0
	_, err := Run(1, func() error {
		if days++; days == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || days != 3 {
		t.Errorf("after %d days: %v", days, err)
	}
}

func TestSummarise(t *testing.T) {
	s := Summarise(7, []Figures{{BadPassed: .1, BrierMean: .3, Brier: .1}, {BadPassed: .3, BrierMean: .5, Brier: .2}})
	if s.Seed != 7 || s.Seeds != 2 || s.BadPassed < .1999 || s.BadPassed > .2001 || s.BadPassedCI.Low >= .1 || s.BadPassedCI.High <= .3 {
		t.Errorf("got %+v", s)
	}
	if by := s.BrierAheadOfMean; by.Mean < .2499 || by.Mean > .2501 {
		t.Errorf("ahead by %+v", by)
	}
}
