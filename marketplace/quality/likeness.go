package quality

import (
	"cmp"
	"slices"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
)

// oftenSpun is from how many answers on it is looked at that somebody made them
// of earlier ones of their own; of others', one is enough.
const oftenSpun = 3

// Likeness is that the answer of one turn is like that of an earlier one.
type Likeness struct {
	By, Of question.AssignmentID
	Share  float64 // of the later one's words in the earlier, above 0 and at most 1
}

// likeSignals finds experts who take answers from others, or make many of one.
func (l lately) likeSignals() []Signal {
	var people numbers[access.PersonID]
	var asked numbers[question.ID]
	answers := make([]verdict.Answer, len(l.said))
	for i, r := range l.said {
		answers[i] = verdict.Answer{
			Author: people.number(r.PersonID), Question: asked.number(r.QuestionID), Text: r.Body, Asked: l.asked[r.QuestionID],
		}
	}
	copied := likeSignals(SignalCopied, l.said, verdict.Copies(answers)) // never of one's own
	return append(copied, likeSignals(SignalSpun, l.said, oftenOwn(answers, verdict.Spun(answers)))...)
}

// oftenOwn leaves out what somebody made of their own, unless it is often.
func oftenOwn(answers []verdict.Answer, list []verdict.Copy) []verdict.Copy {
	own := func(c verdict.Copy) bool { return answers[c.By].Author == answers[c.Of].Author }
	count := map[int]int{}
	for _, c := range list {
		if own(c) {
			count[answers[c.By].Author]++
		}
	}
	return slices.DeleteFunc(list, func(c verdict.Copy) bool { return own(c) && count[answers[c.By].Author] < oftenSpun })
}

// likeSignals are the signals of what was found among answers, the latest of it
// first, one for each who wrote the later ones.
func likeSignals(kind SignalKind, rows []said, found []verdict.Copy) []Signal {
	by := map[access.PersonID]*Signal{}
	var order []*Signal
	for _, c := range slices.Backward(found) {
		who := rows[c.By].PersonID
		s := by[who]
		if s == nil {
			s = &Signal{Kind: kind, People: suspects(who)}
			by[who], order = s, append(order, s)
		}
		s.Count++
		if who == rows[c.Of].PersonID {
			s.own = append(s.own, rows[c.By].At)
		} else {
			s.at = append(s.at, rows[c.By].At)
		}
		like := Likeness{By: rows[c.By].AssignmentID, Of: rows[c.Of].AssignmentID, Share: c.Share}
		if len(s.Alike) < mostShown/2 { // so that the work of each pair is shown
			s.Alike = append(s.Alike, like)
		}
		for _, a := range []question.AssignmentID{like.By, like.Of} {
			if len(s.Assignments) < mostShown && !slices.Contains(s.Assignments, a) {
				s.Assignments = append(s.Assignments, a)
			}
		}
	}
	list := make([]Signal, len(order))
	for i, s := range order {
		list[i] = *s
	}
	slices.SortStableFunc(list, func(a, b Signal) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
