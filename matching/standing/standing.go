// Package standing is what to believe of an expert's work on a topic: a Beta
// distribution, from what they did there, what they did elsewhere, how they were
// tested, and how such experts turned out in this program.
//
// It leaves to its caller who did what, whose work was judged fairly, and how
// evidence fades: counts may be fractions.
//
// Invariants, each with a test: where experts do not differ as such
// (Prior.Between is zero) one more success raises the belief on its topic and
// lowers none; the order of experts makes no difference beyond rounding; without
// evidence everybody who was tested alike is believed alike.
package standing

import "math"

// Cell is what is known of one expert on one topic.
type Cell struct {
	Right, Of int     // of the test's items; Of 0: not tested
	Good, Bad float64 // outcomes, each by its weight
}

// Belief is the distribution Beta(Alpha, Beta) of the chance that the next work
// is good.
type Belief struct{ Alpha, Beta float64 }

// Mean is the chance as it is expected.
func (b Belief) Mean() float64 { return b.Alpha / (b.Alpha + b.Beta) }

// Prior is what a program's outcomes teach about experts before their own. The
// share of good work that is expected of a cell is Base + Slope × the share of
// the test's items that were right, or Untested. Single cells scatter about it
// as Beta with a sum of Strength, and all of an expert's cells together with the
// variance Between.
type Prior struct {
	Base, Slope, Untested, Strength, Between float64
	Version                                  string // of what it was fitted on
}

// Default is what to go by before anything is known: tests that tell something,
// and doubt.
func Default() Prior {
	return Prior{Base: .3, Slope: .4, Untested: .5, Strength: 4, Version: "default-1"}
}

// expected is the prior mean of a cell.
func (p Prior) expected(c Cell) float64 {
	if c.Of == 0 {
		return bounded(p.Untested)
	}
	return bounded(p.Base + p.Slope*float64(c.Right)/float64(c.Of))
}

// bounded keeps a mean where a Beta distribution can have it.
func bounded(mean float64) float64 { return min(max(mean, .02), .98) }

// Believe is what to believe of one expert, topic by topic as cells has them.
// What they did on all topics moves each: by the best linear guess, given how far
// experts differ as such (Prior.Between).
func (p Prior) Believe(cells []Cell) []Belief {
	list := make([]Belief, len(cells))
	p.BelieveInto(list, cells)
	return list
}

// BelieveInto is Believe into a list of the same length.
func (p Prior) BelieveInto(list []Belief, cells []Cell) {
	shift := p.sums(cells).shift(p.Between)
	for i, c := range cells {
		mean := bounded(p.expected(c) + shift)
		list[i] = Belief{Alpha: mean*p.Strength + c.Good, Beta: (1-mean)*p.Strength + c.Bad}
	}
}

// sums are an expert's cells taken together.
type sums struct {
	moved  float64 // posterior less prior means
	weight float64 // how much of an expert's own level shows in that
	noise  float64 // the variance of moved, were there no such level
}

func (p Prior) sums(cells []Cell) sums {
	var s sums
	for _, c := range cells {
		n := c.Good + c.Bad
		if n == 0 {
			continue
		}
		mean, keep := p.expected(c), n/(n+p.Strength)
		s.moved += keep * (c.Good/n - mean)
		s.weight += keep
		s.noise += keep * mean * (1 - mean) / (p.Strength + 1)
	}
	return s
}

// shift is how much better or worse than others alike an expert seems, given the
// variance between experts.
func (s sums) shift(between float64) float64 {
	if between <= 0 || s.weight == 0 {
		return 0
	}
	return between * s.weight * s.moved / (between*s.weight*s.weight + s.noise)
}

// likelihood is the logarithm of the chance of a cell's outcomes in their order,
// beta-binomial. It does not mind that who does well is asked again.
func likelihood(mean, strength, good, bad float64) float64 {
	a, b := mean*strength, (1-mean)*strength
	return lgamma(a+good) - lgamma(a) + lgamma(b+bad) - lgamma(b) - lgamma(strength+good+bad) + lgamma(strength)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
