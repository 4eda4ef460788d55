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

// However the features are weighed, those who are passed over would not have
// been among the top.
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

// A limit is no less than what it limits, and most of the crowd is below the top.
func TestLimitHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	below, all := 0, 0
	for range 30 {
		ix, q, candidates := crowd(r)
		for i, w := range []Weights{DefaultWeights(), anyWeights(r)} {
			c, at := ix.Choose(q, candidates, w, 3, 5), q.At.UnixMicro()
			l := limitsOf(c.Factors)
			for _, x := range eligible(q, candidates) {
				slots := (&scratch{})
				slots.find(ix, q, []Candidate{x})
				v, _ := ix.features(x, slots.slots[0], at, make([]tally, len(ix.experts)), tally{})
				limit, total := ix.limit(&x, slots.slots[0], at, &l), v.total(c.Factors)
				if !(limit >= total) {
					t.Fatalf("the limit %v is below %v", limit, total)
				}
				if i == 0 {
					all++
					if limit < c.Candidates[7].Total {
						below++
					}
				}
			}
		}
	}
	if below < all/2 {
		t.Errorf("of %d candidates %d are passed over", all, below)
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
