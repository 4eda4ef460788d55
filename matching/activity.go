package matching

import (
	"cmp"
	"slices"
)

// RankByActivity orders the candidates by nothing but how much they answered
// lately: the number of answers before q.At, decayed by half every 30 days.
// Ties as in Rank. It is the line that any matching has to beat.
func (ix *Index) RankByActivity(q Query, candidates []Candidate) []ID {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	at, ties := q.At.UnixMicro(), Record{Seed: q.Seed}
	rows := make([]Ranked, 0, len(candidates))
	var room past
	for _, c := range eachOnce(candidates) {
		if c.Expert == q.Asker {
			continue
		}
		row := Ranked{Expert: c.Expert, Since: c.Since, Lot: c.Lot}
		if slot, ok := ix.slotOf[c.Expert]; ok {
			const month = featActivityMonth - featActivityDay
			p := ix.experts[slot].before(at, &room)
			row.Total, row.Evidence = p.active[month].at(at, activityHalfLives[month]), p.answers
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Ranked) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), ties.tie(a, b))
	})
	ids := make([]ID, len(rows))
	for i, row := range rows {
		ids[i] = row.Expert
	}
	return ids
}
