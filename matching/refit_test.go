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

func mustStudy(t *testing.T, ix *Index, at time.Time) *Lessons {
	t.Helper()
	l := ix.Study(at, DefaultWeights(), nil)
	if l == nil {
		t.Fatal("it stopped by itself")
	}
	return l
}

func mustFit(t *testing.T, ix *Index, at time.Time) Weights {
	t.Helper()
	w, err := mustStudy(t, ix, at).Fit(DefaultWeights())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func fittedToACrowd(t *testing.T) Weights {
	ix, _, _ := crowd(rand.New(rand.NewPCG(3, 4)))
	w := mustFit(t, ix, noon)
	if w.Fitted.Lessons < 20 {
		t.Fatalf("fitted to %d lessons", w.Fitted.Lessons)
	}
	return w
}

// What a program's history says is learned, and the same from the same.
func TestFitLearnsTheProgram(t *testing.T) {
	ix := specialists(600)
	w := mustFit(t, ix, noon)
	if again := mustFit(t, specialists(600), noon); again != w {
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
		w, sum := mustFit(t, specialists(questions), noon), 0.0
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
	before := mustFit(t, ix, until)
	for i := 200; i < 300; i++ {
		ix.RemoveDocument(id(fmt.Sprint("d", i)))
		ix.AddEvidence(Evidence{Document: id(fmt.Sprint("d", i)), Expert: id("busy"), Answered: noon, Resolved: noon})
	}
	if after := mustFit(t, ix, until); after != before {
		t.Errorf("fitted %+v, then %+v", before, after)
	}
}

func TestDue(t *testing.T) {
	w := Weights{Fitted: Fitting{Resolved: 4000}}
	for n, want := range map[int]bool{0: false, 4000: false, 4199: false, 4200: true} {
		if w.Due(n) != want {
			t.Errorf("with %d: %v", n, !want)
		}
	}
	for had, due := range map[int]int{0: 50, 50: 100, 100: 200, 1900: 2000, 3000: 3150} {
		w.Fitted.Resolved = had
		if w.Due(due-1) || !w.Due(due) {
			t.Errorf("after %d it is not due with %d", had, due)
		}
	}
	if n := specialists(50).Resolved(noon); n != 50 {
		t.Errorf("%d resolved", n)
	}
}

// Up to when to study follows from the history: whoever looks when, and whatever
// came after it.
func TestCutFollowsFromTheHistory(t *testing.T) {
	ix := specialists(600) // resolved an hour apart, the last at 59 minutes before noon
	resolved := func(n int) time.Time { return noon.Add(time.Duration(n-1-600)*time.Hour + time.Minute) }
	var w Weights
	for _, c := range []struct{ known, had, cut int }{
		{49, 0, 0}, {50, 0, 50}, {99, 0, 50}, {99, 50, 0}, {100, 50, 100}, {199, 100, 0}, {200, 100, 200}, {250, 201, 0}, {599, 0, 500}, {600, 500, 600},
	} {
		w.Fitted.Resolved = c.had
		at, due := ix.Cut(resolved(c.known).Add(time.Microsecond), w)
		if due != (c.cut > 0) || due && (!at.After(resolved(c.cut-1)) || ix.Resolved(at) != c.cut) {
			t.Errorf("with %d, fitted to %d: %v, %v; want the %dth, at %v", c.known, c.had, at, due, c.cut, resolved(c.cut))
		}
	}
	early, late := noon.Add(-95*time.Hour), noon
	fitted := func(ix *Index, at time.Time) Weights {
		cut, due := ix.Cut(at, Weights{Fitted: Fitting{Resolved: 400}})
		if !due {
			t.Fatalf("not due at %v", at)
		}
		return mustFit(t, ix, cut)
	}
	a, b := fitted(specialists(600), early), fitted(ix, early.Add(50*time.Hour))
	if a != b || a.Fitted.Resolved != 500 {
		t.Errorf("by who looked sooner %+v, by who looked later %+v", a.Fitted, b.Fitted)
	}
	if c := fitted(ix, late); c.Version == a.Version || c.Fitted.Resolved != 600 {
		t.Errorf("a hundred later: %+v", c.Fitted)
	}
}

func TestStudyStops(t *testing.T) {
	asked := 0
	if l := specialists(20).Study(noon, DefaultWeights(), func() bool { asked++; return asked == 3 }); l != nil || asked != 3 {
		t.Errorf("asked %d times, it gives %v", asked, l)
	}
}

func TestActivityOnlyKnowsNothingOfTheQuestion(t *testing.T) {
	ix := specialists(300)
	l := mustStudy(t, ix, noon).ActivityOnly()
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
