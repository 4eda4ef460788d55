package question

import (
	"context"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
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
	Program   program.ID
	Redaction redact.State // the question's
	Names     []string     // the customer's known names, and others
	Texts     []string
}

// HideManyTx is HideTx for texts about many questions of one brand, in one
// statement. Its callers give the customers' names.
func (s *Service) HideManyTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, list []Hiding) ([][]string, error) {
	ids := make([]program.ID, len(list))
	for i, h := range list {
		ids[i] = h.Program
	}
	keep, err := s.programs.NamesOfTx(ctx, tx, brand, ids)
	if err != nil {
		return nil, err
	}
	hidden := make([][]string, len(list))
	for i, h := range list {
		r := redact.New(redact.Options{Key: s.redactKey, Names: h.Names, Keep: keep[h.Program]})
		state := h.Redaction
		state.Next, state.Seen = maps.Clone(state.Next), maps.Clone(state.Seen)
		hidden[i] = make([]string, len(h.Texts))
		for n, text := range h.Texts {
			hidden[i][n] = r.Redact(text, &state).Text
		}
	}
	return hidden, nil
}
