package wait

import (
	"math"
	"time"
)

// Forecast is how long a question will have waited, counted from the asking.
type Forecast struct {
	Median, P90 time.Duration // zero: not known
	Sample      int           // questions in a like situation
}

// Worse tells whether what is forecast now is clearly worse than what was told:
// the ninth decile told has passed, or half of those alike wait for longer.
func (told Forecast) Worse(now Forecast, already time.Duration) bool {
	return told.P90 > 0 && (already > told.P90 || now.Median > told.P90)
}

const (
	alike  = 400 // the latest of a situation that are looked at
	fewest = 20  // of which a forecast is made
	stale  = 8   // a curve is made anew after so many news
	kinds  = 24  // of situations
)

// History is the waits of a program's questions by situation. The zero value is
// empty. Not safe for concurrent use.
type History struct {
	kind [kinds]past
}

// past is the latest questions of one kind of situation.
type past struct {
	list  []asked
	next  int // the oldest, once there are alike
	curve Curve
	news  int
}

type asked struct {
	at   time.Time
	wait Wait
}

// Place is where History keeps a question, until it is over.
type Place struct {
	kind, at int
	asked    time.Time
}

// kindOf groups delays: none, up to five minutes, up to ten, and so on.
func kindOf(delay time.Duration) int {
	if delay <= 0 {
		return 0
	}
	return 1 + min(max(int(math.Ceil(math.Log2(delay.Minutes()/5))), 0), kinds-2)
}

// Ask counts a question asked when experts needed so long to come to it.
func (h *History) Ask(at time.Time, delay time.Duration) Place {
	k := kindOf(delay)
	p := &h.kind[k]
	one := asked{at: at, wait: Wait{For: -1}}
	if len(p.list) < alike {
		p.list = append(p.list, one)
		return Place{k, len(p.list) - 1, at}
	}
	place := Place{k, p.next, at}
	p.list[p.next] = one
	p.next = (p.next + 1) % alike
	return place
}

// End says how long the question waited: answered, or never to be.
func (h *History) End(p Place, wait Wait) {
	kept := &h.kind[p.kind]
	if one := &kept.list[p.at]; one.at.Equal(p.asked) && one.wait.For < 0 { // else it was forgotten
		one.wait = wait
		kept.news++
	}
}

// Forecast is that of a question that experts need so long to come to: the one
// that a share of those in a like situation did not exceed. Level.P90 is the
// share that comes out as nine in ten.
func (h *History) Forecast(now time.Time, delay, already time.Duration, l Level) Forecast {
	c := h.like(now, kindOf(delay))
	f := Forecast{Sample: c.Sample}
	if c.Sample < fewest {
		return f
	}
	f.Median, _ = c.Quantile(.5, already)
	f.P90, _ = c.Quantile(l.P90(), already)
	return f
}

// like is the curve of a kind; of its neighbours too, where it is of too few.
func (h *History) like(now time.Time, kind int) Curve {
	p := &h.kind[kind]
	if len(p.list) >= fewest {
		if p.news >= min(stale, 1+len(p.list)/fewest) || p.curve.Sample == 0 {
			p.curve, p.news = NewCurve(h.waits(now, kind, kind)), 0
		}
		return p.curve
	}
	for by := 1; by < kinds; by++ {
		if list := h.waits(now, max(kind-by, 0), min(kind+by, kinds-1)); len(list) >= fewest {
			return NewCurve(list)
		}
	}
	return Curve{}
}

// waits are those of the kinds from one to another; who still waits has waited
// until now.
func (h *History) waits(now time.Time, from, to int) []Wait {
	var list []Wait
	for k := from; k <= to; k++ {
		for _, one := range h.kind[k].list {
			w := one.wait
			if w.For < 0 {
				w = Wait{For: max(now.Sub(one.at), 0)}
			}
			list = append(list, w)
		}
	}
	return list
}

// Level holds forecasts to what came true: where too many waited for longer than
// they were told, the next are told more, and where too few did, less (Gibbs and
// Candès, Adaptive conformal inference under distribution shift, NeurIPS 2021).
// In the long run as many come true as should, whatever happens. The zero value
// corrects nothing yet.
type Level struct{ by float64 }

// step is by how much one forecast that failed moves the level.
const step = .004

// P90 is the share of past waits that the ninth decile is to cover.
func (l Level) P90() float64 { return min(max(.9+l.by, .6), .995) }

// Heard counts a forecast of nine in ten that is decided: it was kept or not.
func (l *Level) Heard(kept bool) {
	if kept {
		l.by -= step * .1
	} else {
		l.by += step * .9
	}
	l.by = min(max(l.by, -.3), .095)
}
