package simulate

import (
	"cmp"
	"math"
	"slices"
)

// Interval is a mean over seeds and its 95 % interval, by Student's t.
type Interval struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Summary is one policy's runs over many seeds: means, the longest wait of all,
// and the newcomers of all taken together.
type Summary struct {
	Policy string  `json:"policy"`
	Load   float64 `json:"load"`
	Seeds  int     `json:"seeds"`
	Figures
	Resolution Interval `json:"resolution_rate_ci"`
	// Ahead is by how much Ours resolves more in the same markets; nil for Ours, and
	// where it was not run.
	Ahead *Interval `json:"ours_ahead,omitempty"`
}

// Summarise takes the reports of each policy together, at one load, in the order
// in which policies first appear.
func Summarise(reports []Report) []Summary {
	var list []Summary
	rates := map[string]map[uint64]float64{}
	for _, r := range reports {
		if rates[r.Policy] == nil {
			rates[r.Policy] = map[uint64]float64{}
			list = append(list, Summary{Policy: r.Policy, Load: r.Load})
		}
		rates[r.Policy][r.Seed] = r.ResolutionRate
	}
	for i := range list {
		s := &list[i]
		var mine []Report
		for _, r := range reports {
			if r.Policy == s.Policy {
				mine = append(mine, r)
			}
		}
		slices.SortFunc(mine, func(a, b Report) int { return cmp.Compare(a.Seed, b.Seed) })
		s.Seeds, s.Figures = len(mine), means(mine)
		var resolved, ahead []float64
		for _, r := range mine {
			resolved = append(resolved, r.ResolutionRate)
			if ours, ok := rates[Ours][r.Seed]; ok {
				ahead = append(ahead, ours-r.ResolutionRate)
			}
		}
		s.Resolution = IntervalOf(resolved)
		if s.Policy != Ours && len(ahead) > 0 {
			by := IntervalOf(ahead)
			s.Ahead = &by
		}
	}
	return list
}

func means(list []Report) Figures {
	var f Figures
	n := float64(len(list))
	var coverage, told float64
	for _, r := range list {
		f.ResolutionRate += r.ResolutionRate / n
		f.LaterRate += r.LaterRate / n
		f.FirstResponseP50 += r.FirstResponseP50 / n
		f.FirstResponseP90 += r.FirstResponseP90 / n
		f.MaxWait, f.WaitBound = max(f.MaxWait, r.MaxWait), r.WaitBound
		f.Gini += r.Gini / n
		f.Unserved += r.Unserved / n
		f.Answers += r.Answers / n
		f.Offers += r.Offers / n
		f.Questions += r.Questions
		f.Days += r.Days / n
		f.NewcomerHours += r.NewcomerHours
		f.NewcomerOffers += r.NewcomerOffers
		f.TwinOffers += r.TwinOffers
		if r.ForecastCoverage != nil {
			coverage, told = coverage+*r.ForecastCoverage, told+1
		}
	}
	f.NewcomerShare, f.ForecastCoverage = share(f.NewcomerOffers, f.TwinOffers), share(coverage, told)
	return f
}

// IntervalOf is that of the mean of what was drawn; of one, the mean itself.
func IntervalOf(list []float64) Interval {
	n, mean, square := float64(len(list)), 0.0, 0.0
	for _, x := range list {
		mean += x / n
	}
	for _, x := range list {
		square += (x - mean) * (x - mean)
	}
	if n < 2 {
		return Interval{mean, mean, mean}
	}
	half := student(n-1) * math.Sqrt(square/(n-1)/n)
	return Interval{mean, mean - half, mean + half}
}

// student is the 97.5 % quantile of Student's t, for three degrees of freedom or
// more within a hundredth; below, as tabled. By the expansion of Abramowitz and
// Stegun, 26.7.5.
func student(freedom float64) float64 {
	switch freedom {
	case 1:
		return 12.706
	case 2:
		return 4.303
	}
	const z = 1.959964
	z3, z5, z7 := z*z*z, math.Pow(z, 5), math.Pow(z, 7)
	return z + (z3+z)/4/freedom + (5*z5+16*z3+3*z)/96/math.Pow(freedom, 2) + (3*z7+19*z5+17*z3-15*z)/384/math.Pow(freedom, 3)
}
