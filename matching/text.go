package matching

import "slices"

// textIndex is an inverted index over the documents' words.
type textIndex struct {
	termOf map[string]uint32
	words  []string // by term
	lists  []postings
	free   []uint32 // terms that no document has any more
	asked  []int64  // when each document was asked, ascending
}

// termCount is how often a term occurs.
type termCount struct {
	term uint32
	n    int
}

func (x *textIndex) add(doc uint32, asked int64, bag []wordCount) {
	length := bagLength(bag)
	for _, w := range bag {
		x.lists[x.term(w.word)].insert(doc, impact(w.n, length))
	}
	x.asked = insertTime(x.asked, asked)
}

// remove takes a document out, and out of the vocabulary every word that only
// it had. No document keeps a list of its words, so every list is looked at:
// erasing is rare, and memory is not.
func (x *textIndex) remove(doc uint32, asked int64) {
	for term := range x.lists {
		list := &x.lists[term]
		if !list.remove(doc) || list.docs > 0 {
			continue
		}
		delete(x.termOf, x.words[term])
		x.words[term], x.lists[term] = "", postings{}
		x.free = append(x.free, uint32(term))
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
		x.lists = append(x.lists, postings{})
		x.words = append(x.words, "")
	}
	x.words[term] = word
	x.termOf[word] = term
	return term
}

// timesBefore is how many of ascending times are before t.
func timesBefore(times []int64, t int64) int {
	if n := len(times); n == 0 || times[n-1] < t {
		return n // as mostly: the present is after all
	}
	i, _ := slices.BinarySearch(times, t)
	return i
}

func insertTime(times []int64, t int64) []int64 {
	return slices.Insert(times, timesBefore(times, t), t)
}

// removeTime takes one t out of ascending times.
func removeTime(times []int64, t int64) []int64 {
	if i, found := slices.BinarySearch(times, t); found {
		return slices.Delete(times, i, i+1)
	}
	return times
}
