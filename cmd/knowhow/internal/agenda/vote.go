package agenda

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// Vote is one that a peer was asked for, as who plays the peer reads it: what the
// peer does not see, such as whether it is gold, decides how they vote.
type Vote struct {
	ID        quality.VoteID
	PersonID  access.PersonID
	AskedAt   time.Time
	Gold      *string // its title; nil: it is somebody's work
	GoldBad   bool
	Reference string
	Attempt   int
	AuthorID  access.PersonID
}

// Work is the work that is judged.
func (v Vote) Work() string { return fmt.Sprintf("%s/%d", v.Reference, v.Attempt) }

// About names what is judged, the same in every life of the same past.
func (v Vote) About() string {
	if v.Gold != nil {
		return fmt.Sprintf("gold %d %s", v.AskedAt.UnixMicro(), *v.Gold)
	}
	return v.Work()
}

// Votes reads the votes that were asked for at since or later and are not given.
func Votes(tx *gorm.DB, since time.Time) ([]Vote, error) {
	var list []Vote
	err := tx.Raw(`SELECT v.id, v.person_id, v.asked_at, g.title AS gold, COALESCE(g.bad, false) AS gold_bad,
			COALESCE(q.reference, '') AS reference, COALESCE(a.attempt, 0) AS attempt, v.author_id
		FROM review_votes v LEFT JOIN gold_items g ON g.id = v.gold_id LEFT JOIN reviews r ON r.id = v.review_id
		LEFT JOIN assignments a ON a.id = r.assignment_id LEFT JOIN questions q ON q.id = r.question_id
		WHERE v.state = 'asked' AND v.asked_at >= ?`, since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for votes that were asked for: %w", err)
	}
	return list, nil
}
