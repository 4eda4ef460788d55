package matching

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
	"time"
)

// Candidate is an expert who may be asked: every hard rule already passed.
type Candidate struct {
	Expert ID
	Since  time.Time // enrolled
	Prior  float64   // 0 to 1: what else speaks for them, such as a passed test in the topic; 0: nothing known
	Lot    uint64    // drawn once at enrolment and kept: with the seed it decides ties, so that no id has to
}

// Allowed tells of a pool's candidate, by their place among those it was made
// of, whether they may be asked now, and their Prior for this question.
type Allowed func(place int) (prior float64, ok bool)

// Pool is candidates made ready for many rankings over one index, which may
// change meanwhile. It may be used concurrently.
type Pool struct {
	candidates []Candidate

	mu        sync.Mutex   // of what follows, which the first ranking after a change of the index brings up to date
	slots     []uint32     // of each candidate; nobody: without evidence
	places    []int32      // by slot: place among the candidates from 1, 0: is none
	strangers map[ID]int32 // places of those without evidence
	newcomers []int32      // the same, the last enrolled first; only of more than everybody
	removed   int          // experts that were removed from the index by then
	footings  [2]footings  // without and with a known tag
}

// Pool makes candidates ready. One given twice counts once: the earlier
// enrolled, then who has more behind it; then there are no places to tell by who
// is Allowed.
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
	p.removed, p.newcomers, p.footings = ix.removed, p.newcomers[:0], [2]footings{}
	if !p.crowded() {
		return
	}
	for _, i := range p.strangers {
		p.newcomers = append(p.newcomers, i)
	}
	slices.SortFunc(p.newcomers, func(i, j int32) int {
		a, b := &p.candidates[i], &p.candidates[j]
		return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.Lot, b.Lot), bytes.Compare(a.Expert[:], b.Expert[:]))
	})
}

// find finds the candidates' slots, and reports whether each is there once.
func (p *Pool) find(ix *Index, candidates []Candidate) bool {
	p.candidates, p.slots, p.strangers = candidates, p.slots[:0], nil
	p.places = grown(p.places, len(ix.experts))
	clear(p.places)
	once := true
	for i := range candidates {
		id := candidates[i].Expert
		slot, known := ix.slotOf[id]
		if known {
			once = once && p.places[slot] == 0
			p.places[slot] = int32(i + 1)
		} else {
			slot = nobody
			if p.strangers == nil {
				p.strangers = make(map[ID]int32)
			}
			_, twice := p.strangers[id]
			once = once && !twice
			p.strangers[id] = int32(i)
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

// follow brings the pool up to who has evidence by now. The index does not
// change meanwhile.
func (p *Pool) follow(ix *Index) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.removed != ix.removed {
		p.fill(ix, p.candidates)
		return
	}
	met := false
	for slot := len(p.places); slot < len(ix.experts); slot++ {
		id := ix.experts[slot].id
		i, ok := p.strangers[id]
		p.places = append(p.places, 0)
		if ok {
			p.slots[i], p.places[slot], met = uint32(slot), i+1, true
			delete(p.strangers, id)
		}
	}
	if met {
		p.newcomers = slices.DeleteFunc(p.newcomers, func(i int32) bool { return p.slots[i] != nobody })
	}
}

// crowded tells whether not everybody is looked at for every question.
func (p *Pool) crowded() bool { return len(p.candidates) > everybody }
