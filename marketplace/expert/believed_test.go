package expert

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var believedAt = time.Date(2026, 3, 2, 12, 40, 0, 0, time.UTC)

// Of whom nothing is known as much is expected as ever; of who is certified in a
// topic, more there.
func TestRollExpectsMoreOfTheTested(t *testing.T) {
	m := &member{certified: []string{"billing"}}
	plain, tested := m.believe("routers", believedAt), m.believe("billing", believedAt)
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
		return m.believe("here", believedAt).Mean()
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
	now := m.believe("here", believedAt)
	later := m.believe("here", believedAt.Add(2*halfLife))
	if later.Mean() < now.Mean()+.1 {
		t.Errorf("now %.3f, a year later %.3f", now.Mean(), later.Mean())
	}
	if again := m.believe("here", believedAt); again != now {
		t.Errorf("again %+v, was %+v", again, now)
	}
}

// One more success raises the belief on its topic and lowers none.
func TestSuccessLowersNoBelief(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
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
			before, after := m.believe(topic, believedAt).Mean(), more.believe(topic, believedAt).Mean()
			if after < before-1e-12 || topic == lucky && after <= before && before < .9799 {
				t.Fatalf("a success on %s moves the belief on %s from %v to %v", lucky, topic, before, after)
			}
		}
	})
}
