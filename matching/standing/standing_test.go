package standing

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var cells = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Cell {
	of := rapid.SampledFrom([]int{0, 5, 10}).Draw(t, "of")
	return Cell{Of: of, Right: rapid.IntRange(0, of).Draw(t, "right"),
		Good: rapid.Float64Range(0, 40).Draw(t, "good"), Bad: rapid.Float64Range(0, 40).Draw(t, "bad")}
}), 1, 8)

var priors = rapid.Custom(func(t *rapid.T) Prior {
	return Prior{Base: rapid.Float64Range(0, .9).Draw(t, "base"), Slope: rapid.Float64Range(0, .9).Draw(t, "slope"),
		Untested: rapid.Float64Range(0, 1).Draw(t, "untested"), Strength: rapid.Float64Range(.5, 50).Draw(t, "strength"),
		Between: rapid.SampledFrom([]float64{0, .001, .02}).Draw(t, "between")}
})

// On its topic a success raises what is believed, and it lowers nothing
// elsewhere.
func TestSuccessNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, before := priors.Draw(t, "prior"), cells.Draw(t, "cells")
		p.Between = 0
		at := rapid.IntRange(0, len(before)-1).Draw(t, "at")
		after := slices.Clone(before)
		after[at].Good++
		was, is := p.Believe(before), p.Believe(after)
		for i := range was {
			if is[i].Mean() < was[i].Mean()-1e-12 || i == at && !(is[i].Mean() > was[i].Mean()) {
				t.Fatalf("%g fell to %g", was[i].Mean(), is[i].Mean())
			}
		}
	})
}

func TestElsewhereCounts(t *testing.T) {
	p := Default()
	p.Between = .02
	good := p.Believe([]Cell{{Good: 20, Bad: 1}, {}})
	bad := p.Believe([]Cell{{Good: 1, Bad: 20}, {}})
	none := p.Believe([]Cell{{}, {}})
	if !(good[1].Mean() > none[1].Mean()+.05 && bad[1].Mean() < none[1].Mean()-.05) {
		t.Errorf("after much good %g, much bad %g, nothing %g", good[1].Mean(), bad[1].Mean(), none[1].Mean())
	}
}

// crowd draws experts whose skill is Beta(2, 3), or has a level of their own, with
// five items tested per topic, and has the better half of them asked four times
// as often: as a market would.
func crowd(seed uint64, n int, level float64) (experts [][]Cell, skill [][]float64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range n {
		var mine []Cell
		var able []float64
		own := level * rnd.NormFloat64()
		for range 20 {
			s := bounded(beta23(rnd) + own)
			c := Cell{Of: 5}
			for range c.Of {
				if rnd.Float64() < .25+.75*s {
					c.Right++
				}
			}
			for range 10 {
				if c.Bad > c.Good && rnd.Float64() < .75 {
					continue
				}
				if rnd.Float64() < s {
					c.Good++
				} else {
					c.Bad++
				}
			}
			mine, able = append(mine, c), append(able, s)
		}
		experts, skill = append(experts, mine), append(skill, able)
	}
	return experts, skill
}

// beta23 is the second least of four even draws.
func beta23(rnd *rand.Rand) float64 {
	draws := []float64{rnd.Float64(), rnd.Float64(), rnd.Float64(), rnd.Float64()}
	slices.Sort(draws)
	return draws[1]
}

func TestFitFindsTheCrowd(t *testing.T) {
	for _, level := range []float64{0, .15} {
		experts, skill := crowd(3, 300, level)
		p := Fit(experts, Default(), "test")
		if again := Fit(experts, p, "test"); math.Abs(again.Base-p.Base) > .02 || math.Abs(again.Strength/p.Strength-1) > .1 {
			t.Errorf("fitted again %+v, before %+v", again, p)
		}
		var mean, bias, square, prior, apart float64
		for e := range experts {
			for i, b := range p.Believe(experts[e]) {
				mean += skill[e][i]
				bias += b.Mean() - skill[e][i]
				square += math.Pow(b.Mean()-skill[e][i], 2)
				prior += math.Pow(p.expected(experts[e][i])-skill[e][i], 2)
			}
			alone := p
			alone.Between = 0
			for i, b := range alone.Believe(experts[e]) {
				apart += math.Pow(b.Mean()-skill[e][i], 2)
			}
		}
		n := float64(20 * len(experts))
		t.Logf("level %g: %+v, bias %.4f, error %.4f (alone %.4f, prior %.4f)", level, p, bias/n, math.Sqrt(square/n), math.Sqrt(apart/n), math.Sqrt(prior/n))
		if math.Abs(bias/n) > .02 || square > .65*prior {
			t.Errorf("level %g: bias %.4f, squared error %.4f of the prior's", level, bias/n, square/prior)
		}
		if found := math.Sqrt(p.Between); level == 0 && found > .05 || level > 0 && (found < level/3 || found > level*4/3) {
			t.Errorf("experts vary by %.3f, found %.3f", level, found)
		}
		if level > 0 && square > .97*apart {
			t.Errorf("what is done elsewhere does not help: %.4f, alone %.4f", square/n, apart/n)
		}
	}
}

func TestFitGoesByNoOrder(t *testing.T) {
	experts, _ := crowd(5, 40, .1)
	want := Fit(experts, Default(), "x")
	turned := slices.Clone(experts)
	slices.Reverse(turned)
	got := Fit(turned, Default(), "x")
	if math.Abs(got.Between-want.Between) > 1e-12 {
		t.Errorf("%+v, in another order %+v", want, got)
	}
	got.Between = want.Between
	if got != want {
		t.Errorf("%+v, in another order %+v", want, got)
	}
}

func TestOfNothingTheDefaultIsKept(t *testing.T) {
	want := Default()
	want.Version = "none"
	if got := Fit(nil, Default(), "none"); got != want {
		t.Errorf("%+v", got)
	}
	list := Default().Believe([]Cell{{}, {Of: 5, Right: 5}, {Of: 5}})
	if list[0].Mean() != .5 || list[1].Mean() <= list[0].Mean() || list[2].Mean() >= list[0].Mean() {
		t.Errorf("%+v", list)
	}
}

func BenchmarkFit(b *testing.B) {
	experts, _ := crowd(3, 200, 0)
	b.ReportAllocs()
	for b.Loop() {
		Fit(experts, Default(), "bench")
	}
}
