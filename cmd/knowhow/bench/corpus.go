package bench

import (
	"math/rand/v2"
	"strings"
	"time"

	"knowhow/matching"
)

// corpus is made-up experts, each with a profile: the text of the questions that
// they resolved. Words are as uneven as in language: the n-th most common one is
// an n-th as common as the first (Zipf 1). The same seed makes the same corpus.
type corpus struct {
	experts int
	draw    *rand.Rand
	words   []string
	chance  []float64 // by word, and where else the rest of its share lies
	other   []int32
}

const (
	zipfWords    = 80_000
	leastProfile = 200 // words
	mostProfile  = 500
	titleWords   = 12
	bodyWords    = 48 // of a question that is added while the bench runs
	perExpert    = 2  // questions that a profile is made of
)

func newCorpus(experts int, seed uint64) *corpus {
	c := &corpus{
		experts: experts, draw: rand.New(rand.NewPCG(seed, 1)), words: make([]string, zipfWords),
		chance: make([]float64, zipfWords), other: make([]int32, zipfWords),
	}
	total := 0.0
	for i := range c.words {
		c.words[i] = lettered(i)
		total += 1 / float64(i+1)
	}
	for i := range c.chance {
		c.chance[i] = zipfWords / float64(i+1) / total
	}
	c.even()
	return c
}

// lettered gives the n-th word: consonants only, so that none is a stop word.
func lettered(n int) string {
	const letters = "bcdfghjklmnpqrstvwxz"
	word := []byte{letters[n%len(letters)], letters[n/len(letters)%len(letters)]}
	for n /= len(letters) * len(letters); n > 0; n /= len(letters) {
		word = append(word, letters[n%len(letters)])
	}
	return string(word)
}

// even fills up every word's share to one with a part of a more common word's
// (Walker's alias method), so that drawing takes two draws.
func (c *corpus) even() {
	var less, more []int32
	for i, p := range c.chance {
		if p < 1 {
			less = append(less, int32(i))
		} else {
			more = append(more, int32(i))
		}
	}
	for len(less) > 0 && len(more) > 0 {
		small, large := less[len(less)-1], more[len(more)-1]
		less = less[:len(less)-1]
		c.other[small] = large
		if c.chance[large] -= 1 - c.chance[small]; c.chance[large] < 1 {
			more = more[:len(more)-1]
			less = append(less, large)
		}
	}
	for _, left := range [][]int32{less, more} {
		for _, i := range left {
			c.chance[i] = 1
		}
	}
}

// text draws n words.
func (c *corpus) text(n int) string {
	var b strings.Builder
	for range n {
		i := c.draw.IntN(zipfWords)
		if c.draw.Float64() >= c.chance[i] {
			i = int(c.other[i])
		}
		b.WriteString(c.words[i])
		b.WriteByte(' ')
	}
	return b.String()
}

var corpusNow = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// expertID and questionID name the n-th of each.
func expertID(n int) matching.ID   { return numbered('e', n) }
func questionID(n int) matching.ID { return numbered('q', n) }

func numbered(kind byte, n int) (id matching.ID) {
	id[0] = kind
	for i := 15; n > 0; i-- {
		id[i] = byte(n)
		n >>= 8
	}
	return id
}

// settled is a question and who resolved it.
type settled struct {
	matching.Document
	matching.Evidence
}

// question draws one of so many words, which an expert resolved at some time.
func (c *corpus) question(n, expert, words int, asked time.Time) settled {
	r := settled{Document: matching.Document{
		ID: questionID(n), Title: c.text(titleWords), Body: c.text(words - titleWords), Asked: asked,
	}}
	answered := asked.Add(time.Duration(1+c.draw.IntN(600)) * time.Minute)
	r.Evidence = matching.Evidence{Document: r.Document.ID, Expert: expertID(expert), Answered: answered, Resolved: answered}
	return r
}

func (r *settled) add(ix *matching.Index) {
	ix.AddDocument(r.Document)
	ix.AddEvidence(r.Evidence)
}

// each draws all profiles, question by question over two years.
func (c *corpus) each(visit func(expert int, r settled) error) error {
	lengths := make([]int, c.experts)
	for i := range lengths {
		lengths[i] = leastProfile + c.draw.IntN(mostProfile-leastProfile+1)
	}
	all := c.experts * perExpert
	for n := range all {
		expert := n % c.experts
		asked := corpusNow.AddDate(-2, 0, 0).Add(time.Duration(float64(n) / float64(all) * float64(729*24*time.Hour)))
		if err := visit(expert, c.question(n, expert, lengths[expert]/perExpert, asked)); err != nil {
			return err
		}
	}
	return nil
}
