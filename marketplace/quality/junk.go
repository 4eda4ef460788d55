package quality

import (
	"cmp"
	"slices"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
)

// leastJunk is from how many answers on somebody says too little too often.
const leastJunk = 3

// junkSignals finds experts of whom several customers read next to nothing. A turn
// is left out where it is not all there is to it that was read: its words are cut,
// were erased or stand beside a picture; and where its expert ended it, who owes
// nobody many words.
func (l lately) junkSignals() []Signal {
	var turns numbers[question.AssignmentID]
	var people numbers[access.PersonID]
	var texts []string // of each turn, all that was written
	var by []access.PersonID
	var at []time.Time
	out := map[int]bool{}
	for _, r := range l.said {
		i := turns.number(r.AssignmentID)
		if !r.AcceptedAt.After(l.from) || r.Body == "" || r.Pictures != "[]" || r.ended() {
			out[i] = true
		}
		if i < len(texts) {
			texts[i] += "\n" + r.Body
			continue
		}
		people.number(r.PersonID)
		texts, by, at = append(texts, r.Body), append(by, r.PersonID), append(at, r.At)
	}
	found := make([]Signal, len(people.all))
	for i, text := range slices.Backward(texts) {
		if out[i] || !verdict.Junk(text) {
			continue
		}
		s := &found[people.number(by[i])]
		s.Kind, s.People, s.Count, s.at = SignalJunk, suspects(by[i]), s.Count+1, append(s.at, at[i])
		if len(s.Assignments) < mostShown {
			s.Assignments = append(s.Assignments, turns.all[i])
		}
	}
	found = slices.DeleteFunc(found, func(s Signal) bool { return s.Count < leastJunk })
	slices.SortStableFunc(found, func(a, b Signal) int { return cmp.Compare(b.Count, a.Count) })
	return found
}
