package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// crowd is an index with many experts, most of whom did nothing like the
// question, and their candidacies; some of them twice.
func crowd(r *rand.Rand) (*Index, Query, []Candidate) {
	ix := NewIndex()
	for i := range 600 {
		d := Document{ID: id(fmt.Sprint("d", i)), Title: syntheticText(r, 6), Asked: day(-r.IntN(300) + 4)}
		if r.IntN(2) == 0 {
			d.Tags = []string{fmt.Sprint("t", r.IntN(20))}
		}
		ix.AddDocument(d)
		for range r.IntN(3) {
			e := Evidence{Document: d.ID, Expert: id(fmt.Sprint("e", int(300*r.Float64()*r.Float64()))), Answered: d.Asked.AddDate(0, 0, r.IntN(3))}
			if r.IntN(2) == 0 {
				e.Resolved = e.Answered.AddDate(0, 0, r.IntN(5))
			}
			ix.AddEvidence(e)
		}
	}
	var candidates []Candidate
	for range 300 {
		candidates = append(candidates, Candidate{
			Expert: id(fmt.Sprint("e", r.IntN(350))), Since: day(-r.IntN(500)), Prior: r.Float64() * float64(r.IntN(2)), Lot: r.Uint64(),
		})
	}
	q := Query{Title: syntheticText(r, 6), Tags: []string{fmt.Sprint("t", r.IntN(25))}, At: day(-r.IntN(100)), Seed: r.Uint64()}
	return ix, q, candidates
}

func anyWeights(r *rand.Rand) Weights {
	w := Weights{Version: "any"}
	for i := range featureCount {
		if r.IntN(3) > 0 {
			w.Tagged[i], w.Plain[i] = r.NormFloat64(), 100*r.NormFloat64()
		}
	}
	return w
}

// However the features are weighed, a choice is the top of the whole ranking.
func TestChoiceFromACrowdIsTheTopOfTheRanking(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		ix, q, candidates := crowd(r)
		for _, w := range []Weights{DefaultWeights(), anyWeights(r)} {
			want := ix.Rank(q, candidates, w)
			got := ix.Choose(q, candidates, w, 3, 5)
			if len(want.Candidates) != got.Pool {
				t.Fatalf("ranked %d, chose from %d", len(want.Candidates), got.Pool)
			}
			sameRanking(t, want.Top(8), got.Record, itself)
			q.Asker = candidates[r.IntN(len(candidates))].Expert
		}
	}
}

// A ranking takes no memory for each candidate.
func TestChoosingAllocatesForTheTopOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	ix, q, candidates := crowd(r)
	slices.SortFunc(candidates, func(a, b Candidate) int { return slices.Compare(a.Expert[:], b.Expert[:]) })
	candidates = slices.CompactFunc(candidates, func(a, b Candidate) bool { return a.Expert == b.Expert })
	if n := testing.AllocsPerRun(20, func() { ix.Choose(q, candidates, DefaultWeights(), 3, 5) }); n > 100 || len(candidates) < 150 {
		t.Errorf("%v allocations for %d candidates", n, len(candidates))
	}
}
