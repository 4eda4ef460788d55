package wait

import (
	"cmp"
	"slices"
	"time"
)

// Wait is how long one question waited, or, where it is not over or will never
// be, how long as far as we know.
type Wait struct {
	For  time.Duration
	Over bool
}

// Curve is how long questions wait: the chance that the next one still waits
// after each of the waits that were seen. It is the product-limit estimate of
// Kaplan and Meier (Nonparametric estimation from incomplete observations, J. Am.
// Stat. Assoc. 53, 1958): a question that nobody has answered counts as waiting
// for as long as it did, and not as answered then.
//
// The next one counts among those who wait. Without that a forecast of few
// questions would be too bold: among n waits and the next each order is as
// likely, so that the next is within the k-th shortest with probability k/(n+1)
// (Lei et al., Distribution-free predictive inference for regression, J. Am.
// Stat. Assoc. 113, 2018). The zero value knows nothing.
type Curve struct {
	Sample int             // questions, answered or not
	waits  []time.Duration // at which some were answered, ascending
	left   []float64       // the chance to wait longer than that
}

// NewCurve is the curve of the waits, which it sorts.
func NewCurve(list []Wait) Curve {
	slices.SortFunc(list, func(a, b Wait) int { return cmp.Compare(a.For, b.For) })
	c, left := Curve{Sample: len(list)}, 1.0
	for i := 0; i < len(list); {
		n, over := 0, 0
		for ; i+n < len(list) && list[i+n].For == list[i].For; n++ {
			if list[i+n].Over {
				over++
			}
		}
		if over > 0 {
			left *= 1 - float64(over)/float64(len(list)-i+1)
			c.waits, c.left = append(c.waits, list[i].For), append(c.left, left)
		}
		i += n
	}
	return c
}

// Quantile is the wait that a share of those who have waited for so long already
// do not exceed. It is not known where too few were answered after that: of nine
// in ten, fewer than nine.
func (c Curve) Quantile(share float64, already time.Duration) (time.Duration, bool) {
	from, found := slices.BinarySearch(c.waits, already)
	if found {
		from++
	}
	left := 1.0
	if from > 0 {
		left = c.left[from-1]
	}
	const slack = 1e-9 // of the products' rounding
	i, _ := slices.BinarySearchFunc(c.left[from:], left*(1-share)+slack, func(left, least float64) int { return cmp.Compare(least, left) })
	if i += from; i < len(c.waits) {
		return c.waits[i], true
	}
	return 0, false
}
