package simulate

import (
	"time"

	"knowhow/matching/wait"
)

// question is one customer's, as the platform knows it.
type question struct {
	number, topic int
	lot           uint64
	asked         time.Duration
	attempt       int           // answers so far, and one
	since         time.Duration // it waits for an expert again
	first         time.Duration // the first wave since then was sent; below zero: none yet
	wave          int           // waves since the asking
	had           map[int]bool  // experts who had an offer they did not take, or answered
	open          []*person     // who have an offer
	sent, until   time.Duration // of the open wave
	waits         bool          // for a wave
	resolved      bool
	over          bool
	heard         bool // a first response

	told  wait.Forecast
	place wait.Place
}

// wants begins a wait for an expert.
func (r *run) wants(now time.Duration, q *question) {
	q.since, q.first, q.waits = now, -1, true
	r.waiting = append(r.waiting, q)
	r.later(now+Bound, event{kind: bound, question: q, mark: q.attempt})
}

// ask is a customer who comes.
func (r *run) ask(now time.Duration) {
	n := r.asked
	r.asked++
	q := &question{number: n, topic: r.market.topic(n), lot: r.market.chance(ofLot, 1<<32, uint64(n)).Uint64(), asked: now, attempt: 1, had: map[int]bool{}}
	r.promise(now, q)
	r.wants(now, q)
	if r.asked < r.market.questions() {
		r.nextQuestion(now)
	}
}

func (r *run) nextQuestion(now time.Duration) {
	gap := r.market.chance(ofArrival, uint64(r.asked)).ExpFloat64() / r.market.rate()
	r.later(now+time.Duration(gap*float64(time.Hour)), event{kind: asks})
}

// answer is an expert's, who is free again.
func (r *run) answer(now time.Duration, q *question, p *person) {
	p.at, p.freed = nil, now
	r.answers++
	r.respond(now, q)
	good := r.succeeds(q, p)
	r.policy.answered(q, p, good)
	switch {
	case good:
		q.resolved = true
		r.end(q)
	case q.attempt == answers:
		r.end(q)
	default:
		q.attempt++
		r.wants(now, q)
	}
}

// respond notes the first response, an expert's or the brand's.
func (r *run) respond(now time.Duration, q *question) {
	if q.heard {
		return
	}
	q.heard = true
	r.first = append(r.first, now-q.asked)
	r.keep(now, q)
}

// bounded sends a question to the brand's team that has waited as long as any may.
func (r *run) bounded(now time.Duration, q *question) {
	r.withdraw(now, q)
	r.waited(now, q)
	r.escalated++
	if q.waits {
		r.unwait(q)
	}
	after := time.Duration(logNormal(r.market.chance(ofBrand, uint64(q.number)), workWidth) * float64(brandMean))
	r.later(now+after, event{kind: brand, question: q})
	r.end(q)
}

// waited notes how long a question was without an expert who works on it.
func (r *run) waited(now time.Duration, q *question) { r.longest = max(r.longest, now-q.since) }

func (r *run) unwait(q *question) {
	q.waits = false
	for i, w := range r.waiting {
		if w == q {
			r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
			return
		}
	}
}

func (r *run) end(q *question) {
	q.over = true
	r.ended++
	if q.resolved {
		r.resolved++
		if q.number >= r.market.questions()/2 {
			r.resolvedLate++
		}
	}
}
