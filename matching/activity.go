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
	for _, c := range eligible(q, candidates) {
		row := Ranked{Expert: c.Expert, Since: c.Since, Lot: c.Lot}
		if slot, ok := ix.slotOf[c.Expert]; ok {
			row.Total, row.Evidence = ix.experts[slot].answers.shortAt(at), ix.experts[slot].answers.before(at)
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
