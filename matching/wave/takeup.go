package wave

import (
	"math"
	"math/bits"
	"time"
)

// Takeup is how offers fare: at each age the chance that an open offer is
// accepted there, for the program; and by how much more or less at an hour of
// the week and at a size of reward (proportional hazards, each shrunk to 1).
// Start from NewTakeup. It is a plain value; copy it to keep it.
type Takeup struct {
	taken, open [ages]float64 // by age: accepted, and offers open, whole or in part
	hours       [24 * 7]ratio
	rewards     [64]ratio // by the reward's bits: twice as much is the next
}

// ratio is how many were accepted, and how many would have been as anywhere.
type ratio struct{ taken, expected float64 }

// Offer is what became of one offer.
type Offer struct {
	Hour   int   // of the week, 0 to 167, when it was made
	Reward int64 // in minor units
	// Open is how long it could be accepted: until it was; until it expired, also
	// where it was declined before; until it was withdrawn.
	Open     time.Duration
	Accepted bool
}

const (
	ages      = 48
	firstAge  = 5 * time.Second
	nextAge   = 1.3
	priorLen  = 15 * time.Minute // of NewTakeup, in which half are accepted
	priorSize = 4                // offers that NewTakeup counts as
	shrink    = 6                // acceptances before an hour or a reward is half believed
)

// bounds are the ends of the ages, in seconds.
var bounds = func() (list [ages]float64) {
	at := firstAge.Seconds()
	for i := range list {
		list[i] = at
		at *= nextAge
	}
	return list
}()

// NewTakeup is what is believed before any offer was made: half are accepted
// within a quarter of an hour, at any hour and reward, and few later.
func NewTakeup() Takeup {
	var t Takeup
	from := 0.0
	for i, to := range bounds {
		rate := math.Ln2 / priorLen.Seconds()
		if from >= priorLen.Seconds() {
			rate *= priorLen.Seconds() / to / 8
		}
		t.open[i] = priorSize
		t.taken[i] = priorSize * min(rate*(to-from), 1)
		from = to
	}
	return t
}

// portion is how much of each age an offer was open for that was open for so
// long: 1 for all ages but the last.
func portion(i int, open float64) float64 {
	from := 0.0
	if i > 0 {
		from = bounds[i-1]
	}
	return min(max((open-from)/(bounds[i]-from), 0), 1)
}

// Add counts one offer. An hour beyond the week counts as the one that it is
// modulo the week.
func (t *Takeup) Add(o Offer) {
	open := max(o.Open.Seconds(), 0)
	hour, reward := t.factors(o.Hour, o.Reward)
	expected := t.hazard(o.Open)
	for i := range t.open {
		share := portion(i, open)
		t.open[i] += share
		if last := share < 1 || i == ages-1; last {
			if o.Accepted {
				t.open[i] += .5 - min(share, .5) // accepted somewhere in it
				t.taken[i]++
			}
			break
		}
	}
	byReward, byHour := reward.of(), hour.of()
	hour.add(o.Accepted, expected*byReward)
	reward.add(o.Accepted, expected*byHour)
}

func (t *Takeup) factors(hour int, reward int64) (byHour, byReward *ratio) {
	const week = 24 * 7
	return &t.hours[((hour%week)+week)%week], &t.rewards[bits.Len64(uint64(max(reward, 0)))]
}

func (r *ratio) add(accepted bool, expected float64) {
	r.expected += expected
	if accepted {
		r.taken++
	}
}

// of is the ratio, shrunk to 1 where little is known.
func (r *ratio) of() float64 { return (r.taken + shrink) / (r.expected + shrink) }

// Fade lets all that was counted weigh less, down to what NewTakeup believes:
// call it with 1/2 whenever a half-life is over.
func (t *Takeup) Fade(keep float64) {
	prior := NewTakeup()
	for i := range t.open {
		t.open[i] = prior.open[i] + keep*(t.open[i]-prior.open[i])
		t.taken[i] = prior.taken[i] + keep*(t.taken[i]-prior.taken[i])
	}
	for _, list := range [][]ratio{t.hours[:], t.rewards[:]} {
		for i := range list {
			list[i].taken *= keep
			list[i].expected *= keep
		}
	}
}

// hazard is the cumulative hazard H of an offer that is open for so long: it is
// accepted with the chance 1 − exp(−H).
func (t *Takeup) hazard(open time.Duration) float64 {
	sum := 0.0
	for i := range t.open {
		share := portion(i, open.Seconds())
		if share == 0 {
			break
		}
		sum += share * t.taken[i] / t.open[i]
	}
	return sum
}

// Chance is the chance that somebody accepts, of so many who are asked at an hour
// of the week and a reward, before the offers expire:
// 1 − exp(−experts × hour × reward × H(open)).
func (t *Takeup) Chance(experts int, open time.Duration, hour int, reward int64) float64 {
	h, r := t.factors(hour, reward)
	return 1 - math.Exp(-float64(experts)*h.of()*r.of()*t.hazard(open))
}
