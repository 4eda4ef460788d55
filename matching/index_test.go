package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAddingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ix := w.index()
		want := ix.Rank(w.query, w.candidates, DefaultWeights())
		for _, e := range w.evidence {
			ix.AddEvidence(Evidence{Document: e.Document, Expert: e.Expert, Answered: day(-100), Resolved: day(-90)})
			ix.AddEvidence(e)
		}
		for _, d := range w.docs {
			ix.AddDocument(Document{ID: d.ID, Title: "another text", Tags: []string{"other"}, Asked: day(-200)})
			ix.AddDocument(d)
		}
		sameRanking(t, want, ix.Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}

func TestRemoveDocumentLeavesOnlyActivity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ix := w.index()
		for _, d := range w.docs {
			if d.Asked.Before(noon) {
				ix.RemoveDocument(d.ID)
			}
		}
		bare := w
		bare.docs = nil
		for _, d := range w.docs {
			if !d.Asked.Before(noon) {
				bare.docs = append(bare.docs, d)
			}
		}
		sameRanking(t, bare.index().Rank(w.query, w.candidates, DefaultWeights()), ix.Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}

func TestRemoveDocumentLeavesNoWord(t *testing.T) {
	ix := NewIndex()
	ix.AddDocument(Document{ID: id("1"), Title: "sesquipedalian card", Tags: []string{"rare"}, Asker: id("someone"), Asked: day(-2)})
	ix.AddDocument(Document{ID: id("2"), Title: "card", Asked: day(-1)})
	ix.AddEvidence(Evidence{Document: id("1"), Expert: id("e"), Answered: day(-1)})
	ix.RemoveDocument(id("1"))
	ix.RemoveDocument(id("unknown"))
	_, kept := ix.text.termOf["card"]
	if !kept || len(ix.text.termOf) != 1 || slices.Contains(ix.text.words, "sesquipedalian") || len(ix.tags)+len(ix.askers) != 0 {
		t.Errorf("left behind: %q of %v, %v, %v", ix.text.words, ix.text.termOf, ix.tags, ix.askers)
	}
	if got := ix.Rank(Query{At: noon}, []Candidate{{Expert: id("e")}}, DefaultWeights()).Candidates[0].Evidence; got != 1 {
		t.Errorf("evidence %d, want the answer to count still", got)
	}
}

func TestRemoveExpert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ix, without := w.index(), w
		who := w.candidates[0].Expert
		ix.RemoveExpert(who)
		ix.RemoveExpert(id("unknown"))
		without.evidence = nil
		for _, e := range w.evidence {
			if e.Expert != who {
				without.evidence = append(without.evidence, e)
			}
		}
		sameRanking(t, without.index().Rank(w.query, w.candidates, DefaultWeights()), ix.Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}
