package wait

import "time"

// week is the hours of a week, from Monday, midnight, UTC.
const week = 7 * 24

// Supply is how many questions experts come to per hour, by the hour of the week:
// as many as places come free.
type Supply struct {
	rate [week]float64
	seen [week]float64
}

// Monday is a beginning of hour 0.
var monday = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)

// Hour is the hour of the week, 0 to 167.
func Hour(at time.Time) int {
	const hour, around = 3600, 3600 * week
	return int(((at.Unix()-monday.Unix())%around+around)%around) / hour
}

// See counts one hour in which experts could have come to so many questions. The
// latest few weeks count most: each hour is the mean of what was seen, and after
// four times a quarter of it is the latest.
func (s *Supply) See(at time.Time, rate float64) {
	h := Hour(at)
	s.seen[h] = min(s.seen[h]+1, 4)
	s.rate[h] += (max(rate, 0) - s.rate[h]) / s.seen[h]
}

// Known tells whether all hours of a week were seen.
func (s *Supply) Known() bool {
	for _, n := range s.seen {
		if n == 0 {
			return false
		}
	}
	return true
}

// at is the rate of an hour; the mean of the known ones where it was never seen.
func (s *Supply) at(hour int) float64 {
	if s.seen[hour] > 0 {
		return s.rate[hour]
	}
	sum, n := 0.0, 0.0
	for h, seen := range s.seen {
		if seen > 0 {
			sum, n = sum+s.rate[h], n+1
		}
	}
	return sum / max(n, 1)
}

// longest is the longest delay there is.
const longest = 4 * week * time.Hour

// Delay is how long experts need to come to a question with so many before it,
// less those who are free just now: nothing where more are free. At most four
// weeks.
func (s *Supply) Delay(now time.Time, before float64) time.Duration {
	if before <= 0 {
		return 0
	}
	var all time.Duration
	next := now.Truncate(time.Hour).Add(time.Hour)
	for at := now; all < longest; at, next = next, next.Add(time.Hour) {
		length := next.Sub(at)
		rate := s.at(Hour(at))
		if done := rate * length.Hours(); done >= before {
			return min(all+time.Duration(before/rate*float64(time.Hour)), longest)
		} else {
			before -= done
		}
		all += length
	}
	return longest
}
