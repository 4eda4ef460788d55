// Package logit fits conditional logits: of a group of alternatives one was
// chosen, and the chance of each is its share of the exponentials of a linear
// score (McFadden 1974; a softmax over the group). It owns the loss, its
// gradient and the search for its minimum (L-BFGS); what the columns mean, and
// where the groups come from, is its caller's.
//
// Invariants, each with a test: the same groups in the same order give the same
// coefficients, bit for bit; a coefficient never leaves its bounds; without
// groups the prior comes back.
package logit

import (
	"errors"
	"fmt"
	"math"
)

// ErrShape is returned where groups, prior and bounds do not fit together.
var ErrShape = errors.New("the groups do not fit the model")

// Group is one choice: rows of Model.Columns numbers, one row per alternative.
type Group struct {
	Rows   []float32
	Chosen int // the row that was chosen
}

// Model is what is fitted, and how.
type Model struct {
	Columns int
	// Prior is where the coefficients are drawn to, zero where it is nil. They
	// are drawn with Strength times the square of their distance, each measured in
	// the column's own unit: its standard deviation within the groups.
	Prior    []float64
	Strength float64
	// Sign holds coefficients: 1 at zero or above, -1 at zero or below, 0 free.
	Sign []int8
	// Steps is how many steps the search takes at the most.
	Steps int
}

// Fit is a fitted model.
type Fit struct {
	Coefficients []float64
	Loss         float64 // mean negative log likelihood of a choice, in nats
	Steps        int
}

// Fit finds the coefficients under which the choices are most likely, given the
// prior. Work is linear in rows times steps.
func (m Model) Fit(groups []Group) (Fit, error) {
	if err := m.check(groups); err != nil {
		return Fit{}, err
	}
	p := problem{Model: m, groups: groups, unit: spread(groups, m.Columns)}
	start := make([]float64, m.Columns)
	if m.Prior != nil {
		for j := range start {
			start[j] = m.held(j, m.Prior[j]) * p.unit[j]
		}
	}
	p.center = start
	x, steps := minimize(&p, start, m.Steps)
	fit := Fit{Coefficients: make([]float64, m.Columns), Loss: p.likelihood(x, nil), Steps: steps}
	for j := range x {
		fit.Coefficients[j] = x[j] / p.unit[j]
	}
	return fit, nil
}

func (m Model) check(groups []Group) error {
	if m.Columns <= 0 || m.Prior != nil && len(m.Prior) != m.Columns || m.Sign != nil && len(m.Sign) != m.Columns {
		return fmt.Errorf("%w: %d columns, prior of %d, signs of %d", ErrShape, m.Columns, len(m.Prior), len(m.Sign))
	}
	for i, g := range groups {
		if len(g.Rows)%m.Columns != 0 || g.Chosen < 0 || g.Chosen >= len(g.Rows)/m.Columns {
			return fmt.Errorf("%w: group %d has %d numbers for %d columns, choice %d", ErrShape, i, len(g.Rows), m.Columns, g.Chosen)
		}
	}
	return nil
}

// held keeps a coefficient on its side of zero.
func (m Model) held(j int, x float64) float64 {
	if m.Sign == nil || m.Sign[j] == 0 || x*float64(m.Sign[j]) >= 0 {
		return x
	}
	return 0
}

// problem is the loss over coefficients in units of their columns.
type problem struct {
	Model
	groups []Group
	unit   []float64 // standard deviation of each column
	center []float64
	scores []float64
}

// spread gives the standard deviation of each column within the groups, 1 where
// it does not vary: only differences within a group can explain a choice.
func spread(groups []Group, columns int) []float64 {
	sum, rows := make([]float64, columns), 0
	mean := make([]float64, columns)
	for _, g := range groups {
		n := len(g.Rows) / columns
		clear(mean)
		for i := 0; i < len(g.Rows); i += columns {
			for j, v := range g.Rows[i : i+columns] {
				mean[j] += float64(v)
			}
		}
		for i := 0; i < len(g.Rows); i += columns {
			for j, v := range g.Rows[i : i+columns] {
				d := float64(v) - mean[j]/float64(n)
				sum[j] += float64(d * d)
			}
		}
		rows += n
	}
	for j := range sum {
		if sum[j] = math.Sqrt(sum[j] / float64(max(rows, 1))); !(sum[j] > 1e-9) {
			sum[j] = 1
		}
	}
	return sum
}

// value is the loss at x with what the prior adds; it fills gradient.
func (p *problem) value(x, gradient []float64) float64 {
	loss := p.likelihood(x, gradient)
	for j := range x {
		d := x[j] - p.center[j]
		loss += float64(p.Strength * float64(d*d))
		gradient[j] += float64(2 * p.Strength * d)
	}
	return loss
}

// likelihood is the mean negative log likelihood of a choice at x. Where
// gradient is given it is filled.
func (p *problem) likelihood(x, gradient []float64) float64 {
	clear(gradient)
	if len(p.groups) == 0 {
		return 0
	}
	w := make([]float64, len(x))
	for j := range x {
		w[j] = x[j] / p.unit[j]
	}
	loss := 0.0
	for _, g := range p.groups {
		loss += p.group(g, w, gradient)
	}
	n := float64(len(p.groups))
	for j := range gradient {
		gradient[j] /= n * p.unit[j]
	}
	return loss / n
}

// group adds the gradient of one choice and gives its loss.
func (p *problem) group(g Group, w, gradient []float64) float64 {
	columns := p.Columns
	p.scores = p.scores[:0]
	top := math.Inf(-1)
	for i := 0; i < len(g.Rows); i += columns {
		score := 0.0
		for j, v := range g.Rows[i : i+columns] {
			score += float64(w[j] * float64(v))
		}
		p.scores = append(p.scores, score)
		top = max(top, score)
	}
	total, chosen := 0.0, p.scores[g.Chosen]
	for i, score := range p.scores {
		p.scores[i] = math.Exp(score - top)
		total += p.scores[i]
	}
	if gradient == nil {
		return math.Log(total) + top - chosen
	}
	for i, e := range p.scores {
		share := e / total
		if i == g.Chosen {
			share--
		}
		if share < 1e-9 && share > -1e-9 {
			continue // too little to show
		}
		for j, v := range g.Rows[i*columns : (i+1)*columns] {
			gradient[j] += float64(share * float64(v))
		}
	}
	return math.Log(total) + top - chosen
}
