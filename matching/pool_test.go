package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// throng is more experts than are all looked at: most answered once, long ago, a
// few lately, the last hundred never. Steps build it in any order.
func throng() (steps []func(*Index), candidates []Candidate) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range everybody + 200 {
		expert := id(fmt.Sprint("e", i))
		candidates = append(candidates, Candidate{Expert: expert, Since: day(-900), Lot: uint64(i)})
		if i >= everybody+100 {
			candidates[i].Since, candidates[i].Prior = day(-i%7), float64(i%5)/5
			continue
		}
		asked := day(-800).Add(time.Duration(i) * time.Hour)
		if i%40 == 0 {
			asked = day(-1).Add(time.Duration(i) * time.Second)
		}
		d := Document{ID: id(fmt.Sprint("d", i)), Title: syntheticText(r, 5), Asked: asked}
		if i%100 == 0 {
			d.Tags = []string{fmt.Sprint("t", i/1000)}
		}
		steps = append(steps, func(ix *Index) { ix.AddDocument(d) },
			func(ix *Index) {
				ix.AddEvidence(Evidence{Document: d.ID, Expert: expert, Answered: asked.Add(time.Minute), Resolved: asked.Add(time.Hour)})
			})
	}
	return steps, candidates
}

func built(steps []func(*Index)) *Index {
	ix := NewIndex()
	for _, step := range steps {
		step(ix)
	}
	return ix
}

// Of a throng those are looked at who may matter; who they are depends neither
// on the order in which things were added nor on what was taken out again.
func TestChoiceFromAThrong(t *testing.T) {
	steps, candidates := throng()
	ix := built(steps)
	q := Query{Title: "w3 w17 w200 w4000", Tags: []string{"t1"}, Asker: id("e40"), At: noon, Seed: 5}
	want := ix.ChooseFrom(q, ix.Pool(candidates), nil, DefaultWeights(), 5, 15)
	if want.Pool < 60 || want.Pool > 400 || len(want.Candidates) != 20 {
		t.Fatalf("looked at %d, chose %d", want.Pool, len(want.Candidates))
	}
	if slices.ContainsFunc(want.Candidates, func(c Ranked) bool { return c.Expert == q.Asker }) {
		t.Error("the asker is ranked")
	}
	r := rand.New(rand.NewPCG(13, 14))
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	again := built(steps)
	for i := range 900 { // enough that the last turns are read again
		d := Document{ID: id(fmt.Sprint("gone", i)), Title: "w3 w17", Asked: day(-1)}
		again.AddDocument(d)
		again.AddEvidence(Evidence{Document: d.ID, Expert: id("gone"), Answered: noon.Add(-time.Duration(i+1) * time.Second)})
		again.RemoveDocument(d.ID)
	}
	again.RemoveExpert(id("gone"))
	r.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	got := again.Choose(q, candidates, DefaultWeights(), 5, 15)
	sameRanking(t, want.Record, got.Record, itself)
	if got.Pool != want.Pool || !slices.Equal(got.Reasons, want.Reasons) {
		t.Errorf("looked at %d, want %d; reasons %v, want %v", got.Pool, want.Pool, got.Reasons, want.Reasons)
	}
}

// Whom a throng hides: who resolved the very question, and newcomers with a
// passed test.
func TestNobodyIsLostInAThrong(t *testing.T) {
	steps, candidates := throng()
	ix := built(steps)
	asked := day(-700)
	ix.AddDocument(Document{ID: id("like"), Title: "zebra crossing", Asked: asked})
	ix.AddEvidence(Evidence{Document: id("like"), Expert: id("e77"), Answered: asked.Add(time.Hour), Resolved: asked.Add(time.Hour)})
	looked := ix.ChooseFrom(Query{Title: "zebra crossing", At: noon}, ix.Pool(candidates), nil, DefaultWeights(), 0, len(candidates))
	in := map[ID]bool{}
	newcomers := 0
	for _, c := range looked.Candidates {
		in[c.Expert] = true
		if c.Evidence == 0 {
			newcomers++
		}
	}
	if !in[id("e77")] || newcomers != mostNewcomers {
		t.Errorf("the resolver is looked at: %v; %d newcomers, want %d", in[id("e77")], newcomers, mostNewcomers)
	}
}
