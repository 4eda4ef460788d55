package logit

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawn are choices by known coefficients.
func drawn(r *rand.Rand, n, rows int, of []float64) []Group {
	groups := make([]Group, n)
	for g := range groups {
		scores, total := make([]float64, rows), 0.0
		for i := range rows {
			score := 0.0
			for j, c := range of {
				x := float32(r.NormFloat64() * float64(j+1))
				groups[g].Rows = append(groups[g].Rows, x)
				score += c * float64(x)
			}
			scores[i] = math.Exp(score)
			total += scores[i]
		}
		left := r.Float64() * total
		for i, s := range scores {
			if left -= s; left < 0 || i == rows-1 {
				groups[g].Chosen = i
				break
			}
		}
	}
	return groups
}

func mustFit(t *testing.T, m Model, groups []Group) Fit {
	t.Helper()
	fit, err := m.Fit(groups)
	if err != nil {
		t.Fatal(err)
	}
	return fit
}

func TestFitFindsWhatChoicesWereDrawnBy(t *testing.T) {
	of := []float64{1, -0.4, 0, 0.2}
	groups := drawn(rand.New(rand.NewPCG(1, 2)), 4000, 8, of)
	m := Model{Columns: 4, Strength: 1e-6}
	fit := mustFit(t, m, groups)
	for j, c := range fit.Coefficients {
		if math.Abs(c-of[j]) > 0.06 {
			t.Errorf("coefficient %d is %.3f, drawn by %.3f", j, c, of[j])
		}
	}
	if again := mustFit(t, m, groups); !slices.Equal(again.Coefficients, fit.Coefficients) {
		t.Errorf("%v, then %v", fit.Coefficients, again.Coefficients)
	}
	if even := math.Log(8); !(fit.Loss < even-0.2) {
		t.Errorf("loss %.3f, %.3f without a model", fit.Loss, even)
	}
}

// At the minimum no coefficient can be moved to lessen the loss: looked at by
// differences, not by the gradient that the search used.
func TestFitIsAMinimum(t *testing.T) {
	groups := drawn(rand.New(rand.NewPCG(3, 4)), 300, 5, []float64{0.5, -0.5, 0.1})
	m := Model{Columns: 3, Strength: 0.02, Prior: []float64{0.2, 0, -1}, Sign: []int8{1, 1, 0}}
	fit := mustFit(t, m, groups)
	p := problem{Model: m, groups: groups, unit: spread(groups, 3), center: make([]float64, 3)}
	x := make([]float64, 3)
	for j := range x {
		p.center[j], x[j] = m.Prior[j]*p.unit[j], fit.Coefficients[j]*p.unit[j]
	}
	least := p.value(x, make([]float64, 3))
	for j := range x {
		for _, d := range []float64{1e-3, -1e-3} {
			moved := slices.Clone(x)
			moved[j] = p.held(j, moved[j]+d)
			if loss := p.value(moved, make([]float64, 3)); loss < least-1e-9 {
				t.Errorf("moving coefficient %d by %v lessens the loss by %v", j, d, least-loss)
			}
		}
	}
}

func TestSignsAreHeld(t *testing.T) {
	groups := drawn(rand.New(rand.NewPCG(5, 6)), 500, 6, []float64{1, -1, 1, -1})
	fit := mustFit(t, Model{Columns: 4, Strength: 1e-4, Sign: []int8{-1, 1, 1, 0}}, groups)
	c := fit.Coefficients
	if c[0] != 0 || c[1] != 0 || !(c[2] > 0.2) || !(c[3] < -0.2) {
		t.Errorf("coefficients %v, want the first two held at 0", c)
	}
}

func TestPriorHoldsWhereThereIsLittle(t *testing.T) {
	prior := []float64{0.3, -0.7}
	if fit := mustFit(t, Model{Columns: 2, Prior: prior, Strength: 1}, nil); !slices.Equal(fit.Coefficients, prior) {
		t.Errorf("without groups %v, want the prior %v", fit.Coefficients, prior)
	}
	groups := drawn(rand.New(rand.NewPCG(7, 8)), 400, 5, []float64{1, 1})
	far := func(strength float64) float64 {
		fit := mustFit(t, Model{Columns: 2, Prior: prior, Strength: strength}, groups)
		return math.Hypot(fit.Coefficients[0]-prior[0], fit.Coefficients[1]-prior[1])
	}
	if strong, weak := far(100), far(1e-3); !(strong < 0.05 && weak > 0.5) {
		t.Errorf("moved by %v under a strong prior, by %v under a weak one", strong, weak)
	}
}

// A column that is the same for all alternatives explains nothing, and moves
// nothing.
func TestConstantsStay(t *testing.T) {
	groups := drawn(rand.New(rand.NewPCG(9, 1)), 200, 4, []float64{1, 0})
	for _, g := range groups {
		for i := 1; i < len(g.Rows); i += 2 {
			g.Rows[i] = 7
		}
	}
	fit := mustFit(t, Model{Columns: 2, Prior: []float64{0, 0.5}, Strength: 0.01}, groups)
	if math.Abs(fit.Coefficients[1]-0.5) > 1e-9 {
		t.Errorf("the constant's coefficient is %v, want its prior", fit.Coefficients[1])
	}
}

func TestFitRefuses(t *testing.T) {
	good := Group{Rows: []float32{1, 2, 3, 4}, Chosen: 1}
	for name, c := range map[string]struct {
		m Model
		g Group
	}{
		"no columns":     {Model{}, good},
		"prior":          {Model{Columns: 2, Prior: []float64{1}}, good},
		"signs":          {Model{Columns: 2, Sign: []int8{1}}, good},
		"rows":           {Model{Columns: 3}, good},
		"nobody chosen":  {Model{Columns: 2}, Group{Rows: good.Rows, Chosen: -1}},
		"chosen outside": {Model{Columns: 2}, Group{Rows: good.Rows, Chosen: 2}},
		"empty":          {Model{Columns: 2}, Group{}},
	} {
		if _, err := c.m.Fit([]Group{c.g}); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %v, want ErrShape", name, err)
		}
	}
}
