package simulate

import (
	"errors"
	"math"
	"os"
	"reflect"
	"testing"
	"time"
)

func mustRun(t *testing.T, m Market, policy string) Report {
	t.Helper()
	rep, err := Run(m, policy, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	m := Market{Seed: 4, Questions: 1500}
	for _, name := range Policies {
		a, b := mustRun(t, m, name), mustRun(t, m, name)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %+v, again %+v", name, a, b)
		}
		other := m
		other.Seed++
		if c := mustRun(t, other, name); c.Figures == a.Figures {
			t.Errorf("%s: another seed makes no difference", name)
		}
	}
}

// lived is a run where answers turn out as a coin does that knows no skill, and
// skills are what they are said to be: so whoever does not see skills does the
// same whatever they are.
func lived(t *testing.T, policy string, skill func(m Market, person int) [topics]float64) []int {
	t.Helper()
	m := Market{Seed: 9, Questions: 1200, Untested: true}
	r, err := newRun(m, policy)
	if err != nil {
		t.Fatal(err)
	}
	var chosen []int
	r.skills = func(person int) [topics]float64 { return skill(m, person) }
	for n := range r.truths { // those of the first day are there already
		r.truths[n].skill = r.skills(n)
	}
	r.succeeds = func(q *question, p *person) bool {
		chosen = append(chosen, p.number)
		return m.chance(ofSuccess, uint64(q.number), uint64(p.number)).Float64() < .4
	}
	if err := r.live(nil); err != nil {
		t.Fatal(err)
	}
	return chosen
}

func TestOnlyTheOracleSeesSkills(t *testing.T) {
	drawn := func(m Market, person int) [topics]float64 { return m.skills(person) }
	turned := func(m Market, person int) (list [topics]float64) {
		for k, s := range m.skills(person) {
			list[k] = 1 - s
		}
		return list
	}
	for _, name := range Policies {
		same := reflect.DeepEqual(lived(t, name, drawn), lived(t, name, turned))
		if same != (name != "oracle") {
			t.Errorf("%s: with skills turned round the same experts are chosen: %v", name, same)
		}
	}
}

func TestTheMarketIsAsItIsFixed(t *testing.T) {
	m := Market{Seed: 2}
	r, err := newRun(m, "random")
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares, n float64
	onShift := map[int]int{}
	for i, tr := range r.truths {
		onShift[r.people[i].shift]++
		for _, s := range tr.skill {
			sum, squares, n = sum+s, squares+s*s, n+1
		}
	}
	if mean, variance := sum/n, squares/n-sum*sum/n/n; n != 4000 || math.Abs(mean-.4) > .01 || math.Abs(variance-.04) > .003 {
		t.Errorf("%g skills with mean %.4f and variance %.4f; Beta(2, 3) has .4 and .04", n, mean, variance)
	}
	if len(onShift) != 3 || onShift[0] < 66 || onShift[1] < 66 || onShift[2] < 66 {
		t.Errorf("shifts: %v", onShift)
	}
	asked := map[int]float64{}
	for q := range 20_000 {
		asked[m.topic(q)]++
	}
	if math.Abs(asked[0]/asked[1]-2) > .15 || math.Abs(asked[0]/asked[9]-10) > 1.5 || len(asked) != 20 {
		t.Errorf("topics are asked about %v", asked)
	}
	if per := capacity() / people * 24; per < 8/occupation.Hours() || per > 8/occupation.Hours()+1.5 {
		t.Errorf("%.2f answers a shift", per)
	}
	if high := (Market{Load: 1.1}).rate() / (Market{Load: .7}).rate(); math.Abs(high-1.1/.7) > 1e-9 {
		t.Errorf("loads are not in proportion: %g", high)
	}
	if err := r.live(nil); err != nil {
		t.Fatal(err)
	}
	if left, want := float64(len(r.people)-people), people*churn*r.days/30; math.Abs(left-want) > 4*math.Sqrt(want) {
		t.Errorf("in %.0f days %g left, about %.0f should", r.days, left, want)
	}
	if given := float64(r.answers) / float64(r.asked); math.Abs(given-perQuestion) > .05 {
		t.Errorf("by lot a question takes %.3f answers, not %g", given, perQuestion)
	}
}

// One market at each load, as far as one can tell: the rest is TestGoals.
func TestOursIsAheadAndNobodyStarves(t *testing.T) {
	for _, load := range []float64{.7, 1.1} {
		m := Market{Seed: 5, Load: load, Questions: 8000}
		var reports []Report
		for _, name := range []string{Ours, "oracle", "skill-tag", "random"} {
			rep := mustRun(t, m, name)
			reports = append(reports, rep)
			if rep.MaxWait > Bound.Seconds() {
				t.Errorf("load %g, %s: somebody waited %.0f s", load, name, rep.MaxWait)
			}
			if rep.ForecastCoverage == nil || math.Abs(*rep.ForecastCoverage-.9) > .02 {
				t.Errorf("load %g, %s: %v of forecasts come true", load, name, rep.ForecastCoverage)
			}
		}
		ours, oracle, tagged, random := reports[0].ResolutionRate, reports[1].ResolutionRate, reports[2].ResolutionRate, reports[3].ResolutionRate
		t.Logf("load %g: ours %.3f, oracle %.3f, skill-tag %.3f, random %.3f", load, ours, oracle, tagged, random)
		if ours < oracle-.045 || ours < tagged+.02 || random > oracle-.15 {
			t.Errorf("load %g: ours %.3f, oracle %.3f, skill-tag %.3f, random %.3f", load, ours, oracle, tagged, random)
		}
	}
}

// What is promised of the whole, over twenty markets at each load.
func TestGoals(t *testing.T) {
	if os.Getenv("KNOWHOW_SOAK") == "" {
		t.Skip("twenty markets take minutes: KNOWHOW_SOAK=1 has them lived; TestOursIsAheadAndNobodyStarves lives one")
	}
	for _, load := range []float64{.7, 1.1} {
		var reports []Report
		for _, name := range Policies {
			for seed := range uint64(20) {
				at := time.Now()
				reports = append(reports, mustRun(t, Market{Seed: seed + 1, Load: load}, name))
				if took := time.Since(at); took > 10*time.Second {
					t.Logf("%s, seed %d: %s", name, seed+1, took)
				}
			}
		}
		list := Summarise(reports)
		ours := list[0]
		for _, s := range list {
			t.Logf("load %g, %s: %.4f resolved, ours ahead by %+v", load, s.Policy, s.ResolutionRate, s.Ahead)
			switch s.Policy {
			case "oracle":
				if s.Ahead.Mean < -.03 {
					t.Errorf("load %g: the oracle is ahead by %+v", load, s.Ahead)
				}
				if random := list[len(list)-1]; random.ResolutionRate > s.ResolutionRate-.15 {
					t.Errorf("load %g: random resolves %.3f, the oracle %.3f", load, random.ResolutionRate, s.ResolutionRate)
				}
			case "round-robin", "longest-idle", "skill-tag":
				if s.Ahead.Low <= 0 {
					t.Errorf("load %g: ours is ahead of %s by %+v", load, s.Policy, s.Ahead)
				}
			}
		}
		if *ours.NewcomerShare < .9 || ours.MaxWait > ours.WaitBound || *ours.ForecastCoverage < .88 || *ours.ForecastCoverage > .92 {
			t.Errorf("load %g: newcomers %.3f, longest wait %.0f s, coverage %.3f", load, *ours.NewcomerShare, ours.MaxWait, *ours.ForecastCoverage)
		}
	}
}

func TestRunStopsAndRefuses(t *testing.T) {
	if _, err := Run(Market{Questions: 10}, "nobody", nil); !errors.Is(err, ErrPolicy) {
		t.Errorf("unknown policy: %v", err)
	}
	enough := errors.New("enough")
	if _, err := Run(Market{}, Ours, func() error { return enough }); !errors.Is(err, enough) {
		t.Errorf("stopped: %v", err)
	}
}

func TestSummarise(t *testing.T) {
	of := func(policy string, seed uint64, rate float64) Report {
		one := .5
		return Report{Policy: policy, Seed: seed, Load: .7, Figures: Figures{ResolutionRate: rate, MaxWait: rate, ForecastCoverage: &one, NewcomerOffers: 9, TwinOffers: 10}}
	}
	list := Summarise([]Report{of("random", 2, .5), of(Ours, 1, .7), of(Ours, 2, .9), of("random", 1, .4), of("oracle", 1, .8)})
	if len(list) != 3 || list[0].Policy != "random" || list[1].Ahead != nil || list[1].Seeds != 2 || list[1].MaxWait != .9 || *list[1].NewcomerShare != .9 || *list[1].ForecastCoverage != .5 {
		t.Fatalf("%+v", list)
	}
	ahead := *list[0].Ahead // .3 and .4: mean .35, standard error .05, Student's t of one degree of freedom 12.706
	if math.Abs(ahead.Mean-.35) > 1e-9 || math.Abs(ahead.High-ahead.Mean-.6353) > 1e-4 {
		t.Errorf("%+v", ahead)
	}
	if one := *list[2].Ahead; math.Abs(one.Mean+.1) > 1e-9 || one.Low != one.Mean {
		t.Errorf("%+v", one)
	}
	for freedom, want := range map[float64]float64{1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 19: 2.093, 100: 1.984} {
		if got := student(freedom); math.Abs(got-want) > .04 {
			t.Errorf("t of %g: %.3f, want %.3f", freedom, got, want)
		}
	}
}

func BenchmarkOurs(b *testing.B) {
	for b.Loop() {
		if _, err := Run(Market{Seed: 1}, Ours, nil); err != nil {
			b.Fatal(err)
		}
	}
}
