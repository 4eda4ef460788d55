package matching

import (
	"bytes"
	"cmp"
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

// Candidate is an expert who may be asked: every hard rule already passed.
type Candidate struct {
	Expert ID
	Since  time.Time // enrolled
	Prior  float64   // 0 to 1: what else speaks for them, such as a passed test in the topic; 0: nothing known
	Lot    uint64    // drawn once at enrolment and kept: with the seed it decides ties, so that no id has to
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
	at := q.At.UnixMicro()
	near := ix.nearest(q, s)
	s.tallies = grown(s.tallies, len(ix.experts))
	ix.tallyNear(near, at, s.tallies)
	ix.tallyTags(q.Tags, at, s.tallies)
	if q.Asker != (ID{}) {
		ix.tallyAsker(q.Asker, at, s.tallies)
	}
	candidates = s.enlist(ix, q, candidates)
	pool := poolTally(s.slots, s.tallies)
	c := Choice{Record: newRecord(q, w, ix.tagged(q.Tags, at)), Pool: s.enlisted}
	best := shortlist{n: min(max(ask+besides, 0), s.enlisted), ties: &c.Record}
	ix.best(candidates, s, at, pool, &best)
	c.Candidates = best.ranked
	c.rank()
	for _, chosen := range c.Candidates[:min(max(ask, 0), len(c.Candidates))] {
		c.Reasons = append(c.Reasons, ix.reasonOf(chosen.Expert, near, q.Tags, at))
	}
	return c
}

// best shows the shortlist every candidate who may belong there: first who did
// something like the question, so that of the others hardly any may.
func (ix *Index) best(candidates []Candidate, s *scratch, at int64, pool tally, best *shortlist) {
	factors := best.ties.Factors
	limits := limitsOf(factors)
	for _, related := range [2]bool{true, false} {
		for i := range candidates {
			c, slot := &candidates[i], s.slots[i]
			if slot == nowhere || (slot != nobody && s.tallies[slot] != noTally) != related {
				continue
			}
			if !related && best.full() && ix.limit(c, slot, at, &limits) < best.least() {
				continue
			}
			v, answers := ix.features(*c, slot, at, s.tallies, pool)
			best.add(Ranked{Expert: c.Expert, Total: v.total(factors), Since: c.Since, Lot: c.Lot, Evidence: answers}, &v)
		}
	}
}

// The slots of a candidate who has no evidence, and of the asker.
const (
	nobody  = 1<<32 - 1
	nowhere = nobody - 1
)

// enlist finds the slots of the candidates, and how many of them are to be
// ranked: not the asker. It gives the candidates, each once.
func (s *scratch) enlist(ix *Index, q Query, candidates []Candidate) []Candidate {
	if !s.find(ix, q, candidates) {
		candidates = eligible(q, candidates)
		s.find(ix, q, candidates)
	}
	return candidates
}

// find reports whether every candidate is there once. It marks the experts it
// has seen; the marks are taken off again.
func (s *scratch) find(ix *Index, q Query, candidates []Candidate) bool {
	s.seen = grown(s.seen, len(ix.experts))
	s.slots, s.enlisted = s.slots[:0], 0
	once := true
	for i := range candidates {
		c := &candidates[i]
		slot, known := ix.slotOf[c.Expert]
		switch {
		case c.Expert == q.Asker:
			slot = nowhere
		case known:
			once = once && !s.seen[slot]
			s.seen[slot] = true
		default:
			slot = nobody
			if s.unknown == nil {
				s.unknown = map[ID]bool{}
			}
			once = once && !s.unknown[c.Expert]
			s.unknown[c.Expert] = true
		}
		s.slots = append(s.slots, slot)
		if slot != nowhere {
			s.enlisted++
		}
	}
	clear(s.seen)
	clear(s.unknown)
	return once
}

// shortlist keeps the n best of those it is shown.
type shortlist struct {
	n      int
	ties   *Record
	ranked []Ranked // in order while there are n
}

func (l *shortlist) full() bool { return len(l.ranked) == l.n && l.n > 0 }

// least is the total of the last of a full list.
func (l *shortlist) least() float64 { return l.ranked[l.n-1].Total }

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

// tagged tells whether some earlier question has one of the tags. Who answered
// it does not matter: else one more answer could change the weights for all.
func (ix *Index) tagged(tags []string, at int64) bool {
	return slices.ContainsFunc(tags, func(name string) bool {
		t := ix.tags[name]
		return t != nil && timesBefore(t.asked, at) > 0
	})
}

// eligible gives the candidates without the asker and each once. Of two of the
// same expert the earlier enrolled stays, then the one with more behind it.
func eligible(q Query, candidates []Candidate) []Candidate {
	out := slices.Clone(candidates)
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(bytes.Compare(a.Expert[:], b.Expert[:]), a.Since.Compare(b.Since),
			cmp.Compare(b.Prior, a.Prior), cmp.Compare(a.Lot, b.Lot))
	})
	out = slices.CompactFunc(out, func(a, b Candidate) bool { return a.Expert == b.Expert })
	return slices.DeleteFunc(out, func(c Candidate) bool { return c.Expert == q.Asker })
}

func poolTally(slots []uint32, tallies []tally) tally {
	var sum tally
	for _, slot := range slots {
		if slot >= nowhere {
			continue
		}
		t := &tallies[slot]
		sum.near += t.near
		sum.nearLong += t.nearLong
		sum.nearShort += t.nearShort
		sum.tag += t.tag
		sum.tagLong += t.tagLong
		sum.tagShort += t.tagShort
	}
	return sum
}
