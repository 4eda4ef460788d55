package matching

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

// id makes an ID out of a name.
func id(name string) ID {
	var id ID
	copy(id[:], name)
	return id
}

// world is the content of an index with a question and its candidates.
type world struct {
	docs       []Document
	evidence   []Evidence
	query      Query
	candidates []Candidate
}

func (w world) index() *Index {
	ix := NewIndex()
	for _, d := range w.docs {
		ix.AddDocument(d)
	}
	for _, e := range w.evidence {
		ix.AddEvidence(e)
	}
	return ix
}

var someTags = rapid.SliceOfN(rapid.SampledFrom([]string{"money", "account", "device"}), 0, 2)

// drawWorld draws a small world on a coarse grid of days and words, so that
// ties of every kind are common. Some evidence lies after the question.
func drawWorld(t *rapid.T) world {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(strings.Fields("card refund login bank app fee late")), 1, 6).Draw(t, "words"), " ")
	})
	person := rapid.IntRange(0, 7)
	when := rapid.IntRange(-40, 5)
	var w world
	for i := range rapid.IntRange(1, 12).Draw(t, "documents") {
		d := Document{ID: id(fmt.Sprint("doc", i)), Title: text.Draw(t, "title"), Body: text.Draw(t, "body"),
			Tags: someTags.Draw(t, "tags"), Asker: id(fmt.Sprint("p", person.Draw(t, "asker"))), Asked: day(when.Draw(t, "asked"))}
		w.docs = append(w.docs, d)
		for _, p := range rapid.SliceOfNDistinct(person, 0, 3, rapid.ID[int]).Draw(t, "answerers") {
			e := Evidence{Document: d.ID, Expert: id(fmt.Sprint("p", p)), Answered: day(when.Draw(t, "answered"))}
			if rapid.Bool().Draw(t, "best") {
				e.Resolved = e.Answered.AddDate(0, 0, rapid.IntRange(0, 7).Draw(t, "later"))
			}
			w.evidence = append(w.evidence, e)
		}
	}
	w.query = Query{Title: text.Draw(t, "title"), Body: text.Draw(t, "body"), Tags: someTags.Draw(t, "tags"), At: noon,
		Asker: id(fmt.Sprint("p", person.Draw(t, "asker"))), Seed: rapid.Uint64().Draw(t, "seed")}
	for i := range 8 {
		w.candidates = append(w.candidates, Candidate{Expert: id(fmt.Sprint("p", i)), Lot: uint64(i),
			Since: day(-rapid.IntRange(1, 3).Draw(t, "since")), Prior: float64(rapid.IntRange(0, 2).Draw(t, "prior")) / 2})
	}
	return w
}

// shuffled gives the same world told in another order: evidence and documents
// mixed with each other too.
func (w world) shuffled(r *rand.Rand) (*Index, []Candidate) {
	ix := NewIndex()
	var steps []func()
	for _, d := range w.docs {
		steps = append(steps, func() { ix.AddDocument(d) })
	}
	for _, e := range w.evidence {
		steps = append(steps, func() { ix.AddEvidence(e) })
	}
	r.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	for _, step := range steps {
		step()
	}
	candidates := append([]Candidate(nil), w.candidates...)
	r.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	return ix, candidates
}

// renamed gives the same world with every id mapped.
func (w world) renamed(to func(ID) ID) world {
	var out world
	for _, d := range w.docs {
		d.ID, d.Asker = to(d.ID), to(d.Asker)
		out.docs = append(out.docs, d)
	}
	for _, e := range w.evidence {
		e.Document, e.Expert = to(e.Document), to(e.Expert)
		out.evidence = append(out.evidence, e)
	}
	for _, c := range w.candidates {
		c.Expert = to(c.Expert)
		out.candidates = append(out.candidates, c)
	}
	out.query = w.query
	out.query.Asker = to(w.query.Asker)
	return out
}

// sameRanking compares two records bit for bit; to maps the first one's ids.
func sameRanking(t rapid.TB, a, b Record, to func(ID) ID) {
	t.Helper()
	if a.Version != b.Version || len(a.Candidates) != len(b.Candidates) {
		t.Fatalf("%s with %d candidates, %s with %d", a.Version, len(a.Candidates), b.Version, len(b.Candidates))
	}
	for i := range a.Candidates {
		x, y := a.Candidates[i], b.Candidates[i]
		x.Expert = to(x.Expert)
		if !x.same(y) || x.Evidence != y.Evidence || fmt.Sprint(x.Features) != fmt.Sprint(y.Features) {
			t.Fatalf("place %d:\n%+v\n%+v", i+1, x, y)
		}
	}
}

func itself(id ID) ID { return id }
