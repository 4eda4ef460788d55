package question

import (
	"slices"
	"sync"
	"time"

	"knowhow/matching/wait"
)

// situations are a program's waits by how things stood when the questions were
// asked: how long the crowd, as it worked in those weeks at each hour, needed to
// come to the question. It is nil, and the waits' curves count alone, where not
// every hour of the week was seen.
type situations struct {
	supply wait.Supply          // first responses an hour, by the hour of the week
	queue  int                  // questions that wait for experts
	level  wait.Level           // what is told, so that nine in ten hold
	delays map[ID]time.Duration // of who waits, as it was when they asked

	mu   sync.Mutex // of what follows, which keeps what it works out
	past map[group]*wait.History
}

// newSituations are made of rows, the latest first: each is asked again, in its
// turn, with what was known then, so that it also shows how far forecasts held.
func newSituations(rows []waitRow, now time.Time) *situations {
	if len(rows) < forecastLeast {
		return nil
	}
	s := &situations{delays: map[ID]time.Duration{}, past: map[group]*wait.History{{}: {}}}
	if s.see(rows, now); !s.supply.Known() {
		return nil
	}
	many := map[group]int{}
	for _, r := range rows {
		for _, g := range r.groups() {
			if many[g]++; many[g] == forecastLeast {
				s.past[g] = &wait.History{}
			}
		}
	}
	var queue []queued
	for _, r := range slices.Backward(rows) {
		queue = s.settle(queue, r.AskedAt)
		one := queued{waitRow: r, until: r.until(now)}
		delay := s.supply.Delay(r.AskedAt, float64(len(queue)+1))
		one.told = s.past[group{}].Forecast(r.AskedAt, delay, 0, s.level).P90
		for _, g := range r.groups() {
			if past := s.past[g]; past != nil {
				one.places = append(one.places, placed{past, past.Ask(r.AskedAt, delay)})
			}
		}
		if r.FirstRespondedAt == nil {
			s.delays[r.ID] = delay
		}
		queue = append(queue, one)
	}
	s.queue = len(s.settle(queue, now))
	return s
}

// queued is a question that waits for experts, as the past is gone through.
type queued struct {
	waitRow
	until  time.Time
	told   time.Duration // the ninth decile; 0: not known
	places []placed
}

type placed struct {
	in *wait.History
	at wait.Place
}

// settle takes from the queue who no longer waited at a time, and learns from
// how long they did. Who went to the brand's team waits on, but not for experts.
func (s *situations) settle(queue []queued, at time.Time) []queued {
	return slices.DeleteFunc(queue, func(q queued) bool {
		if q.until.After(at) {
			return false
		}
		if q.FirstRespondedAt == nil && q.State == Escalated {
			return true
		}
		was := wait.Wait{For: q.until.Sub(q.AskedAt), Over: q.FirstRespondedAt != nil}
		for _, p := range q.places {
			p.in.End(p.at, was)
		}
		if q.told > 0 && was.Over {
			s.level.Heard(was.For <= q.told)
		}
		return true
	})
}

// see counts the first responses of each whole hour since the first question.
func (s *situations) see(rows []waitRow, now time.Time) {
	count := map[time.Time]int{}
	for _, r := range rows {
		if r.FirstRespondedAt != nil {
			count[r.FirstRespondedAt.Truncate(time.Hour)]++
		}
	}
	first := rows[len(rows)-1].AskedAt.Truncate(time.Hour).Add(time.Hour)
	for hour := first; !hour.Add(time.Hour).After(now); hour = hour.Add(time.Hour) {
		s.supply.See(hour, float64(count[hour]))
	}
}

// until is when the question no longer waited for experts: for ever after now
// where it still does.
func (r waitRow) until(now time.Time) time.Time {
	switch {
	case r.FirstRespondedAt != nil:
		return *r.FirstRespondedAt
	case r.EndedAt != nil:
		return *r.EndedAt
	}
	return now.Add(time.Hour)
}

// groups are those that the question is of.
func (r waitRow) groups() []group {
	groups := []group{{}, {language: r.Language}}
	if !r.TopicID.IsZero() {
		groups = append(groups, group{topic: r.TopicID}, group{r.TopicID, r.Language})
	}
	return groups
}

// forecast is that of a question most like those of the group; a Sample of 0
// where nothing is known. Id is that of one who waits already, zero for others.
func (s *situations) forecast(of group, id ID, already time.Duration, now time.Time) wait.Forecast {
	if s == nil {
		return wait.Forecast{}
	}
	delay, waits := s.delays[id]
	if !waits {
		delay = s.supply.Delay(now, float64(s.queue+1))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range of.wider() {
		if past := s.past[g]; past != nil {
			if f := past.Forecast(now, delay, already, s.level); f.Sample >= forecastLeast {
				return f
			}
			break
		}
	}
	return wait.Forecast{}
}

// wider are the group and those that it is part of, the narrowest first.
func (g group) wider() []group {
	list := []group{g, {topic: g.topic}, {language: g.language}}
	return append(slices.DeleteFunc(list, func(part group) bool { return part == group{} }), group{})
}
