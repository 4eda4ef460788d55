package question

import (
	"context"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"knowhow/marketplace/redact"
)

// MessagesOfTx is MessagesTx for many questions, in one statement.
func MessagesOfTx(ctx context.Context, tx *gorm.DB, ids []ID) (map[ID][]Message, error) {
	var list []Message
	err := tx.WithContext(ctx).Omit("body_sealed").Where("question_id IN ?", ids).Order("question_id, position").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the messages of %d questions: %w", len(ids), err)
	}
	of := make(map[ID][]Message, len(ids))
	for _, m := range list {
		of[m.QuestionID] = append(of[m.QuestionID], m)
	}
	return of, nil
}

// Hiding is texts about one question, and what to hide in them.
type Hiding struct {
	Redaction redact.State // the question's
	Names     []string     // the customer's known names, and others
	Keep      []string     // the brand's own words, which are not hidden
	Texts     []string
}

// HideMany is HideTx for texts about many questions, whose names and words its
// callers give.
func (s *Service) HideMany(list []Hiding) [][]string {
	hidden := make([][]string, len(list))
	for i, h := range list {
		r := redact.New(redact.Options{Key: s.redactKey, Names: h.Names, Keep: h.Keep})
		state := h.Redaction
		state.Next, state.Seen = maps.Clone(state.Next), maps.Clone(state.Seen)
		hidden[i] = make([]string, len(h.Texts))
		for n, text := range h.Texts {
			hidden[i][n] = r.Redact(text, &state).Text
		}
	}
	return hidden
}
