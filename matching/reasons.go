package matching

import (
	"slices"
	"time"
)

// Reason is what an expert is told about why they are asked: their own record
// on what is like the question, numbers only, and nothing about anyone else.
type Reason struct {
	Similar Experience `json:"similar"` // questions worded like this one
	Tagged  Experience `json:"tagged"`  // questions sharing a tag
	All     Experience `json:"all"`     // all questions
}

// Experience sums up answers of one expert.
type Experience struct {
	Answered int       `json:"answered"`
	Resolved int       `json:"resolved"`      // of those
	Last     time.Time `json:"last,omitzero"` // of the answers; zero: none
}

// similarEnough is the match from which a neighbour is called like the
// question. Half as much is common between questions that share a word or two;
// of real questions nine in ten have one past question that passes.
const similarEnough = 0.2

// Reasons gives the reason for each of the experts, in their order, as of q.At.
func (ix *Index) Reasons(q Query, experts []ID) []Reason {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	s := ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(s)
	defer s.done()
	at := q.At.UnixMicro()
	s.crowded = false
	ix.nearest(impacts(q.Title, q.Body), ix.own(q), at, s)
	s.tags = ix.known(q.Tags, at, s.tags[:0])
	reasons := make([]Reason, len(experts))
	for i, id := range experts {
		reasons[i] = ix.reasonOf(id, at, s)
	}
	return reasons
}

// reasonOf is by what is near the question, and by its tags.
func (ix *Index) reasonOf(id ID, at int64, s *scratch) Reason {
	var r Reason
	slot, ok := ix.slotOf[id]
	if !ok {
		return r
	}
	for _, n := range s.near {
		if n.match < similarEnough {
			break // as all that follow
		}
		ix.briefs.answered(n.doc, at, func(expert uint32, _ int64) {
			if expert == slot {
				r.Similar.take(&ix.docs[n.doc], slot, at)
			}
		})
	}
	if p := ix.experts[slot].before(at, &s.past); p.answers > 0 {
		r.All = Experience{Answered: p.answers, Resolved: p.resolved, Last: time.UnixMicro(p.last).UTC()}
	}
	if len(s.tags) == 0 {
		return r
	}
	for _, d := range ix.experts[slot].docs {
		if doc := &ix.docs[d]; s.sharesTag(doc.tags) {
			r.Tagged.take(doc, slot, at)
		}
	}
	return r
}

func (s *scratch) sharesTag(tags []*tagIndex) bool {
	for i := range s.tags {
		if slices.Contains(tags, s.tags[i].tagIndex) {
			return true
		}
	}
	return false
}

func (x *Experience) take(doc *document, slot uint32, at int64) {
	for _, e := range doc.evidence {
		since := doc.since(e)
		if e.expert != slot || since >= at {
			continue
		}
		x.Answered++
		if doc.resolvedSince(e) < at {
			x.Resolved++
		}
		if last := time.UnixMicro(since).UTC(); last.After(x.Last) {
			x.Last = last
		}
	}
}
