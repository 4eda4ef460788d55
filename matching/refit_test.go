package matching

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// specialists is a program in which each of a few experts resolves the questions
// of a subject of their own, however busy the others are.
func specialists(questions int) *Index {
	r, ix := rand.New(rand.NewPCG(1, 2)), NewIndex()
	for i := range questions {
		subject := r.IntN(6)
		d := Document{ID: id(fmt.Sprint("d", i)), Title: fmt.Sprintf("how to w%d w%d s%d", r.IntN(40), r.IntN(40), subject),
			Asked: noon.Add(time.Duration(i-questions) * time.Hour)}
		if i%2 == 0 {
			d.Tags = []string{fmt.Sprint("t", subject)}
		}
		ix.AddDocument(d)
		at := d.Asked.Add(time.Minute)
		ix.AddEvidence(Evidence{Document: d.ID, Expert: id(fmt.Sprint("e", subject)), Answered: at, Resolved: at})
		ix.AddEvidence(Evidence{Document: d.ID, Expert: id("busy"), Answered: at})
	}
	return ix
}

func mustFit(t *testing.T, ix *Index, from Weights) Weights {
	t.Helper()
	w, err := ix.Study(noon, from).Fit(from)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func fittedToACrowd(t *testing.T) Weights {
	ix, _, _ := crowd(rand.New(rand.NewPCG(3, 4)))
	w := mustFit(t, ix, DefaultWeights())
	if w.Fitted.Lessons < 20 {
		t.Fatalf("fitted to %d lessons", w.Fitted.Lessons)
	}
	return w
}

// What a program's history says is learned, and the same from the same.
func TestFitLearnsTheProgram(t *testing.T) {
	ix := specialists(600)
	w := mustFit(t, ix, DefaultWeights())
	if again := mustFit(t, specialists(600), DefaultWeights()); again != w {
		t.Errorf("fitted %+v, then %+v", w, again)
	}
	if w.Fitted.Lessons < 500 || w.Fitted.Tagged < 200 || w.Fitted.From != DefaultWeights().Version || !w.Fitted.Until.Equal(noon) {
		t.Errorf("fitted on %+v", w.Fitted)
	}
	var candidates []Candidate
	for _, name := range []string{"e0", "e1", "e2", "e3", "e4", "e5", "busy"} {
		candidates = append(candidates, Candidate{Expert: id(name)})
	}
	share := func(w Weights) float64 {
		r := ix.Rank(Query{Title: "how to w1 w2 s3", At: noon}, candidates, w)
		sum, e3 := 0.0, 0.0
		for _, c := range r.Candidates {
			sum += math.Exp(c.Total)
			if c.Expert == id("e3") {
				e3 = math.Exp(c.Total)
			}
		}
		return e3 / sum
	}
	if before, after := share(DefaultWeights()), share(w); after < before || after < 0.5 {
		t.Errorf("the specialist's chance was %.2f and is %.2f", before, after)
	}
}

// A program with next to no history stays near the weights it began with.
func TestSmallProgramsStayNear(t *testing.T) {
	from := DefaultWeights()
	far := func(questions int) float64 {
		w, sum := mustFit(t, specialists(questions), from), 0.0
		for i := range w.Plain {
			sum += math.Abs(w.Plain[i] - from.Plain[i])
		}
		return sum
	}
	if none := far(0); none != 0 {
		t.Errorf("moved by %v without a lesson", none)
	}
	if small, large := far(20), far(600); !(small < large/2) {
		t.Errorf("moved by %v for 20 questions, %v for 600", small, large)
	}
}

// What is not known yet teaches nothing.
func TestFitIgnoresTheFuture(t *testing.T) {
	ix := specialists(300)
	until := noon.Add(-100 * time.Hour)
	before, err := ix.Study(until, DefaultWeights()).Fit(DefaultWeights())
	if err != nil {
		t.Fatal(err)
	}
	for i := 200; i < 300; i++ {
		ix.RemoveDocument(id(fmt.Sprint("d", i)))
		ix.AddEvidence(Evidence{Document: id(fmt.Sprint("d", i)), Expert: id("busy"), Answered: noon, Resolved: noon})
	}
	after, err := ix.Study(until, DefaultWeights()).Fit(DefaultWeights())
	if err != nil || after != before {
		t.Errorf("fitted %+v, then %+v: %v", before, after, err)
	}
}

func TestDue(t *testing.T) {
	w := Weights{Fitted: Fitting{Resolved: 4000}}
	for n, want := range map[int]bool{0: false, 4000: false, 4199: false, 4200: true} {
		if w.Due(n) != want {
			t.Errorf("with %d: %v", n, !want)
		}
	}
	if (Weights{}).Due(99) || !(Weights{}).Due(100) {
		t.Error("the first fit is due with 100")
	}
	if n := specialists(50).Resolved(noon); n != 50 {
		t.Errorf("%d resolved", n)
	}
}

func TestActivityOnlyKnowsNothingOfTheQuestion(t *testing.T) {
	ix := specialists(300)
	l := ix.Study(noon, DefaultWeights()).ActivityOnly()
	w, err := l.Fit(DefaultWeights().ActivityOnly())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range likeness {
		if w.Plain[i] != 0 || w.Tagged[i] != 0 {
			t.Errorf("%s weighs %v", featureTable[i].name, w.Plain[i])
		}
	}
	candidates := []Candidate{{Expert: id("e1")}, {Expert: id("e2")}}
	order := func(title string) []ID {
		var ids []ID
		for _, c := range ix.Rank(Query{Title: title, At: noon}, candidates, w).Candidates {
			ids = append(ids, c.Expert)
		}
		return ids
	}
	if !slices.Equal(order("s1"), order("s2")) {
		t.Error("the order follows the question")
	}
}
