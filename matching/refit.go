package matching

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"knowhow/matching/logit"
)

// Fitting is what weights were fitted on.
type Fitting struct {
	From     string    // the version they were drawn to
	Until    time.Time // what was known by then
	Resolved int       // resolved questions known by then
	Lessons  int       // of them, the questions that were learned from
	Tagged   int       // of these, those with a known tag
}

const (
	mostLessons = 3000 // the last questions that are learned from: ways change
	lessonRows  = 150  // alternatives of a lesson, the likeliest: the others have next to no chance
	seasoned    = 5    // answers from which on an expert is an alternative
	pull        = 30   // over the number of lessons: how strongly weights are drawn to where they come from
	soonest     = 100  // resolved questions more, at least, before it pays to fit again
)

// Due tells whether so many resolved questions are enough to fit again.
func (w Weights) Due(resolved int) bool {
	return resolved >= w.Fitted.Resolved+max(soonest, w.Fitted.Resolved/20)
}

// Resolved is the number of past questions that were known to be resolved
// before at.
func (ix *Index) Resolved(at time.Time) int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	n, t := 0, at.UnixMicro()
	for i := range ix.docs {
		if _, ok := ix.docs[i].resolver(t); ok {
			n++
		}
	}
	return n
}

// resolver is who resolved a question whose text is known, as known before t:
// the first.
func (d *document) resolver(t int64) (uint32, bool) {
	first, at := uint32(nobody), int64(never)
	if !d.known || d.asked >= t {
		return first, false
	}
	for _, e := range d.evidence {
		if known := d.resolvedSince(e); known < t && known < at {
			first, at = e.expert, known
		}
	}
	return first, first != nobody
}

// Lessons are the last resolved questions of a program, each as the choice that
// it was: among the experts of its time, the one who resolved it.
type Lessons struct {
	Fitting
	tagged, plain []logit.Group
}

// Study gathers what weights can be fitted to, as known before at: each of the
// last resolved questions with what lay before it. Only the likeliest experts
// by the weights from are alternatives. The index may be used meanwhile.
func (ix *Index) Study(at time.Time, from Weights) *Lessons {
	lessons, resolved := ix.lessons(at)
	pool := ix.seasonedPool()
	s, out := new(scratch), new(Lessons)
	for _, l := range lessons {
		group, hasTags, ok := ix.study(l, pool, from, s)
		if !ok {
			continue
		}
		if hasTags {
			out.tagged = append(out.tagged, group)
		}
		out.plain = append(out.plain, without(group, []int{featTags}))
	}
	out.Fitting = Fitting{
		From: from.Version, Until: at.UTC(), Resolved: resolved, Lessons: len(out.plain), Tagged: len(out.tagged),
	}
	return out
}

// Fit gives the weights under which the experts who resolved the lessons'
// questions come out likeliest. They are drawn to from, the less the more
// lessons there are, so that a small program stays near it; and no weight
// changes its sign (see featureTable). The same lessons give the same weights.
func (l *Lessons) Fit(from Weights) (Weights, error) {
	fitted, err := from, error(nil)
	fitted.Fitted = l.Fitting
	fitted.Version = fmt.Sprintf("%s+%d@%s", from.Version, l.Lessons, l.Until.Format(time.DateOnly))
	if fitted.Tagged, err = fit(l.tagged, from.Tagged); err != nil {
		return from, err
	}
	fitted.Plain, err = fit(l.plain, from.Plain)
	return fitted, err
}

// ActivityOnly leaves of the lessons only what experts did lately and when,
// whatever the question: to see what matching adds to it.
func (l *Lessons) ActivityOnly() *Lessons {
	out := &Lessons{Fitting: l.Fitting}
	for _, g := range l.tagged {
		out.tagged = append(out.tagged, without(g, likeness))
	}
	for _, g := range l.plain {
		out.plain = append(out.plain, without(g, likeness))
	}
	return out
}

// likeness are the features that have to do with what is asked, and by whom.
var likeness = []int{featAsker, featNear, featNearYear, featNearest, featWords, featWordsSum, featTags}

// ActivityOnly is the weights without those that have to do with the question.
func (w Weights) ActivityOnly() Weights {
	w.Version += "-activity"
	for _, i := range likeness {
		w.Tagged[i], w.Plain[i] = 0, 0
	}
	return w
}

// without is the group as it would be were some features the same for all.
func without(g logit.Group, features []int) logit.Group {
	rows := slices.Clone(g.Rows)
	for i := 0; i < len(rows); i += columns {
		for _, f := range features {
			rows[i+f] = 0
		}
	}
	return logit.Group{Rows: rows, Chosen: g.Chosen}
}

// columns are the features that are fitted: all but the prior, which a history
// of answers says nothing of.
const columns = featPrior

func fit(groups []logit.Group, from Vector) (Vector, error) {
	if len(groups) == 0 {
		return from, nil
	}
	m := logit.Model{Columns: columns, Prior: from[:columns], Strength: pull / float64(len(groups)), Sign: make([]int8, columns)}
	for i := range m.Sign {
		m.Sign[i] = featureTable[i].sign
	}
	found, err := m.Fit(groups)
	if err != nil {
		return from, fmt.Errorf("fit weights to %d lessons: %w", len(groups), err)
	}
	copy(from[:], found.Coefficients)
	return from, nil
}

// lesson is a resolved question.
type lesson struct {
	slot  uint32
	asked int64
	words []wordImpact
}

// lessons are the last resolved questions, in order of time, and the number of
// all of them.
func (ix *Index) lessons(at time.Time) ([]lesson, int) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var all []lesson
	t := at.UnixMicro()
	for i := range ix.docs {
		if _, ok := ix.docs[i].resolver(t); ok {
			all = append(all, lesson{slot: uint32(i), asked: ix.docs[i].asked})
		}
	}
	slices.SortFunc(all, func(a, b lesson) int {
		return cmp.Or(cmp.Compare(a.asked, b.asked), cmp.Compare(ix.docs[a.slot].words, ix.docs[b.slot].words))
	})
	resolved := len(all)
	all = all[max(0, len(all)-mostLessons):]
	of := make(map[uint32]*lesson, len(all))
	for i := range all {
		of[all[i].slot] = &all[i]
	}
	for term := range ix.text.lists {
		ix.text.lists[term].each(func(doc uint32, impact uint8) {
			if l := of[doc]; l != nil {
				l.words = append(l.words, wordImpact{ix.text.words[term], impact})
			}
		})
	}
	return all, resolved
}

// seasonedPool is everybody who ever answered enough to be an alternative.
func (ix *Index) seasonedPool() *Pool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var candidates []Candidate
	for id, slot := range ix.slotOf {
		if len(ix.experts[slot].events) >= seasoned {
			candidates = append(candidates, Candidate{Expert: id})
		}
	}
	p := new(Pool)
	p.fill(ix, candidates)
	return p
}

// study is the choice that a resolved question was: among the experts of its
// time, the one who resolved it. ok is false where that is none of them.
func (ix *Index) study(l lesson, pool *Pool, w Weights, s *scratch) (g logit.Group, hasTags, ok bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	defer s.done()
	doc := &ix.docs[l.slot]
	resolver, ok := doc.resolver(never)
	if !ok || doc.asked != l.asked || ix.experts[resolver].count(l.asked) < seasoned {
		return g, false, false
	}
	ix.nearest(l.words, l.slot, l.asked, s)
	whole := ix.look(Query{Tags: doc.tags, Asker: doc.asker}, pool, l.asked, s)
	weights := &w.Plain
	if hasTags = len(s.tags) > 0; hasTags {
		weights = &w.Tagged
	}
	rows := make([]studied, 0, len(s.room))
	for i := range s.room {
		x := &s.room[i]
		if ix.experts[x.slot].count(l.asked) < seasoned {
			continue
		}
		r := studied{chosen: x.slot == resolver}
		r.v, _ = ix.features(x, l.asked, &whole, s)
		for j, weight := range weights {
			r.total += float64(weight * r.v[j])
		}
		rows = append(rows, r)
	}
	g, ok = likeliest(rows)
	return g, hasTags, ok
}

type studied struct {
	v      Vector
	total  float64
	chosen bool
}

// likeliest is the choice among the alternatives with the highest totals; the
// one that was chosen is always there.
func likeliest(rows []studied) (g logit.Group, ok bool) {
	slices.SortFunc(rows, func(a, b studied) int {
		return cmp.Or(cmp.Compare(b.total, a.total), slices.Compare(b.v[:], a.v[:]))
	})
	g.Chosen = -1
	for i := range rows {
		if i >= lessonRows && !rows[i].chosen {
			continue
		}
		if rows[i].chosen {
			g.Chosen = len(g.Rows) / columns
		}
		for _, x := range rows[i].v[:columns] {
			g.Rows = append(g.Rows, float32(x))
		}
	}
	return g, g.Chosen >= 0 && len(g.Rows) > columns
}
