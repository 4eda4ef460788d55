package matching

import "math"

// footing is what a candidate's total comes to without what has to do with the
// question: as it was a little earlier, it tells how high the total can be now.
// So of most candidates nothing has to be worked out again.
type footing struct {
	at         int64   // when; 0: not known
	changed    uint32  // how often the expert's evidence had changed
	total      float64 // of the features in footingTable
	rare       float64 // what comes off the words, as features has it
	rareTagged float64 // and off each tag
}

// footings are those of a pool's candidates, by place, under some weights.
type footings struct {
	weights Vector
	list    []footing
}

// A footing is good for so long after it was taken, and before, within the same
// hour of the clock.
const (
	footingAfter  = 10 * 60 * 1_000_000
	footingBefore = 60 * 1_000_000
)

// footingTable are the features that have nothing to do with the question, with
// how much of a half-life each is decayed by and which way time moves it (0:
// either).
var footingTable = []struct {
	feature int
	halved  halfLife
	trend   float64
}{
	{featActivityDay, days(1), -1}, {featActivity3, days(3), -1}, {featActivityWeek, days(7), -1},
	{featActivityMonth, days(30), -1}, {featActivityQuarter, days(90), -1}, {featActivityYear, days(365), -1},
	{featResolved, halfLife{}, 0}, {featResolvedShare, habitHalfLife, 0}, {featIdleHours, halfLife{}, 1}, {featIdleDays, halfLife{}, 1},
	{featHour, habitHalfLife, 0}, {featWeekday, habitHalfLife, 0},
}

// footing of a candidate whose features are v, at a time after which nothing of
// their past was still to come.
func (v *Vector) footing(w *Vector, year float64, at int64, changed uint32) footing {
	f := footing{at: at, changed: changed, rare: math.Log(1 + year/usually), rareTagged: math.Log(1 + year/usuallyTagged)}
	for _, x := range footingTable {
		f.total += w[x.feature] * v[x.feature]
	}
	return f
}

// drift is by how much the total of a footing may rise in so much time, less
// than zero for earlier.
func drift(w *Vector, age int64) float64 {
	total := 0.0
	for _, x := range footingTable {
		weight := w[x.feature]
		if x.trend*weight*float64(age) >= 0 {
			total += math.Abs(weight) * moved(x.feature, x.halved, math.Abs(float64(age)))
		}
	}
	return total
}

// moved is the most that so much time changes a feature by. What is halved in
// some time goes by steps: it may be one step more. A share of two such sums
// changes by both.
func moved(feature int, h halfLife, age float64) float64 {
	switch feature {
	case featResolved:
		return 0
	case featIdleHours:
		return math.Log(1 + 2*age/float64(hourMicros))
	case featIdleDays:
		return math.Log(1 + age/float64(dayMicros))
	}
	return 2 * math.Ln2 * (age/float64(h.micros) + 1.0/(1<<powerBits))
}

// ceilings tell how high candidates' totals can be for one question.
type ceilings struct {
	*footings
	w             *Vector
	at            int64
	later, before float64 // drift
	rarely        float64 // drift of what comes off words and tags
	words         float64 // weight of the words
	nothing       float64 // parts of who has nothing to do with similar questions
	rounded       float64 // the most that rounding features comes to, of the footing and now
}

func (f *footings) ceilings(w *Vector, n int, at int64, s *scratch) ceilings {
	if f.weights != *w || len(f.list) != n {
		f.weights, f.list = *w, make([]footing, n)
	}
	c := ceilings{footings: f, w: w, at: at, later: drift(w, footingAfter), before: drift(w, -footingBefore)}
	c.words = w[featWords] + w[featWordsSum]*(s.telling/10)
	c.rarely = (math.Abs(c.words) + math.Abs(w[featTags])*float64(len(s.tags))) * moved(featActivityYear, yearHalfLife, footingAfter)
	c.nothing = (w[featNear] + w[featNearYear]) * logNothing
	for _, weight := range w {
		c.rounded += math.Abs(weight) / sixPlaces
	}
	return c
}

// of is a number that the candidate's total does not exceed; false where none is
// known.
func (c *ceilings) of(x *considered, e *expert, whole *tally, s *scratch) (float64, bool) {
	f := &c.list[x.place]
	age := c.at - f.at
	if f.at == 0 || f.changed != e.changed || e.settled >= c.at || age > footingAfter || age < -footingBefore ||
		hourOf(c.at) != hourOf(f.at) {
		return 0, false
	}
	total := f.total + c.later
	if age < 0 {
		total = f.total + c.before
	}
	total += c.rarely + c.words*(x.words-f.rare) + c.w[featPrior]*unit(x.prior) + c.w[featAsker]*logCount(int(x.asker))
	if len(s.tags) > 0 {
		total += c.w[featTags] * (x.tags - float64(len(s.tags))*f.rareTagged)
	}
	if x.near|x.nearYear|x.nearest == 0 {
		total += c.nothing
	} else {
		total += c.w[featNear]*logShare(x.near, whole.near) + c.w[featNearYear]*logShare(x.nearYear, whole.nearYear) +
			c.w[featNearest]*ratio(x.nearest, whole.nearest)
	}
	return total + c.rounded + 1e-6 + 1e-9*math.Abs(total), true // sums in another order
}

// take notes the footing of a candidate whose features were worked out.
func (c *ceilings) take(x *considered, e *expert, v *Vector, year float64) {
	if e.settled < c.at {
		c.list[x.place] = v.footing(c.w, year, c.at, e.changed)
	}
}

func hourOf(t int64) int64 {
	hour := t / hourMicros
	if t < hour*hourMicros {
		hour--
	}
	return hour
}
