package logit

import "math"

const (
	memory    = 8    // pairs of steps and changes of gradient that are kept
	flat      = 1e-5 // the longest free slope at which the search is over
	armijo    = 1e-4
	mostSteps = 200
)

// minimize walks downhill from x by L-BFGS (Nocedal 1980) on the coefficients
// that are free to move: one that is at its bound, and drawn beyond it, stays.
// A step that would cross a bound ends at it.
func minimize(p *problem, start []float64, steps int) ([]float64, int) {
	if steps <= 0 {
		steps = mostSteps
	}
	n := len(start)
	x, gradient := append([]float64(nil), start...), make([]float64, n)
	loss := p.value(x, gradient)
	next, slope := make([]float64, n), make([]float64, n)
	var past history
	for step := range steps {
		free := p.free(x, gradient)
		if longest(gradient, free) < flat {
			return x, step
		}
		direction := past.direction(gradient, free)
		if dot(direction, gradient) >= 0 {
			past = nil
			direction = past.direction(gradient, free)
		}
		found := false
		for size := past.firstSize(gradient); size > 1e-12; size /= 2 {
			for j := range x {
				next[j] = p.held(j, x[j]+float64(size*direction[j]))
			}
			lower := p.value(next, slope)
			if lower <= loss+armijo*along(gradient, x, next) && lower < loss {
				past = past.keep(x, next, gradient, slope)
				loss, found = lower, true
				copy(x, next)
				copy(gradient, slope)
				break
			}
		}
		switch {
		case found:
		case past == nil:
			return x, step // rounding is all that is left
		default:
			past = nil
		}
	}
	return x, steps
}

// free tells the coefficients that may move downhill.
func (p *problem) free(x, gradient []float64) []bool {
	free := make([]bool, len(x))
	for j := range x {
		free[j] = p.Sign == nil || p.Sign[j] == 0 || x[j] != 0 || gradient[j]*float64(p.Sign[j]) < 0
	}
	return free
}

// pair is a step and how the gradient changed on it.
type pair struct {
	step, change []float64
	scale        float64 // one over their product
}

type history []pair

// direction is where to go: downhill, bent by what the last steps taught about
// the loss's curvature.
func (h history) direction(gradient []float64, free []bool) []float64 {
	d := make([]float64, len(gradient))
	for j := range d {
		if free[j] {
			d[j] = -gradient[j]
		}
	}
	alpha := make([]float64, len(h))
	for i := len(h) - 1; i >= 0; i-- {
		alpha[i] = h[i].scale * dot(h[i].step, d)
		for j := range d {
			d[j] -= float64(alpha[i] * h[i].change[j])
		}
	}
	if n := len(h); n > 0 {
		gamma := 1 / (h[n-1].scale * dot(h[n-1].change, h[n-1].change))
		for j := range d {
			d[j] *= gamma
		}
	}
	for i, p := range h {
		beta := p.scale * dot(p.change, d)
		for j := range d {
			d[j] += float64((alpha[i] - beta) * p.step[j])
		}
	}
	for j := range d {
		if !free[j] {
			d[j] = 0
		}
	}
	return d
}

// firstSize is the step to try first: all of it, once curvature is known.
func (h history) firstSize(gradient []float64) float64 {
	if len(h) > 0 {
		return 1
	}
	return 1 / max(1, math.Sqrt(dot(gradient, gradient)))
}

func (h history) keep(x, next, gradient, slope []float64) history {
	p := pair{step: make([]float64, len(x)), change: make([]float64, len(x))}
	for j := range x {
		p.step[j], p.change[j] = next[j]-x[j], slope[j]-gradient[j]
	}
	product := dot(p.step, p.change)
	if !(product > 1e-14) {
		return h
	}
	p.scale = 1 / product
	if len(h) == memory {
		h = append(history(nil), h[1:]...)
	}
	return append(h, p)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for j := range a {
		sum += float64(a[j] * b[j])
	}
	return sum
}

// along is the slope times the way from x to next.
func along(gradient, x, next []float64) float64 {
	sum := 0.0
	for j := range x {
		sum += float64(gradient[j] * (next[j] - x[j]))
	}
	return sum
}

func longest(gradient []float64, free []bool) float64 {
	most := 0.0
	for j, g := range gradient {
		if free[j] {
			most = max(most, math.Abs(g))
		}
	}
	return most
}
