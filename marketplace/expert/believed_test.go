package expert

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"knowhow/matching/standing"
)

var believedAt = time.Date(2026, 3, 2, 12, 40, 0, 0, time.UTC)

// Of whom nothing is known as much is expected as ever; of who is certified in a
// topic, more there.
func TestRollExpectsMoreOfTheTested(t *testing.T) {
	m := &member{certified: []string{"billing"}}
	plain, tested := m.believe(rollPrior, "routers", believedAt), m.believe(rollPrior, "billing", believedAt)
	if math.Abs(plain.Alpha-priorAlpha) > 1e-9 || math.Abs(plain.Beta-priorBeta) > 1e-9 || math.Abs(tested.Mean()-.8) > 1e-9 {
		t.Errorf("believed %+v, and where certified %+v", plain, tested)
	}
}

// Who does well elsewhere is expected to do a little better, who does badly worse;
// their own work on the topic soon says more.
func TestRollHearsOfOtherTopics(t *testing.T) {
	at := believedAt.Truncate(time.Hour)
	of := func(here, there Belief) float64 {
		m := &member{beliefs: map[string]Belief{"here": here, "there": there}}
		return m.believe(rollPrior, "here", believedAt).Mean()
	}
	nothing := of(Prior(), Prior())
	good, bad := of(Prior(), kept(10, 0, at)), of(Prior(), kept(0, 10, at))
	if !(good > nothing && nothing > bad) {
		t.Errorf("after good work elsewhere %.3f, none %.3f, bad %.3f", good, nothing, bad)
	}
	if despite := of(kept(0, 10, at), kept(10, 0, at)); despite > .5 {
		t.Errorf("who does badly here is expected to do %.3f", despite)
	}
}

// Evidence fades as time goes on, and what was worked out for an hour is not used
// in the next.
func TestRollForgets(t *testing.T) {
	m := &member{beliefs: map[string]Belief{"here": kept(0, 20, believedAt)}}
	now := m.believe(rollPrior, "here", believedAt)
	later := m.believe(rollPrior, "here", believedAt.Add(2*halfLife))
	if later.Mean() < now.Mean()+.1 {
		t.Errorf("now %.3f, a year later %.3f", now.Mean(), later.Mean())
	}
	if again := m.believe(rollPrior, "here", believedAt); again != now {
		t.Errorf("again %+v, was %+v", again, now)
	}
}

// One more success raises the belief on its topic and lowers none, whatever prior
// a program's outcomes may teach.
func TestSuccessLowersNoBelief(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prior := rollPrior
		if rapid.Bool().Draw(t, "fitted") {
			var people [][]standing.Cell
			share, apart := rapid.Float64Range(0, 1).Draw(t, "share"), rapid.Float64Range(0, .5).Draw(t, "apart")
			for i := range 40 {
				mine := min(max(share+apart*float64(i%5-2)/2, 0), 1)
				people = append(people, []standing.Cell{{Right: i % 2, Of: i % 2, Good: 20 * mine, Bad: 20 * (1 - mine)}, {Good: 10 * mine, Bad: 10 * (1 - mine)}})
			}
			prior = fitRoll(people, 40*30, "fitted")
		}
		m := &member{beliefs: map[string]Belief{}}
		n := rapid.IntRange(1, 12).Draw(t, "topics")
		for i := range n {
			topic := fmt.Sprint("t", i)
			if rapid.Bool().Draw(t, "certified") {
				m.certified = append(m.certified, topic)
			}
			good, bad := rapid.IntRange(0, 40).Draw(t, "good"), rapid.IntRange(0, 40).Draw(t, "bad")
			m.beliefs[topic] = kept(good, bad, believedAt)
		}
		lucky := fmt.Sprint("t", rapid.IntRange(0, n-1).Draw(t, "lucky"))
		more := &member{certified: m.certified, beliefs: map[string]Belief{}}
		for topic, b := range m.beliefs {
			more.beliefs[topic] = b
		}
		more.beliefs[lucky] = more.beliefs[lucky].With(Success, 1, believedAt)
		for i := range n + 1 {
			topic := fmt.Sprint("t", i)
			before, after := m.believe(prior, topic, believedAt).Mean(), more.believe(prior, topic, believedAt).Mean()
			if after < before-1e-12 || topic == lucky && after <= before && before < .9799 {
				t.Fatalf("a success on %s moves the belief on %s from %v to %v", lucky, topic, before, after)
			}
		}
	})
}
