package matching

// past is what an expert did before some time: how many answers, how many of
// them resolved, when the last answer was, and the decayed number of answers as
// it was then.
type past struct {
	answers, bests int
	last           int64
	short, long    float64
}

// latest is the whole of an expert's past. A ranking asks for little else, of
// everybody, so it is kept where one comes behind the other.
type latest struct {
	past
	lastBest int64
}

// before is the expert's past at t.
func (x *expert) before(t int64) past {
	n := x.answers.before(t)
	p := past{answers: n, bests: timesBefore(x.bests, t)}
	if n > 0 {
		p.last, p.short, p.long = x.answers.at[n-1], x.answers.short[n-1], x.answers.long[n-1]
	}
	return p
}

// look takes note of what the expert in the slot has done in all.
func (ix *Index) look(slot uint32) {
	x := &ix.experts[slot]
	l := latest{past: x.before(never), lastBest: minTime}
	if l.answers == 0 {
		l.last = minTime
	}
	if n := len(x.bests); n > 0 {
		l.lastBest = x.bests[n-1]
	}
	ix.latest[slot] = l
}

// pastOf is what the expert in the slot did before at.
func (ix *Index) pastOf(slot uint32, at int64) past {
	if slot == nobody {
		return past{}
	}
	if l := &ix.latest[slot]; l.last < at && l.lastBest < at { // as mostly: the present is after all
		return l.past
	}
	return ix.experts[slot].before(at)
}
