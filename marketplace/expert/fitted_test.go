package expert

import (
	"math"
	"testing"
	"time"
)

// kept is what is kept of somebody after so much good and bad work on one topic.
func kept(good, bad int, at time.Time) Belief {
	b := Prior()
	for range good {
		b = b.With(Success, 1, at)
	}
	for range bad {
		b = b.With(Failure, 1, at)
	}
	return b
}

func TestBeforeThereIsMuchTheFittedPriorIsThePrior(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	few := [][]Belief{{kept(9, 1, at)}, {kept(3, 0, at), kept(0, 2, at)}}
	p := FitPrior(few, StartingPrior(), at)
	if p != StartingPrior() {
		t.Errorf("of a few outcomes was fitted %+v", p)
	}
	for _, list := range few {
		for i, b := range Given(p, list, at) {
			if math.Abs(b.Alpha-list[i].Alpha) > 1e-9 || math.Abs(b.Beta-list[i].Beta) > 1e-9 || b.Evidence != list[i].Evidence {
				t.Errorf("given it %+v is %+v", list[i], b)
			}
		}
	}
}

func TestAProgramTeachesWhatToExpect(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	var people [][]Belief
	for i := range 60 { // most do well on both topics, some badly on both
		if i%6 == 0 {
			people = append(people, []Belief{kept(4, 6, at), kept(3, 7, at)})
		} else {
			people = append(people, []Belief{kept(10, 0, at), kept(9, 1, at)})
		}
	}
	p := FitPrior(people, StartingPrior(), at)
	new := Given(p, []Belief{Prior()}, at)[0]
	if new.Mean() < .8 || new.Mean() > .95 {
		t.Errorf("of a newcomer is expected %.3f, most do .95 and some .35", new.Mean())
	}
	elsewhere := Given(p, []Belief{Prior(), kept(1, 9, at)}, at)[0]
	if elsewhere.Mean() > new.Mean()-.02 {
		t.Errorf("who does badly elsewhere is expected to do %.3f, a newcomer %.3f", elsewhere.Mean(), new.Mean())
	}
	if again := FitPrior(people, StartingPrior(), at); again != p {
		t.Errorf("again it is %+v, was %+v", again, p)
	}
}
