package expert

import (
	"math"
	"math/rand/v2"
	"testing"

	"knowhow/matching/standing"
)

// judged draws experts of a program where so much of the work is good, more or
// less by topic and by expert, and their first outcomes; and what the chance of
// good work is on each topic.
func judged(seed uint64, n int, share, byTopic, byExpert float64) (people [][]standing.Cell, outcomes int, able [][]float64) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	for range n {
		own := byExpert * rnd.NormFloat64()
		var mine []standing.Cell
		var chances []float64
		for k := range 6 {
			chance := min(max(share+own+byTopic*rnd.NormFloat64(), .02), .98)
			c := standing.Cell{Right: k % 2, Of: k % 2}
			for range rnd.IntN(8) {
				outcomes++
				if rnd.Float64() < chance {
					c.Good++
				} else {
					c.Bad++
				}
			}
			mine, chances = append(mine, c), append(chances, chance)
		}
		people, able = append(people, mine), append(able, chances)
	}
	return people, outcomes, able
}

// missed is how far beliefs are from the truth, in the mean of squares.
func missed(p standing.Prior, people [][]standing.Cell, able [][]float64) float64 {
	sum, n := 0.0, 0
	for i := range people {
		for k, b := range p.Believe(people[i]) {
			sum += math.Pow(b.Mean()-able[i][k], 2)
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}

// A program's own prior is nearer to the truth where its experts are unlike those
// that the platform expects, and not farther where they are like them.
func TestFittedPriorIsNearerToTheTruth(t *testing.T) {
	for _, test := range []struct{ share, byTopic, byExpert, gain float64 }{
		{.75, .1, .07, -.02}, {.9, .05, .03, .25}, {.55, .15, .05, .1}, {.6, .02, .02, .3},
	} {
		platform, own := 0.0, 0.0
		for seed := range uint64(10) {
			people, outcomes, able := judged(seed, 40, test.share, test.byTopic, test.byExpert)
			p := fitRoll(people, outcomes, "own")
			platform += missed(rollPrior, people, able) / 10
			own += missed(p, people, able) / 10
		}
		t.Logf("%.0f %% good: the platform's prior is off by %.3f, the program's own by %.3f", 100*test.share, platform, own)
		if own > platform*(1-test.gain) {
			t.Errorf("%.2f: off by %.4f, with the platform's prior %.4f", test.share, own, platform)
		}
	}
}

func TestFittedPriorStaysNearThePlatforms(t *testing.T) {
	people, _, _ := judged(1, 40, .5, .1, .1)
	if got := fitRoll(people[:3], leastOutcomes-1, "few"); got != rollPrior {
		t.Errorf("of few outcomes %+v", got)
	}
	for _, mine := range people {
		for k := range mine {
			mine[k].Good, mine[k].Bad = 2, 2
		}
	}
	some, all := fitRoll(people[:5], 5*24, "some"), fitRoll(people, 40*24, "all")
	if !(all.Untested < some.Untested && some.Untested < rollPrior.Untested) {
		t.Errorf("expected of all %.3f, of some %.3f, by the platform %.3f", all.Untested, some.Untested, rollPrior.Untested)
	}
	if all.Version != "all" || math.Abs(all.Base+all.Slope-all.Untested-.05) > 1e-9 {
		t.Errorf("%+v", all)
	}
	for _, share := range []float64{0, 1} {
		people, outcomes, _ := judged(1, 200, share, 0, 0)
		if p := fitRoll(people, outcomes, "edge"); !(p.Untested >= .4 && p.Base+p.Slope <= .98 && p.Between >= 0 && p.Strength >= 2 && p.Strength <= 12) {
			t.Errorf("where %v of the work is good %+v", share, p)
		}
	}
}
