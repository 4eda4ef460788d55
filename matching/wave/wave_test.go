package wave

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// asked lives offers of which a share is accepted, sooner or later by a mean of
// so long, less at night and more for twice the reward.
func asked(seed uint64, n int, share float64, mean, open time.Duration) Takeup {
	rnd, t := rand.New(rand.NewPCG(seed, 2)), NewTakeup()
	for range n {
		o := Offer{Hour: rnd.IntN(168), Reward: int64(100 << rnd.IntN(3)), Open: open}
		if at := takes(rnd, o, share, mean); at <= open {
			o.Open, o.Accepted = at, true
		} else if rnd.IntN(5) == 0 {
			o.Open = time.Duration(rnd.Float64() * float64(open)) // somebody else was faster
		}
		t.Add(o)
	}
	return t
}

// takes is when an offer is accepted, if ever.
func takes(rnd *rand.Rand, o Offer, share float64, mean time.Duration) time.Duration {
	if o.Hour%24 < 6 {
		share /= 3
	}
	if o.Reward >= 400 {
		share *= 1.3
	}
	if rnd.Float64() >= share {
		return math.MaxInt64
	}
	return time.Duration(rnd.ExpFloat64() * float64(mean))
}

func TestChanceComesTrue(t *testing.T) {
	const share, mean, open = .6, 4 * time.Minute, 20 * time.Minute
	up := asked(1, 60_000, share, mean, open)
	rnd := rand.New(rand.NewPCG(7, 7))
	for _, c := range []struct {
		hour    int
		reward  int64
		experts int
		open    time.Duration
	}{{15, 100, 1, 2 * time.Minute}, {15, 100, 1, 15 * time.Minute}, {15, 400, 2, 5 * time.Minute}, {27, 100, 1, 15 * time.Minute}, {27, 400, 5, 10 * time.Minute}} {
		came := 0
		const n = 20_000
		for range n {
			for range c.experts {
				if takes(rnd, Offer{Hour: c.hour, Reward: c.reward}, share, mean) <= c.open {
					came++
					break
				}
			}
		}
		if got, want := up.Chance(c.experts, c.open, c.hour, c.reward), float64(came)/n; math.Abs(got-want) > .07 {
			t.Errorf("%+v: %.3f is said, %.3f comes", c, got, want)
		}
	}
}

var takeups = rapid.Custom(func(t *rapid.T) Takeup {
	return asked(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 400).Draw(t, "n"), rapid.Float64Range(0, 1).Draw(t, "share"),
		time.Duration(rapid.Int64Range(1, int64(2*time.Hour)).Draw(t, "mean")), time.Duration(rapid.Int64Range(1, int64(3*time.Hour)).Draw(t, "open")))
})

func TestTighterPromisesAskNoFewerAndNoLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := takeups.Draw(t, "takeup")
		l := Limits{Together: rapid.Bool().Draw(t, "together"), Experts: rapid.IntRange(1, 40).Draw(t, "experts"), AtOnce: rapid.IntRange(0, 20).Draw(t, "at once"),
			Least: time.Minute, Most: time.Duration(rapid.Int64Range(int64(time.Minute), int64(4*time.Hour)).Draw(t, "most"))}
		hour, reward, before := rapid.IntRange(-5, 400).Draw(t, "hour"), rapid.Int64Range(-1, 1e6).Draw(t, "reward"), rapid.IntRange(0, 2).Draw(t, "asked")
		lefts, chances := rapid.Int64Range(-int64(time.Hour), int64(10*time.Hour)), rapid.Float64Range(0, 1)
		loose := Promise{Left: time.Duration(lefts.Draw(t, "left")), Chance: chances.Draw(t, "chance"), Asked: before}
		tight := Promise{Left: min(loose.Left, time.Duration(lefts.Draw(t, "less"))), Chance: max(loose.Chance, chances.Draw(t, "more")), Asked: before}
		a, b := up.Next(loose, l, hour, reward), up.Next(tight, l, hour, reward)
		if b.Experts < a.Experts || b.Open > a.Open {
			t.Fatalf("%+v gives %+v; tighter, %+v gives %+v", loose, a, tight, b)
		}
		for _, w := range []Wave{a, b} {
			if w.Experts < 1 || w.Experts > l.Experts || l.AtOnce > 0 && w.Experts > l.AtOnce || w.Open < l.Least || w.Open > l.Most || !(w.Chance >= 0 && w.Chance <= 1) {
				t.Fatalf("%+v within %+v", w, l)
			}
			if before == 0 && !l.Together && w.Experts != 1 {
				t.Fatalf("the first wave asks %d", w.Experts)
			}
		}
	})
}

// Waves as they are planned keep the promise as often as they say, and ask
// fewer than asking all at once.
func TestWavesKeepThePromise(t *testing.T) {
	const share, mean = .6, 4 * time.Minute
	up := asked(1, 20_000, share, mean, 20*time.Minute)
	rnd := rand.New(rand.NewPCG(3, 9))
	l := Limits{Experts: 20, AtOnce: 5, Least: time.Minute, Most: 20 * time.Minute}
	kept, all, n := 0, 0, 10_000
	first := up.Next(Promise{Left: 30 * time.Minute, Chance: .95}, l, 15, 100)
	for range n {
		p, left := Promise{Left: 30 * time.Minute, Chance: .95}, l
		for taken := false; p.Left > 0 && !taken && left.Experts > 0; {
			w := up.Next(p, left, 15, 100)
			for range w.Experts {
				taken = takes(rnd, Offer{Hour: 15, Reward: 100}, share, mean) <= min(w.Open, p.Left) || taken
			}
			p.Asked += w.Experts
			left.Experts -= w.Experts
			p.Left -= w.Open
			if taken {
				kept++
			}
		}
		all += p.Asked
	}
	got, each := float64(kept)/float64(n), float64(all)/float64(n)
	t.Logf("promised .95, said %.3f, kept %.3f, %.2f asked each", first.Chance, got, each)
	if got < .93 || first.Chance < .93 || each > 2.6 {
		t.Errorf("kept %.3f, said %.3f, %.2f asked each", got, first.Chance, each)
	}
}

func TestFadeGoesBackToTheBeginning(t *testing.T) {
	up := asked(1, 500, .9, time.Minute, time.Hour)
	if up.Chance(1, 10*time.Minute, 15, 100) < .75 {
		t.Error("nothing was learnt")
	}
	up.Fade(0)
	if up != NewTakeup() {
		t.Error("something is kept")
	}
	if got := up.Chance(1, 15*time.Minute, 0, 0); math.Abs(got-.5) > .03 {
		t.Errorf("of nothing, %.3f are accepted within a quarter of an hour", got)
	}
	if w := up.Next(Promise{Left: time.Hour, Chance: .9}, Limits{}, 0, 0); w != (Wave{}) {
		t.Errorf("nobody can be asked, and yet %+v", w)
	}
}
