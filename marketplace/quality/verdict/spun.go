package verdict

import (
	"math/bits"
	"slices"
)

const (
	// leastSpun is how many words an answer has that is looked at; in shorter ones
	// much is alike by chance.
	leastSpun = 30
	// mostSpun is how many of its words are.
	mostSpun = 300
	blocks   = (mostSpun + 63) / 64
	// spunShare is how many of the words of the longer of two answers stand in the
	// other, in their order, where one was made of the other. Answers to the same
	// question by people who know nothing of each other share a third at most; where
	// every third word is exchanged, two thirds are left (spun_test.go).
	spunShare = .6
	// templateShare is how many of the five words in a row of somebody's answer
	// stand in an earlier one of theirs where they fill in a template of their own.
	templateShare = .4
	// sameAsked is how much of two questions' words is common where they may ask
	// the same, so that who answers both says the same.
	sameAsked = .25

	sketched   = 64 // traits of an answer that are kept: those of the least hashes
	remembered = 32 // answers that are remembered with a trait, the latest
	leastHits  = 4  // traits that two answers share before they are compared
	compared   = 3  // earlier answers that one is compared with
)

// Spun finds, among answers in the order they were given, those that say what an
// earlier one says with some of its words exchanged, as machines do: somebody
// else's to another question, which Copies does not find; or one's own, to a
// question that asks something clearly different. What is short is not looked at,
// nor is a template of one's own filled in again. It is found in two steps, so
// that time and memory grow with the number of answers: by gapped triples of
// words, of which a sketch is kept (A. Z. Broder, SEQUENCES 1997), then by the
// longest common subsequence.
func Spun(answers []Answer) []Copy {
	with := map[uint64][]int{}
	texts := make([][]uint64, len(answers))
	var list []Copy
	for i, a := range answers {
		all := tokens(a.Text)
		if len(all) < leastSpun {
			continue
		}
		texts[i] = all[:min(len(all), mostSpun)]
		sketch := sketchOf(texts[i])
		if c, found := spunOf(answers, texts, i, alike(with, sketch)); found {
			list = append(list, c)
		}
		for _, t := range sketch {
			seen := append(with[t], i)
			with[t] = seen[max(0, len(seen)-remembered):]
		}
	}
	return list
}

// sketchOf are the least of the hashes of a text's triples of words with a gap
// before their last or after their first.
func sketchOf(text []uint64) []uint64 {
	var list []uint64
	for i := range text[:len(text)-3] {
		for _, middle := range []int{1, 2} {
			h := uint64(middle)
			for _, t := range []uint64{text[i], text[i+middle], text[i+3]} {
				h = (h ^ t) * 1099511628211
			}
			h ^= h >> 29
			list = append(list, h*0xbf58476d1ce4e5b9)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(len(list), sketched)]
}

// alike are the earlier answers that share most traits with a sketch, most first.
func alike(with map[uint64][]int, sketch []uint64) []int {
	hits := map[int]int{}
	for _, t := range sketch {
		for _, earlier := range with[t] {
			hits[earlier]++
		}
	}
	var list []int
	for earlier, n := range hits {
		if n >= leastHits {
			list = append(list, earlier)
		}
	}
	slices.SortFunc(list, func(a, b int) int {
		if hits[a] != hits[b] {
			return hits[b] - hits[a]
		}
		return a - b
	})
	return list[:min(len(list), compared)]
}

// spunOf is the earlier answer of these that answer i was made of, if any. Who
// has said the same before where they may is asked about nothing of their own.
func spunOf(answers []Answer, texts [][]uint64, i int, earlier []int) (best Copy, found bool) {
	if len(earlier) == 0 {
		return best, false
	}
	at, may := places(texts[i]), false
	for _, of := range earlier {
		if answers[of].Question == answers[i].Question {
			continue
		}
		share := float64(common(at, texts[of])) / float64(max(len(texts[of]), len(texts[i])))
		if share < spunShare {
			continue
		}
		if excused(answers[of], answers[i], texts[of], texts[i]) {
			may = may || answers[of].Author == answers[i].Author
		} else if share > best.Share {
			best, found = Copy{Of: of, By: i, Share: share}, true
		}
	}
	return best, found && !(may && answers[best.Of].Author == answers[i].Author)
}

// excused reports that nothing is to be asked about one answer being like an
// earlier one: it is a copy, which Copies finds, or one's own template, or an
// answer of one's own to much the same question.
func excused(earlier, later Answer, of, by []uint64) bool {
	taken := overlap(shingles(by), shingles(of))
	if earlier.Author != later.Author {
		return taken >= copiedShare
	}
	return taken >= templateShare || likeAsked(earlier.Asked, later.Asked)
}

// overlap is how much of a set is in another.
func overlap(set, in map[uint64]bool) float64 {
	n := 0
	for s := range set {
		if in[s] {
			n++
		}
	}
	return float64(n) / float64(max(len(set), 1))
}

// likeAsked reports that two questions may ask the same: where too many of the
// words of both are common, or one of them says nothing.
func likeAsked(a, b string) bool {
	words := func(text string) map[uint64]bool {
		set := map[uint64]bool{}
		for _, t := range tokens(text) {
			set[t] = true
		}
		return set
	}
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 {
		return true
	}
	both := overlap(x, y) * float64(len(x))
	return both/(float64(len(x)+len(y))-both) >= sameAsked
}

// places are where in a text each of its words stands, as bits.
func places(text []uint64) map[uint64][blocks]uint64 {
	at := make(map[uint64][blocks]uint64, len(text))
	for i, t := range text {
		known := at[t]
		known[i/64] |= 1 << (i % 64)
		at[t] = known
	}
	return at
}

// common is the length of the longest common subsequence of a text of at most
// mostSpun words, given by its places, and another one, 64 words at once (H.
// Hyyro, AWOCA 2004): where a bit of left is 0, the sequence grows.
func common(at map[uint64][blocks]uint64, text []uint64) int {
	var left [blocks]uint64
	for k := range left {
		left[k] = ^uint64(0)
	}
	for _, t := range text {
		found, there := at[t]
		if !there {
			continue
		}
		carry := uint64(0)
		for k, v := range left {
			u := v & found[k]
			var sum uint64
			sum, carry = bits.Add64(v, u, carry)
			left[k] = sum | v&^u
		}
	}
	length := 0
	for _, v := range left {
		length += 64 - bits.OnesCount64(v)
	}
	return length
}
