package simulate

import "math"

// seen counts verdicts.
type seen struct{ passed, of float64 }

// tally is what is counted in a run.
type tally struct {
	bad, badPassed, badMajority         int // of reviewed bad work
	good, goodFailed, goodRefused       int // of reviewed good work of honest people
	goodMajority                        int // fails under majority voting
	votes, gold, reviews                int
	verdicts                            map[int]seen // by account
	all                                 seen
	brier, brierMean, brierWilson, told float64
}

// reviewed counts one verdict.
func (t *tally) reviewed(job work, author account, failed, refused, majority bool) {
	t.reviews++
	switch {
	case job.bad:
		t.bad++
		if !failed {
			t.badPassed++
		}
		if !majority {
			t.badMajority++
		}
	case !author.crooked():
		t.good++
		if failed {
			t.goodFailed++
		}
		if refused {
			t.goodRefused++
		}
		if majority {
			t.goodMajority++
		}
	}
}

// observe is what a plain mean is of: verdicts, after appeals.
func (t *tally) observe(author int, passed bool) {
	s := t.verdicts[author]
	s.of, t.all.of = s.of+1, t.all.of+1
	if passed {
		s.passed, t.all.passed = s.passed+1, t.all.passed+1
	}
	t.verdicts[author] = s
}

// predict compares what is said of an assignment before it is done with how it
// turns out. The plain mean and Wilson's bound are of an expert's verdicts on all
// topics, which in this world serves them best; where there are none they are given
// the program's mean.
func (j *judging) predict(job work, topic int) {
	good := 1.0
	if job.bad {
		good = 0
	}
	t := &j.tally
	square := func(p float64) float64 { return (p - good) * (p - good) }
	ours := j.believed[job.author][topic].Mean()
	mean, wilson := t.naive(job.author)
	t.brier, t.brierMean, t.brierWilson = t.brier+square(ours), t.brierMean+square(mean), t.brierWilson+square(wilson)
	t.told++
}

// naive is the mean of what was seen, and the lower end of its 95 % interval
// (E. B. Wilson, JASA 22, 1927).
func (t *tally) naive(author int) (mean, wilson float64) {
	s, known := t.verdicts[author]
	if !known {
		s = t.all
		if s.of == 0 {
			return .5, .5
		}
		mean = s.passed / s.of
		return mean, mean
	}
	const z = 1.959964
	mean = s.passed / s.of
	half := z * math.Sqrt(mean*(1-mean)/s.of+z*z/(4*s.of*s.of))
	return mean, max((mean+z*z/(2*s.of)-half)/(1+z*z/s.of), 0)
}
