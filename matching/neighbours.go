package matching

import (
	"cmp"
	"math"
	"slices"
)

const (
	neighbourCount = 100 // K of the nearest past questions
	maxQueryTerms  = 32  // the most telling terms of a question; the rest costs time and adds noise
)

// neighbour is a past question near the one asked. sim is its BM25 score as a
// share of the nearest one's, cubed: what is merely on the same subject fades.
// match is the score as a share of what the question's own text would reach.
type neighbour struct {
	doc   uint32
	asked int64
	score float32
	sim   float64
	match float64
}

// queryTerm is a term of the question with its weight and its postings up to
// the time of asking.
type queryTerm struct {
	word   string
	weight float32
	own    float32 // impact in the question itself
	list   []posting
}

// nearest gives the past questions most like q, at most neighbourCount of them
// except where several tie for the last place. It works term at a time into one
// score per document; terms are taken in a fixed order, so a document's score
// depends on nothing but its own text, the question and how many documents have
// each term.
func (ix *Index) nearest(q Query, s *scratch) []neighbour {
	s.scores = grown(s.scores, len(ix.docs))
	s.near = s.near[:0]
	for _, t := range ix.queryTerms(q, s) {
		for _, p := range t.list {
			if s.scores[p.doc] == 0 {
				s.touched = append(s.touched, p.doc)
			}
			s.scores[p.doc] += float32(t.weight * p.impact)
		}
	}
	if self, known := ix.docOf[q.Self]; known {
		s.scores[self] = 0
	}
	least := s.threshold()
	for _, doc := range s.touched {
		if score := s.scores[doc]; score > 0 && score >= least {
			s.near = append(s.near, neighbour{doc: doc, asked: ix.docs[doc].asked, score: score})
		}
		s.scores[doc] = 0
	}
	s.touched = s.touched[:0]
	return trimmed(s.near, s.own)
}

// queryTerms gives the terms of q that some earlier document has, the most
// telling ones, in the order of weight, then of the word. It also sets s.own,
// the score of a document with just the text of q.
func (ix *Index) queryTerms(q Query, s *scratch) []queryTerm {
	at := q.At.UnixMicro()
	all := timesBefore(ix.text.asked, at)
	s.terms = s.terms[:0]
	bag := bagOfWords(q.Title, q.Body)
	length := bagLength(bag)
	for word, n := range bag {
		term, ok := ix.text.termOf[word]
		if !ok {
			continue
		}
		list := ix.text.lists[term]
		list = list[:postingsBefore(list, at)]
		if len(list) == 0 {
			continue
		}
		weight := float64(n) * inverseFrequency(all, len(list))
		s.terms = append(s.terms, queryTerm{word, float32(weight), impact(n, length), list})
	}
	slices.SortFunc(s.terms, func(a, b queryTerm) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.word, b.word))
	})
	s.terms = s.terms[:min(len(s.terms), maxQueryTerms)]
	s.own = 0
	for _, t := range s.terms {
		s.own += float64(float64(t.weight) * float64(t.own))
	}
	return s.terms
}

// threshold gives the score of the neighbourCount-th best document, 0 if there
// are fewer. It keeps the best scores in a heap, the least on top.
func (s *scratch) threshold() float32 {
	heap := s.heap[:0]
	for _, doc := range s.touched {
		score := s.scores[doc]
		if len(heap) < neighbourCount {
			heap = append(heap, score)
			if len(heap) == neighbourCount {
				slices.Sort(heap)
			}
		} else if score > heap[0] {
			heap[0] = score
			siftDown(heap)
		}
	}
	s.heap = heap
	if len(heap) < neighbourCount {
		return 0
	}
	return heap[0]
}

func siftDown(heap []float32) {
	for i := 0; ; {
		least, left := i, 2*i+1
		for c := left; c <= left+1 && c < len(heap); c++ {
			if heap[c] < heap[least] {
				least = c
			}
		}
		if least == i {
			return
		}
		heap[i], heap[least] = heap[least], heap[i]
		i = least
	}
}

// trimmed sorts near, best first and among equal scores the latest asked first,
// and cuts it behind the last place, leaving in what ties with it.
func trimmed(near []neighbour, own float64) []neighbour {
	slices.SortFunc(near, byNearness)
	n := min(len(near), neighbourCount)
	for n > 0 && n < len(near) && byNearness(near[n-1], near[n]) == 0 {
		n++
	}
	near = near[:n]
	for i := range near {
		share := float64(near[i].score) / float64(near[0].score)
		near[i].sim = share * share * share
		near[i].match = float64(near[i].score) / own
	}
	return near
}

func byNearness(a, b neighbour) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.asked, a.asked))
}

// scratch is the working memory of one ranking, used again by the next.
type scratch struct {
	scores  []float32 // per document, all zero between uses
	touched []uint32  // documents with a score
	heap    []float32
	terms   []queryTerm
	own     float64
	near    []neighbour
	tallies []tally  // per expert
	slots   []uint32 // per candidate

	enlisted int         // candidates to be ranked
	seen     []bool      // per expert, all false between uses
	unknown  map[ID]bool // candidates without evidence, empty between uses
}

// done forgets what would keep words and postings alive.
func (s *scratch) done() {
	clear(s.terms[:cap(s.terms)])
	clear(s.tallies)
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
