package simulate

import (
	"time"

	"knowhow/matching/wait"
	"knowhow/matching/wave"
)

// The promise: somebody works on a question half an hour after the first was
// asked, in 95 of 100 cases.
const (
	promised  = 30 * time.Minute
	certainty = .95
	reward    = 500 // the same for all
)

var limits = wave.Limits{Experts: 20, AtOnce: 5, Least: 2 * time.Minute, Most: 15 * time.Minute}

// next is how many experts to ask about a question now, and for how long.
func (r *run) next(now time.Duration, q *question) wave.Wave {
	p := wave.Promise{Left: promised, Chance: certainty}
	if q.first >= 0 {
		p.Asked, p.Left = 1, promised-(now-q.first)
	}
	return r.takeup.Next(p, limits, wait.Hour(start.Add(now)), reward)
}

// send makes the offers of a wave.
func (r *run) send(now time.Duration, q *question, experts []*person, open time.Duration) {
	r.unwait(q)
	if q.first < 0 {
		q.first = now
	}
	q.wave++
	q.open, q.sent, q.until = append(q.open[:0], experts...), now, now+open
	for _, p := range experts {
		p.asked = q
		p.offers++
		r.offers++
		rnd := r.market.chance(ofTaking, uint64(q.number), uint64(p.number))
		may := takes
		if p.shift == 0 {
			may = takesNight
		}
		if after := time.Duration(rnd.ExpFloat64() * float64(takesAfter)); rnd.Float64() < may && after < open {
			r.later(now+after, event{kind: accepts, question: q, person: p, mark: q.wave})
		}
	}
	r.later(q.until, event{kind: expires, question: q, mark: q.wave})
}

// accept is the first expert who takes it.
func (r *run) accept(now time.Duration, q *question, p *person) {
	r.hear(now, q, true)
	p.asked, p.at = nil, q
	q.had[p.number] = true
	p.taken++
	for _, other := range q.open {
		if other != p {
			r.hear(now, q, false)
			other.asked = nil // somebody else was faster: they may be asked again
		}
	}
	q.open = q.open[:0]
	r.waited(now, q)
	took := work(r.market.chance(ofWork, uint64(q.number), uint64(p.number)), r.truths[p.number].speed)
	r.work.add(took)
	r.later(now+took, event{kind: delivers, question: q, person: p})
}

// expire ends a wave that nobody took.
func (r *run) expire(now time.Duration, q *question) {
	for _, p := range q.open {
		q.had[p.number] = true
	}
	r.withdraw(now, q)
	q.waits = true
	r.waiting = append(r.waiting, q)
}

// withdraw takes the open offers back.
func (r *run) withdraw(now time.Duration, q *question) {
	for _, p := range q.open {
		r.hear(now, q, false)
		p.asked = nil
	}
	q.open = q.open[:0]
}

// hear counts what became of an offer.
func (r *run) hear(now time.Duration, q *question, accepted bool) {
	r.takeup.Add(wave.Offer{Hour: wait.Hour(start.Add(q.sent)), Reward: reward, Open: min(now, q.until) - q.sent, Accepted: accepted})
}
