package matching

import (
	"slices"
	"sync"
	"time"
)

// ID names an expert, an asker or a past question. It is opaque: only equality
// is ever used. The zero ID means unknown.
type ID [16]byte

// Document is a past question as the index keeps it. Text and tags are already
// redacted; the index keeps the words, not the text.
type Document struct {
	ID    ID
	Title string
	Body  string
	Tags  []string  // or topics; compared as they are
	Asker ID        // zero: unknown
	Asked time.Time // microseconds count, finer parts are dropped
}

// Evidence is one expert's answer to one past question.
type Evidence struct {
	Document ID
	Expert   ID
	Answered time.Time
	Resolved time.Time // when it became known as the resolving answer; zero: it is not
}

// Index holds a program's past questions and who answered them. Rank, Reasons
// and RankByActivity may run concurrently with each other and with changes;
// each sees the index before or after a change, never between. Adding in order
// of time is fast; any other order gives the same index, only more slowly.
type Index struct {
	mu      sync.RWMutex
	text    textIndex
	docs    []document
	briefs  briefs
	docOf   map[ID]uint32
	experts []expert
	removed int // experts, so far
	slotOf  map[ID]uint32
	tags    map[string]*tagIndex
	askers  map[ID][]uint32
	lately  lately
	scratch sync.Pool
}

// document is a past question, or only the place for its evidence when its text
// is not known, not yet or not any more.
type document struct {
	known    bool
	asker    ID
	asked    int64 // minTime: not known
	words    uint64
	tags     []*tagIndex // by name, each once
	evidence []evidence
}

// evidence counts from answered on, as the resolving answer from resolved on.
type evidence struct {
	expert   uint32
	answered int64
	resolved int64 // never: it is not
}

const (
	never   = 1<<63 - 1
	minTime = -1 << 62 // below every real time, with room for differences
)

// NewIndex gives an empty index.
func NewIndex() *Index {
	return &Index{
		text:    textIndex{termOf: make(map[string]uint32)},
		docOf:   make(map[ID]uint32),
		slotOf:  make(map[ID]uint32),
		tags:    make(map[string]*tagIndex),
		askers:  make(map[ID][]uint32),
		scratch: sync.Pool{New: func() any { return new(scratch) }},
	}
}

// AddDocument adds a past question, or replaces the one of the same ID; its
// evidence stays. Evidence may have come before it.
func (ix *Index) AddDocument(d Document) {
	bag := bagOfWords(d.Title, d.Body)
	fresh := document{known: true, asker: d.Asker, asked: d.Asked.UnixMicro(), words: digest(bag)}
	tags := slices.Compact(slices.Sorted(slices.Values(d.Tags)))
	ix.mu.Lock()
	defer ix.mu.Unlock()
	slot := ix.docSlot(d.ID)
	if ix.docs[slot].same(fresh, tags) {
		return
	}
	ix.uncountAll(slot)
	ix.clear(slot)
	fresh.evidence, fresh.tags = ix.docs[slot].evidence, ix.tagged(tags)
	ix.docs[slot] = fresh
	ix.text.add(slot, fresh.asked, bag)
	for _, tag := range fresh.tags {
		tag.asked = insertTime(tag.asked, fresh.asked)
	}
	if fresh.asker != (ID{}) {
		ix.askers[fresh.asker] = append(ix.askers[fresh.asker], slot)
	}
	ix.countAll(slot)
	ix.refill()
}

// same tells whether a document, with tags of these names, says nothing new.
func (d *document) same(o document, tags []string) bool {
	return d.known && d.asker == o.asker && d.asked == o.asked && d.words == o.words && slices.Equal(names(d.tags), tags)
}

// digest tells bags apart, but for one in 2^64 (FNV-1a).
func digest(bag []wordCount) uint64 {
	h := uint64(14695981039346656037)
	for _, w := range bag {
		for i := range len(w.word) {
			h = (h ^ uint64(w.word[i])) * 1099511628211
		}
		h = (h ^ uint64(w.n)<<8 ^ 0xff) * 1099511628211
	}
	return h
}

// AddEvidence adds what an expert did on a past question, or replaces what was
// known of the two. The document may come later: until then, and after it was
// removed, the answer counts as activity only.
func (ix *Index) AddEvidence(e Evidence) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	slot := ix.docSlot(e.Document)
	given := evidence{expert: ix.expertSlot(e.Expert), answered: e.Answered.UnixMicro(), resolved: never}
	if !e.Resolved.IsZero() {
		given.resolved = e.Resolved.UnixMicro()
	}
	doc := &ix.docs[slot]
	i := slices.IndexFunc(doc.evidence, func(e evidence) bool { return e.expert == given.expert })
	switch {
	case i < 0:
		doc.evidence = append(doc.evidence, given)
		ix.experts[given.expert].docs = append(ix.experts[given.expert].docs, slot)
	case doc.evidence[i] == given:
		return
	default:
		ix.uncount(doc, doc.evidence[i])
		doc.evidence[i] = given
	}
	ix.count(doc, given)
	ix.brief(slot)
	ix.refill()
}

// RemoveDocument erases a past question: its words, tags and asker. That
// experts answered something at those times stays. Unknown ids are fine.
func (ix *Index) RemoveDocument(id ID) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	slot, ok := ix.docOf[id]
	if !ok {
		return
	}
	ix.uncountAll(slot)
	ix.clear(slot)
	ix.countAll(slot)
	ix.refill()
}

// RemoveExpert erases an expert: all evidence of theirs. Unknown ids are fine.
func (ix *Index) RemoveExpert(id ID) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	slot, ok := ix.slotOf[id]
	if !ok {
		return
	}
	for _, d := range ix.experts[slot].docs {
		doc := &ix.docs[d]
		i := slices.IndexFunc(doc.evidence, func(e evidence) bool { return e.expert == slot })
		ix.uncount(doc, doc.evidence[i])
		doc.evidence = slices.Delete(doc.evidence, i, i+1)
		ix.brief(d)
	}
	delete(ix.slotOf, id)
	ix.experts[slot] = expert{}
	ix.removed++
	ix.refill()
}

// clear takes words, tags and asker out of a document whose evidence is not
// counted at the moment.
func (ix *Index) clear(slot uint32) {
	doc := &ix.docs[slot]
	if !doc.known {
		return
	}
	ix.text.remove(slot, doc.asked)
	for _, tag := range doc.tags {
		if tag.asked = removeTime(tag.asked, doc.asked); len(tag.asked) == 0 {
			delete(ix.tags, tag.name)
		}
	}
	if of := ix.askers[doc.asker]; len(of) > 1 {
		ix.askers[doc.asker] = slices.DeleteFunc(of, func(d uint32) bool { return d == slot })
	} else {
		delete(ix.askers, doc.asker)
	}
	*doc = document{asked: minTime, evidence: doc.evidence}
}

func (ix *Index) docSlot(id ID) uint32 {
	slot, ok := ix.docOf[id]
	if !ok {
		slot = uint32(len(ix.docs))
		ix.docs = append(ix.docs, document{asked: minTime})
		ix.briefs.grow()
		ix.docOf[id] = slot
	}
	return slot
}

func (ix *Index) expertSlot(id ID) uint32 {
	slot, ok := ix.slotOf[id]
	if !ok {
		slot = uint32(len(ix.experts))
		ix.experts = append(ix.experts, expert{id: id})
		ix.slotOf[id] = slot
	}
	return slot
}
