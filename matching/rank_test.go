package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRankDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := w.index().Rank(w.query, w.candidates, DefaultWeights())
		ix, candidates := w.shuffled(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 0)))
		sameRanking(t, want, ix.Rank(w.query, candidates, DefaultWeights()), itself)
	})
}

func TestChoiceIsTheTopOfTheRanking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ask, besides := drawWorld(t), rapid.IntRange(-1, 5).Draw(t, "ask"), rapid.IntRange(0, 5).Draw(t, "besides")
		ix := w.index()
		want := ix.Rank(w.query, w.candidates, DefaultWeights())
		slices.Reverse(w.candidates)
		got := ix.Choose(w.query, w.candidates, DefaultWeights(), ask, besides)
		sameRanking(t, want.Top(ask+besides), got.Record, itself)
		var asked []ID
		for _, c := range want.Top(ask).Candidates {
			asked = append(asked, c.Expert)
		}
		if reasons := ix.Reasons(w.query, asked); got.Pool != len(want.Candidates) || !slices.Equal(got.Reasons, reasons) {
			t.Fatalf("of %d: %v; want %d: %v", got.Pool, got.Reasons, len(want.Candidates), reasons)
		}
	})
}

func TestRankDoesNotDependOnIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		salt := rapid.Uint64().Draw(t, "salt")
		to := func(id ID) ID {
			if id == (ID{}) {
				return id
			}
			n := id.draw(salt)
			return ID([]byte(fmt.Sprintf("%016x", n)))
		}
		v := w.renamed(to)
		sameRanking(t, w.index().Rank(w.query, w.candidates, DefaultWeights()), v.index().Rank(v.query, v.candidates, DefaultWeights()), to)
	})
}

func TestRankIgnoresTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		past := w
		past.docs = slices.DeleteFunc(slices.Clone(w.docs), func(d Document) bool { return !d.Asked.Before(noon) })
		past.evidence = nil
		for _, e := range w.evidence {
			asked := w.docs[slices.IndexFunc(w.docs, func(d Document) bool { return d.ID == e.Document })].Asked
			if !e.Answered.Before(noon) || !asked.Before(noon) {
				continue
			}
			if e.Resolved.After(noon) {
				e.Resolved = e.Resolved.AddDate(100, 0, 0)
			}
			past.evidence = append(past.evidence, e)
		}
		sameRanking(t, past.index().Rank(w.query, w.candidates, DefaultWeights()), w.index().Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}

// An answer that turns out to be the resolving one never lowers who gave it,
// whatever the question.
func TestResolvingNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		if len(w.evidence) == 0 {
			return
		}
		i := rapid.IntRange(0, len(w.evidence)-1).Draw(t, "evidence")
		who := w.evidence[i].Expert
		if who == w.query.Asker {
			return
		}
		before := place(w, who)
		w.evidence = slices.Clone(w.evidence)
		if e := &w.evidence[i]; e.Resolved.IsZero() || e.Resolved.After(noon) {
			e.Resolved = noon
		}
		if after := place(w, who); after.Rank > before.Rank || after.Total < before.Total {
			t.Fatalf("before %+v\nafter %+v", before, after)
		}
	})
}

// One more question like this one, resolved by somebody just now, never lowers
// them: not one of their features.
func TestMoreSuccessNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		who := w.candidates[rapid.IntRange(0, 7).Draw(t, "who")].Expert
		if who == w.query.Asker {
			return
		}
		like := Document{ID: id("like"), Title: w.query.Title, Body: w.query.Body, Tags: w.query.Tags, Asker: w.query.Asker, Asked: day(-1)}
		w.docs = append(w.docs, like)
		w.query.At = noon.Add(time.Hour - time.Second)
		before := place(w, who)
		just := w.query.At.Add(-time.Duration(rapid.IntRange(1, 59).Draw(t, "minutes")) * time.Minute)
		w.evidence = append(w.evidence, Evidence{Document: like.ID, Expert: who, Answered: just, Resolved: just})
		after := place(w, who)
		for i, f := range featureTable {
			if (after.Features[i]-before.Features[i])*float64(f.sign) < 0 {
				t.Errorf("%s: before %v, after %v", f.name, before.Features[i], after.Features[i])
			}
		}
		if after.Rank > before.Rank || after.Total < before.Total {
			t.Fatalf("before %+v\nafter %+v", before, after)
		}
	})
}

// The weights that are carried, and any that are fitted, are on the side of
// zero that makes success count for somebody.
func TestSignsAreHeld(t *testing.T) {
	for _, w := range []Weights{DefaultWeights(), fittedToACrowd(t)} {
		for i, f := range featureTable {
			if w.Tagged[i]*float64(f.sign) < 0 || w.Plain[i]*float64(f.sign) < 0 {
				t.Errorf("%s: %s weighs %v and %v", w.Version, f.name, w.Tagged[i], w.Plain[i])
			}
		}
	}
}

func place(w world, who ID) Ranked {
	r := w.index().Rank(w.query, w.candidates, DefaultWeights())
	return r.Candidates[slices.IndexFunc(r.Candidates, func(c Ranked) bool { return c.Expert == who })]
}

func TestRankLeavesOutTheAskerAndDoubles(t *testing.T) {
	q := Query{Title: "card", Asker: id("a"), At: noon}
	candidates := []Candidate{{Expert: id("a")}, {Expert: id("b"), Since: day(-1)}, {Expert: id("b"), Since: day(-2)}}
	got := NewIndex().Rank(q, candidates, DefaultWeights()).Candidates
	if len(got) != 1 || got[0].Expert != id("b") || !got[0].Since.Equal(day(-2)) {
		t.Fatalf("ranked %+v, want b once, with the earlier enrolment", got)
	}
	if got := NewIndex().Rank(q, nil, DefaultWeights()).Candidates; len(got) != 0 {
		t.Fatalf("nobody gives %+v", got)
	}
}

func TestRankPrefersWhoAnsweredTheLike(t *testing.T) {
	w := world{
		docs: []Document{{ID: id("1"), Title: "refund of a card payment", Asked: day(-20)},
			{ID: id("2"), Title: "app does not start", Asked: day(-20)}},
		evidence: []Evidence{{Document: id("1"), Expert: id("refunds"), Answered: day(-19)},
			{Document: id("2"), Expert: id("apps"), Answered: day(-19)}},
		candidates: []Candidate{{Expert: id("apps")}, {Expert: id("refunds")}},
	}
	for title, want := range map[string]string{"my card refund": "refunds", "the app will not start": "apps"} {
		w.query = Query{Title: title, At: noon}
		if got := w.index().Rank(w.query, w.candidates, DefaultWeights()).Candidates[0].Expert; got != id(want) {
			t.Errorf("%q goes to %s, want %s", title, got[:8], want)
		}
	}
}

func TestTies(t *testing.T) {
	weights := Weights{Version: "none"}
	w := world{evidence: []Evidence{{Document: id("1"), Expert: id("done"), Answered: day(-1)}}}
	w.candidates = []Candidate{{Expert: id("late"), Since: day(-1)}, {Expert: id("early"), Since: day(-9)}, {Expert: id("done"), Since: day(-1)}}
	var got []ID
	for _, c := range w.index().Rank(Query{At: noon}, w.candidates, weights).Candidates {
		got = append(got, c.Expert)
	}
	if want := []ID{id("done"), id("early"), id("late")}; !slices.Equal(got, want) {
		t.Errorf("order %s, want more evidence, then earlier enrolled", got)
	}
	first := 0
	for seed := range uint64(1000) {
		pair := []Candidate{{Expert: id("x"), Lot: 1}, {Expert: id("y"), Lot: 2}}
		if NewIndex().Rank(Query{At: noon, Seed: seed}, pair, weights).Candidates[0].Expert == id("x") {
			first++
		}
	}
	if first < 440 || first > 560 {
		t.Errorf("of 1000 draws between equals one wins %d", first)
	}
}

func TestRankWhileChanging(t *testing.T) {
	ix, q := NewIndex(), Query{Title: "card refund", Tags: []string{"money"}, At: noon}
	candidates := []Candidate{{Expert: id("0")}, {Expert: id("1")}}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				doc := id(fmt.Sprint(g, "-", i%20))
				ix.AddEvidence(Evidence{Document: doc, Expert: id(fmt.Sprint(i % 2)), Answered: day(-i)})
				ix.AddDocument(Document{ID: doc, Title: "card refund", Tags: []string{"money"}, Asked: day(-i)})
				if r := ix.Rank(q, candidates, DefaultWeights()); len(r.Candidates) != 2 {
					t.Errorf("%d candidates", len(r.Candidates))
				}
				ix.RemoveDocument(doc)
			}
		})
	}
	wg.Wait()
}

// A question that is on record already, as when it is put to a second wave, is
// no neighbour of itself: else nothing else would look near.
func TestOwnDocumentIsNoNeighbour(t *testing.T) {
	own, other := ID{15: 1}, ID{15: 2}
	ix := NewIndex()
	ix.AddDocument(Document{ID: own, Title: "The picture freezes on the box", Asked: noon.Add(-1)})
	ix.AddDocument(Document{ID: other, Title: "The picture is dark", Asked: noon.Add(-2)})
	q := Query{Title: "The picture freezes on the box", Self: own, At: noon.Add(1)}
	s := ix.scratch.Get().(*scratch)
	ix.nearest(impacts(q.Title, q.Body), ix.own(q), q.At.UnixMicro(), s)
	near := s.near
	if len(near) != 1 || near[0].doc != ix.docOf[other] || near[0].broad != 1 {
		t.Errorf("neighbours %+v, want the other document alone", near)
	}
}
