package wait

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday

func minutes(x float64) time.Duration { return time.Duration(x * float64(time.Minute)) }

// The estimate is that of the textbook, with one more at risk.
func TestCurveIsTheProductLimitEstimate(t *testing.T) {
	list := []Wait{ // the 6-MP arm of Freireich's trial (Blood 21, 1963), in weeks
		{6, true}, {6, true}, {6, true}, {6, false}, {7, true}, {9, false}, {10, true}, {10, false}, {11, false}, {13, true}, {16, true},
		{17, false}, {19, false}, {20, false}, {22, true}, {23, true}, {25, false}, {32, false}, {32, false}, {34, false}, {35, false},
	}
	// By hand, the next one among those at risk: 19/22, 17/18, 15/16, 12/13, 11/12, 7/8, 6/7.
	want := map[time.Duration]float64{6: .8636, 7: .8157, 10: .7647, 13: .7059, 16: .6471, 22: .5662, 23: .4853}
	c := NewCurve(list)
	if c.Sample != 21 || len(c.waits) != len(want) {
		t.Fatalf("%+v", c)
	}
	for i, wait := range c.waits {
		if math.Abs(c.left[i]-want[wait]) > .0001 {
			t.Errorf("after %d: %.4f, want %.4f", wait, c.left[i], want[wait])
		}
	}
	for _, q := range []struct {
		share         float64
		already, want time.Duration
	}{{.5, 0, 23}, {.2, 9, 16}, {.2, 10, 22}, {.9, 0, 0}, {.5, 23, 0}, {.1, 22, 23}, {0, 6, 7}} {
		if d, ok := c.Quantile(q.share, q.already); d != q.want || ok != (q.want > 0) {
			t.Errorf("%g after %d: %d, %v; want %d", q.share, q.already, d, ok, q.want)
		}
	}
	if d, ok := (Curve{}).Quantile(.5, 0); ok {
		t.Errorf("of nothing: %d", d)
	}
}

func TestHours(t *testing.T) {
	for at, want := range map[time.Time]int{start: 0, start.Add(-time.Nanosecond): 167, start.Add(25*time.Hour + 59*time.Minute): 25,
		time.Date(1969, 12, 29, 3, 30, 0, 0, time.UTC): 3, time.Date(1970, 1, 4, 23, 30, 0, 0, time.UTC): 167} {
		if got := Hour(at); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
}

func TestDelayIsWhatTheSupplyNeeds(t *testing.T) {
	var s Supply
	if got := s.Delay(start, 1); got != longest {
		t.Errorf("nobody was ever seen: %s", got)
	}
	for h := range week {
		rate := 6.0
		if h%24 < 8 {
			rate = 0 // nobody at night
		}
		s.See(start.Add(time.Duration(h)*time.Hour), rate)
	}
	for _, c := range []struct {
		at     time.Duration
		before float64
		want   time.Duration
	}{{10 * time.Hour, 0, 0}, {10 * time.Hour, -3, 0}, {10 * time.Hour, 3, 30 * time.Minute}, {10*time.Hour + 45*time.Minute, 3, 30 * time.Minute},
		{0, 6, 9 * time.Hour}, {23 * time.Hour, 9, 9*time.Hour + 30*time.Minute}, {0, 1e9, longest}} {
		if got := s.Delay(start.Add(c.at), c.before); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%g before at %s: %s, want %s", c.before, c.at, got, c.want)
		}
	}
	if !s.Known() {
		t.Error("a week was seen")
	}
	s.See(start.Add(week*time.Hour+9*time.Hour), 12)
	if got := s.Delay(start.Add(9*time.Hour), 4.5); got != 30*time.Minute {
		t.Errorf("seen 6 and 12: %s", got)
	}
}

func TestMoreSupplyNeverLengthens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s, more Supply
		for h := range week {
			rate := rapid.Float64Range(0, 20).Draw(t, "rate")
			s.See(start.Add(time.Duration(h)*time.Hour), rate)
			more.See(start.Add(time.Duration(h)*time.Hour), rate+rapid.Float64Range(0, 5).Draw(t, "more"))
		}
		at, before := start.Add(time.Duration(rapid.Int64Range(0, int64(week*time.Hour)).Draw(t, "at"))), rapid.Float64Range(-5, 500).Draw(t, "before")
		if a, b := s.Delay(at, before), more.Delay(at, before); b > a+time.Millisecond {
			t.Fatalf("with more supply %s instead of %s", b, a)
		}
		if a, b := s.Delay(at, before), s.Delay(at, before-rapid.Float64Range(0, 9).Draw(t, "fewer")); b > a {
			t.Fatalf("with fewer before %s instead of %s", b, a)
		}
	})
}

// world is a queue that swings, whose waits grow with it, and, by and by, with
// time too.
func covered(t *testing.T, drift float64, corrected bool) (share float64, known int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(5, 5))
	var h History
	var l Level
	type open struct {
		place Place
		told  Forecast
		ends  time.Time
		wait  time.Duration
	}
	var waiting []open
	kept, now := 0, start
	const n = 12_000
	for i := range n {
		now = now.Add(minutes(3 * rnd.ExpFloat64()))
		delay := minutes(60*math.Sin(float64(i)/400) + 10*rnd.NormFloat64())
		wait := minutes((20+max(delay.Minutes(), 0))*math.Exp(.5*rnd.NormFloat64()) + drift*float64(i))
		told := h.Forecast(now, delay, 0, l)
		waiting = append(waiting, open{h.Ask(now, delay), told, now.Add(wait), wait})
		for j := 0; j < len(waiting); j++ {
			if o := waiting[j]; !o.ends.After(now) {
				h.End(o.place, Wait{o.wait, true})
				if o.told.P90 > 0 {
					known++
					if o.wait <= o.told.P90 {
						kept++
					}
					if corrected {
						l.Heard(o.wait <= o.told.P90)
					}
				}
				waiting[j] = waiting[len(waiting)-1]
				waiting = waiting[:len(waiting)-1]
				j--
			}
		}
	}
	return float64(kept) / float64(known), known
}

func TestForecastsComeTrue(t *testing.T) {
	for _, drift := range []float64{0, .01} {
		plain, known := covered(t, drift, false)
		held, _ := covered(t, drift, true)
		t.Logf("drift %g: %.3f of %d come true, held to it %.3f", drift, plain, known, held)
		if known < 11_000 || held < .885 || held > .915 || drift == 0 && math.Abs(plain-.9) > .02 {
			t.Errorf("drift %g: %.3f of %d come true, held to it %.3f", drift, plain, known, held)
		}
	}
}

func TestForecastOfOneWhoStillWaits(t *testing.T) {
	var h History
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := range 300 {
		p := h.Ask(start.Add(time.Duration(i)), 0)
		h.End(p, Wait{minutes(10 + 100*rnd.Float64()), true})
	}
	at := start.Add(time.Hour)
	told := h.Forecast(at, 0, 0, Level{})
	for _, already := range []time.Duration{0, 20 * time.Minute, time.Hour, 105 * time.Minute} {
		f := h.Forecast(at, 0, already, Level{})
		if f.Median < told.Median || f.Median <= already || f.P90 > 0 && f.P90 < f.Median {
			t.Errorf("after %s: %+v", already, f)
		}
		if worse := told.Worse(f, already); worse != (already > told.P90 || f.Median > told.P90) || already == 0 && worse {
			t.Errorf("after %s worse: %v", already, worse)
		}
	}
	if far := h.Forecast(at, 5*time.Hour, 0, Level{}); far.Sample != 300 {
		t.Errorf("nobody waited like this, and the others are not looked at: %+v", far)
	}
	var none History
	none.Ask(start, 0)
	if f := none.Forecast(at, 0, 0, Level{}); f != (Forecast{Sample: 0}) {
		t.Errorf("of one question: %+v", f)
	}
}

func TestLevelIsBounded(t *testing.T) {
	var up, down Level
	for range 10_000 {
		up.Heard(false)
		down.Heard(true)
	}
	if up.P90() > .995 || down.P90() < .6 || (Level{}).P90() != .9 {
		t.Errorf("%g, %g", up.P90(), down.P90())
	}
}
