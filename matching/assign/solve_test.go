package assign

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// problems draws small problems with many ties, tight and absent capacities.
var problems = rapid.Custom(func(t *rapid.T) Problem {
	var p Problem
	p.Experts = make([]Expert, rapid.IntRange(0, 5).Draw(t, "experts"))
	for e := range p.Experts {
		p.Experts[e] = Expert{Capacity: rapid.IntRange(-1, 3).Draw(t, "capacity"), Lot: uint64(e)*7919 + 3}
	}
	p.Questions = make([]Question, rapid.IntRange(0, 6).Draw(t, "questions"))
	fine, single := rapid.Bool().Draw(t, "fine"), rapid.Bool().Draw(t, "single")
	for q := range p.Questions {
		one := Question{Want: rapid.IntRange(0, 3).Draw(t, "want"), Lot: uint64(q)*104729 + 5, Urgency: float64(rapid.IntRange(-1, 3).Draw(t, "urgency"))}
		if single {
			one.Want = 1
		}
		for e := range p.Experts {
			if !rapid.Bool().Draw(t, "candidate") {
				continue
			}
			score := float64(rapid.IntRange(-2, 3).Draw(t, "score"))
			if fine {
				score += rapid.Float64Range(0, 1).Draw(t, "more")
			}
			one.Candidates = append(one.Candidates, Candidate{Expert: e, Score: score})
		}
		p.Questions[q] = one
	}
	p.Share = rapid.SampledFrom([]float64{0, 0, .2, .5}).Draw(t, "share")
	return p
})

// best is the worth of the best plan, by trying all.
func best(p Problem, q int, left []int) float64 {
	if q == len(p.Questions) {
		return 0
	}
	return bestOf(p, q, 0, max(p.Questions[q].Want, 1), left)
}

func bestOf(p Problem, q, from, want int, left []int) float64 {
	if from == len(p.Questions[q].Candidates) || want == 0 {
		return best(p, q+1, left)
	}
	most := bestOf(p, q, from+1, want, left)
	if c := p.Questions[q].Candidates[from]; left[c.Expert] > 0 {
		left[c.Expert]--
		most = max(most, p.Questions[q].Urgency+c.Score+bestOf(p, q, from+1, want-1, left))
		left[c.Expert]++
	}
	return most
}

func TestSolveIsAsGoodAsTryingAll(t *testing.T) {
	var again Solver
	rapid.Check(t, func(t *rapid.T) {
		p := problems.Draw(t, "problem")
		plan, err := Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		left := make([]int, len(p.Experts))
		for e := range left {
			left[e] = min(max(p.Experts[e].Capacity, 0), p.most())
		}
		if want := best(p, 0, left); math.Abs(plan.Worth-want) > 1e-5 {
			t.Fatalf("worth %g, the best is %g: %v", plan.Worth, want, plan.Asked)
		}
		if err := proven(p, plan); err != "" {
			t.Fatal(err)
		}
		if second, err := again.Solve(p); err != nil || !reflect.DeepEqual(second, plan) {
			t.Fatalf("solved again: %v, %v; want %v", second, err, plan)
		}
	})
}

// proven checks that a plan keeps the rules, and that its prices and gains prove
// that no plan is worth more; else it says what is wrong.
func proven(p Problem, plan Plan) string {
	const slack = 1e-6
	given, worth, bound := make([]int, len(p.Experts)), 0.0, 0.0
	for q, asked := range plan.Asked {
		mine := map[int]bool{}
		for _, e := range asked {
			if mine[e] {
				return "an expert is asked the same question twice"
			}
			mine[e] = true
			given[e]++
		}
		if len(asked) > max(p.Questions[q].Want, 1) {
			return "a question gets more experts than it wants"
		}
		found := 0
		gain := plan.Gains[q]
		bound += float64(max(p.Questions[q].Want, 1)) * gain
		if gain < -slack {
			return "a gain is below zero"
		}
		for _, c := range p.Questions[q].Candidates {
			at := c.Score + p.Questions[q].Urgency
			if p.Experts[c.Expert].Capacity <= 0 {
				continue
			}
			if mine[c.Expert] {
				found++
				worth += at
			}
			bound += max(0, at-plan.Prices[c.Expert]-gain)
			if !mine[c.Expert] && at-plan.Prices[c.Expert] > gain+slack {
				return "somebody is not asked who should be"
			}
		}
		if found != len(asked) {
			return "somebody is asked who is no candidate"
		}
	}
	for e := range given {
		capacity := min(max(p.Experts[e].Capacity, 0), p.most())
		if given[e] > capacity {
			return "an expert is asked beyond capacity"
		}
		if plan.Prices[e] < -slack {
			return "a price is below zero"
		}
		bound += float64(capacity) * plan.Prices[e]
	}
	if n := float64(len(p.Questions) + 1); math.Abs(worth-plan.Worth) > 1e-6*n {
		return "the worth is not that of the plan"
	} else if math.Abs(bound-worth) > 1e-5*n {
		return "weak duality leaves a gap"
	}
	return ""
}

func TestOrderMakesNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems.Draw(t, "problem")
		want, err := Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		questions, experts := rnd.Perm(len(p.Questions)), rnd.Perm(len(p.Experts))
		turned := Problem{Questions: make([]Question, len(p.Questions)), Experts: make([]Expert, len(p.Experts)), Share: p.Share}
		for e, to := range experts {
			turned.Experts[to] = p.Experts[e]
		}
		for q, to := range questions {
			one := p.Questions[q]
			one.Candidates = nil
			for _, c := range rnd.Perm(len(p.Questions[q].Candidates)) {
				c := p.Questions[q].Candidates[c]
				one.Candidates = append(one.Candidates, Candidate{Expert: experts[c.Expert], Score: c.Score})
			}
			turned.Questions[to] = one
		}
		got, err := Solve(turned)
		if err != nil {
			t.Fatal(err)
		}
		for q, to := range questions {
			asked := make([]int, len(want.Asked[q]))
			for i, e := range want.Asked[q] {
				asked[i] = experts[e]
			}
			if len(asked) != len(got.Asked[to]) || len(asked) > 0 && !reflect.DeepEqual(asked, got.Asked[to]) {
				t.Fatalf("question %d: %v, in another order %v", q, asked, got.Asked[to])
			}
		}
	})
}

func TestOneQuestionGetsTheTopOfItsList(t *testing.T) {
	p := Problem{Experts: make([]Expert, 5), Questions: []Question{{Want: 2, Urgency: 1}}}
	for e, score := range []float64{.2, .9, .5, .95, .1} {
		p.Experts[e] = Expert{Capacity: 1, Lot: uint64(e)}
		p.Questions[0].Candidates = append(p.Questions[0].Candidates, Candidate{e, score})
	}
	p.Experts[3].Capacity = 0
	plan, err := Solve(p)
	if err != nil || !reflect.DeepEqual(plan.Asked, [][]int{{1, 2}}) {
		t.Fatalf("%v, %v", plan.Asked, err)
	}
}

func TestSolveRefuses(t *testing.T) {
	one := func(urgency float64, candidates ...Candidate) Problem {
		return Problem{Experts: []Expert{{Capacity: 1}, {Capacity: 1}}, Questions: []Question{{Candidates: candidates, Urgency: urgency}}}
	}
	for name, c := range map[string]struct {
		p    Problem
		want error
	}{
		"NaN":              {one(0, Candidate{0, math.NaN()}), ErrScore},
		"infinite":         {one(0, Candidate{0, math.Inf(1)}), ErrScore},
		"too much":         {one(0, Candidate{0, MaxScore * 1.01}), ErrScore},
		"urgency too much": {one(-2*MaxScore, Candidate{0, 1}), ErrScore},
		"urgency NaN":      {one(math.NaN(), Candidate{0, 1}), ErrScore},
		"unknown":          {one(0, Candidate{2, 1}), ErrCandidate},
		"negative":         {one(0, Candidate{-1, 1}), ErrCandidate},
		"twice":            {one(0, Candidate{1, 1}, Candidate{1, 2}), ErrCandidate},
		"the most":         {one(MaxScore, Candidate{0, MaxScore}, Candidate{1, -MaxScore}), nil},
	} {
		if plan, err := Solve(c.p); !errors.Is(err, c.want) || (err == nil) != (plan.Asked != nil) {
			t.Errorf("%s: %v, %v", name, plan, err)
		}
	}
}

// FuzzSolve reads any bytes as a problem: what comes of it is proven the best, or
// refused by name.
func FuzzSolve(f *testing.F) {
	f.Add([]byte{3, 2, 1, 0, 5, 1, 4, 0, 9, 1, 9, 255, 0, 7})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(int8(b))
		}
		p := Problem{Experts: make([]Expert, next()&31), Questions: make([]Question, next()&31)}
		for e := range p.Experts {
			p.Experts[e] = Expert{Capacity: next() / 16, Lot: uint64(next())}
		}
		for q := range p.Questions {
			one := Question{Urgency: math.Ldexp(float64(next()), next()/8), Want: next() / 32, Lot: uint64(next())}
			for range next() & 15 {
				one.Candidates = append(one.Candidates, Candidate{Expert: next(), Score: float64(next()) / 8})
			}
			p.Questions[q] = one
		}
		plan, err := Solve(p)
		if err != nil {
			if !errors.Is(err, ErrScore) && !errors.Is(err, ErrCandidate) {
				t.Fatal(err)
			}
			return
		}
		if wrong := proven(p, plan); wrong != "" && plan.Worth < 1e4 { // beyond, the proof's own sums round
			t.Fatal(wrong)
		}
	})
}
