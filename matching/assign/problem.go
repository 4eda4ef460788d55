package assign

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Problem is who waits and who can be asked.
type Problem struct {
	Questions []Question
	Experts   []Expert
	// Share bounds the part of all that is wanted which any one expert is asked,
	// but never to less than one question; 0: no bound.
	Share float64
}

// Question waits for experts.
type Question struct {
	Candidates []Candidate
	// Urgency is what being served is worth beside the score, in the same unit; see
	// Ageing. A candidate whose score and urgency are together not above zero is
	// not asked.
	Urgency float64
	Want    int    // how many experts to ask; 0: one
	Lot     uint64 // decides ties; see matching.Candidate
}

// Candidate is an expert who may be asked, and what that is worth.
type Candidate struct {
	Expert int // the place in Problem.Experts
	Score  float64
}

// Expert can be asked about so many questions.
type Expert struct {
	Capacity int
	Lot      uint64
}

// Plan is who is asked about what.
type Plan struct {
	Asked [][]int // by question: places of experts, the one of most worth first
	Worth float64 // scores and urgencies of all who are asked
	// Prices are what one place more of each expert would add, Gains what the last
	// place of each question adds beside what else could be done with it. They
	// prove that no plan is worth more: no candidate who is not asked has score
	// and urgency above price and gain.
	Prices, Gains []float64
}

// ErrScore says that a score or an urgency is no number, or beyond ±MaxScore:
// sums of more could overflow.
var ErrScore = errors.New("the score is out of range")

// ErrCandidate says that a question's candidate is not one of the experts, or is
// there twice.
var ErrCandidate = errors.New("no such candidate")

const (
	// MaxScore bounds scores and urgencies, either way.
	MaxScore = 1 << 24
	// unit is one of score in the fixed point that is calculated in.
	unit = 1 << 24
)

// fixed is a score and an urgency in fixed point.
func fixed(score, urgency float64) (int64, error) {
	if !(math.Abs(score) <= MaxScore) || !(math.Abs(urgency) <= MaxScore) { // NaN is neither
		return 0, fmt.Errorf("%w: %g and %g", ErrScore, score, urgency)
	}
	return int64(math.Round(score*unit)) + int64(math.Round(urgency*unit)), nil
}

func (q Question) want() int { return max(q.Want, 1) }

// single tells whether every question wants one expert.
func (p Problem) single() bool {
	return !slices.ContainsFunc(p.Questions, func(q Question) bool { return q.want() > 1 })
}

// most is how many questions any one expert may be asked.
func (p Problem) most() int {
	if p.Share <= 0 {
		return math.MaxInt
	}
	wanted := 0
	for i := range p.Questions {
		wanted += p.Questions[i].want()
	}
	return max(1, int(math.Ceil(p.Share*float64(wanted)-1e-9)))
}

// Allowance is how many more questions an expert may be asked just now who was
// asked given of the last total, where nobody is to be asked more than a share
// of them; the first few, of fewer than 1/share, are free.
func Allowance(given, total int, share float64) int {
	if share <= 0 || share >= 1 {
		return math.MaxInt
	}
	return max(0, int(math.Ceil(share*float64(total+1)))-given)
}
