package expert

import (
	"math"
	"testing"
	"time"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// The expected quantiles have closed forms: Beta(a, 1) has x = p^(1/a), and
// Beta(1, b) has x = 1-(1-p)^(1/b); Beta(2, 2) solves 3x²-2x³ = p.
func TestInterval(t *testing.T) {
	for _, c := range []struct{ a, b, low, high float64 }{
		{1, 1, 0.05, 0.95},
		{3, 1, math.Cbrt(0.05), math.Cbrt(0.95)},
		{1, 4, 1 - math.Pow(0.95, 0.25), 1 - math.Pow(0.05, 0.25)},
		{0.5, 1, 0.0025, 0.9025},
	} {
		low, high := Belief{Alpha: c.a, Beta: c.b}.Interval()
		if !near(low, c.low) || !near(high, c.high) {
			t.Errorf("Beta(%v, %v): %v to %v, want %v to %v", c.a, c.b, low, high, c.low, c.high)
		}
	}
	low, high := Belief{Alpha: 2, Beta: 2}.Interval()
	if !near(3*low*low-2*low*low*low, 0.05) || !near(low, 1-high) {
		t.Errorf("Beta(2, 2): %v to %v", low, high)
	}
	if low, high := (Belief{Alpha: 4000, Beta: 1000}).Interval(); low < 0.79 || high > 0.81 || low > 0.8 || high < 0.8 {
		t.Errorf("much evidence: %v to %v, want close around 0.8", low, high)
	}
}

func TestOutcomesMoveTheMean(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := Prior()
	if !near(b.Mean(), 0.75) {
		t.Errorf("prior mean %v", b.Mean())
	}
	up, down := b.With(Success, 1, at), b.With(Failure, 1, at)
	if up.Mean() <= b.Mean() || down.Mean() >= b.Mean() || up.Evidence != 1 || !up.At.Equal(at) {
		t.Errorf("after a success %+v, after a failure %+v", up, down)
	}
	lowUp, highUp := up.Interval()
	if lowUp >= up.Mean() || highUp <= up.Mean() {
		t.Errorf("the mean %v is not in %v to %v", up.Mean(), lowUp, highUp)
	}
}

func TestEvidenceFades(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := Prior().With(Failure, 2, at)
	if half := b.AsOf(at.Add(halfLife)); !near(half.Beta, priorBeta+1) || !near(half.Alpha, priorAlpha) {
		t.Errorf("after one half-life %+v", half)
	}
	if same := b.AsOf(at.Add(-time.Hour)); same != b {
		t.Errorf("before its time it changed: %+v", same)
	}
	if long := b.AsOf(at.Add(100 * halfLife)); !near(long.Mean(), Prior().Mean()) {
		t.Errorf("after very long %v, want the prior", long.Mean())
	}
}

func TestOrderOfOutcomesMakesNoDifference(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	later := at.Add(100 * 24 * time.Hour)
	a := Prior().With(Failure, 1, at).With(Success, 2, later)
	b := Prior().With(Success, 2, later).With(Failure, 1, at)
	if !near(a.Alpha, b.Alpha) || !near(a.Beta, b.Beta) || !a.At.Equal(b.At) || a.Evidence != b.Evidence {
		t.Errorf("%+v and %+v", a, b)
	}
}
