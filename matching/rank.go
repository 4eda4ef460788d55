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
	candidates = eligible(q, candidates)
	s.slots = ix.slots(candidates, s.slots)
	pool := poolTally(s.slots, s.tallies)
	c := Choice{Record: newRecord(q, w, ix.tagged(q.Tags, at)), Pool: len(candidates)}
	best := shortlist{n: min(max(ask+besides, 0), len(candidates)), ties: &c.Record}
	for i, candidate := range candidates {
		v, answers := ix.features(candidate, s.slots[i], at, s.tallies, pool)
		best.add(Ranked{
			Expert: candidate.Expert, Total: v.total(c.Factors), Since: candidate.Since, Lot: candidate.Lot, Evidence: answers,
		}, &v)
	}
	c.Candidates = best.ranked
	c.rank()
	for _, chosen := range c.Candidates[:min(max(ask, 0), len(c.Candidates))] {
		c.Reasons = append(c.Reasons, ix.reasonOf(chosen.Expert, near, q.Tags, at))
	}
	return c
}

// nobody is the slot of a candidate who has no evidence.
const nobody = 1<<32 - 1

func (ix *Index) slots(candidates []Candidate, into []uint32) []uint32 {
	into = into[:0]
	for _, c := range candidates {
		slot, ok := ix.slotOf[c.Expert]
		if !ok {
			slot = nobody
		}
		into = append(into, slot)
	}
	return into
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
		if slot == nobody {
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
