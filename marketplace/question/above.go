package question

import (
	"context"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// QuestionTx loads a question for the rooms above.
func QuestionTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	return questionTx(ctx, tx, id)
}

// LockOwnTx locks the calling customer and their question until the transaction
// ends. One who was erased is customer.ErrErased; to anybody else there is no
// such question.
func LockOwnTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id ID) (Question, error) {
	return lockOwnTx(ctx, tx, caller, id)
}

// LockQuestionTx is QuestionTx that holds the question's row until the
// transaction ends.
func LockQuestionTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	return lockTx(ctx, tx, id)
}

// LastAnswerTx is the turn whose expert had the last word of those who answered.
// Where that is the brand's, or nobody answered, it is a NotFoundError.
func LastAnswerTx(ctx context.Context, tx *gorm.DB, id ID) (Assignment, error) {
	a, err := turnTx(ctx, tx, "id = "+lastAnswer("?"), id)
	return a, marketplace.OnlyOne(err, "answer to question", id)
}

// AssignmentsTx lists the turns of a question, oldest first, for the rooms
// above.
func AssignmentsTx(ctx context.Context, tx *gorm.DB, id ID) ([]Assignment, error) {
	return assignmentsTx(ctx, tx, id)
}

// MessagesTx lists the messages of a question in their order, for the rooms
// above, which show nobody but the customer more than Message.Body.
func MessagesTx(ctx context.Context, tx *gorm.DB, id ID) ([]Message, error) {
	var list []Message
	err := tx.WithContext(ctx).Omit("body_sealed").Where("question_id = ?", id).Order("position").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the messages of question %s: %w", id, err)
	}
	return list, nil
}

// HideTx redacts texts about a question as its messages are redacted, with the
// same placeholders for the same values, and hides the given names besides.
// The conversation itself is not changed by it.
func (s *Service) HideTx(ctx context.Context, tx *gorm.DB, q Question, texts []string, names ...string) ([]string, error) {
	r, err := s.redactorTx(ctx, tx, &q, names...)
	if err != nil {
		return nil, err
	}
	state := q.Redaction
	state.Next, state.Seen = maps.Clone(state.Next), maps.Clone(state.Seen)
	hidden := make([]string, len(texts))
	for i, text := range texts {
		hidden[i] = r.Redact(text, &state).Text
	}
	return hidden, nil
}
