package insight

import (
	"cmp"
	"slices"
	"time"
)

// wait is how long something took, or, where its end was not seen, how long it
// has taken so far: then it is censored.
type wait struct {
	took time.Duration
	seen bool
}

// waits are the waits of one slot.
type waits []wait

func (w *waits) add(from time.Time, end *time.Time, until time.Time) {
	if end != nil {
		*w = append(*w, wait{end.Sub(from), true})
		return
	}
	*w = append(*w, wait{max(until.Sub(from), 0), false})
}

// Wait is how long a customer waited. Median and P90 are nil where the sample
// does not tell: nobody waited, or too many still do.
type Wait struct {
	Median, P90 *time.Duration
	N           int // questions
	Censored    int // of them, those whose end is not known
}

// figure is the product-limit estimate of the waits' distribution (Kaplan and
// Meier, Nonparametric Estimation from Incomplete Observations, JASA 53, 1958):
// a censored wait counts as long as it was seen, and says nothing of later.
// Without censored waits the median is the ordinary one, the lower of two.
func (w waits) figure() Wait {
	slices.SortFunc(w, func(a, b wait) int {
		if c := cmp.Compare(a.took, b.took); c != 0 || a.seen == b.seen {
			return c
		}
		if a.seen {
			return -1 // who ended then was waited for by those last seen then
		}
		return 1
	})
	out, left := Wait{N: len(w)}, 1.0
	for i, one := range w {
		if !one.seen {
			out.Censored++
			continue
		}
		left *= 1 - 1/float64(len(w)-i)
		if took := one.took; out.Median == nil && left <= 0.5+rounding {
			out.Median = &took
		}
		if took := one.took; out.P90 == nil && left <= 0.1+rounding {
			out.P90 = &took
		}
	}
	return out
}

// rounding is what a product of many fractions may be off by.
const rounding = 1e-9

// ratio is part of whole in basis points, rounded half up; nil of nothing.
func ratio(part, whole int) *int {
	if whole == 0 {
		return nil
	}
	bp := int((int64(part)*20_000 + int64(whole)) / (2 * int64(whole)))
	return &bp
}
