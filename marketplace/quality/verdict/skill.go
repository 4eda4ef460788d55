package verdict

import (
	"math"
	"time"
)

// Skill is what is known of a reviewer: how much bad work they failed (Caught)
// and passed (Missed), and how much good work they passed (Passed) and failed
// (Rejected), as of At. Counts may be fractions, since whether work was bad is
// rarely certain. Gold is how many items of known quality they judged. The zero
// value is somebody of whom nothing is known.
type Skill struct {
	Caught, Missed   float64
	Passed, Rejected float64
	Gold             int
	At               time.Time
}

const (
	// The prior of both rates, Beta(8, 2): people who know the topic mostly judge
	// right, and a dozen judgements outweigh it.
	priorRight = 8
	priorWrong = 2
	// skillHalfLife is after how long a judgement counts half, so that nobody is
	// held to what they once did.
	skillHalfLife = 180 * 24 * time.Hour
	// mostEvidence bounds what a single vote can say, as the logarithm of odds: no
	// vote is worth more than twenty to one.
	mostEvidence = 3
)

// Sensitivity is how likely they are to fail bad work.
func (s Skill) Sensitivity() float64 {
	return (s.Caught + priorRight) / (s.Caught + s.Missed + priorRight + priorWrong)
}

// Specificity is how likely they are to pass good work.
func (s Skill) Specificity() float64 {
	return (s.Passed + priorRight) / (s.Passed + s.Rejected + priorRight + priorWrong)
}

// Accuracy is how often they judge right where half of the work is bad: the mean
// of both rates. Guessing, or always saying the same, comes to 1/2.
func (s Skill) Accuracy() float64 { return (s.Sensitivity() + s.Specificity()) / 2 }

// Error is the standard error of Accuracy.
func (s Skill) Error() float64 {
	variance := func(mean, n float64) float64 { return mean * (1 - mean) / (n + 1) }
	return math.Sqrt(variance(s.Sensitivity(), s.Caught+s.Missed+priorRight+priorWrong)+
		variance(s.Specificity(), s.Passed+s.Rejected+priorRight+priorWrong)) / 2
}

// AsOf lets what is known fade: it halves every half year. Before At nothing
// changes.
func (s Skill) AsOf(now time.Time) Skill {
	if !now.After(s.At) {
		return s
	}
	if !s.At.IsZero() {
		keep := math.Exp2(-float64(now.Sub(s.At)) / float64(skillHalfLife))
		s.Caught, s.Missed, s.Passed, s.Rejected = s.Caught*keep, s.Missed*keep, s.Passed*keep, s.Rejected*keep
	}
	s.At = now
	return s
}

// Learn is the skill after one more vote, on work that is bad with the chance
// bad: of a gold item it is known, else it is what all votes on the work say
// together (Bad), the vote itself for what it was worth: a step of expectation
// maximisation. Whose votes say nothing does not teach themselves.
func (s Skill) Learn(failed bool, bad float64, at time.Time) Skill {
	s = s.AsOf(at)
	if failed {
		s.Caught, s.Rejected = s.Caught+bad, s.Rejected+1-bad
	} else {
		s.Missed, s.Passed = s.Missed+bad, s.Passed+1-bad
	}
	return s
}

// evidence is what a vote says for the work being bad, as the logarithm of odds
// (A. P. Dawid, A. M. Skene, J. R. Stat. Soc. C 28, 1979, with two classes). A
// vote of somebody who tells nothing, because they always say the same, counts
// nothing; none counts against its own direction.
func (v Vote) evidence() float64 {
	caught, passed := v.Skill.Sensitivity(), v.Skill.Specificity()
	if v.Failed {
		return min(max(math.Log(caught/(1-passed)), 0), mostEvidence)
	}
	return max(min(math.Log((1-caught)/passed), 0), -mostEvidence)
}

// The bar below which somebody's vote is not asked for on others' work: an
// accuracy of 0.7 that cannot be put down to chance.
const leastAccuracy = .7

// Calibrated reports whether somebody may be given others' work to judge. They
// are not while what is known of them says, beyond the doubt of two standard
// errors, that they judge worse than the bar. Gold items bring them back.
func (s Skill) Calibrated() bool { return s.Accuracy()+2*s.Error() >= leastAccuracy }
