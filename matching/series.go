package matching

import (
	"math"
	"slices"
	"time"
)

const (
	shortHalfLife = 30 * 24 * time.Hour
	longHalfLife  = 90 * 24 * time.Hour
)

// series is the times of some events in ascending order and, at each of them,
// the decayed number of events so far. The sums run in order of time, so they
// are a function of the times alone. A query at any time is then one search and
// one power of two.
type series struct {
	at    []int64 // microseconds
	short []float64
	long  []float64
}

func (s *series) insert(t int64) {
	i, _ := slices.BinarySearch(s.at, t)
	s.at = slices.Insert(s.at, i, t)
	s.short = append(s.short, 0)
	s.long = append(s.long, 0)
	s.sumFrom(i)
}

// remove takes one event at t out again.
func (s *series) remove(t int64) {
	i, found := slices.BinarySearch(s.at, t)
	if !found {
		return
	}
	s.at = slices.Delete(s.at, i, i+1)
	s.short = s.short[:len(s.at)]
	s.long = s.long[:len(s.at)]
	s.sumFrom(i)
}

func (s *series) sumFrom(i int) {
	for ; i < len(s.at); i++ {
		s.short[i], s.long[i] = 1, 1
		if i > 0 {
			s.short[i] += float64(s.short[i-1] * decay(s.at[i]-s.at[i-1], shortHalfLife))
			s.long[i] += float64(s.long[i-1] * decay(s.at[i]-s.at[i-1], longHalfLife))
		}
	}
}

// before gives the number of events before t.
func (s *series) before(t int64) int { return timesBefore(s.at, t) }

func timesBefore(times []int64, t int64) int {
	if n := len(times); n == 0 || times[n-1] < t {
		return n // as mostly: the present is after all
	}
	i, _ := slices.BinarySearch(times, t)
	return i
}

func insertTime(times []int64, t int64) []int64 {
	return slices.Insert(times, timesBefore(times, t), t)
}

// removeTime takes one t out of ascending times.
func removeTime(times []int64, t int64) []int64 {
	if i, found := slices.BinarySearch(times, t); found {
		return slices.Delete(times, i, i+1)
	}
	return times
}

func (s *series) shortAt(t int64) float64 { return s.decayedAt(t, s.short, shortHalfLife) }
func (s *series) longAt(t int64) float64  { return s.decayedAt(t, s.long, longHalfLife) }

func (s *series) decayedAt(t int64, sums []float64, halfLife time.Duration) float64 {
	return s.decayed(s.before(t), t, sums, halfLife)
}

// decayed is decayedAt for who knows the number of events before t.
func (s *series) decayed(n int, t int64, sums []float64, halfLife time.Duration) float64 {
	if n == 0 {
		return 0
	}
	return float64(sums[n-1] * decay(t-s.at[n-1], halfLife))
}

// decay gives what is left after age microseconds: one half after halfLife.
func decay(age int64, halfLife time.Duration) float64 {
	return math.Exp2(-float64(age) / float64(halfLife.Microseconds()))
}
