package insight

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func took(list ...int) (w waits) {
	for _, n := range list { // negative: censored
		w = append(w, wait{took: time.Duration(max(n, -n)), seen: n > 0})
	}
	return w
}

func is(got *time.Duration, want int) bool {
	return got == nil && want == 0 || got != nil && *got == time.Duration(want)
}

func TestWaitsWithCensoring(t *testing.T) {
	for name, c := range map[string]struct {
		waits            waits
		median, p90      int // 0: not known
		number, censored int
	}{
		"nobody":                    {took(), 0, 0, 0, 0},
		"one":                       {took(7), 7, 7, 1, 0},
		"one still waits":           {took(-7), 0, 0, 1, 1},
		"the lower of two":          {took(9, 3), 3, 9, 2, 0},
		"ten":                       {took(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 5, 9, 10, 0},
		"half of them still wait":   {took(1, 2, -100, -100), 2, 0, 4, 2},
		"most of them still wait":   {took(1, -100, -100, -100), 0, 0, 4, 3},
		"gone early says nothing":   {took(-1, -1, -1, 5, 6, 7), 6, 7, 6, 3},
		"seen before censored":      {took(5, -5), 5, 0, 2, 1},
		"ties":                      {took(4, 4, 4, 4), 4, 4, 4, 0},
		"Kaplan and Meier's sample": {took(8, -10, -27, 31, 34, 40, 42, -60, -68, -70), 42, 0, 10, 5},
	} {
		got := c.waits.figure()
		if !is(got.Median, c.median) || !is(got.P90, c.p90) || got.N != c.number || got.Censored != c.censored {
			t.Errorf("%s: %v %v, %d, %d; want %+v", name, got.Median, got.P90, got.N, got.Censored, c)
		}
	}
}

// Without censored waits the estimate is the ordinary quantile, whatever the
// size of the sample.
func TestWithoutCensoringItIsTheOrdinaryQuantile(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 400; n++ {
		var w waits
		var plain []time.Duration
		for range n {
			d := time.Duration(1 + rnd.IntN(1000))
			w, plain = append(w, wait{d, true}), append(plain, d)
		}
		slices.Sort(plain)
		got := w.figure()
		if want := plain[(n+1)/2-1]; *got.Median != want {
			t.Fatalf("the median of %d is %d, want %d", n, *got.Median, want)
		}
		if want := plain[(9*n+9)/10-1]; *got.P90 != want {
			t.Fatalf("the p90 of %d is %d, want %d", n, *got.P90, want)
		}
	}
}

// Where customers leave at any time the estimate still finds the true median;
// without those who left it would be too short.
func TestCensoringTakesNoSide(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var w, seen waits
	for range 20_000 {
		whole, left := time.Duration(rnd.ExpFloat64()*1e6), time.Duration(rnd.ExpFloat64()*1e6)
		if whole <= left {
			w, seen = append(w, wait{whole, true}), append(seen, wait{whole, true})
		} else {
			w = append(w, wait{left, false})
		}
	}
	const ln2 = 693_147
	if got := int(*w.figure().Median); got < ln2*95/100 || got > ln2*105/100 {
		t.Errorf("the median is %d, want about %d", got, ln2)
	}
	if got := int(*seen.figure().Median); got > ln2*60/100 {
		t.Errorf("of those seen alone it is %d: the sample proves nothing", got)
	}
}

func TestRatio(t *testing.T) {
	for _, c := range []struct{ part, whole, want int }{{0, 0, -1}, {0, 3, 0}, {1, 3, 3333}, {2, 3, 6667}, {3, 3, 10000}, {1, 20000, 1}} {
		got := ratio(c.part, c.whole)
		if c.want < 0 && got != nil || c.want >= 0 && (got == nil || *got != c.want) {
			t.Errorf("ratio(%d, %d) = %v, want %d", c.part, c.whole, got, c.want)
		}
	}
	if got := (spent{minor: 1001, resolutions: 2}).figure(); *got.PerResolution != 501 {
		t.Errorf("10.01 over 2: %d", *got.PerResolution)
	}
}
