package matching

import (
	"cmp"
	"slices"
)

// Of a pool up to everybody, everybody is looked at for every question. Of a
// larger one it is who has to do with the question, who answered lately, and
// newcomers.
const (
	everybody     = 4096
	mostRelated   = 56
	mostTagged    = 32
	mostLately    = 16
	mostNewcomers = 8
	newcomersSeen = 64 // of whom the newcomers are those with the most for them
)

// considered is a candidate that is looked at for a question.
type considered struct {
	*Candidate
	prior float64
	slot  uint32
	place int32 // in the pool
	tally
}

// refused stands in place of a place in the room.
const refused = -1

// consider gathers who is looked at for q. The asker is not.
func (p *Pool) consider(ix *Index, q Query, may Allowed, at int64, s *scratch) {
	s.room, s.refused, s.place = s.room[:0], s.refused[:0], grown(s.place, len(ix.experts))
	s.asker, s.askerSlot = q.Asker, nobody
	if slot, ok := ix.slotOf[q.Asker]; ok {
		s.askerSlot = slot
	}
	if !s.crowded {
		for i := range p.candidates {
			s.take(p, int32(i), may)
		}
		return
	}
	offer := func(slot uint32) bool {
		return int(slot) < len(p.places) && p.places[slot] > 0 && s.place[slot] == 0 && s.take(p, p.places[slot]-1, may)
	}
	p.offerRelated(ix, at, s, offer)
	n := 0
	ix.lately.before(at, func(slot uint32) bool {
		if offer(slot) {
			n++
		}
		return n < mostLately
	})
	p.offerNewcomers(q, may, s)
}

func (p *Pool) offerRelated(ix *Index, at int64, s *scratch, offer func(uint32) bool) {
	p.fetch(ix, s)
	n := 0
	for i := 0; i < len(s.near) && n < mostRelated; i++ {
		ix.briefs.answered(s.near[i].doc, at, func(expert uint32, _ int64) {
			if offer(expert) {
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

// fetch touches what is read of who answered the nearest, as Index.fetch does.
func (p *Pool) fetch(ix *Index, s *scratch) {
	for i := range s.near {
		doc := s.near[i].doc
		s.fetched += ix.briefs.since[doc] + int64(ix.briefs.last[doc])
	}
	for i := range s.near {
		slot := ix.briefs.last[s.near[i].doc] &^ andMore
		if int(slot) < len(p.places) {
			s.fetched += int64(p.places[slot]) + int64(s.place[slot])
		}
	}
}

// offerNewcomers takes those with the most for them, of some that the question's
// seed draws: so each has their turn.
func (p *Pool) offerNewcomers(q Query, may Allowed, s *scratch) {
	if len(p.newcomers) == 0 {
		return
	}
	before, first := len(s.room), int(mix(q.Seed)%uint64(len(p.newcomers)))
	for i := 0; i < len(p.newcomers) && len(s.room) < before+newcomersSeen; i++ {
		s.take(p, p.newcomers[(first+i)%len(p.newcomers)], may)
	}
	seen := s.room[before:]
	slices.SortStableFunc(seen, func(a, b considered) int { return cmp.Compare(unit(b.prior), unit(a.prior)) })
	s.room = s.room[:before+min(len(seen), mostNewcomers)]
}

// take enters a candidate of the pool into the room, if they may be asked.
func (s *scratch) take(p *Pool, i int32, may Allowed) bool {
	c, slot := &p.candidates[i], p.slots[i]
	if slot == s.askerSlot && (slot != nobody || c.Expert == s.asker) {
		return false
	}
	one := considered{Candidate: c, slot: slot, place: i}
	if may == nil {
		one.prior = c.Prior
	} else if prior, ok := may(int(i)); ok {
		one.prior = prior
	} else {
		if slot != nobody {
			s.place[slot] = refused
			s.refused = append(s.refused, slot)
		}
		return false
	}
	s.room = append(s.room, one)
	if slot != nobody {
		s.place[slot] = int16(len(s.room))
	}
	return true
}
