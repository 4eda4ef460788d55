package verdict

import (
	"math"
	"strings"
	"testing"
)

const advice = `Hold the power button for ten seconds until the lamp goes out, then wait a full minute before you plug the box in again.
The filter behind the left cover has to be dry when you do that, otherwise the pump reports a fault and stops after a short while.`

func TestCopies(t *testing.T) {
	turned := strings.Replace(advice, "The filter behind the left cover", "That filter behind its cover", 1)
	other := `The bill of this month has two lines because the plan changed in the middle of it, the first until the tenth and the second from then on, and both together are what one month of the larger plan would have cost you anyway.`
	japanese := strings.Repeat("電源ボタンを十秒間押し続けてからもう一度差し込んでください", 2)
	for _, c := range []struct {
		name    string
		answers []Answer
		want    []Copy
	}{
		{"nothing", nil, nil},
		{"somebody else's", []Answer{{1, 1, advice, ""}, {2, 2, strings.ToUpper(advice), ""}}, []Copy{{0, 1, 1}}},
		{"one's own", []Answer{{1, 1, advice, ""}, {1, 2, advice, ""}}, nil},
		{"to the same question", []Answer{{1, 1, advice, ""}, {2, 1, advice, ""}}, nil},
		{"another answer", []Answer{{1, 1, advice, ""}, {2, 2, other, ""}}, nil},
		{"short", []Answer{{1, 1, "Please restart it.", ""}, {2, 2, "Please restart it.", ""}}, nil},
		{"without spaces", []Answer{{1, 1, japanese, ""}, {2, 2, japanese, ""}}, []Copy{{0, 1, 1}}},
		{"of the first of two", []Answer{{1, 1, advice, ""}, {3, 3, advice, ""}, {2, 2, advice, ""}}, []Copy{{0, 1, 1}, {0, 2, 1}}},
	} {
		got := Copies(c.answers)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i].Of != c.want[i].Of || got[i].By != c.want[i].By || got[i].Share < copiedShare {
				t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			}
		}
	}
	if got := Copies([]Answer{{1, 1, advice, ""}, {2, 2, turned, ""}}); len(got) != 1 || got[0].Share >= 1 {
		t.Errorf("with a few words changed: %+v", got)
	}
	var many []Answer
	for i := range commonplace + 1 {
		many = append(many, Answer{i, i, advice, ""})
	}
	if got := Copies(many); len(got) != 0 {
		t.Errorf("what everybody says is copied: %+v", got)
	}
}

func TestUnlikely(t *testing.T) {
	for _, c := range []struct {
		k, n int
		p    float64
		want float64 // the chance
	}{
		{0, 5, .3, 1}, {1, 1, .3, .3}, {2, 2, .5, .25}, {1, 2, .5, .75}, {3, 4, .1, .0037}, {5, 5, 1, 1},
	} {
		if got := math.Exp(Unlikely(c.k, c.n, c.p)); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d of %d at %v: %v, want %v", c.k, c.n, c.p, got, c.want)
		}
	}
	if !math.IsInf(Unlikely(1, 1, 0), -1) {
		t.Error("what cannot be is not unlikely")
	}
}
