package language

import (
	"cmp"
	"math"
	"slices"
)

const (
	rightWhenSure = 0.9925 // of the texts a model is sure of, left out of its counts
	unexplained   = 0.005  // of the right answers are not sure for want of evidence
)

// heldOut is a row as a model sees it that has not counted it.
type heldOut struct {
	scores     scores
	best       int
	right      bool
	odds, sure float64
}

// calibrate sets the model's sureness from the trainer's rows, each left out of
// the counts in its turn.
func (m *Model) calibrate(t *trainer) {
	rows := t.heldOut()
	m.slope, m.caution = plainly(m.tags)
	m.scale = bestScale(rows, t)
	for i := range rows {
		p := m.probability(&rows[i].scores, rows[i].best)
		rows[i].odds = math.Log(p / (1 - p))
	}
	for tag := range m.tags {
		m.slope[tag], m.caution[tag] = line(rows, tag)
	}
	for i := range rows {
		h := &rows[i]
		h.sure = logistic(m.slope[h.best]*h.odds + m.caution[h.best])
	}
	m.sureAt, m.explains = bounds(rows)
}

// plainly has log odds taken as they are.
func plainly(tags []Tag) (slope, caution []float64) {
	return slices.Repeat([]float64{1}, len(tags)), make([]float64, len(tags))
}

// heldOut scores every row that has any evidence.
func (t *trainer) heldOut() []heldOut {
	var rows []heldOut
	p := make([]float64, len(t.tags))
	for i := range t.rows {
		r := &t.rows[i]
		t.scores(r, p, func(w float64) float64 { return float64(levelOf(w)) })
		h := heldOut{scores: scores{runs: int(r.runs)}}
		for tag, s := range p {
			h.scores.sum[tag] = uint32(math.Round(s * math.Sqrt(max(r.runs, 1))))
			if h.scores.sum[tag] > h.scores.sum[h.best] {
				h.best = tag
			}
		}
		if h.scores.sum[h.best] > 0 {
			h.right = h.best == r.tag
			rows = append(rows, h)
		}
	}
	return rows
}

// bestScale is the scale under which what came true is likeliest, of the best
// language against all others.
func bestScale(rows []heldOut, t *trainer) float64 {
	m := &Model{tags: t.tags}
	m.slope, m.caution = plainly(m.tags)
	best, least := 1.0, math.Inf(1)
	for m.scale = 0.3; m.scale < 3; m.scale *= 1.05 {
		loss := 0.0
		for i := range rows {
			p := m.probability(&rows[i].scores, rows[i].best)
			if !rows[i].right {
				p = 1 - p
			}
			loss -= math.Log(p)
		}
		if loss < least {
			best, least = m.scale, loss
		}
	}
	return best
}

// slopeHeld is how firmly slopes are drawn toward 1, in texts of even odds.
const slopeHeld = 20

// line fits how the log odds of answers in a language are to be read, so that
// as many come true as they say: times slope, and caution added. Both are shrunk,
// toward 1 and none. Where even the plainest texts of a language pass for another
// one, as among closely related ones, the slope is flat.
func line(rows []heldOut, tag int) (slope, caution float64) {
	slope = 1
	for range 50 {
		bySlope, byCaution := slopeHeld*(1-slope), -caution
		ss, sc, cc := float64(slopeHeld), 0.0, 1.0 // the curvature
		for i := range rows {
			if rows[i].best != tag {
				continue
			}
			x := rows[i].odds
			p := logistic(slope*x + caution)
			miss, w := -p, p*(1-p)
			if rows[i].right {
				miss++
			}
			bySlope, byCaution = bySlope+miss*x, byCaution+miss
			ss, sc, cc = ss+w*x*x, sc+w*x, cc+w
		}
		whole := ss*cc - sc*sc // positive: the first terms see to it
		moveSlope, moveCaution := (cc*bySlope-sc*byCaution)/whole, (ss*byCaution-sc*bySlope)/whole
		part := min(1, 2/(math.Abs(moveSlope)+math.Abs(moveCaution)+1e-9))
		slope, caution = max(0, slope+part*moveSlope), caution+part*moveCaution
	}
	return slope, caution
}

// bounds are the least probability and evidence of a sure answer: as low as
// leaves the wanted share of the sure ones right. Where no bound does, only
// answers as good as the best are sure.
func bounds(rows []heldOut) (sureAt, explains float64) {
	if len(rows) == 0 {
		return 1, 0
	}
	var explained []float64
	for i := range rows {
		if h := &rows[i]; h.right {
			explained = append(explained, float64(h.scores.sum[h.best])*levelStep/float64(h.scores.runs))
		}
	}
	if len(explained) > 0 {
		slices.Sort(explained)
		explains = explained[int(unexplained*float64(len(explained)))]
	}
	slices.SortStableFunc(rows, func(a, b heldOut) int { return cmp.Compare(b.sure, a.sure) })
	right := 0
	sureAt = rows[0].sure
	for i := range rows {
		if rows[i].right {
			right++
		}
		last := i+1 == len(rows) || rows[i+1].sure < rows[i].sure
		if last && float64(right) >= rightWhenSure*float64(i+1) {
			sureAt = rows[i].sure
		}
	}
	return sureAt, explains
}
