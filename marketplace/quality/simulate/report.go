package simulate

import (
	"knowhow/marketplace/quality/verdict"
	"knowhow/matching/simulate"
)

// Figures are what a run comes to; all are shares of 1 but Brier scores and what
// is counted.
type Figures struct {
	// BadPassed is of reviewed bad work, before appeals; BadPassedMajority of the same
	// work, by plain majority of reviewers who choose what they review.
	BadPassed         float64 `json:"bad_passed"`
	BadPassedMajority float64 `json:"bad_passed_majority"`
	// BadPassedRatio is the first of the second.
	BadPassedRatio float64 `json:"bad_passed_ratio"`
	// HonestRefused is of reviewed good work of honest people, after appeals;
	// HonestFailed before; HonestFailedMajority by plain majority.
	HonestRefused        float64 `json:"honest_refused"`
	HonestFailed         float64 `json:"honest_failed"`
	HonestFailedMajority float64 `json:"honest_failed_majority"`
	// Brier scores of what is expected of each assignment before it is done, by
	// standing, by the plain mean of verdicts, by Wilson's lower bound of it.
	Brier       float64 `json:"brier"`
	BrierMean   float64 `json:"brier_mean"`
	BrierWilson float64 `json:"brier_wilson"`

	Reviewed       float64 `json:"reviewed"` // of all work
	VotesPerReview float64 `json:"votes_per_review"`
	Gold           float64 `json:"gold"` // of what reviewers are given
	// CrookedSetAside is the share of colluding accounts whose votes are no longer
	// asked for at the end, HonestSetAside that of honest ones; RingsFound of rings,
	// by who passed whom, and HonestSuspected of honest people.
	CrookedSetAside float64 `json:"crooked_set_aside"`
	HonestSetAside  float64 `json:"honest_set_aside"`
	RingsFound      float64 `json:"rings_found"`
	HonestSuspected float64 `json:"honest_suspected"`
}

// Run lives the world of a seed. It asks going every day, and ends with its
// error.
func Run(seed uint64, going func() error) (Figures, error) {
	j := newJudging(newWorld(seed))
	if err := j.live(going); err != nil {
		return Figures{}, err
	}
	return j.figures(), nil
}

func (j *judging) figures() Figures {
	t := j.tally
	of := func(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }
	f := Figures{
		BadPassed: of(t.badPassed, t.bad), BadPassedMajority: of(t.badMajority, t.bad), BadPassedRatio: of(t.badPassed, t.badMajority),
		HonestRefused: of(t.goodRefused, t.good), HonestFailed: of(t.goodFailed, t.good), HonestFailedMajority: of(t.goodMajority, t.good),
		Brier: t.brier / t.told, BrierMean: t.brierMean / t.told, BrierWilson: t.brierWilson / t.told,
		Reviewed: of(t.reviews, len(j.work)), VotesPerReview: of(t.votes, t.reviews), Gold: of(t.gold, t.gold+t.votes),
	}
	f.CrookedSetAside, f.HonestSetAside = j.setAside()
	f.RingsFound, f.HonestSuspected = j.suspected()
	return f
}

// setAside are the shares of accounts, crooked and honest, that are not
// calibrated.
func (j *judging) setAside() (crooked, honest float64) {
	var all, aside [2]float64
	for i, a := range j.accounts {
		kind := 0
		if a.crooked() {
			kind = 1
		}
		all[kind]++
		if !j.skills[i].Calibrated() {
			aside[kind]++
		}
	}
	return aside[1] / all[1], aside[0] / all[0]
}

// suspected are the shares of rings that a finding points at, and of honest
// people who one does.
func (j *judging) suspected() (found, wrongly float64) {
	for i := range j.ballots {
		j.ballots[i].Skill = j.skills[j.ballots[i].Reviewer]
	}
	named := map[int]bool{}
	honest := 0.0
	for _, f := range verdict.Rings(j.ballots) {
		for _, p := range f.People {
			if !j.accounts[p].crooked() {
				wrongly++
			}
			named[j.accounts[p].group] = true
		}
	}
	for _, a := range j.accounts {
		if !a.crooked() {
			honest++
		}
	}
	for ring := 1; ring <= rings; ring++ {
		if named[ring] {
			found += 1. / rings
		}
	}
	return found, wrongly / honest
}

// Summary is many runs: means, and their 95 % intervals by Student's t.
type Summary struct {
	Seed  uint64 `json:"seed"`
	Seeds int    `json:"seeds"`
	Figures
	BadPassedCI            simulate.Interval `json:"bad_passed_ci"`
	BadPassedMajorityCI    simulate.Interval `json:"bad_passed_majority_ci"`
	BadPassedRatioCI       simulate.Interval `json:"bad_passed_ratio_ci"`
	HonestRefusedCI        simulate.Interval `json:"honest_refused_ci"`
	HonestFailedCI         simulate.Interval `json:"honest_failed_ci"`
	HonestFailedMajorityCI simulate.Interval `json:"honest_failed_majority_ci"`
	BrierCI                simulate.Interval `json:"brier_ci"`
	BrierMeanCI            simulate.Interval `json:"brier_mean_ci"`
	BrierWilsonCI          simulate.Interval `json:"brier_wilson_ci"`
	// By how much the others' Brier scores are higher in the same runs.
	BrierAheadOfMean   simulate.Interval `json:"brier_ahead_of_mean_ci"`
	BrierAheadOfWilson simulate.Interval `json:"brier_ahead_of_wilson_ci"`
}

// Summarise takes the runs of seeds together, from seed on.
func Summarise(seed uint64, runs []Figures) Summary {
	over := func(of func(f Figures) float64) simulate.Interval {
		list := make([]float64, len(runs))
		for i, f := range runs {
			list[i] = of(f)
		}
		return simulate.IntervalOf(list)
	}
	s := Summary{
		Seed: seed, Seeds: len(runs),
		BadPassedCI:            over(func(f Figures) float64 { return f.BadPassed }),
		BadPassedMajorityCI:    over(func(f Figures) float64 { return f.BadPassedMajority }),
		BadPassedRatioCI:       over(func(f Figures) float64 { return f.BadPassedRatio }),
		HonestRefusedCI:        over(func(f Figures) float64 { return f.HonestRefused }),
		HonestFailedCI:         over(func(f Figures) float64 { return f.HonestFailed }),
		HonestFailedMajorityCI: over(func(f Figures) float64 { return f.HonestFailedMajority }),
		BrierCI:                over(func(f Figures) float64 { return f.Brier }),
		BrierMeanCI:            over(func(f Figures) float64 { return f.BrierMean }),
		BrierWilsonCI:          over(func(f Figures) float64 { return f.BrierWilson }),
		BrierAheadOfMean:       over(func(f Figures) float64 { return f.BrierMean - f.Brier }),
		BrierAheadOfWilson:     over(func(f Figures) float64 { return f.BrierWilson - f.Brier }),
	}
	s.Figures = Figures{
		BadPassed: s.BadPassedCI.Mean, BadPassedMajority: s.BadPassedMajorityCI.Mean, BadPassedRatio: s.BadPassedRatioCI.Mean,
		HonestRefused: s.HonestRefusedCI.Mean, HonestFailed: s.HonestFailedCI.Mean, HonestFailedMajority: s.HonestFailedMajorityCI.Mean,
		Brier: s.BrierCI.Mean, BrierMean: s.BrierMeanCI.Mean, BrierWilson: s.BrierWilsonCI.Mean,
		Reviewed:        over(func(f Figures) float64 { return f.Reviewed }).Mean,
		VotesPerReview:  over(func(f Figures) float64 { return f.VotesPerReview }).Mean,
		Gold:            over(func(f Figures) float64 { return f.Gold }).Mean,
		CrookedSetAside: over(func(f Figures) float64 { return f.CrookedSetAside }).Mean,
		HonestSetAside:  over(func(f Figures) float64 { return f.HonestSetAside }).Mean,
		RingsFound:      over(func(f Figures) float64 { return f.RingsFound }).Mean,
		HonestSuspected: over(func(f Figures) float64 { return f.HonestSuspected }).Mean,
	}
	return s
}
