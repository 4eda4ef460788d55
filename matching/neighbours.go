package matching

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

const (
	neighbourCount  = 400   // K of the nearest past questions
	crowdNeighbours = 128   // and where not everybody is looked at
	maxQueryTerms   = 32    // the most telling terms of a question; the rest costs time and adds noise
	maxWordPostings = 8_000 // and again, to see who answered them
	crowdWords      = 1_000
	maxPostings     = 40_000 // postings that are read for a question, unless its most telling term alone has more
	crowdPostings   = 16_000
	topScore        = 30_000 // what a question scores against itself at the most: two such sums fit 16 bits
)

// neighbour is a past question near the one asked. broad is its BM25 score as a
// share of the nearest one's, squared, so that what is merely on the same
// subject fades; sharp is the same, to the sixth power. match is the score as a
// share of what the question's own text would reach.
type neighbour struct {
	doc          uint32
	broad, sharp float64
	match        float64
}

// wanted is a term of a question, with the documents that have it.
type wanted struct {
	word   string
	idf    float64
	docs   int // of earlier times
	weight float64
	own    uint8 // impact in the question itself
	list   *postings
	most   uint16 // that it adds to a document's score
}

// nearest gives the past questions most like the words, at most neighbourCount
// of them except where several tie for the last place. It works term at a time
// into one score per document, in whole numbers, so that the order of documents
// and terms cannot show.
func (ix *Index) nearest(words []wordImpact, self uint32, at int64, s *scratch) {
	s.near = s.near[:0]
	terms := ix.telling(words, at, s)
	if len(terms) == 0 {
		return
	}
	s.scores = grown(s.scores, len(ix.docs))
	total := 0.0
	for _, t := range terms {
		total += t.weight
	}
	own := 0
	for i := range terms {
		t := &terms[i]
		own += int(s.table(t.weight * topScore / total)[t.own])
		t.most = s.impacts[t.list.most]
		scoreAll(t.list.data, &s.impacts, s.scores)
	}
	if self != nobody {
		s.scores[self] = 0
	}
	present := timesBefore(ix.text.asked, at) == len(ix.text.asked)
	ix.collect(terms, ix.threshold(terms, present, at, s), present, at, s)
	clear(s.scores)
	ix.trim(s, float64(own))
}

// table fills s.impacts with what each impact of a term scores.
func (s *scratch) table(most float64) *[256]uint16 {
	for i := range s.impacts {
		s.impacts[i] = uint16(math.Round(most * float64(i) / 255))
	}
	return &s.impacts
}

// scoreAll adds a term to the scores of the documents that have it.
func scoreAll(data []byte, impacts *[256]uint16, scores []uint16) {
	doc := never32
	for len(data) >= 8 { // two at a time
		two := binary.LittleEndian.Uint64(data)
		doc += uint32(uint16(two))
		scores[doc] += impacts[uint8(two>>16)]
		doc += uint32(uint16(two >> 24))
		scores[doc] += impacts[uint8(two>>40)]
		data = data[2*postingBytes:]
	}
	for len(data) >= postingBytes {
		doc += uint32(binary.LittleEndian.Uint16(data))
		scores[doc] += impacts[data[2]]
		data = data[postingBytes:]
	}
}

// telling gives the terms that some earlier document has, the most telling
// first, then in the order of the words; and only so many as can be read soon.
func (ix *Index) telling(words []wordImpact, at int64, s *scratch) []wanted {
	all := timesBefore(ix.text.asked, at)
	present := all == len(ix.text.asked)
	s.terms = s.terms[:0]
	for _, w := range words {
		term, ok := ix.text.termOf[w.word]
		if !ok {
			continue
		}
		list := &ix.text.lists[term]
		with := list.docs
		if !present {
			with = ix.with(list, at)
		}
		if with > 0 {
			idf := inverseFrequency(all, with)
			s.terms = append(s.terms, wanted{w.word, idf, with, float64(w.impact) / 255 * idf, w.impact, list, 0})
		}
	}
	slices.SortFunc(s.terms, func(a, b wanted) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.word, b.word))
	})
	n, read, most := 0, 0, maxPostings
	if s.crowded {
		most = crowdPostings
	}
	for _, t := range s.terms[:min(len(s.terms), maxQueryTerms)] {
		if read += t.docs; read > most && n > 0 {
			read -= t.docs
			continue
		}
		s.terms[n] = t
		n++
	}
	s.terms = s.terms[:n]
	return s.terms
}

// with is how many of the documents were asked before at.
func (ix *Index) with(list *postings, at int64) int {
	n := 0
	list.each(func(doc uint32, _ uint8) {
		if ix.docs[doc].asked < at {
			n++
		}
	})
	return n
}

// threshold is a score that at least neighbourCount documents reach, or 1: what
// the best of those reach that have the most telling terms.
func (ix *Index) threshold(terms []wanted, present bool, at int64, s *scratch) uint16 {
	const seen = 0x8000 // is no score's bit
	enough := 8 * s.wanted()
	var counts [1 << 16 >> scoreBits]uint16
	s.seen = s.seen[:0]
	for _, t := range terms {
		doc := never32
		for data := t.list.data; len(data) >= postingBytes && len(s.seen) < enough; data = data[postingBytes:] {
			doc += uint32(binary.LittleEndian.Uint16(data))
			score := s.scores[doc]
			if data[2] == 0 || score&seen != 0 || !present && ix.docs[doc].asked >= at {
				continue
			}
			counts[score>>scoreBits]++
			s.scores[doc] = score | seen
			s.seen = append(s.seen, doc)
		}
	}
	for _, doc := range s.seen {
		s.scores[doc] &^= seen
	}
	return s.reached(&counts)
}

// found is a document with its score: the lower the better.
type found uint64

func foundOf(doc uint32, score uint16) found { return found(^score)<<32 | found(doc) }

func (f found) doc() uint32   { return uint32(f) }
func (f found) score() uint16 { return ^uint16(f >> 32) }

// collect gathers the documents that reach the least score. The last terms taken
// together do not, so only lists of the others are looked through.
func (ix *Index) collect(terms []wanted, least uint16, present bool, at int64, s *scratch) {
	for rest := 0; len(terms) > 0; terms = terms[:len(terms)-1] {
		if rest += int(terms[len(terms)-1].most); rest >= int(least) {
			break
		}
	}
	s.found = s.found[:0]
	for _, t := range terms {
		doc := never32
		for data := t.list.data; len(data) >= postingBytes; data = data[postingBytes:] {
			doc += uint32(binary.LittleEndian.Uint16(data))
			score := s.scores[doc]
			if score < least || data[2] == 0 || !present && ix.docs[doc].asked >= at {
				continue
			}
			s.found = append(s.found, foundOf(doc, score))
			s.scores[doc] = 0 // not again
		}
	}
}

// trim makes the best of s.found s.near: best first, and among equal scores the
// latest asked first. What ties with the last place is left in.
func (ix *Index) trim(s *scratch, own float64) {
	least, best := s.least(), s.found[:0]
	for _, f := range s.found {
		if f.score() >= least {
			best = append(best, f)
		}
	}
	slices.Sort(best)
	ix.latestFirst(best, s)
	for i, f := range best {
		if i >= s.wanted() && (f.score() != best[i-1].score() || ix.askedFirst(f, best[i-1]) != 0) {
			break
		}
		share := float64(f.score()) / float64(best[0].score())
		broad := share * share
		s.near = append(s.near, neighbour{f.doc(), broad, broad * broad * broad, float64(f.score()) / own})
	}
}

// latestFirst orders those of the same score.
func (ix *Index) latestFirst(best []found, s *scratch) {
	for i := 1; i < len(best); i++ {
		if best[i].score() == best[i-1].score() { // waited for once, as by Index.fetch
			s.fetched += ix.docs[best[i-1].doc()].asked + ix.docs[best[i].doc()].asked
		}
	}
	for len(best) > 0 {
		n := 1
		for n < len(best) && best[n].score() == best[0].score() {
			n++
		}
		if n > 1 {
			slices.SortFunc(best[:n], func(a, b found) int { return ix.askedFirst(b, a) })
		}
		best = best[n:]
	}
}

// askedFirst compares when documents were asked: times within the same 65
// milliseconds are the same.
func (ix *Index) askedFirst(a, b found) int {
	return cmp.Compare(ix.docs[a.doc()].asked>>16, ix.docs[b.doc()].asked>>16)
}

// least is a score that few more than neighbourCount of those found reach.
func (s *scratch) least() uint16 {
	var counts [1 << 16 >> scoreBits]uint16
	for _, f := range s.found {
		counts[f.score()>>scoreBits]++
	}
	return s.reached(&counts)
}

// wanted is how many neighbours are looked at.
func (s *scratch) wanted() int {
	if s.crowded {
		return crowdNeighbours
	}
	return neighbourCount
}

// Scores are counted in steps, the lower end of which is sure.
const scoreBits = 5

// reached is the score that as many as are wanted reach.
func (s *scratch) reached(counts *[1 << 16 >> scoreBits]uint16) uint16 {
	reached, wanted := 0, s.wanted()
	for i := len(counts) - 1; i > 0; i-- {
		if reached += int(counts[i]); reached >= wanted {
			return uint16(i << scoreBits)
		}
	}
	return 1
}

// wordImpact is a word of a question and its impact there.
type wordImpact struct {
	word   string
	impact uint8
}

func impacts(title, body string) []wordImpact {
	bag := bagOfWords(title, body)
	length := bagLength(bag)
	words := make([]wordImpact, len(bag))
	for i, w := range bag {
		words[i] = wordImpact{w.word, impact(w.n, length)}
	}
	return words
}

// scratch is the working memory of one ranking, used again by the next.
type scratch struct {
	scores    []uint16 // per document, all zero between uses
	impacts   [256]uint16
	terms     []wanted
	near      []neighbour
	tags      []telling
	room      []considered
	place     []int16 // by slot: place in room from 1, all zero between uses
	past      past
	telling   float64 // of the words that were looked at
	counts    []int64 // per place, all zero between uses
	counted   []int16
	seen      []uint32
	found     []found
	pool      Pool
	vectors   []Vector // of the room
	listed    []listed
	asker     ID
	askerSlot uint32
	refused   []uint32 // slots of candidates who may not be asked
	crowded   bool     // not everybody is looked at
	fetched   int64
}

// done forgets what would keep words and postings alive.
func (s *scratch) done() {
	for i := range s.room {
		if slot := s.room[i].slot; slot != nobody {
			s.place[slot] = 0
		}
	}
	for _, slot := range s.refused {
		s.place[slot] = 0
	}
	clear(s.terms[:cap(s.terms)])
	clear(s.tags[:cap(s.tags)])
	clear(s.room)
	s.room, s.refused = s.room[:0], s.refused[:0]
	s.pool.candidates = nil
}

func grown[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]T, n-cap(s)+n/4)...)[:n]
}

// fixed turns a number into fixed point with 32 binary places. Integers add up
// to the same sum in any order, which floating point numbers do not.
func fixed(x float64) int64 { return int64(math.RoundToEven(x * (1 << 32))) }

// ratio is a/b of two fixed-point sums, 0 where there is nothing to share.
func ratio(a, b int64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
