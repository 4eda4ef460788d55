package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
)

// rated is what a customer said of an answer, and of what kind the question was.
type rated struct {
	AssignmentID question.AssignmentID
	QuestionID   question.ID
	CustomerID   access.CustomerID
	PersonID     access.PersonID
	Language     string
	TopicID      program.TopicID
	Solved       bool
	CSAT         int `gorm:"column:csat"`
	Reason       FeedbackReason
	ChangedAt    time.Time
}

// kindOfQuestion is what routing tells questions apart by first.
type kindOfQuestion struct {
	language string
	topic    program.TopicID
}

// ratingSignalsTx finds a few customers who rate one expert up, or down, as chance
// and routing would not have it. Of a question that was reopened only what was said
// of an expert last counts, and of all ratings what counts for standing.
func ratingSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]Signal, error) {
	rows, err := ratedTx(ctx, tx, id, now)
	if err != nil {
		return nil, err
	}
	var customers numbers[access.CustomerID]
	var experts numbers[access.PersonID]
	var kinds numbers[kindOfQuestion]
	ratings := make([]verdict.Rating, len(rows))
	for i, r := range rows {
		outcome, _ := Feedback{Solved: r.Solved, CSAT: r.CSAT, Reason: r.Reason}.outcome()
		ratings[i] = verdict.Rating{
			Customer: customers.number(r.CustomerID), Expert: experts.number(r.PersonID), Kind: kinds.number(kindOfQuestion{r.Language, r.TopicID}),
			High: outcome == expert.Success, Low: outcome == expert.Failure,
		}
	}
	var list []Signal
	for _, c := range verdict.Circles(ratings) {
		s := Signal{Kind: SignalRatedUp, People: suspects(experts.all[c.Expert]), Count: len(c.Ratings), Odds: decimal(c.Odds)}
		if c.Low {
			s.Kind = SignalRatedLow
		}
		for _, i := range c.Ratings {
			s.at = append(s.at, rows[i].ChangedAt)
			if len(s.Assignments) < mostShown {
				s.Assignments = append(s.Assignments, rows[i].AssignmentID)
			}
		}
		list = append(list, s)
	}
	return list, nil
}

// ratedTx lists the latest ratings of a program's experts, the latest first, one of
// each expert on a question.
func ratedTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]rated, error) {
	var rows []rated
	err := tx.WithContext(ctx).Table("feedback").
		Select(`feedback.assignment_id, feedback.question_id, feedback.customer_id, assignments.person_id, questions.language, questions.topic_id,
			feedback.solved, feedback.csat, feedback.reason, feedback.changed_at`).
		Joins("JOIN assignments ON assignments.id = feedback.assignment_id").Joins("JOIN questions ON questions.id = feedback.question_id").
		Where("feedback.brand_id = (SELECT brand_id FROM programs WHERE id = ?) AND questions.program_id = ?", id, id).
		Where("feedback.given_at > ? AND feedback.csat > 0", now.Add(-signalsOver)).
		Order("feedback.given_at DESC, feedback.id").Limit(mostAnswers).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the ratings of program %s: %w", id, err)
	}
	type one struct {
		question question.ID
		expert   access.PersonID
	}
	seen, list := map[one]bool{}, rows[:0]
	for _, r := range rows {
		if key := (one{r.QuestionID, r.PersonID}); !seen[key] {
			seen[key] = true
			list = append(list, r)
		}
	}
	return list, nil
}
