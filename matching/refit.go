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
	fewest      = 50   // resolved questions that it pays to fit to
	soonest     = 100  // resolved questions more, at least, before it pays to fit again, but for the first hundred
)

// Due tells whether so many resolved questions are enough to fit again.
func (w Weights) Due(resolved int) bool {
	return resolved >= w.Fitted.Resolved+more(w.Fitted.Resolved)
}

// more is how many resolved questions, after so many, make it pay to fit again.
func more(resolved int) int {
	return max(min(max(resolved, fewest), soonest), resolved/20)
}

// Cut is the time up to which to study a history for weights, where that is due:
// when the last round number of its questions, as known before at, had come to be
// resolved. The round numbers are those at which, counted from the first
// question, it is due again and again. So what is fitted follows from the history
// alone, and not from when somebody looked: two who look at different times come
// to the same weights for the same number.
func (ix *Index) Cut(at time.Time, w Weights) (time.Time, bool) {
	times := ix.resolutions(at)
	round := 0
	for next := more(0); next <= len(times); next += more(next) {
		round = next
	}
	if round <= w.Fitted.Resolved {
		return time.Time{}, false
	}
	slices.Sort(times)
	return time.UnixMicro(times[round-1] + 1).UTC(), true
}

// Resolved is the number of past questions that were known to be resolved
// before at.
func (ix *Index) Resolved(at time.Time) int { return len(ix.resolutions(at)) }

// resolutions are the times at which past questions came to be resolved, as far
// as that was known before at.
func (ix *Index) resolutions(at time.Time) []int64 {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var times []int64
	t := at.UnixMicro()
	for i := range ix.docs {
		if _, known, ok := ix.docs[i].resolver(t); ok {
			times = append(times, known)
		}
	}
	return times
}

// resolver is who resolved a question whose text is known, and since when that is
// known, as known before t: the first.
func (d *document) resolver(t int64) (first uint32, at int64, ok bool) {
	first, at = nobody, never
	if !d.known || d.asked >= t {
		return first, at, false
	}
	for _, e := range d.evidence {
		if known := d.resolvedSince(e); known < t && known < at {
			first, at = e.expert, known
		}
	}
	return first, at, first != nobody
}

// Lessons are the last resolved questions of a program, each as the choice that
// it was: among the experts of its time, the one who resolved it.
type Lessons struct {
	Fitting
	tagged, plain []logit.Group
}

// Study gathers what weights can be fitted to, as known before at: each of the
// last resolved questions with what lay before it. Only the likeliest experts
// by the weights from are alternatives. The index may be used meanwhile. It takes
// some milliseconds a lesson, and gives nil as soon as stop, which may be nil, says so.
func (ix *Index) Study(at time.Time, from Weights, stop func() bool) *Lessons {
	lessons, resolved := ix.lessons(at)
	pool := ix.seasonedPool(at)
	s, out := new(scratch), new(Lessons)
	var rows []studied // of one lesson after the other
	for _, l := range lessons {
		if stop != nil && stop() {
			return nil
		}
		group, hasTags, ok := ix.study(l, pool, from, s, &rows)
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
	fitted.Version = fmt.Sprintf("%s+%d@%s", from.Version, l.Lessons, l.Until.Format(time.RFC3339Nano))
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
	known int64 // when it came to be resolved
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
		if _, known, ok := ix.docs[i].resolver(t); ok {
			all = append(all, lesson{slot: uint32(i), asked: ix.docs[i].asked, known: known})
		}
	}
	slices.SortFunc(all, func(a, b lesson) int {
		x, y := &ix.docs[a.slot], &ix.docs[b.slot]
		return cmp.Or(cmp.Compare(a.asked, b.asked), cmp.Compare(x.words, y.words), slices.CompareFunc(x.tags, y.tags, byName), cmp.Compare(a.known, b.known))
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

// seasonedPool is everybody who answered enough before at to be an alternative.
func (ix *Index) seasonedPool(at time.Time) *Pool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	var candidates []Candidate
	for id, slot := range ix.slotOf {
		if ix.experts[slot].count(at.UnixMicro()) >= seasoned {
			candidates = append(candidates, Candidate{Expert: id})
		}
	}
	p := new(Pool)
	p.fill(ix, candidates)
	return p
}

// study is the choice that a resolved question was: among the experts of its
// time, the one who resolved it. ok is false where that is none of them. The
// room of kept is used again.
func (ix *Index) study(l lesson, pool *Pool, w Weights, s *scratch, kept *[]studied) (g logit.Group, hasTags, ok bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	defer s.done()
	s.crowded = pool.crowded()
	doc := &ix.docs[l.slot]
	resolver, _, ok := doc.resolver(never)
	if !ok || doc.asked != l.asked || ix.experts[resolver].count(l.asked) < seasoned {
		return g, false, false
	}
	ix.nearest(l.words, l.slot, l.asked, s)
	whole := ix.look(Query{Tags: names(doc.tags), Asker: doc.asker}, pool, nil, l.asked, s)
	weights := &w.Plain
	if hasTags = len(s.tags) > 0; hasTags {
		weights = &w.Tagged
	}
	rows := slices.Grow((*kept)[:0], len(s.room))
	defer func() { *kept = rows }()
	for i := range s.room {
		x := &s.room[i]
		if ix.experts[x.slot].count(l.asked) < seasoned {
			continue
		}
		r := studied{chosen: x.slot == resolver}
		ix.features(x, l.asked, &whole, &r.v, s)
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
	g = logit.Group{Chosen: -1, Rows: make([]float32, 0, min(len(rows), lessonRows+1)*columns)}
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
