package matching

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// Candidate is an expert who may be asked: every hard rule already passed.
type Candidate struct {
	Expert ID
	Since  time.Time // enrolled
	Prior  float64   // 0 to 1: what else speaks for them, such as a passed test in the topic; 0: nothing known
	Lot    uint64    // drawn once at enrolment and kept: with the seed it decides ties, so that no id has to
}

// Pool is candidates made ready for many rankings over one index. It stays good
// while the index changes, as long as nobody in it is answering for the first
// time or is removed: then make it anew. It may be used concurrently.
type Pool struct {
	candidates []Candidate
	slots      []uint32 // of each candidate; nobody: without evidence
	places     []int32  // by slot: place among the candidates from 1, 0: is none
	newcomers  []int32  // without evidence: those with the most for them, then the last enrolled
}

// nobody is the slot of who has no evidence.
const nobody = 1<<32 - 1

// Pool makes candidates ready. One given twice counts once: the earlier
// enrolled, then who has more behind it.
func (ix *Index) Pool(candidates []Candidate) *Pool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	p := new(Pool)
	p.fill(ix, candidates)
	return p
}

func (p *Pool) fill(ix *Index, candidates []Candidate) {
	if !p.find(ix, candidates) {
		p.find(ix, eachOnce(candidates))
	}
	p.newcomers = p.newcomers[:0]
	if len(p.candidates) <= everybody {
		return
	}
	for i, slot := range p.slots {
		if slot == nobody {
			p.newcomers = append(p.newcomers, int32(i))
		}
	}
	slices.SortFunc(p.newcomers, func(i, j int32) int {
		a, b := &p.candidates[i], &p.candidates[j]
		return cmp.Or(cmp.Compare(unit(b.Prior), unit(a.Prior)), b.Since.Compare(a.Since), cmp.Compare(a.Lot, b.Lot),
			bytes.Compare(a.Expert[:], b.Expert[:]))
	})
	p.newcomers = p.newcomers[:min(len(p.newcomers), mostNewcomers)]
}

// find finds the candidates' slots, and reports whether each is there once.
func (p *Pool) find(ix *Index, candidates []Candidate) bool {
	p.candidates, p.slots = candidates, p.slots[:0]
	p.places = grown(p.places, len(ix.experts))
	clear(p.places)
	var strangers map[ID]bool
	once := true
	for i := range candidates {
		id := candidates[i].Expert
		slot, known := ix.slotOf[id]
		if known {
			once = once && p.places[slot] == 0
			p.places[slot] = int32(i + 1)
		} else {
			slot = nobody
			if strangers == nil {
				strangers = make(map[ID]bool)
			}
			once = once && !strangers[id]
			strangers[id] = true
		}
		p.slots = append(p.slots, slot)
	}
	return once
}

func eachOnce(candidates []Candidate) []Candidate {
	out := slices.Clone(candidates)
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(bytes.Compare(a.Expert[:], b.Expert[:]), a.Since.Compare(b.Since),
			cmp.Compare(b.Prior, a.Prior), cmp.Compare(a.Lot, b.Lot))
	})
	return slices.CompactFunc(out, func(a, b Candidate) bool { return a.Expert == b.Expert })
}

// Of a pool up to everybody, everybody is looked at for every question. Of a
// larger one it is who has to do with the question, who answered lately, and
// newcomers.
const (
	everybody     = 4096
	mostRelated   = 80
	mostTagged    = 32
	mostLately    = 16
	mostNewcomers = 8
)

// considered is a candidate that is looked at for a question.
type considered struct {
	*Candidate
	slot uint32
	tally
}

// consider gathers who is looked at for q. The asker is not.
func (p *Pool) consider(ix *Index, q Query, at int64, s *scratch) {
	s.room, s.place = s.room[:0], grown(s.place, len(ix.experts))
	if s.crowded = len(p.candidates) > everybody; !s.crowded {
		for i := range p.candidates {
			s.take(p, i, q.Asker)
		}
		return
	}
	offer := func(slot uint32) bool {
		if int(slot) < len(p.places) && p.places[slot] > 0 && s.place[slot] == 0 {
			s.take(p, int(p.places[slot]-1), q.Asker)
			return true
		}
		return false
	}
	p.offerRelated(ix, at, s, offer)
	n := 0
	ix.lately.before(at, func(slot uint32) {
		if n < mostLately && offer(slot) {
			n++
		}
	})
	for _, i := range p.newcomers {
		s.take(p, int(i), q.Asker)
	}
}

func (p *Pool) offerRelated(ix *Index, at int64, s *scratch, offer func(uint32) bool) {
	n := 0
	for _, near := range s.near {
		ix.answered(near.doc, at, func(expert uint32, _ int64) {
			if n < mostRelated && offer(expert) {
				n++
			}
		})
	}
	for _, t := range s.tags {
		if len(t.experts) > mostTagged {
			continue // so common a tag says little
		}
		for i := range t.experts {
			offer(t.experts[i].slot)
		}
	}
}

// take enters a candidate of the pool into the room, unless they ask.
func (s *scratch) take(p *Pool, i int, asker ID) {
	c, slot := &p.candidates[i], p.slots[i]
	if c.Expert == asker {
		return
	}
	s.room = append(s.room, considered{Candidate: c, slot: slot})
	if slot != nobody {
		s.place[slot] = int32(len(s.room))
	}
}
