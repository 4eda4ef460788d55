package evaluate

import (
	"math"
	"slices"
	"testing"
)

func TestStanding(t *testing.T) {
	var m tally
	m.add([]int{7, 3, 5}, 7, map[int]float64{7: gainResolver, 5: gainOther})
	m.add([]int{7, 3, 5}, 5, map[int]float64{5: gainResolver})
	m.add([]int{3}, -1, nil) // the resolver is not in the pool
	s := m.standing()
	first := (3 + 1/math.Log2(4)) / (3 + 1/math.Log2(3))
	want := Standing{MRR: round((1 + 1./3) / 2), Hit1: 0.5, Hit5: 1, Hit10: 1, NDCG10: round((first + 1/math.Log2(4)) / 2), TopShare: 0.6667}
	s.MRRCI, s.Hit1CI, s.NDCG10CI = 0, 0, 0
	if s != want {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	xs := make([]float64, 1000)
	for i := range xs {
		xs[i] = float64(i % 2)
	}
	mean, off := bootstrap(xs)
	if mean != 0.5 || math.Abs(off-1.96*0.5/math.Sqrt(1000)) > 0.006 {
		t.Errorf("mean %v ± %v", mean, off)
	}
}

func TestNobodyHasMoreThanATenth(t *testing.T) {
	var c firstCap
	firsts := map[int]int{}
	order := make([]int, 30)
	for i := range order {
		order[i] = i
	}
	for range 200 {
		got := c.spread(order)
		firsts[got[0]]++
		if len(got) != len(order) || !slices.Contains(got, 0) {
			t.Fatalf("spread to %v", got)
		}
	}
	for user, n := range firsts {
		if n > 20 {
			t.Errorf("%d is first %d times of 200", user, n)
		}
	}
	if firsts[0] != 20 {
		t.Errorf("the best is first %d times, want as often as allowed", firsts[0])
	}
}

func TestUsersAreInOrderOfTheirNumbers(t *testing.T) {
	posts := []post{{Asker: "u10", Best: "u9", Answers: []reply{{By: "anna"}, {By: "u9"}, {By: "2"}}}}
	if got, want := newPeople(posts).names, []name{"2", "u9", "u10", "anna"}; !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}
