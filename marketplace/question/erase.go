package question

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// erasedColumns are this room's personal columns.
var erasedColumns = []string{"questions.title_sealed", "questions.context_sealed", "messages.body_sealed", "uploads.content_sealed", "pictures.content_sealed"}

// reasonErased is why an erased customer's open questions ended.
const reasonErased = "erased"

// eraseCustomerTx forgets a customer's questions: open ones are withdrawn, all
// texts are emptied, redacted ones too, pictures deleted, and matching forgets them. States,
// times, offers, assignments and money stay: the ledger's sums do not change.
func (s *Service) eraseCustomerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, customer access.CustomerID) error {
	var ids []ID
	err := tx.WithContext(ctx).Model(&Question{}).Where("brand_id = ? AND customer_id = ?", brand, customer).
		Order("asked_at, id").Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("list the customer's questions: %w", err)
	}
	for _, id := range ids {
		if err := s.eraseTx(ctx, tx, id); err != nil {
			return err
		}
	}
	return eraseUploadsTx(ctx, tx, customer)
}

func (s *Service) eraseTx(ctx context.Context, tx *gorm.DB, id ID) error {
	q, err := lockTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := q.State.after(VerbWithdraw); err == nil {
		if err := s.endTx(ctx, tx, &q, VerbWithdraw, EventWithdrawn, reasonErased, s.clock.Now()); err != nil {
			return err
		}
	}
	if err := s.experts.ForgetQuestionTx(ctx, tx, expert.PastQuestionID(id), s.clock.Now()); err != nil {
		return err
	}
	empty := []byte{}
	err = tx.WithContext(ctx).Model(&Question{}).Where("id = ?", id).Updates(map[string]any{
		"title": "", "body": "", "context": "", "tags": "[]", "redaction": "{}",
		"title_sealed": empty, "context_sealed": empty, "reference": nil, "asker_person": nil,
	}).Error
	if err != nil {
		return fmt.Errorf("empty question %s: %w", id, err)
	}
	err = tx.WithContext(ctx).Model(&Message{}).Where("question_id = ?", id).
		Updates(map[string]any{"body": "", "body_sealed": empty, "pictures": "[]"}).Error
	if err != nil {
		return fmt.Errorf("empty the messages of question %s: %w", id, err)
	}
	err = tx.WithContext(ctx).Model(&Thanks{}).Where("question_id = ?", id).Updates(map[string]any{"reason": ""}).Error
	if err != nil {
		return fmt.Errorf("empty the reasons of thanks for question %s: %w", id, err)
	}
	err = tx.WithContext(ctx).Model(&Assignment{}).Where("question_id = ?", id).Updates(map[string]any{"note": ""}).Error
	if err != nil {
		return fmt.Errorf("empty the notes of question %s: %w", id, err)
	}
	return erasePicturesTx(ctx, tx, id)
}
