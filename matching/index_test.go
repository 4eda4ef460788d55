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

// An index that was changed in any order, and asked in between, ranks as one
// built anew of what is left: nothing that is kept from question to question,
// the pool included, outlives what it was made of.
func TestChangedIndexIsTheRebuiltOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ix, left := w.index(), w
		left.docs, left.evidence = slices.Clone(w.docs), slices.Clone(w.evidence)
		pool := ix.Pool(w.candidates)
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			d := w.docs[rapid.IntRange(0, len(w.docs)-1).Draw(t, "document")]
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				ix.RemoveDocument(d.ID)
				left.docs = slices.DeleteFunc(left.docs, func(o Document) bool { return o.ID == d.ID })
			case 1, 2:
				if rapid.Bool().Draw(t, "retitled") {
					d.Title = rapid.SampledFrom([]string{"card refund", "late fee", "login"}).Draw(t, "title")
				} else {
					d.Tags = someTags.Draw(t, "tags")
				}
				ix.AddDocument(d)
				left.docs = append(slices.DeleteFunc(left.docs, func(o Document) bool { return o.ID == d.ID }), d)
			case 3:
				who := w.candidates[rapid.IntRange(0, 7).Draw(t, "who")].Expert
				ix.RemoveExpert(who)
				left.evidence = slices.DeleteFunc(left.evidence, func(e Evidence) bool { return e.Expert == who })
			default:
				e := Evidence{Document: d.ID, Expert: w.candidates[rapid.IntRange(0, 7).Draw(t, "who")].Expert, Answered: day(-rapid.IntRange(1, 30).Draw(t, "answered"))}
				ix.AddEvidence(e)
				left.evidence = append(slices.DeleteFunc(left.evidence, func(o Evidence) bool { return o.Document == e.Document && o.Expert == e.Expert }), e)
			}
			want := left.index().Rank(w.query, w.candidates, DefaultWeights())
			sameRanking(t, want, ix.Rank(w.query, w.candidates, DefaultWeights()), itself)
			sameRanking(t, want, ix.ChooseFrom(w.query, pool, nil, DefaultWeights(), len(w.candidates), 0).Record, itself)
		}
		again := restored(t, snapshot(t, ix))
		sameRanking(t, ix.Rank(w.query, w.candidates, DefaultWeights()), again.Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}
