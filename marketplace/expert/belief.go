package expert

import (
	"math"
	"time"
)

// Belief is what we hold of the probability that a person's work on a topic is
// good: the distribution Beta(Alpha, Beta), as of At, with Evidence outcomes
// behind it. Start from Prior.
type Belief struct {
	Alpha, Beta float64
	Evidence    int
	At          time.Time
}

// Outcome is how one piece of work turned out.
type Outcome string

const (
	Success Outcome = "success"
	Failure Outcome = "failure"
)

const (
	// The prior, Beta(3, 1): people who passed a quiz and an approval mostly do
	// good work (mean 3/4), and a handful of outcomes outweighs it.
	priorAlpha = 3
	priorBeta  = 1
	// halfLife is after how long an outcome counts half.
	halfLife = 180 * 24 * time.Hour
	// maxWeight bounds what one outcome can count for.
	maxWeight = 5
)

// Prior is what is believed of somebody without outcomes.
func Prior() Belief { return Belief{Alpha: priorAlpha, Beta: priorBeta} }

// Mean is the expected share of good work, Alpha / (Alpha + Beta).
func (b Belief) Mean() float64 { return b.Alpha / (b.Alpha + b.Beta) }

// Interval is the 90 % credible interval: the quantiles of the Beta
// distribution at 0.05 and 0.95, the roots of the regularised incomplete beta
// function I_x(Alpha, Beta).
func (b Belief) Interval() (low, high float64) {
	return betaQuantile(0.05, b.Alpha, b.Beta), betaQuantile(0.95, b.Alpha, b.Beta)
}

// AsOf lets evidence fade: what exceeds the prior halves every halfLife. Before
// At nothing changes.
func (b Belief) AsOf(now time.Time) Belief {
	if !now.After(b.At) {
		return b
	}
	keep := fade(now.Sub(b.At))
	b.Alpha = priorAlpha + (b.Alpha-priorAlpha)*keep
	b.Beta = priorBeta + (b.Beta-priorBeta)*keep
	b.At = now
	return b
}

// With adds an outcome at the time at. One older than the belief has faded
// already, so the order in which outcomes arrive makes no difference beyond
// rounding.
func (b Belief) With(o Outcome, weight float64, at time.Time) Belief {
	if b.Evidence == 0 {
		b.At = at
	}
	b = b.AsOf(at)
	weight *= fade(b.At.Sub(at))
	if o == Success {
		b.Alpha += weight
	} else {
		b.Beta += weight
	}
	b.Evidence++
	return b
}

func fade(age time.Duration) float64 { return math.Exp2(-float64(age) / float64(halfLife)) }

// betaQuantile finds x with I_x(a, b) = p by bisection, to the last bits.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		middle := (low + high) / 2
		if betaInc(middle, a, b) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// betaInc is the regularised incomplete beta function I_x(a, b), by the
// continued fraction of DLMF 8.17.22 where it converges fast, and by the
// symmetry I_x(a, b) = 1 - I_{1-x}(b, a) elsewhere.
func betaInc(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaInc(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	return front * betaFraction(x, a, b)
}

// betaFraction evaluates the continued fraction by the modified method of Lentz.
func betaFraction(x, a, b float64) float64 {
	const tiny = 1e-300
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < 500; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/nonzero(1+even*d), nonzero(1+even/c)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/nonzero(1+odd*d), nonzero(1+odd/c)
		f *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return f
}
