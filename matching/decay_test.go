package matching

import (
	"slices"
	"testing"
)

// Of two who answered the same, each resolving it, whose answer is older has less
// of every feature that fades, and comes after the other.
func TestOlderEvidenceCountsLess(t *testing.T) {
	w := world{query: Query{Title: "my card refund", At: noon}, candidates: []Candidate{{Expert: id("before")}, {Expert: id("lately")}}}
	for name, asked := range map[string]int{"before": -100, "lately": -5} {
		w.docs = append(w.docs, Document{ID: id(name + "1"), Title: "refund of a card payment", Asked: day(asked)},
			Document{ID: id(name + "2"), Title: "app does not start", Asked: day(asked)})
		w.evidence = append(w.evidence, Evidence{Document: id(name + "1"), Expert: id(name), Answered: day(asked + 1), Resolved: day(asked + 1)})
	}
	got := w.index().Rank(w.query, w.candidates, DefaultWeights())
	first, second := got.Candidates[0], got.Candidates[1]
	if first.Expert != id("lately") {
		t.Fatalf("first is %s", first.Expert)
	}
	for _, name := range []string{"activity_7d", "activity_30d", "activity_365d", "resolved_share", "similar_90d", "similar_365d"} {
		i := slices.IndexFunc(got.Factors, func(f Factor) bool { return f.Name == name })
		if i < 0 || first.Features[i] <= second.Features[i] {
			t.Errorf("%s (%d) is %v of who answered lately, %v of who did before", name, i, first.Features, second.Features)
		}
	}
}
