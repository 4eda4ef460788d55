package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/notify"
)

// announceTx writes to a customer who can be reached by e-mail that their
// silence until the given time will be taken as "solved". Others read it where
// they asked. The mail quotes nothing of the conversation.
func (s *Service) announceTx(ctx context.Context, tx *gorm.DB, q *Question, until time.Time) error {
	return s.mailCustomerTx(ctx, tx, q, fmt.Sprintf("nudge:%s:%d:%d", q.ID, q.Attempt, q.Messages), nudgeLetter(until))
}

func nudgeLetter(until time.Time) notify.Letter {
	return notify.Letter{Name: "question.nudge", Values: notify.Values{
		"until": notify.Moment(until), "days": notify.Count{Of: "time.days", N: int(ReopenWithin / (24 * time.Hour))},
	}}
}
