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
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	defer s.done()
	at := q.At.UnixMicro()
	s.tallies = grown(s.tallies, len(ix.experts))
	ix.tallyNear(ix.nearest(q, s), at, s.tallies)
	ix.tallyTags(q.Tags, at, s.tallies)
	if q.Asker != (ID{}) {
		ix.tallyAsker(q.Asker, at, s.tallies)
	}
	candidates = eligible(q, candidates)
	pool := ix.poolTally(candidates, s.tallies)
	r := newRecord(q, w, ix.tagged(q.Tags, at))
	r.Candidates = make([]Ranked, len(candidates))
	for i, c := range candidates {
		v, answers := ix.features(c, at, s.tallies, pool)
		r.Candidates[i] = Ranked{Expert: c.Expert, Since: c.Since.UTC().Round(0), Lot: c.Lot, Evidence: answers, Features: v[:]}
	}
	r.rank()
	return r
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

func (ix *Index) poolTally(candidates []Candidate, tallies []tally) tally {
	var sum tally
	for _, c := range candidates {
		slot, ok := ix.slotOf[c.Expert]
		if !ok {
			continue
		}
		t := tallies[slot]
		sum.near += t.near
		sum.nearLong += t.nearLong
		sum.nearShort += t.nearShort
		sum.tag += t.tag
		sum.tagLong += t.tagLong
		sum.tagShort += t.tagShort
	}
	return sum
}
