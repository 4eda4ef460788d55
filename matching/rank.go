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
	return ix.choose(q, &s.pool, w, ask, besides, s)
}

// ChooseFrom is Choose for candidates who stay the same from question to
// question.
func (ix *Index) ChooseFrom(q Query, p *Pool, w Weights, ask, besides int) Choice {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	defer s.done()
	return ix.choose(q, p, w, ask, besides, s)
}

func (ix *Index) choose(q Query, p *Pool, w Weights, ask, besides int, s *scratch) Choice {
	at := q.At.UnixMicro()
	ix.nearest(impacts(q.Title, q.Body), ix.own(q), at, s)
	whole := ix.look(q, p, at, s)
	c := Choice{Record: newRecord(q, w, len(s.tags) > 0), Pool: len(s.room)}
	best := shortlist{n: min(max(ask+besides, 0), len(s.room)), ties: &c.Record}
	for i := range s.room {
		x := &s.room[i]
		v, answers := ix.features(x, at, &whole, s)
		best.add(Ranked{Expert: x.Expert, Total: v.total(c.Factors), Since: x.Since, Lot: x.Lot, Evidence: answers}, &v)
	}
	c.Candidates = best.ranked
	c.rank()
	for _, chosen := range c.Candidates[:min(max(ask, 0), len(c.Candidates))] {
		c.Reasons = append(c.Reasons, ix.reasonOf(chosen.Expert, s.near, q.Tags, at))
	}
	return c
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
func (ix *Index) look(q Query, p *Pool, at int64, s *scratch) tally {
	s.tags = ix.known(q.Tags, at, s.tags[:0])
	p.consider(ix, q, at, s)
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
	ranked []Ranked // in order while there are n
}

func (l *shortlist) add(c Ranked, v *Vector) {
	full := len(l.ranked) == l.n
	if full && (l.n == 0 || l.ties.order(c, l.ranked[l.n-1]) > 0) {
		return
	}
	c.Since, c.Features = c.Since.UTC().Round(0), slices.Clone(v[:])
	if full {
		i, _ := slices.BinarySearchFunc(l.ranked, c, l.ties.order)
		copy(l.ranked[i+1:], l.ranked[i:l.n-1])
		l.ranked[i] = c
		return
	}
	l.ranked = append(l.ranked, c)
	if len(l.ranked) == l.n {
		slices.SortFunc(l.ranked, l.ties.order)
	}
}
