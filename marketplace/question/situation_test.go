package question

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/matching/wait"
)

// shifts are how many questions come, and how many experts work, in each hour of
// the week.
type shifts struct{ asked, experts func(hour int) int }

var weeks = map[string]shifts{
	"the same all the time": {func(int) int { return 6 }, func(int) int { return 3 }},
	"nobody at night": {
		func(h int) int { return 1 + 7*min(h%24/7, 1) }, func(h int) int { return 4 * min(h%24/7, 1) }},
	"few at the weekend": {
		func(int) int { return 4 }, func(h int) int { return 1 + 3*min((167-h)/48, 1)*min(h%24/7, 1) }},
}

// lived is what becomes of days of questions, the first come first served; each
// takes an expert eight minutes on average, after a moment to notice it.
func (w shifts) lived(seed uint64, days int) (rows []waitRow) {
	r := rand.New(rand.NewPCG(seed, 7))
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	free := make([]time.Time, 8)
	for minute := range days * 24 * 60 {
		at := start.Add(time.Duration(minute) * time.Minute)
		if r.IntN(60) >= w.asked(wait.Hour(at)) {
			continue
		}
		best, begun := -1, time.Time{}
		for i, from := range free {
			if from.Before(at) {
				from = at
			}
			for w.experts(wait.Hour(from)) <= i && from.Sub(at) < 200*time.Hour {
				from = from.Truncate(time.Hour).Add(time.Hour)
			}
			if best < 0 || from.Before(begun) {
				best, begun = i, from
			}
		}
		done := begun.Add(time.Duration((2+3*r.Float64())*float64(time.Minute)) + time.Duration(r.ExpFloat64()*8*float64(time.Minute)))
		free[best] = done
		rows = append(rows, waitRow{ID: marketplace.NewID[Question](), Language: "en", State: Resolved, AskedAt: at, FirstRespondedAt: &done})
	}
	return rows
}

// known is what is known of rows at a time, of the four weeks before it.
func known(rows []waitRow, now time.Time) waits {
	var seen []waitRow
	for _, r := range slices.Backward(rows) {
		if r.AskedAt.After(now) || r.AskedAt.Before(now.Add(-forecastFrom)) {
			continue
		}
		if r.FirstRespondedAt.After(now) {
			r.State, r.FirstRespondedAt = Offered, nil
		}
		seen = append(seen, r)
	}
	return waits{at: now, curves: curvesOf(seen, now), situations: newSituations(seen, now)}
}

// waitingAt is how many of those before a question still waited as it was asked.
func waitingAt(rows []waitRow, i int) (n int) {
	for _, r := range rows[max(0, i-300):i] {
		if r.FirstRespondedAt.After(rows[i].AskedAt) {
			n++
		}
	}
	return n
}

// pinball is what a forecast of a share is off by: least in the long run for the
// true one.
func pinball(share float64, told, was time.Duration) float64 {
	if was > told {
		return share * (was - told).Minutes()
	}
	return (1 - share) * (told - was).Minutes()
}

// By situation a forecast holds as often as it says, and is nowhere worse than
// the curve of all; where experts have shifts it is better by far.
func TestForecastsGoByTheSituation(t *testing.T) {
	t.Parallel()
	for name, week := range weeks {
		var n, unknown, median, p90, p90All, off, offAll float64
		for seed := range uint64(2) {
			rows := week.lived(seed, 56)
			var w waits
			for i, r := range rows {
				if r.AskedAt.Before(rows[0].AskedAt.Add(forecastFrom)) {
					continue
				}
				if r.AskedAt.Sub(w.at) > 12*time.Hour {
					w = known(rows, r.AskedAt.Truncate(time.Minute).Add(-time.Minute))
				}
				w.situations.queue = waitingAt(rows, i) // which is looked up every minute
				half, most, _ := w.expect(group{language: "en"}, ID{}, 0, r.AskedAt)
				all, ok := w.of(group{}).Quantile(.9, 0)
				if half == nil || most == nil || !ok { // of a night, as it ends
					unknown++
					continue
				}
				was := r.FirstRespondedAt.Sub(r.AskedAt)
				n++
				off, offAll = off+pinball(.9, *most, was), offAll+pinball(.9, all, was)
				if was <= all {
					p90All++
				}
				if was <= *half {
					median++
				}
				if was <= *most {
					p90++
				}
			}
		}
		t.Logf("%s: median %.3f, ninth decile %.3f of %.0f; off by %.2f min, the curve of all, %.3f, by %.2f", name, median/n, p90/n, n, off/n, p90All/n, offAll/n)
		if unknown > n/50 {
			t.Errorf("%s: of %.0f nothing is known", name, unknown)
		}
		if p90/n < .85 || p90/n > .95 || median/n < .42 || median/n > .6 {
			t.Errorf("%s: the median holds for %.3f, the ninth decile for %.3f", name, median/n, p90/n)
		}
		if off > offAll*1.05 || name != "the same all the time" && off > offAll*.6 {
			t.Errorf("%s: off by %.2f min, the curve of all by %.2f", name, off/n, offAll/n)
		}
	}
}

// In its first week, and where little was asked, the curves count.
func TestSituationsTakeAWeek(t *testing.T) {
	rows := weeks["nobody at night"].lived(1, 9)
	if w := known(rows, rows[0].AskedAt.Add(6*24*time.Hour)); w.situations != nil {
		t.Error("after six days every hour of the week is known")
	}
	w := known(rows, rows[0].AskedAt.Add(8*24*time.Hour))
	if w.situations == nil {
		t.Fatal("after eight days not every hour of the week is known")
	}
	night, day := w.at.Truncate(24*time.Hour).Add(time.Hour), w.at.Truncate(24*time.Hour).Add(10*time.Hour)
	long, _, _ := w.expect(group{}, ID{}, 0, night)
	short, _, _ := w.expect(group{}, ID{}, 0, day)
	if *long < 2*time.Hour || *short > 2*time.Hour {
		t.Errorf("at night %s, by day %s", *long, *short)
	}
	if w := known(rows[:forecastLeast-1], rows[0].AskedAt.Add(8*24*time.Hour)); w.situations != nil {
		t.Error("a few questions are enough")
	}
}

// Who waits hears of a time that is still to come, by what lay before them when
// they asked.
func TestForecastsOfWhoWaitsLieAhead(t *testing.T) {
	rows := weeks["nobody at night"].lived(2, 40)
	now := rows[0].AskedAt.Add(30*24*time.Hour + 2*time.Hour) // at night
	w := known(rows, now)
	waiting := 0
	for _, r := range rows {
		if r.AskedAt.After(now) || !r.FirstRespondedAt.After(now) {
			continue
		}
		waiting++
		if _, ok := w.situations.delays[r.ID]; !ok {
			t.Errorf("what lay before question %s is forgotten", r.ID)
		}
		already := now.Sub(r.AskedAt)
		half, most, _ := w.expect(group{}, r.ID, already, now)
		if half == nil || *half <= already || most != nil && *most < *half {
			t.Errorf("who has waited %s hears of %v and %v", already, half, most)
		}
	}
	if waiting == 0 || w.situations.queue != waiting {
		t.Errorf("%d wait, the queue is %d", waiting, w.situations.queue)
	}
}

func BenchmarkSituations(b *testing.B) {
	rows := shifts{func(int) int { return 8 }, weeks["nobody at night"].experts}.lived(1, 28)
	slices.Reverse(rows)
	now := rows[0].AskedAt
	b.ReportMetric(float64(len(rows)), "questions")
	for b.Loop() {
		newSituations(rows, now)
	}
}
