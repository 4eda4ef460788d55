package matching

import (
	"slices"
	"time"
)

// Query is a question that needs an expert.
type Query struct {
	Title string
	Body  string
	Tags  []string
	Self  ID        // the question's own document, if it is in the index: no neighbour of itself
	Asker ID        // zero: unknown; never ranked
	At    time.Time // the present: nothing from then on counts
	Seed  uint64    // decides between candidates equal in everything
}

// Rank orders the candidates for q, the best first. A candidate given twice
// counts once. Work is linear in the postings of the question's terms and in
// the candidates.
func (ix *Index) Rank(q Query, candidates []Candidate, w Weights) Record {
	return ix.Choose(q, candidates, w, 0, len(candidates)).Record
}

// Choice is the top of a ranking.
type Choice struct {
	Record
	Pool    int      // how many were ranked
	Reasons []Reason // of those who are asked, in their order
}

// Choose is Rank(q, candidates, w).Top(ask+besides) with the Reasons of the
// first ask of them, for less.
func (ix *Index) Choose(q Query, candidates []Candidate, w Weights, ask, besides int) Choice {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	defer s.done()
	s.pool.fill(ix, candidates)
	return ix.choose(q, &s.pool, nil, w, ask, besides, s)
}

// ChooseFrom is Choose for candidates who stay the same from question to
// question, of whom some may be asked now; nil: all. Pool is then how many may be,
// of those who were looked at.
func (ix *Index) ChooseFrom(q Query, p *Pool, may Allowed, w Weights, ask, besides int) Choice {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	defer s.done()
	p.follow(ix)
	return ix.choose(q, p, may, w, ask, besides, s)
}

func (ix *Index) choose(q Query, p *Pool, may Allowed, w Weights, ask, besides int, s *scratch) Choice {
	at := q.At.UnixMicro()
	s.crowded = p.crowded()
	ix.nearest(impacts(q.Title, q.Body), ix.own(q), at, s)
	whole := ix.look(q, p, may, at, s)
	c := Choice{Record: newRecord(q, w, len(s.tags) > 0), Pool: len(s.room)}
	best := shortlist{n: min(max(ask+besides, 0), len(s.room)), ties: &c.Record, room: s.room, listed: s.listed[:0]}
	if p == &s.pool || s.crowded || best.n == len(s.room) {
		ix.weighAll(&best, at, &whole, s)
	} else {
		ix.weighLikely(&best, p, w, at, &whole, s)
	}
	s.listed = best.listed
	c.Candidates = best.ranked(s.vectors)
	c.rank()
	for _, chosen := range c.Candidates[:min(max(ask, 0), len(c.Candidates))] {
		c.Reasons = append(c.Reasons, ix.reasonOf(chosen.Expert, at, s))
	}
	return c
}

// weighAll shows everybody in the room to the shortlist.
func (ix *Index) weighAll(best *shortlist, at int64, whole *tally, s *scratch) {
	ix.fetch(s)
	s.vectors = grown(s.vectors, len(s.room))
	for i := range s.room {
		ix.weigh(i, best, at, whole, s)
	}
}

func (ix *Index) weigh(i int, best *shortlist, at int64, whole *tally, s *scratch) (year float64) {
	x, v := &s.room[i], &s.vectors[i]
	answers, year := ix.features(x, at, whole, v, s)
	best.add(listed{total: v.total(best.ties.Factors), place: int32(i), answers: int32(answers)})
	return year
}

// weighLikely shows to the shortlist who may yet come onto it, by what the pool
// knows of each from the questions before.
func (ix *Index) weighLikely(best *shortlist, p *Pool, w Weights, at int64, whole *tally, s *scratch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, weights := &p.footings[0], &w.Plain
	if len(s.tags) > 0 {
		known, weights = &p.footings[1], &w.Tagged
	}
	limits := known.ceilings(weights, len(p.candidates), at, s)
	s.vectors = grown(s.vectors, len(s.room))
	for i := range s.room {
		x, e := &s.room[i], &noExpert
		if x.slot != nobody {
			e = &ix.experts[x.slot]
		}
		most, ok := limits.of(x, e, whole, s)
		if ok && best.above(most) {
			continue
		}
		if year := ix.weigh(i, best, at, whole, s); !ok {
			limits.take(x, e, &s.vectors[i], year)
		}
	}
}

// noExpert is kept of who answered nothing.
var noExpert = expert{settled: minTime}

// fetch touches what features will read of each candidate. It lies far apart: so
// memory is waited for once, and not for one candidate after the other.
func (ix *Index) fetch(s *scratch) {
	for i := range s.room {
		c := &s.room[i]
		s.fetched += int64(c.Lot)
		if c.slot != nobody {
			if x := &ix.experts[c.slot]; x.whole == nil && len(x.events) > 0 {
				s.fetched += x.events[0].since
			}
		}
	}
}

// own is the slot of the question's own document.
func (ix *Index) own(q Query) uint32 {
	if slot, ok := ix.docOf[q.Self]; ok {
		return slot
	}
	return nobody
}

// look finds who is looked at for q, whose neighbours are known, and what they
// did on what is like it.
func (ix *Index) look(q Query, p *Pool, may Allowed, at int64, s *scratch) tally {
	s.tags = ix.known(q.Tags, at, s.tags[:0])
	p.consider(ix, q, may, at, s)
	ix.tallyNear(at, s)
	ix.tallyWords(s.terms, at, s)
	ix.tallyTags(at, s)
	ix.tallyAsker(q.Asker, at, s)
	return s.whole()
}

// shortlist keeps the n best of those it is shown.
type shortlist struct {
	n      int
	ties   *Record
	room   []considered
	listed []listed // in order while there are n
}

// listed is a candidate on a shortlist, by their place in the room.
type listed struct {
	total          float64
	place, answers int32
}

// above tells whether all on the list have more than a total, and it is full.
func (l *shortlist) above(total float64) bool {
	return len(l.listed) == l.n && (l.n == 0 || l.listed[l.n-1].total > total)
}

func (l *shortlist) add(c listed) {
	full := len(l.listed) == l.n
	if full && (l.n == 0 || l.order(c, l.listed[l.n-1]) > 0) {
		return
	}
	if full {
		i, _ := slices.BinarySearchFunc(l.listed, c, l.order)
		copy(l.listed[i+1:], l.listed[i:l.n-1])
		l.listed[i] = c
		return
	}
	l.listed = append(l.listed, c)
	if len(l.listed) == l.n {
		slices.SortFunc(l.listed, l.order)
	}
}

func (l *shortlist) order(a, b listed) int {
	switch {
	case a.total > b.total:
		return -1
	case a.total < b.total:
		return 1
	}
	return l.ties.order(l.one(a), l.one(b))
}

// one is what a record says of a candidate on the list.
func (l *shortlist) one(c listed) Ranked {
	x := &l.room[c.place]
	return Ranked{Expert: x.Expert, Total: c.total, Since: x.Since, Lot: x.Lot, Evidence: int(c.answers)}
}

// ranked is what a record says of all of them, by the vectors of the room.
func (l *shortlist) ranked(vectors []Vector) []Ranked {
	all, features := make([]Ranked, len(l.listed)), make([]float64, len(l.listed)*featureCount)
	for i, c := range l.listed {
		all[i] = l.one(c)
		all[i].Since, all[i].Features = all[i].Since.UTC().Round(0), features[i*featureCount:][:featureCount:featureCount]
		copy(all[i].Features, vectors[c.place][:])
	}
	return all
}
