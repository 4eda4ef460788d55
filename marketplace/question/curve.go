package question

import (
	"cmp"
	"slices"
	"time"
)

// waited is how long one question waited for its first response, or, where it
// has none, how long it waited as far as we know.
type waited struct {
	wait     time.Duration
	answered bool
}

// curve is how long questions wait: the chance that the next one still waits
// after each of the waits that were seen. It is the product-limit estimate of
// Kaplan and Meier (Nonparametric estimation from incomplete observations, J. Am.
// Stat. Assoc. 53, 1958): a question that nobody has answered counts as waiting
// for as long as it did, and not as answered then.
//
// The next one counts among those who wait. Without that a forecast of few
// questions would be too bold: among n waits and the next each order is as
// likely, so that the next is within the k-th shortest with probability k/(n+1)
// (Lei et al., Distribution-free predictive inference for regression, J. Am.
// Stat. Assoc. 113, 2018).
type curve struct {
	sample int             // questions, answered or not
	waits  []time.Duration // at which some were answered, ascending
	left   []float64       // the chance to wait longer than that
}

func newCurve(list []waited) curve {
	slices.SortFunc(list, func(a, b waited) int { return cmp.Compare(a.wait, b.wait) })
	c, left := curve{sample: len(list)}, 1.0
	for i := 0; i < len(list); {
		n, answered := 0, 0
		for ; i+n < len(list) && list[i+n].wait == list[i].wait; n++ {
			if list[i+n].answered {
				answered++
			}
		}
		if answered > 0 {
			left *= 1 - float64(answered)/float64(len(list)-i+1)
			c.waits, c.left = append(c.waits, list[i].wait), append(c.left, left)
		}
		i += n
	}
	return c
}

// quantile is the wait that a share of those who have waited for so long already
// do not exceed. It is not known where too few were answered after that: of nine
// in ten, fewer than nine.
func (c curve) quantile(share float64, already time.Duration) (time.Duration, bool) {
	from, left := 0, 1.0
	for from < len(c.waits) && c.waits[from] <= already {
		left = c.left[from]
		from++
	}
	const slack = 1e-9 // of the products' rounding
	for i := from; i < len(c.waits); i++ {
		if c.left[i] <= left*(1-share)+slack {
			return c.waits[i], true
		}
	}
	return 0, false
}
