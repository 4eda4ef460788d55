package verdict

import "math"

// Vote is one reviewer's vote, and what was known of them when they gave it.
type Vote struct {
	Failed bool
	Skill  Skill
}

// Outcome is what votes come to.
type Outcome string

const (
	More Outcome = "more" // one more vote is needed
	Pass Outcome = "pass"
	Fail Outcome = "fail" // proposes, no more: only a human refuses
)

const (
	// Votes is how many votes a review has before anything is concluded, MostVotes
	// how many at most.
	Votes     = 2
	MostVotes = 3
	// base is the share of reviewed work that is taken to be bad before a vote. It
	// is the same for everybody's work: who wrote it must not tell.
	base = .1
	// bar is from which chance on that work is bad it fails. To let bad work pass
	// harms a customer; to fail good work costs a human's look, and pay waits for
	// it: a third of the harm.
	bar = .25
	// sure is how far from the bar, in the logarithm of odds, two votes have to come
	// to do without a third.
	sure = .7
)

// Bad is the chance that work is bad, given the votes on it.
func Bad(votes []Vote) float64 {
	odds := logit(base)
	for _, v := range votes {
		odds += v.evidence()
	}
	return 1 / (1 + math.Exp(-odds))
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// Judge says what the votes on a piece of work come to, and the chance that it is
// bad. Two votes that agree decide, unless their voters are worth too little;
// else a third does.
func Judge(votes []Vote) (Outcome, float64) {
	end, bad := Conclude(votes)
	switch {
	case len(votes) < Votes:
		return More, bad
	case len(votes) >= MostVotes:
		return end, bad
	}
	fails := 0
	for _, v := range votes {
		if v.Failed {
			fails++
		}
	}
	agreed := fails == 0 && end == Pass || fails == len(votes) && end == Fail
	if !agreed || math.Abs(logit(bad)-logit(bar)) < sure {
		return More, bad
	}
	return end, bad
}

// Conclude is Judge where no more votes can be had.
func Conclude(votes []Vote) (Outcome, float64) {
	bad := Bad(votes)
	if bad >= bar {
		return Fail, bad
	}
	return Pass, bad
}

// Others is the chance that work is bad by the votes of all but the one at i.
func Others(votes []Vote, i int) float64 {
	rest := make([]Vote, 0, len(votes))
	return Bad(append(append(rest, votes[:i]...), votes[i+1:]...))
}
