package wait

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestCurveOfLittle(t *testing.T) {
	few := func(n int, answered bool) (list []Wait) {
		for i := range n {
			list = append(list, Wait{time.Duration(i + 1), answered})
		}
		return list
	}
	for name, c := range map[string]struct {
		list    []Wait
		already time.Duration
		known   bool
	}{
		"nothing":             {},
		"eight":               {list: few(8, true)},
		"nine":                {list: few(9, true), known: true},
		"nobody answered":     {list: few(100, false)},
		"nine still to come":  {list: few(100, true), already: 91, known: true},
		"eight still to come": {list: few(100, true), already: 92},
		"beyond everybody":    {list: few(100, true), already: 500},
	} {
		if d, ok := NewCurve(c.list).Quantile(.9, c.already); ok != c.known || ok && d <= c.already {
			t.Errorf("%s: %d, %v", name, d, ok)
		}
	}
}

// worlds are ways in which questions wait, in seconds.
var worlds = map[string]func(rnd *rand.Rand) float64{
	"exponential": func(rnd *rand.Rand) float64 { return 300 * rnd.ExpFloat64() },
	"log-normal":  func(rnd *rand.Rand) float64 { return math.Exp(5 + 1.2*rnd.NormFloat64()) },
	"two crowds": func(rnd *rand.Rand) float64 { // by day and by night
		if rnd.Float64() < .7 {
			return 60 + 30*rnd.Float64()
		}
		return 3600 + 7200*rnd.Float64()
	},
	"in waves": func(rnd *rand.Rand) float64 { // each wave answers half, after two minutes
		wave := 0
		for rnd.Float64() < .5 {
			wave++
		}
		return float64(wave)*120 + 20 + 90*rnd.Float64()
	},
}

// What is forecast comes true: nine in ten of the next waits, and of those who
// have waited already, are within the ninth decile, half within the median, from
// few questions and from many, also where some were taken back.
func TestForecastsAreCalibrated(t *testing.T) {
	for name, draw := range worlds {
		for _, n := range []int{20, 60, 400} {
			for _, takenBack := range []float64{0, .2} {
				for _, already := range []float64{0, 75} {
					of := fmt.Sprintf("%s, %d, %.0f %% taken back, after %.0f s", name, n, 100*takenBack, already)
					w := world{draw: draw, takenBack: takenBack, rnd: rand.New(rand.NewPCG(uint64(n), 7))}
					if covered, known := w.covered(n, .9, already); known > 300 && (covered < .85 || covered > .95) {
						t.Errorf("%s: %.1f %% of %d are within the ninth decile", of, 100*covered, known)
					} else if n >= 60 && known < 300 {
						t.Errorf("%s: only %d were forecast", of, known)
					}
					if covered, known := w.covered(n, .5, already); known > 300 && (covered < .44 || covered > .58) {
						t.Errorf("%s: %.1f %% of %d are within the median", of, 100*covered, known)
					}
				}
			}
		}
	}
}

type world struct {
	draw      func(*rand.Rand) float64
	takenBack float64 // the share that is taken back before it is answered, at most
	rnd       *rand.Rand
}

// covered makes forecasts of n questions each, and tells the share of next waits
// that they cover, of how many were forecast.
func (w world) covered(n int, share, already float64) (float64, int) {
	covered, known := 0, 0
	for range 700 {
		list := make([]Wait, n)
		for i := range list {
			wait := w.draw(w.rnd)
			list[i] = Wait{For: seconds(wait), Over: true}
			if back := seconds(400 * w.rnd.Float64()); w.rnd.Float64() < w.takenBack && back < list[i].For {
				list[i] = Wait{For: back}
			}
		}
		bound, ok := NewCurve(list).Quantile(share, seconds(already))
		if !ok {
			continue
		}
		next := w.draw(w.rnd)
		for next <= already {
			next = w.draw(w.rnd)
		}
		if known++; seconds(next) <= bound {
			covered++
		}
	}
	return float64(covered) / float64(max(known, 1)), known
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
