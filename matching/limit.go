package matching

import "math"

// limits is what a total is made of, at the most, for a candidate who did
// nothing like the question.
type limits struct {
	same   float64 // what is the same for all of them, or has the same limit
	weight Vector
}

// slack, times the weights, is more than rounding can make of a total, whose
// features are logarithms, and less than matters.
const slack = 1e-9

// most is the greater of a weight's products with a feature's bounds.
func most(weight, low, high float64) float64 { return max(weight*low, weight*high) }

// The bounds of features that count nothing, or everything.
var (
	logTenth = math.Log(0.1)
	logWhole = math.Log(1 + 0.02)
	logTens  = func() (logs [1000]float64) {
		for n := range logs {
			logs[n] = math.Log(float64(n) + 0.1)
		}
		return logs
	}()
)

func limitsOf(factors []Factor) limits {
	var l limits
	for i, f := range factors {
		l.weight[i] = f.Weight
		l.same += slack * math.Abs(f.Weight)
	}
	l.same += most(l.weight[featBestShare], logNothing, logWhole)
	for _, share := range []int{featNear, featNearLong, featNearShort, featTag, featTagLong, featTagShort} {
		l.same += l.weight[share] * logNothing
	}
	return l
}

// limit is no less than the total of a candidate whose tallies are zero, and
// cheap: of what needs a logarithm of its own it has idleness alone.
func (ix *Index) limit(c *Candidate, slot uint32, at int64, l *limits) float64 {
	x := ix.pastOf(slot, at)
	w := &l.weight
	active := logOfTens(x.answers)
	return l.same + most(w[featActivityShort], logTenth, active) + most(w[featActivityLong], logTenth, active) +
		w[featAnswers]*logCount(x.answers) + w[featBest]*logCount(x.bests) + w[featPrior]*unit(c.Prior) +
		w[featIdle]*math.Log1p(x.idleDays(c.Since, at))
}

func logOfTens(n int) float64 {
	if n < len(logTens) {
		return logTens[n]
	}
	return math.Log(float64(n) + 0.1)
}
