package matching

import (
	"cmp"
	"slices"
	"strings"

	"knowhow/matching/words"
)

const (
	maxBodyRunes  = 1500 // later text repeats or digresses; the reference protocol cuts here too
	maxTokenRunes = 40   // longer runs are hashes and encoded blobs, not words
	titleWeight   = 2    // the title counts twice
)

// stopWords are the 33 words that Lucene's English analyser drops.
var stopWords = wordSet(`a an and are as at be but by for if in into is it no not of on or
	such that the their then there these they this to was will with`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// tokens cuts text into index terms and gives each to emit: words as package
// words cuts them, without stop words and single letters. Unspaced scripts give
// overlapping pairs of characters instead.
func tokens(text string, emit func(string)) {
	words.Cut(text, func(run []rune, unspaced bool) {
		switch {
		case unspaced && len(run) == 1:
			emit(string(run))
		case unspaced:
			for i := 0; i+1 < len(run); i++ {
				emit(string(run[i : i+2]))
			}
		case len(run) > 1 && len(run) <= maxTokenRunes:
			if w := string(run); !stopWords[w] {
				emit(w)
			}
		}
	})
}

// wordCount is how often a word occurs.
type wordCount struct {
	word string
	n    int
}

// bagOfWords counts the terms of a question, in the order of the words: its
// title twice, and the beginning of its body.
func bagOfWords(title, body string) []wordCount {
	var bag []wordCount
	tokens(title, func(w string) { bag = append(bag, wordCount{w, titleWeight}) })
	tokens(firstRunes(body, maxBodyRunes), func(w string) { bag = append(bag, wordCount{w, 1}) })
	slices.SortFunc(bag, func(a, b wordCount) int { return cmp.Compare(a.word, b.word) })
	kept := bag[:0]
	for _, w := range bag {
		if n := len(kept); n > 0 && kept[n-1].word == w.word {
			kept[n-1].n += w.n
		} else {
			kept = append(kept, w)
		}
	}
	return kept
}

func bagLength(bag []wordCount) int {
	length := 0
	for _, w := range bag {
		length += w.n
	}
	return length
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
