package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// announceTx writes to a customer who can be reached by e-mail that their
// silence until the given time will be taken as "solved". Others read it where
// they asked. The mail quotes nothing of the conversation.
func (s *Service) announceTx(ctx context.Context, tx *gorm.DB, q *Question, until time.Time) error {
	said := fmt.Sprintf(`You asked us something and have an answer since.

If it solved your question, there is nothing you need to do. If it did not, please say so before %s; then another expert will look at it. After that we take your silence as a yes. You can still reopen the question for %d days.`,
		until.UTC().Format("2 January 2006, 15:04 MST"), int(ReopenWithin/(24*time.Hour)))
	return s.mailCustomerTx(ctx, tx, q, fmt.Sprintf("nudge:%s:%d:%d", q.ID, q.Attempt, q.Messages), "Did the answer solve your question?", said)
}
