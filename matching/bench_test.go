package matching

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// syntheticText draws words as unevenly as language does.
func syntheticText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", int(math.Pow(30000, r.Float64())))
	}
	return b.String()
}

// BenchmarkRank ranks 2,000 candidates over 100,000 past questions.
func BenchmarkRank(b *testing.B) {
	const documents, experts = 100_000, 2_000
	r := rand.New(rand.NewPCG(1, 2))
	ix := NewIndex()
	for i := range documents {
		d := Document{ID: id(fmt.Sprint("d", i)), Title: syntheticText(r, 8), Body: syntheticText(r, 60),
			Tags: []string{fmt.Sprint("t", r.IntN(500))}, Asked: day(-1000 + i*1000/documents)}
		ix.AddDocument(d)
		for range 2 {
			ix.AddEvidence(Evidence{Document: d.ID, Expert: id(fmt.Sprint("e", r.IntN(experts))), Answered: d.Asked.AddDate(0, 0, 1)})
		}
	}
	var candidates []Candidate
	for i := range experts {
		candidates = append(candidates, Candidate{Expert: id(fmt.Sprint("e", i)), Since: day(-1000)})
	}
	q := Query{Title: syntheticText(r, 8), Body: syntheticText(r, 60), Tags: []string{"t1", "t2"}, At: noon}
	b.Run("nearest", func(b *testing.B) {
		s := new(scratch)
		for b.Loop() {
			ix.nearest(impacts(q.Title, q.Body), nobody, q.At.UnixMicro(), s)
			s.done()
		}
	})
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			ix.Rank(q, candidates, DefaultWeights())
		}
	})
	b.Run("top", func(b *testing.B) {
		for b.Loop() {
			ix.Choose(q, candidates, DefaultWeights(), 3, 5)
		}
	})
}

func BenchmarkAddDocument(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	title, body := syntheticText(r, 8), syntheticText(r, 60)
	ix, i := NewIndex(), 0
	for b.Loop() {
		ix.AddDocument(Document{ID: id(fmt.Sprint(i)), Title: title, Body: body, Asked: day(i / 100)})
		i++
	}
}
