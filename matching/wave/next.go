package wave

import (
	"math"
	"time"
)

// Promise is what is still to be kept of a promise.
type Promise struct {
	Left   time.Duration // until somebody must have accepted; not above zero: it is broken, and haste is all that is left
	Chance float64       // with which that is to be kept, 0 to 1
	Asked  int           // experts who were asked already in this attempt
}

// Limits are the program's.
type Limits struct {
	Together    bool          // the first wave need not be one expert alone
	Experts     int           // who can be asked yet, in all
	AtOnce      int           // at most in one wave
	Least, Most time.Duration // an offer is open
}

// Wave is what to send.
type Wave struct {
	Experts int
	Open    time.Duration
	Chance  float64 // that somebody accepts within Promise.Left, in this wave or in those like it after it
}

// enough is the share of those who will ever accept for whom a wave waits.
const enough = .9

// Next is the next wave, at an hour of the week and a reward.
//
// It is open until nine in ten of those have accepted who would within
// Limits.Most, but for no longer than there is left. So many waves, m, fit into
// what is left, and each asks n experts, the fewest with
//
//	1 − exp(−m n f H(open)) ≥ Promise.Chance
//
// where H is the cumulative hazard of being accepted and f the factors of hour
// and reward. The first wave is one expert alone, for at most half of what is
// left. With less time left m and open never grow, and so n never falls.
func (t *Takeup) Next(p Promise, l Limits, hour int, reward int64) Wave {
	if l.Experts <= 0 {
		return Wave{}
	}
	h, r := t.factors(hour, reward)
	factor := h.of() * r.of()
	left := p.Left
	alone := p.Asked == 0 && !l.Together
	if alone {
		left /= 2
	}
	open := min(max(min(t.patience(l.Most), left), l.Least), max(l.Most, l.Least))
	hazard := factor * t.hazard(open)
	if alone {
		w := Wave{Experts: 1, Open: open, Chance: 1 - math.Exp(-hazard)}
		after := l
		after.Experts--
		rest := t.Next(Promise{Left: p.Left - open, Chance: p.Chance, Asked: 1}, after, hour, reward)
		if p.Left-open < l.Least {
			rest.Chance = 0
		}
		w.Chance = 1 - (1-w.Chance)*(1-rest.Chance)
		return w
	}
	waves := max(1, int(left/max(open, 1)))
	size := l.Experts
	if need := -math.Log1p(-min(max(p.Chance, 0), 1-1e-9)) / (float64(waves) * hazard); need < float64(size) {
		size = max(1, int(math.Ceil(need-1e-9)))
	}
	if l.AtOnce > 0 {
		size = min(size, l.AtOnce)
	}
	return Wave{Experts: size, Open: open, Chance: 1 - math.Exp(-hazard*float64(min(waves*size, l.Experts)))}
}

// patience is how long it is worth waiting for whom was asked: until the hazard
// is enough.
func (t *Takeup) patience(most time.Duration) time.Duration {
	want := -math.Log1p(-enough * (1 - math.Exp(-t.hazard(most))))
	from := 0.0
	for i, to := range bounds {
		step := t.taken[i] / t.open[i]
		if step >= want {
			return min(time.Duration((from+(to-from)*want/step)*float64(time.Second)), most).Round(time.Second)
		}
		want -= step
		from = to
	}
	return most
}
