package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A pool that is kept while questions come and the index changes chooses as one
// made anew does, of those who may be asked, however the features are weighed.
func TestKeptPoolChoosesAsAFreshOne(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for round := range 12 {
		ix, q, candidates := crowd(r)
		candidates = eachOnce(candidates)
		w := DefaultWeights()
		if round%2 > 0 {
			w = anyWeights(r)
		}
		pool, now := ix.Pool(candidates), noon
		for step := range 60 {
			now = now.Add(time.Duration(r.IntN(200)-20) * time.Second)
			if step%17 == 16 {
				now = now.Add(time.Duration(r.IntN(100)) * time.Hour)
			}
			q.At, q.Title, q.Tags = now, syntheticText(r, 6), q.Tags[:0]
			if r.IntN(2) == 0 {
				q.Tags = append(q.Tags, fmt.Sprint("t", r.IntN(25)))
			}
			var allowed []Candidate
			priors := map[int]float64{}
			for i, c := range candidates {
				if r.IntN(4) > 0 {
					c.Prior = r.Float64()
					priors[i] = c.Prior
					allowed = append(allowed, c)
				}
			}
			q.Asker = candidates[r.IntN(len(candidates))].Expert
			want := ix.Choose(q, allowed, w, 3, 5)
			got := ix.ChooseFrom(q, pool, func(i int) (float64, bool) { prior, ok := priors[i]; return prior, ok }, w, 3, 5)
			sameRanking(t, want.Record, got.Record, itself)
			if got.Pool != want.Pool || !slices.Equal(got.Reasons, want.Reasons) {
				t.Fatalf("looked at %d, want %d; reasons %v, want %v", got.Pool, want.Pool, got.Reasons, want.Reasons)
			}
			churn(r, ix, candidates, now)
		}
	}
}

// churn has somebody answer, perhaps for the first time and perhaps only in a
// while, or takes something out.
func churn(r *rand.Rand, ix *Index, candidates []Candidate, now time.Time) {
	expert := candidates[r.IntN(len(candidates))].Expert
	d := Document{ID: id(fmt.Sprint("new", r.IntN(50))), Title: syntheticText(r, 6), Asked: now.Add(-time.Hour)}
	switch r.IntN(8) {
	case 0:
		ix.RemoveExpert(expert)
	case 1:
		ix.RemoveDocument(d.ID)
	default:
		answered := now.Add(time.Duration(r.IntN(400)-200) * time.Second)
		ix.AddDocument(d)
		ix.AddEvidence(Evidence{Document: d.ID, Expert: expert, Answered: answered, Resolved: answered.Add(time.Duration(r.IntN(300)) * time.Second)})
	}
}

// ceiled gives what is known of the room's candidates at a time after their footings
// were taken by a question, with what their totals are then.
func ceiled(ix *Index, q Query, p *Pool, w Weights, at time.Time, each func(place int, most, total float64)) {
	s := ix.scratch.New().(*scratch)
	ix.nearest(impacts(q.Title, q.Body), nobody, at.UnixMicro(), s)
	whole := ix.look(q, p, nil, at.UnixMicro(), s)
	known, weights := &p.footings[0], &w.Plain
	if len(s.tags) > 0 {
		known, weights = &p.footings[1], &w.Tagged
	}
	limits := known.ceilings(weights, len(p.candidates), at.UnixMicro(), s)
	for i := range s.room {
		x, e := &s.room[i], &noExpert
		if x.slot != nobody {
			e = &ix.experts[x.slot]
		}
		var v Vector
		ix.features(x, at.UnixMicro(), &whole, &v, s)
		total := 0.0
		for j := range v {
			total += weights[j] * v[j]
		}
		if most, ok := limits.of(x, e, &whole, s); ok {
			each(i, most, total)
		}
	}
}

// No total is above its ceiling, whatever the weights, earlier and later: also where
// nothing fades and only the rounding of features moves, or what comes off words.
func TestCeilingsAreNotExceeded(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	still := []int{featResolved, featAsker, featNear, featNearYear, featNearest, featPrior}
	rare := []int{featWords, featWordsSum, featTags}
	for round := range 90 {
		ix, q, candidates := crowd(r)
		candidates = eachOnce(candidates)
		for i := range candidates {
			candidates[i].Prior = r.Float64()
		}
		w := Weights{Version: "any"}
		for f := range featureCount {
			if round%3 == 0 || slices.Contains([][]int{nil, still, rare}[round%3], f) {
				w.Plain[f], w.Tagged[f] = 1000*r.NormFloat64(), 1000*r.NormFloat64()
			}
		}
		pool := ix.Pool(candidates)
		q.At = noon.Add(time.Duration(r.IntN(50)) * time.Minute)
		ix.ChooseFrom(q, pool, nil, w, 3, 5)
		known := 0
		for range 8 {
			at := q.At.Add(time.Duration([]int{r.IntN(600), -r.IntN(60)}[r.IntN(2)]) * time.Second)
			ceiled(ix, q, pool, w, at, func(place int, most, total float64) {
				if known++; total > most {
					t.Fatalf("round %d, %s later: candidate %d has %.9f, at most %.9f", round, at.Sub(q.At), place, total, most)
				}
			})
		}
		if known < len(candidates) {
			t.Fatalf("round %d: %d ceilings are known of %d candidates", round, known, len(candidates))
		}
	}
}

// Of a thousand candidates a kept pool works few out anew.
func TestKeptPoolKnowsMostOfItsCandidates(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	ix, q, candidates := crowd(r)
	candidates = eachOnce(candidates)
	q.At = noon
	pool, w := ix.Pool(candidates), DefaultWeights()
	ix.ChooseFrom(q, pool, nil, w, 3, 5)
	known, loose := 0, 0
	ceiled(ix, q, pool, w, noon.Add(time.Minute), func(place int, most, total float64) {
		known++
		if most < total {
			t.Fatalf("candidate %d: at most %v, for a total of %v", place, most, total)
		}
		if most > total+0.05 {
			loose++
		}
	})
	settled := 0 // nothing of theirs is still to come
	for i := range candidates {
		if slot, ok := ix.slotOf[candidates[i].Expert]; !ok || ix.experts[slot].settled < noon.UnixMicro() {
			settled++
		}
	}
	if known < settled || loose > 0 {
		t.Errorf("%d of %d are known, %d of them far below what they may have", known, settled, loose)
	}
}
