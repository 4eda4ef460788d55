package matching

import "slices"

// The half-lives of what an expert did.
var activityHalfLives = [...]halfLife{days(1), days(3), days(7), days(30), days(90), days(365)}

var habitHalfLife = days(180)

// event is one answer of an expert: it counts from since on, as the resolving
// one from known on.
type event struct{ since, known int64 }

func (e event) before(o event) bool {
	return e.since < o.since || e.since == o.since && e.known < o.known
}

// past is what an expert did before some time.
type past struct {
	answers, resolved     int
	last                  int64
	active                [len(activityHalfLives)]sum
	work, won, unresolved sum         // answers in all, resolving and not, by habitHalfLife
	hours                 [24]float32 // answers by hour of the day, in the cells of work
	weekdays              [7]float32
}

// push adds an answer, which is not before any other, as of time t.
func (p *past) push(e event, t int64) {
	p.answers++
	p.last = e.since
	for i, h := range activityHalfLives {
		p.active[i].push(e.since, h)
	}
	cell, weight := cellOf(e.since, habitHalfLife)
	if left := float32(p.work.move(cell)); left != 1 {
		for i := range p.hours {
			p.hours[i] *= left
		}
		for i := range p.weekdays {
			p.weekdays[i] *= left
		}
	}
	p.work.value += weight
	hour, weekday := clock(e.since)
	p.hours[hour] += float32(weight)
	p.weekdays[weekday] += float32(weight)
	if e.known < t {
		p.resolved++
		p.won.enter(cell, weight)
	} else {
		p.unresolved.enter(cell, weight)
	}
}

// clock is the hour of the day and the day of the week of a time, in UTC.
func clock(t int64) (hour, weekday int) {
	hours := t / hourMicros
	if t < hours*hourMicros {
		hours--
	}
	hour = int((hours%24 + 24) % 24)
	return hour, int((((hours-int64(hour))/24)%7 + 7) % 7)
}

// expert is what is kept of somebody who answered something.
type expert struct {
	id      ID
	docs    []uint32 // with evidence of theirs
	events  []event  // ascending
	settled int64    // the last time at which something about them changed
	whole   *past    // all of it; nil where it is as soon summed up again
	marks   []mark   // of the way there
	changed uint32   // how often the events did
}

// mark is the past up to some event, for questions of earlier times.
type mark struct {
	past
	known int64 // the last time at which one of its answers came to count as resolving
}

const (
	few     = 8  // events that are summed up whenever it is asked
	spacing = 64 // events from mark to mark
)

func (x *expert) enter(e event) {
	i := x.find(e)
	x.events = slices.Insert(x.events, i, e)
	x.sumFrom(i)
}

func (x *expert) leave(e event) {
	i := x.find(e)
	x.events = slices.Delete(x.events, i, i+1)
	x.sumFrom(i)
}

// find is the place of e, or where it belongs.
func (x *expert) find(e event) int {
	i, _ := slices.BinarySearchFunc(x.events, e, func(a, b event) int {
		switch {
		case a.before(b):
			return -1
		case b.before(a):
			return 1
		}
		return 0
	})
	return i
}

// sumFrom sums up again from the i-th event on.
func (x *expert) sumFrom(i int) {
	x.settled = minTime
	x.changed++
	if len(x.events) <= few {
		x.whole, x.marks = nil, nil
		for _, e := range x.events {
			x.settled = max(x.settled, e.changed())
		}
		return
	}
	x.marks = x.marks[:min(len(x.marks), i/spacing)]
	var m mark
	m.known = minTime
	if n := len(x.marks); n > 0 {
		m = x.marks[n-1]
	}
	for j := len(x.marks) * spacing; j < len(x.events); j++ {
		e := x.events[j]
		m.push(e, never)
		m.known = max(m.known, e.changed())
		if (j+1)%spacing == 0 {
			x.marks = append(x.marks, m)
		}
	}
	x.whole, x.settled = &m.past, m.known
}

// changed is the last time at which something about the answer changed.
func (e event) changed() int64 {
	if e.known == never {
		return e.since
	}
	return max(e.since, e.known)
}

// before is the past at time t. Where it is the whole it may be what x keeps;
// else it is written to room.
func (x *expert) before(t int64, room *past) *past {
	if x.whole != nil && x.settled < t {
		return x.whole
	}
	i := len(x.marks)
	for i > 0 && !(x.marks[i-1].last < t && x.marks[i-1].known < t) {
		i--
	}
	*room = past{}
	if i > 0 {
		*room = x.marks[i-1].past
	}
	for _, e := range x.events[i*spacing:] {
		if e.since >= t {
			break
		}
		room.push(e, t)
	}
	return room
}

// count is the number of answers before t.
func (x *expert) count(t int64) int {
	if n := len(x.events); n == 0 || x.events[n-1].since < t {
		return n
	}
	return x.find(event{since: t, known: minTime})
}
