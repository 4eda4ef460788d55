package quality

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
)

// numbers gives things numbers, in the order they come.
type numbers[T comparable] struct {
	of  map[T]int
	all []T
}

func (n *numbers[T]) number(thing T) int {
	if n.of == nil {
		n.of = map[T]int{}
	}
	i, known := n.of[thing]
	if !known {
		i = len(n.all)
		n.of[thing], n.all = i, append(n.all, thing)
	}
	return i
}

// ringSignalsTx finds reviewers who pass each other.
func ringSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]Signal, error) {
	var votes []Vote
	err := tx.WithContext(ctx).Where("program_id = ? AND state = 'given' AND review_id IS NOT NULL AND asked_at > ?", id, now.Add(-signalsOver)).
		Order("ended_at DESC, id").Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list the votes of program %s: %w", id, err)
	}
	var all []Reviewer
	if err := tx.WithContext(ctx).Where("program_id = ?", id).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list the reviewers of program %s: %w", id, err)
	}
	known, on := reviewers{}, map[ReviewID][]Vote{}
	for _, r := range all {
		known[r.PersonID] = r
	}
	for _, v := range votes {
		on[v.ReviewID] = append(on[v.ReviewID], v)
	}
	var people numbers[access.PersonID]
	var ballots []verdict.Ballot
	for _, v := range votes {
		given := on[v.ReviewID]
		i := slices.IndexFunc(given, func(o Vote) bool { return o.ID == v.ID })
		ballots = append(ballots, verdict.Ballot{
			Reviewer: people.number(v.PersonID), Author: people.number(v.AuthorID), Failed: !*v.Passed,
			Bad: verdict.Others(weigh(given, known, now), i), Skill: known[v.PersonID].Skill().AsOf(now),
		})
	}
	var list []Signal
	for _, f := range verdict.Rings(ballots) {
		s := Signal{Kind: SignalRing, Count: f.Votes, Odds: decimal(f.Odds)}
		var among []Vote
		for i, b := range ballots {
			if slices.Contains(f.People, b.Reviewer) && slices.Contains(f.People, b.Author) {
				among = append(among, votes[i])
			}
		}
		for _, p := range f.People {
			s.People = append(s.People, Suspect{Person: people.all[p]})
		}
		if s.Assignments, err = votedWorkTx(ctx, tx, among); err != nil {
			return nil, err
		}
		s.at = given(among)
		list = append(list, s)
	}
	return list, nil
}

// given is when votes were given.
func given(votes []Vote) []time.Time {
	at := make([]time.Time, len(votes))
	for i, v := range votes {
		at[i] = *v.EndedAt
	}
	return at
}

// customerSignalsTx finds customers whom one expert has answered more often than
// that expert's part in the program's work explains.
func customerSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]Signal, error) {
	var rows []struct {
		AssignmentID question.AssignmentID
		CustomerID   access.CustomerID
		PersonID     access.PersonID
		EarnedAt     time.Time
	}
	err := tx.WithContext(ctx).Table("assignments").Select("assignments.id AS assignment_id, questions.customer_id, assignments.person_id, assignments.earned_at").
		Joins("JOIN questions ON questions.id = assignments.question_id").
		Where("questions.program_id = ? AND assignments.earned_at > ?", id, now.Add(-signalsOver)).
		Order("assignments.earned_at DESC, assignments.id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the work of program %s: %w", id, err)
	}
	type meeting struct {
		customer access.CustomerID
		expert   access.PersonID
	}
	met, asked, answered := map[meeting]*Signal{}, map[access.CustomerID]int{}, map[access.PersonID]int{}
	var order []meeting
	for _, r := range rows {
		asked[r.CustomerID]++
		answered[r.PersonID]++
		m := meeting{r.CustomerID, r.PersonID}
		if met[m] == nil {
			met[m] = &Signal{Kind: SignalCustomer, People: suspects(r.PersonID), customer: r.CustomerID}
			order = append(order, m)
		}
		s := met[m]
		s.Count, s.at = s.Count+1, append(s.at, r.EarnedAt)
		if len(s.Assignments) < mostShown {
			s.Assignments = append(s.Assignments, r.AssignmentID)
		}
	}
	var list []Signal
	for _, m := range order {
		s := met[m]
		others, rest := answered[m.expert]-s.Count, len(rows)-asked[m.customer] // a customer must not explain themselves
		share := (float64(others) + doubt) / (float64(rest) + doubt)
		odds := -verdict.Unlikely(s.Count, asked[m.customer], share) - math.Log(float64(len(order)))
		if s.Count >= leastMet && odds > math.Log(100) {
			s.Odds = decimal(odds)
			list = append(list, *s)
		}
	}
	slices.SortStableFunc(list, func(a, b Signal) int { return cmp.Compare(b.Odds, a.Odds) })
	return list, nil
}
