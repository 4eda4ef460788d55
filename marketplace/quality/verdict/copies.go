package verdict

import (
	"math"

	"knowhow/matching/words"
)

// Answer is what somebody wrote, redacted. Author is a number that the caller
// gives people, Question one that it gives questions; Asked is the question's
// text, which Spun needs.
type Answer struct {
	Author, Question int
	Text             string
	Asked            string
}

// Copy is that one answer says what an earlier one said. Of and By are their
// places; Share is how much of the later one is in the earlier.
type Copy struct {
	Of, By int
	Share  float64
}

const (
	shingle     = 5  // words in a row that are compared
	leastWords  = 20 // of an answer, shorter ones are alike by chance
	copiedShare = .8
	// commonplace is in how many answers the same words in a row are everybody's,
	// such as a greeting or the steps of a manual.
	commonplace = 12
)

// Copies finds, among answers in the order they were given, those that take most
// of their words, in their order, from an earlier answer of somebody else to
// another question. What somebody uses again of their own is no copy, nor what is
// short or said by many.
func Copies(answers []Answer) []Copy {
	sets := make([]map[uint64]bool, len(answers))
	seen := map[uint64][]int{}
	for i, a := range answers {
		sets[i] = shingles(tokens(a.Text))
		for s := range sets[i] {
			seen[s] = append(seen[s], i)
		}
	}
	var list []Copy
	for i, a := range answers {
		shared, own := map[int]int{}, 0
		for s := range sets[i] {
			if len(seen[s]) > commonplace {
				continue
			}
			own++
			for _, earlier := range seen[s] {
				if e := answers[earlier]; earlier < i && e.Author != a.Author && e.Question != a.Question {
					shared[earlier]++
				}
			}
		}
		best, most := -1, 0
		for earlier, n := range shared {
			if n > most || n == most && earlier < best {
				best, most = earlier, n
			}
		}
		if share := float64(most) / float64(max(own, leastWords-shingle+1)); best >= 0 && share >= copiedShare {
			list = append(list, Copy{Of: best, By: i, Share: share})
		}
	}
	return list
}

// tokens are the hashes of the words of a text; of scripts without spaces those
// of its characters.
func tokens(text string) (list []uint64) {
	hash := func(run []rune) uint64 {
		h := uint64(14695981039346656037) // FNV-1a, by characters
		for _, r := range run {
			h = (h ^ uint64(r)) * 1099511628211
		}
		return h
	}
	words.Cut(text, func(run []rune, unspaced bool) {
		if !unspaced {
			list = append(list, hash(run))
			return
		}
		for i := range run {
			list = append(list, hash(run[i:i+1]))
		}
	})
	return list
}

// shingles are so many tokens of a text in a row.
func shingles(tokens []uint64) map[uint64]bool {
	set := map[uint64]bool{}
	if len(tokens) < leastWords {
		return set
	}
	for i := range tokens[:len(tokens)-shingle+1] {
		h := uint64(0)
		for _, t := range tokens[i : i+shingle] {
			h = (h ^ t) * 1099511628211
		}
		set[h] = true
	}
	return set
}

// Unlikely is the logarithm of the chance that k or more of n are somebody's by
// chance, who has a share p of all: what speaks for a customer and an expert who
// meet more often than routing would have them.
func Unlikely(k, n int, p float64) float64 {
	if k <= 0 || p >= 1 {
		return 0
	}
	if p <= 0 {
		return math.Inf(-1)
	}
	total := 0.0
	top := binomial(k, n, p)
	for i := k; i <= n; i++ {
		total += math.Exp(binomial(i, n, p) - top)
	}
	return min(top+math.Log(total), 0)
}

// binomial is the logarithm of the chance of k of n.
func binomial(k, n int, p float64) float64 {
	return ways(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
}

// ways is the logarithm of in how many ways k can be chosen of n.
func ways(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	in, _ := math.Lgamma(float64(k + 1))
	out, _ := math.Lgamma(float64(n - k + 1))
	return all - in - out
}
