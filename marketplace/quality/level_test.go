package quality

import (
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// outcomes are so many of a kind on a topic, so many a day, each of the next of so
// many customers.
func outcomes(from time.Time, n, aDay, customers int, o expert.Outcome) []StandingChange {
	ids := make([]access.CustomerID, customers)
	for i := range ids {
		ids[i] = access.NewCustomerID()
	}
	list := make([]StandingChange, n)
	for i := range list {
		at := from.Add(time.Duration(i/aDay)*24*time.Hour + time.Duration(i%aDay)*time.Minute)
		list[i] = StandingChange{At: at, Topic: "box", Source: FromResolution, Outcome: o, Weight: 1, customer: ids[i%customers]}
	}
	return list
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes []StandingChange
		want    Level
	}{
		{"nothing yet", outcomes(noon, 1, 1, 1, expert.Success), LevelNew},
		{"several, of several, on several days", outcomes(noon, 12, 3, 6, expert.Success), LevelProven},
		{"all on one day", outcomes(noon, 12, 12, 12, expert.Success), LevelNew},
		{"all of one customer", outcomes(noon, 60, 2, 1, expert.Success), LevelNew},
		{"of four customers", outcomes(noon, 60, 2, 4, expert.Success), LevelNew},
		{"hundreds in a rush", outcomes(noon, 200, 100, 200, expert.Success), LevelNew},
		{"many, of many, over weeks", outcomes(noon, 60, 3, 60, expert.Success), LevelTrusted},
		{"bad work", outcomes(noon, 60, 3, 60, expert.Failure), LevelNew},
	} {
		l := logOf(c.changes, noon.Add(30*24*time.Hour))
		if got := l.Levels[0]; got.Level != c.want || (got.Since == nil) != (c.want == LevelNew) {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}

// A level that is held is kept a while below its bar, and lost in the end.
func TestLevelsHaveHysteresis(t *testing.T) {
	good := outcomes(noon, 12, 3, 12, expert.Success)
	end := noon.Add(4 * 24 * time.Hour)
	var held, lost bool
	for failures := range 12 {
		changes := append(append([]StandingChange{}, good...), outcomes(end, failures, 3, 12, expert.Failure)...)
		got := logOf(changes, end.Add(5*24*time.Hour)).Levels[0]
		switch {
		case got.Level == LevelProven && got.Low < Bars[0].Low:
			held = true
		case got.Level == LevelNew && got.Low >= keepShare*Bars[0].Low:
			t.Errorf("lost at %.3f", got.Low)
		case got.Level == LevelNew:
			lost = true
		}
	}
	if !held || !lost {
		t.Errorf("held below its bar: %v, lost in the end: %v", held, lost)
	}
}

// What is shown is the latest, with what was believed before and after each.
func TestLogShowsTheLatest(t *testing.T) {
	l := logOf(outcomes(noon, mostChanges+20, 1, 30, expert.Success), noon.Add(200*24*time.Hour))
	if len(l.Changes) != mostChanges || !l.Changes[0].At.After(l.Changes[1].At) || l.Changes[0].After <= l.Changes[0].Before {
		t.Errorf("%d changes, first %+v", len(l.Changes), l.Changes[0])
	}
	if none := logOf(nil, noon); len(none.Levels) != 0 || len(none.Changes) != 0 {
		t.Errorf("of nothing: %+v", none)
	}
}
