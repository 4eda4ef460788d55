package topic

import (
	"slices"

	"knowhow/matching/words"
)

// What is read of a text.
const (
	maxRunes  = 1000 // later text repeats or digresses
	maxWord   = 40   // longer runs are hashes and encoded blobs, not words
	shortest  = 3    // characters of a part of a word or of a stretch
	longest   = 4    // of a part of a word
	stretched = 5    // of a stretch
	maxPaired = 40   // words that make pairs; more would be as many as their square
)

// A gram is one feature of a text: its view in the two upper bits, and a hash
// of what it is. Texts are kept as their grams, sorted, one for each time it
// occurs; no text can be read back from them, though a guessed word can be
// looked for.
type gram = uint32

// The views of a text. Each is weighed as a whole, so that a long word with
// many parts does not drown the others.
const (
	ofPairs     = iota // words of one text in any order
	ofWords            // words, and words side by side
	ofParts            // characters side by side within a word
	ofStretches        // characters side by side across words
	views
)

const viewShift = 30

func viewOf(g gram) int { return int(g >> viewShift) }

// grams reads a text of any language.
func grams(text string) []gram {
	r := reader{previous: border}
	words.Cut(firstRunes(text, maxRunes), func(run []rune, unspaced bool) {
		switch {
		case unspaced:
			for i := range run {
				r.word(run[i : i+1])
			}
			r.parts(run)
			r.line = append(append(r.line, ' '), run...)
		case len(run) <= maxWord:
			r.word(run)
			r.parts(run)
			r.line = append(append(r.line, ' '), run...)
		}
	})
	if len(r.all) > 0 {
		r.take(ofWords, follows(r.previous, border))
	}
	r.pairs()
	r.runs(ofStretches, append(r.line, ' '), stretched)
	slices.Sort(r.all)
	return slices.Clone(r.all) // without the room it grew in
}

// border stands before the first word and behind the last.
const border uint64 = 1

type reader struct {
	all      []gram
	previous uint64
	seen     []uint64 // words, for pairs
	part     []rune
	line     []rune // all words, a space before each
}

func (r *reader) take(view int, hash uint64) {
	r.all = append(r.all, gram(view)<<viewShift|gram(hash>>(64-viewShift)))
}

func (r *reader) word(run []rune) {
	w := hashOf(run)
	r.take(ofWords, w)
	r.take(ofWords, follows(r.previous, w))
	r.previous = w
	if len(r.seen) < maxPaired {
		r.seen = append(r.seen, w)
	}
}

// parts takes the runs of characters of a word, which knows where it begins
// and ends.
func (r *reader) parts(run []rune) {
	r.part = append(append(append(r.part[:0], ' '), run...), ' ')
	r.runs(ofParts, r.part, longest)
}

func (r *reader) runs(view int, of []rune, most int) {
	for n := shortest; n <= most; n++ {
		for i := 0; i+n <= len(of); i++ {
			r.take(view, hashOf(of[i:i+n]))
		}
	}
}

func (r *reader) pairs() {
	for i, a := range r.seen {
		for _, b := range r.seen[i+1:] {
			r.take(ofPairs, mix(min(a, b)*31+max(a, b)))
		}
	}
}

// hashOf is FNV-1a over characters, mixed so that its upper bits are good.
func hashOf(run []rune) uint64 {
	h := uint64(14695981039346656037)
	for _, r := range run {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return mix(h)
}

func follows(a, b uint64) uint64 { return mix(a*37 + b + 1) }

// mix is the finish of SplitMix64.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
