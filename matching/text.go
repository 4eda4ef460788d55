package matching

import (
	"cmp"
	"math"
	"slices"
)

// BM25. The length that counts as neither short nor long is fixed rather than
// the average of the index, so that a document's impacts are known when it is
// added and never depend on what came before or after it.
const (
	bm25K1     = 1.2
	bm25B      = 0.75
	bm25Length = 100
)

// textIndex is an inverted index: for each term the documents that have it, in
// order of the time they were asked, with the term's impact there.
type textIndex struct {
	termOf map[string]uint32
	words  []string // by term
	lists  [][]posting
	free   []uint32 // terms that no document has any more
	asked  []int64  // when each document was asked, ascending
}

type posting struct {
	asked  int64
	doc    uint32
	impact float32
}

func (x *textIndex) add(doc uint32, asked int64, bag map[string]int) []uint32 {
	length := bagLength(bag)
	terms := make([]uint32, 0, len(bag))
	for word, n := range bag {
		term := x.term(word)
		terms = append(terms, term)
		x.lists[term] = insertPosting(x.lists[term], posting{asked, doc, impact(n, length)})
	}
	x.asked = insertTime(x.asked, asked)
	return terms
}

// remove takes a document out, and out of the vocabulary every word that only
// it had.
func (x *textIndex) remove(doc uint32, asked int64, terms []uint32) {
	for _, term := range terms {
		list := x.lists[term]
		i := postingsBefore(list, asked)
		for list[i].doc != doc {
			i++
		}
		x.lists[term] = slices.Delete(list, i, i+1)
		if len(list) == 1 {
			delete(x.termOf, x.words[term])
			x.words[term], x.lists[term] = "", nil
			x.free = append(x.free, term)
		}
	}
	x.asked = removeTime(x.asked, asked)
}

func (x *textIndex) term(word string) uint32 {
	if term, ok := x.termOf[word]; ok {
		return term
	}
	var term uint32
	if n := len(x.free); n > 0 {
		term, x.free = x.free[n-1], x.free[:n-1]
	} else {
		term = uint32(len(x.lists))
		x.lists = append(x.lists, nil)
		x.words = append(x.words, "")
	}
	x.words[term] = word
	x.termOf[word] = term
	return term
}

func impact(n, length int) float32 {
	norm := bm25K1 * (1 - bm25B + bm25B*float64(length)/bm25Length)
	return float32(float64(n) * (bm25K1 + 1) / (float64(n) + norm))
}

func insertPosting(list []posting, p posting) []posting {
	if n := len(list); n == 0 || list[n-1].asked <= p.asked {
		return append(list, p)
	}
	return slices.Insert(list, postingsBefore(list, p.asked), p)
}

func postingsBefore(list []posting, t int64) int {
	i, _ := slices.BinarySearchFunc(list, t, func(p posting, t int64) int { return cmp.Compare(p.asked, t) })
	return i
}

// inverseFrequency is BM25's weight of a term that with of all documents have.
func inverseFrequency(all, with int) float64 {
	return math.Log(1 + (float64(all-with)+0.5)/(float64(with)+0.5))
}
