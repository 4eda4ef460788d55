package assign

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// large is a problem of questions with so many candidates each, of experts of
// capacity 5.
func large(seed uint64, questions, candidates, experts int) Problem {
	rnd := rand.New(rand.NewPCG(seed, 9))
	p := Problem{Questions: make([]Question, questions), Experts: make([]Expert, experts)}
	for e := range p.Experts {
		p.Experts[e] = Expert{Capacity: 5, Lot: rnd.Uint64()}
	}
	age := Ageing{Spread: 1, Overtake: 2 * time.Hour}
	for q := range p.Questions {
		one := Question{Urgency: age.Urgency(time.Duration(rnd.Float64() * float64(time.Hour))), Lot: rnd.Uint64()}
		for _, e := range rnd.Perm(experts)[:candidates] {
			one.Candidates = append(one.Candidates, Candidate{e, rnd.Float64()})
		}
		p.Questions[q] = one
	}
	return p
}

// What a plan of many is worth is proven by its own prices.
func TestLargePlansAreProven(t *testing.T) {
	for _, experts := range []int{100, 399, 400, 401, 500, 2000} {
		for seed := range uint64(3) {
			p := large(seed, 2000, 20, experts)
			for q := range p.Questions {
				p.Questions[q].Want = int(seed)
			}
			plan, err := Solve(p)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := proven(p, plan); wrong != "" {
				t.Errorf("%d experts, seed %d: %s", experts, seed, wrong)
			}
		}
	}
}

func TestNobodyHasMoreThanTheirShare(t *testing.T) {
	p := large(1, 500, 20, 60)
	for q := range p.Questions {
		p.Questions[q].Candidates[0] = Candidate{0, 1} // everybody's favourite
		for i, c := range p.Questions[q].Candidates[1:] {
			if c.Expert == 0 {
				p.Questions[q].Candidates[i+1] = Candidate{59, 0}
				p.Questions[q].Candidates = p.Questions[q].Candidates[:i+1]
				break
			}
		}
	}
	p.Experts[0].Capacity = 500
	for share, most := range map[float64]int{0: 500, .02: 10, .001: 1} {
		p.Share = share
		plan, err := Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		given := map[int]int{}
		for _, asked := range plan.Asked {
			for _, e := range asked {
				given[e]++
			}
		}
		for e, n := range given {
			if n > most {
				t.Errorf("share %g: expert %d is asked %d times, at most %d", share, e, n, most)
			}
		}
		if share == .02 && given[0] != 10 {
			t.Errorf("the favourite is asked %d times of 10", given[0])
		}
	}
}

func TestAllowance(t *testing.T) {
	for _, c := range []struct {
		given, total int
		share        float64
		want         int
	}{
		{0, 0, .1, 1}, {1, 1, .1, 0}, {1, 10, .1, 1}, {2, 10, .1, 0}, {5, 10, .1, 0}, {7, 99, .1, 3}, {3, 4, 0, math.MaxInt}, {3, 4, 1, math.MaxInt},
	} {
		if got := Allowance(c.given, c.total, c.share); got != c.want {
			t.Errorf("%d of %d, share %g: %d, want %d", c.given, c.total, c.share, got, c.want)
		}
	}
}

// With ageing nobody is passed over by a question that was asked more than
// Overtake later.
func TestNobodyIsPassedOver(t *testing.T) {
	age := Ageing{Spread: 1, Overtake: 2 * time.Hour}
	passed := 0
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		p, ages := large(seed, 120, 12, 12), make([]time.Duration, 120)
		for q := range ages {
			ages[q] = time.Duration(rnd.Float64() * float64(6*time.Hour))
			p.Questions[q].Urgency = age.Urgency(ages[q])
			p.Questions[q].Candidates = p.Questions[q].Candidates[:1+rnd.IntN(11)]
		}
		plan, err := Solve(p)
		if err != nil {
			t.Fatal(err)
		}
		got := map[int][]int{} // by expert: questions
		for q, asked := range plan.Asked {
			for _, e := range asked {
				got[e] = append(got[e], q)
			}
		}
		for q, asked := range plan.Asked {
			if len(asked) > 0 {
				continue
			}
			for _, c := range p.Questions[q].Candidates {
				for _, other := range got[c.Expert] {
					if ages[other] < ages[q] {
						passed++
					}
					if ages[q]-ages[other] > age.Overtake {
						t.Errorf("seed %d: a question of %s waits, one of %s has its expert", seed, ages[q], ages[other])
					}
				}
			}
		}
	}
	if passed == 0 {
		t.Error("no younger question went before an older one: nothing was tested")
	}
}

func TestDrawsFollowTheBelief(t *testing.T) {
	for _, b := range [][2]float64{{2, 3}, {.5, .5}, {30, 10}, {.2, 4}} {
		var sum, squares float64
		const n = 40_000
		for i := range uint64(n) {
			x := Draw(Chance(1, i), b[0], b[1])
			if !(x >= 0 && x <= 1) {
				t.Fatal(x)
			}
			sum += x
			squares += x * x
		}
		mean := sum / n
		want := b[0] / (b[0] + b[1])
		variance := want * (1 - want) / (b[0] + b[1] + 1)
		if math.Abs(mean-want) > 5*math.Sqrt(variance/n) || math.Abs(squares/n-mean*mean-variance) > .05*variance {
			t.Errorf("Beta(%g, %g): mean %.4f, want %.4f; variance %.5f, want %.5f", b[0], b[1], mean, want, squares/n-mean*mean, variance)
		}
	}
	if a, b := Chance(1, 2, 3).Uint64(), Chance(1, 2, 3).Uint64(); a != b || a == Chance(1, 3, 2).Uint64() || a == Chance(2, 2, 3).Uint64() {
		t.Error("draws go by seed and lots, in order")
	}
}

func BenchmarkSolve(b *testing.B) {
	for _, c := range []struct {
		name    string
		experts int
		alike   float64 // how much of a score is the expert's, for whatever question
	}{{"2000 experts", 2000, 0}, {"500 experts", 500, 0}, {"400 experts", 400, 0}, {"200 experts", 200, 0}, {"2000 experts alike", 2000, .8}, {"500 experts alike", 500, .8}} {
		b.Run(c.name, func(b *testing.B) {
			p := large(1, 2000, 20, c.experts)
			for q := range p.Questions {
				for i := range p.Questions[q].Candidates {
					one := &p.Questions[q].Candidates[i]
					one.Score = (1-c.alike)*one.Score + c.alike*float64(one.Expert*7919%c.experts)/float64(c.experts)
				}
			}
			var s Solver
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Solve(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
