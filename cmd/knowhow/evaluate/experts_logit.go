package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"knowhow/matching/logit"
)

// The protocol's last baseline: a conditional logit over what the others go by,
// fitted once, on the last fifth of what lies before the window.

// deed is what one user did before now.
type deed struct {
	quarter decayed // answers, half-life 90 days
	best    int     // of them, those that are known to have resolved their question
	last    time.Time
}

func (l *ledger) did(h happening) {
	d := &l.deeds[h.user]
	d.quarter.add(h.at, 90, 1)
	d.last = h.at
	if asker := l.people.of(l.posts[h.post].Asker); asker >= 0 {
		l.helped[[2]int{h.user, asker}]++
	}
}

// resolve enters who resolved a question, once that is known.
func (l *ledger) resolve(h happening) {
	l.deeds[h.user].best++
	l.docs[h.post].resolver = h.user
}

const (
	logitColumns = 21
	logitFirmly  = 5e-3 // L2
	// logitRows are the alternatives of a choice that is learned from, the
	// likeliest by the baseline before: the others have next to no chance.
	logitRows = 200
)

// choice is the features of all users of the pool for the i-th question, a row
// each.
func (l *ledger) choice(i int, pool []int, like likeness) []float32 {
	at, asker := l.posts[i].Created.Time, l.people.of(l.posts[i].Asker)
	texts := []map[int]float64{like.profile, like.near, like.nearBest, like.nearLate, like.tagged, like.taggedLate}
	sums := make([]float64, len(texts))
	for j, text := range texts {
		for _, user := range pool {
			sums[j] += text[user]
		}
	}
	rows := make([]float32, 0, len(pool)*logitColumns)
	for _, user := range pool {
		d, answers := &l.deeds[user], float64(l.answers[user])
		month := math.Log(l.month[user].as(at, 30) + 0.1)
		row := []float64{
			math.Log(answers + 1), math.Log(float64(d.best) + 1), math.Log(d.quarter.as(at, 90) + 0.1), month,
			math.Log(1 + at.Sub(d.last).Hours()/24), math.Log(float64(d.best)/max(answers, 1) + 0.02),
			math.Log(1 + float64(l.helped[[2]int{user, asker}])),
		}
		var shares [6]float64
		for j, text := range texts {
			shares[j] = text[user] / max(sums[j], 1e-9)
			row = append(row, shares[j], math.Log(shares[j]+0.02))
		}
		for _, x := range append(row, shares[3]*month, shares[5]*month) {
			rows = append(rows, float32(x))
		}
	}
	return rows
}

// logitScores are the scores of a choice.
func (l *ledger) logitScores(rows []float32) []float64 {
	scores := make([]float64, len(rows)/logitColumns)
	for i := range scores {
		for j, x := range rows[i*logitColumns:][:logitColumns] {
			scores[i] += l.fitted[j] * float64(x)
		}
	}
	return scores
}

// fitReference fits the conditional logit to the last fifth of the questions
// before the from-th of which it was known by then who resolved them.
func (r *roll) fitReference(ctx context.Context, from int) error {
	if r.ledger == nil {
		return nil
	}
	var known []int
	for i := range from {
		if r.knownBy(&r.posts[i], r.posts[from].Created.Time) {
			known = append(known, i)
		}
	}
	var choices []logit.Group
	for _, i := range known[len(known)*4/5:] {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.until(i)
		if g, ok := r.choiceOf(i); ok {
			choices = append(choices, g)
		}
	}
	if len(choices) == 0 {
		return nil
	}
	found, err := logit.Model{Columns: logitColumns, Strength: logitFirmly}.Fit(choices)
	if err != nil {
		return fmt.Errorf("fit the baseline: %w", err)
	}
	r.ledger.fitted = found.Coefficients
	return nil
}

// choiceOf is the i-th question as a choice among the pool of its time; ok is
// false where the resolver is not in it.
func (r *roll) choiceOf(i int) (g logit.Group, ok bool) {
	p := &r.posts[i]
	candidates := r.candidates(r.people.of(p.Asker))
	chosen := slices.Index(candidates, r.people.of(p.resolver()))
	if chosen < 0 {
		return g, false
	}
	like := r.ledger.likenessTo(i)
	plain := r.ledger.plainScores(i, candidates, like)
	return likeliest(r.ledger.choice(i, candidates, like), plain[byFour], chosen), true
}

// knownBy tells whether it was known at a time who resolved the question.
func (r *roll) knownBy(p *post, at time.Time) bool {
	i := slices.IndexFunc(p.Answers, func(a reply) bool { return a.By == p.resolver() })
	return i >= 0 && later(p.Answers[i].At.Time, p.Created.Time).Add(knownAfter).Before(at)
}

// likeliest leaves a choice the alternatives with the highest scores, and the one
// that was chosen.
func likeliest(rows []float32, scores []float64, chosen int) logit.Group {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	var g logit.Group
	for place, i := range order {
		if i == chosen {
			g.Chosen = len(g.Rows) / logitColumns
		} else if place >= logitRows {
			continue
		}
		g.Rows = append(g.Rows, rows[i*logitColumns:][:logitColumns]...)
	}
	return g
}
