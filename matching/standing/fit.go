package standing

import (
	"cmp"
	"math"
	"slices"
)

// Fit is the prior that makes a program's outcomes most likely (empirical Bayes),
// held towards Default by as much as a dozen outcomes are worth. It starts from
// a prior fitted before, or from Default, and is the same for the same cells.
// The variance between experts is what their sums vary by beyond chance, zero if
// that is nothing.
func Fit(experts [][]Cell, from Prior, version string) Prior {
	return FitTo(experts, from, Default(), version)
}

// FitTo is Fit held towards another prior than Default.
func FitTo(experts [][]Cell, from, toward Prior, version string) Prior {
	kinds := kindsOf(experts)
	p := from
	p.Version = version
	at := p.posterior(kinds, toward)
	for step := .1; step > .004; step /= 2 {
		for range 8 {
			next, value := p.better(kinds, toward, at, step)
			if value <= at {
				break
			}
			p, at = next, value
		}
	}
	p.Between = p.between(experts)
	return p
}

// kind is a cell as it counts for the likelihood, and how many there are.
type kind struct {
	Cell
	n float64
}

// kindsOf are the cells with outcomes, in an order of their own.
func kindsOf(experts [][]Cell) []kind {
	count := map[Cell]float64{}
	for _, cells := range experts {
		for _, c := range cells {
			if c.Good+c.Bad > 0 {
				count[c]++
			}
		}
	}
	list := make([]kind, 0, len(count))
	for c, n := range count {
		list = append(list, kind{c, n})
	}
	slices.SortFunc(list, func(a, b kind) int {
		return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.Right, b.Right), cmp.Compare(a.Good, b.Good), cmp.Compare(a.Bad, b.Bad))
	})
	return list
}

// better is the best prior one step away, in any one of the parameters.
func (p Prior) better(kinds []kind, toward Prior, at, step float64) (Prior, float64) {
	best := p
	try := func(change func(p *Prior)) {
		next := p
		change(&next)
		if value := next.posterior(kinds, toward); value > at {
			best, at = next, value
		}
	}
	for _, by := range []float64{step, -step} {
		try(func(p *Prior) { p.Base += by })
		try(func(p *Prior) { p.Slope = max(0, p.Slope+by) })
		try(func(p *Prior) { p.Base, p.Slope = p.Base-by/2, max(0, p.Slope+by) })
		try(func(p *Prior) { p.Untested += by })
		try(func(p *Prior) { p.Strength = min(max(p.Strength*math.Exp(4*by), .5), 100) })
	}
	return best, at
}

// posterior is the likelihood of all cells, and how near the prior is to d.
func (p Prior) posterior(kinds []kind, d Prior) float64 {
	off := func(by, width float64) float64 { return by * by / (2 * width * width) }
	sum := -off(p.Base-d.Base, .15) - off(p.Slope-d.Slope, .15) - off(p.Untested-d.Untested, .15) - off(math.Log(p.Strength/d.Strength), 1)
	for _, k := range kinds {
		sum += k.n * likelihood(p.expected(k.Cell), p.Strength, k.Good, k.Bad)
	}
	return sum
}

// between is by how much experts vary as such, less the standard error of that:
// what may be chance does not count.
func (p Prior) between(experts [][]Cell) float64 {
	var beyond, squares, weight float64
	for _, cells := range experts {
		s := p.sums(cells)
		off := s.moved*s.moved - s.noise
		beyond += off
		squares += off * off
		weight += s.weight * s.weight
	}
	if weight == 0 {
		return 0
	}
	return min(max((beyond-math.Sqrt(squares))/weight, 0), .1)
}
