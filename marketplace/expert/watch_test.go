package expert

import (
	"slices"
	"testing"
	"time"
)

func TestDoubted(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	good := []Belief{kept(20, 1, at), kept(10, 0, at)}
	for _, c := range []struct {
		name   string
		people [][]Belief
		later  time.Duration
		want   []bool
	}{
		{"nobody", nil, 0, []bool{}},
		{"somebody alone, whom anybody is expected to be better than", [][]Belief{{kept(0, 30, at)}, nil}, 0, []bool{true, false}},
		{"bad work", [][]Belief{good, {kept(2, 8, at)}}, 0, []bool{false, true}},
		{"a little on each of many topics", [][]Belief{good, {kept(0, 2, at), kept(0, 2, at), kept(1, 2, at), kept(0, 2, at)}}, 0, []bool{false, true}},
		{"too few outcomes", [][]Belief{good, {kept(0, 4, at)}}, 0, []bool{false, false}},
		{"a little below", [][]Belief{good, {kept(9, 1, at)}}, 0, []bool{false, false}},
		{"long ago", [][]Belief{good, {kept(0, 8, at)}}, 10 * halfLife, []bool{false, false}},
		{"all alike", [][]Belief{{kept(3, 9, at)}, {kept(3, 9, at)}}, 0, []bool{false, false}},
	} {
		if got := doubted(c.people, at.Add(c.later)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
