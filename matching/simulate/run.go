package simulate

import (
	"container/heap"
	"time"

	"knowhow/matching/wait"
	"knowhow/matching/wave"
)

// run is one market lived under one policy.
type run struct {
	market   Market
	policy   policy
	skills   func(person int) [topics]float64
	succeeds func(q *question, p *person) bool

	events  events
	made    int // events
	people  []*person
	truths  []truth
	waiting []*question
	idle    []*person // memory of dispatch

	takeup wave.Takeup
	waits  wait.History
	supply wait.Supply
	level  wait.Level
	work   mean // of how long a question takes, in hours

	tally
}

// mean is of the latest few hundred.
type mean struct{ value, n float64 }

func (m *mean) add(d time.Duration) {
	m.n = min(m.n+1, 300)
	m.value += (d.Hours() - m.value) / m.n
}

// The kinds of events.
const (
	asks = iota
	accepts
	expires
	delivers
	bound
	brand
	leaves
	hour
)

// event is something that will happen, unless what it is about has moved on.
type event struct {
	at       time.Duration
	order    int
	kind     int
	question *question
	person   *person
	mark     int // the wave or the attempt it is about
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func (r *run) later(at time.Duration, e event) {
	r.made++
	e.at, e.order = at, r.made
	heap.Push(&r.events, e)
}

// newRun is a market at its beginning.
func newRun(m Market, name string) (*run, error) {
	r := &run{market: m, takeup: wave.NewTakeup()}
	r.skills = m.skills
	r.succeeds = func(q *question, p *person) bool {
		return m.chance(ofSuccess, uint64(q.number), uint64(q.attempt)).Float64() < r.truths[p.number].skill[q.topic]
	}
	var err error
	if r.policy, err = newPolicy(name, m, func(person, topic int) float64 { return r.truths[person].skill[topic] }); err != nil {
		return nil, err
	}
	for n := range people {
		r.arrive(0, n%shifts)
	}
	r.nextQuestion(0)
	r.later(time.Hour, event{kind: hour})
	return r, nil
}

// live runs until every question is at an end and has a response, or going says
// no.
func (r *run) live(going func() error) error {
	for n := 0; r.ended < r.market.questions() || len(r.first) < r.market.questions(); n++ {
		if n%4096 == 0 && going != nil {
			if err := going(); err != nil {
				return err
			}
		}
		e := heap.Pop(&r.events).(event)
		r.happen(e)
		r.days = e.at.Hours() / 24
		if len(r.waiting) > 0 {
			r.dispatch(e.at)
		}
	}
	return nil
}

func (r *run) happen(e event) {
	q := e.question
	switch e.kind {
	case asks:
		r.ask(e.at)
	case accepts:
		if !q.over && q.wave == e.mark && len(q.open) > 0 {
			r.accept(e.at, q, e.person)
		}
	case expires:
		if !q.over && q.wave == e.mark && len(q.open) > 0 {
			r.expire(e.at, q)
		}
	case delivers:
		r.answer(e.at, q, e.person)
	case bound:
		if !q.over && q.attempt == e.mark && (q.waits || len(q.open) > 0) {
			r.bounded(e.at, q)
		}
	case brand:
		r.respond(e.at, q)
	case leaves:
		r.leave(e.at, e.person)
	case hour:
		r.hourly(e.at)
		r.later(e.at+time.Hour, event{kind: hour})
	}
}

// dispatch sends waves to who is free, as the policy chooses.
func (r *run) dispatch(now time.Duration) {
	r.idle = r.idle[:0]
	for _, p := range r.people {
		if p.free(now) {
			r.idle = append(r.idle, p)
		}
	}
	if len(r.idle) == 0 {
		return
	}
	waves := make([]wave.Wave, len(r.waiting))
	for i, q := range r.waiting {
		waves[i] = r.next(now, q)
	}
	waiting := append([]*question(nil), r.waiting...)
	for i, asked := range r.policy.choose(now, waiting, waves, r.idle) {
		if len(asked) > 0 {
			r.send(now, waiting[i], asked, waves[i].Open)
		}
	}
}

// hourly is what a platform learns by looking at the clock: who was there.
func (r *run) hourly(now time.Duration) {
	there := 0
	before := now - time.Minute
	for _, p := range r.people {
		if p.onDuty(before) {
			there++
			p.duty++
			r.onDuty(p)
		}
	}
	if r.work.n > 0 {
		r.supply.See(start.Add(before), float64(there)/r.work.value)
	}
	if int(now.Hours())%24 == 0 {
		r.policy.nightly()
	}
}

// promise tells the customer how long they will wait.
func (r *run) promise(now time.Duration, q *question) {
	at, delay := start.Add(now), time.Duration(0)
	free := 0
	for _, p := range r.people {
		if p.free(now) {
			free++
		}
	}
	delay = r.supply.Delay(at, float64(len(r.waiting)+1-free))
	q.told = r.waits.Forecast(at, delay, 0, r.level)
	q.place = r.waits.Ask(at, delay)
}

// keep compares what came with what was told.
func (r *run) keep(now time.Duration, q *question) {
	took := now - q.asked
	r.waits.End(q.place, wait.Wait{For: took, Over: true})
	if q.told.P90 == 0 {
		return
	}
	r.told++
	kept := took <= q.told.P90
	if kept {
		r.kept++
	}
	r.level.Heard(kept)
}
