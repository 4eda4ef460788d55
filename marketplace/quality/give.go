package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/job"
	"knowhow/marketplace/question"
)

// Give records what the customer says of the latest answer to their question.
// Again within ChangeWithin it replaces what they said; later it is
// question.ErrTooLate. Before an answer it is ErrNotAnswered, of a customer who
// was erased customer.ErrErased. To anybody else there is no such question.
func (s *Service) Give(ctx context.Context, caller access.Caller, id question.ID, f Feedback) error {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return &access.ForbiddenError{Permission: "own_question"}
	}
	if err := f.check(); err != nil {
		return err
	}
	return s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		if _, err := customer.LockTx(ctx, tx, caller.Brand, caller.Customer); err != nil {
			return err // nothing more is kept of one who was erased
		}
		q, err := question.QuestionTx(ctx, marketplace.ForUpdate(tx), id)
		if err != nil {
			return err
		}
		if !caller.IsCustomer(q.BrandID, q.CustomerID) {
			return marketplace.NotFound("question", id)
		}
		return s.giveTx(ctx, tx, q, f)
	})
}

func (s *Service) giveTx(ctx context.Context, tx *gorm.DB, q question.Question, f Feedback) error {
	turn, err := answerTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	r, found, err := feedbackTx(ctx, tx, q, turn.ID)
	if err != nil {
		return err
	}
	if !found {
		until := now.Add(ChangeWithin)
		r = FeedbackRecord{
			ID: marketplace.NewID[FeedbackRecord](), BrandID: q.BrandID, QuestionID: q.ID, AssignmentID: turn.ID,
			CustomerID: q.CustomerID, GivenAt: now, NextDueAt: &until,
		}
	}
	if r.NextDueAt == nil || !now.Before(*r.NextDueAt) {
		return fmt.Errorf("change the feedback on question %s: %w", q.ID, question.ErrTooLate)
	}
	if err := s.fillTx(ctx, tx, q, &r, f, now); err != nil {
		return err
	}
	if err := writeFeedbackTx(ctx, tx, r, found); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, EventFeedback, q, now, f.detail(turn))
}

func (f Feedback) detail(turn question.Assignment) Detail {
	d := Detail{Attempt: turn.Attempt, Assignment: turn.ID, Reason: "not_solved", CSAT: f.CSAT, Cause: f.Reason}
	if f.Solved {
		d.Reason = "solved"
	}
	return d
}

// answerTx is the turn whose answer stands; the zero turn is the brand's.
func answerTx(ctx context.Context, tx *gorm.DB, id question.ID) (question.Assignment, error) {
	messages, err := question.MessagesTx(ctx, tx, id)
	if err != nil {
		return question.Assignment{}, err
	}
	turns, err := question.AssignmentsTx(ctx, tx, id)
	if err != nil {
		return question.Assignment{}, err
	}
	turn, ok := lastAnswer(messages, turns)
	if !ok {
		return question.Assignment{}, ErrNotAnswered
	}
	return turn, nil
}

// fillTx puts what was said into the record, the comment redacted and sealed.
func (s *Service) fillTx(ctx context.Context, tx *gorm.DB, q question.Question, r *FeedbackRecord, f Feedback, now time.Time) error {
	r.Solved, r.CSAT, r.Reason, r.ChangedAt = f.Solved, f.CSAT, f.Reason, now
	var err error
	if r.Comment, err = s.hideTx(ctx, tx, q, f.Comment); err != nil {
		return err
	}
	if r.CommentSealed, err = s.keys.Seal([]byte(f.Comment), commentContext(r.ID)); err != nil {
		return fmt.Errorf("seal the comment on question %s: %w", q.ID, err)
	}
	return nil
}

func feedbackTx(ctx context.Context, tx *gorm.DB, q question.Question, turn question.AssignmentID) (FeedbackRecord, bool, error) {
	find := tx.WithContext(ctx).Where("question_id = ?", q.ID)
	if turn.IsZero() {
		find = find.Where("assignment_id IS NULL")
	} else {
		find = find.Where("assignment_id = ?", turn)
	}
	var list []FeedbackRecord
	if err := marketplace.ForUpdate(find).Limit(1).Find(&list).Error; err != nil {
		return FeedbackRecord{}, false, fmt.Errorf("load the feedback on question %s: %w", q.ID, err)
	}
	if len(list) == 0 {
		return FeedbackRecord{}, false, nil
	}
	return list[0], true, nil
}

func writeFeedbackTx(ctx context.Context, tx *gorm.DB, r FeedbackRecord, found bool) error {
	var err error
	if found {
		err = tx.WithContext(ctx).Model(&r).
			Select("Solved", "CSAT", "Reason", "Comment", "CommentSealed", "ChangedAt").Updates(&r).Error
	} else {
		err = tx.WithContext(ctx).Create(&r).Error
	}
	if err != nil {
		return fmt.Errorf("write the feedback on question %s: %w", r.QuestionID, err)
	}
	return nil
}

// countDueTx counts, for the expert's standing, feedback that can no longer be
// changed.
func (s *Service) countDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	var r FeedbackRecord
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", row).Take(&r).Error
	if err := marketplace.OnlyOne(err, "feedback", row); err != nil {
		return err
	}
	if r.NextDueAt == nil || r.NextDueAt.After(now) {
		return nil // another process was faster
	}
	if err := tx.WithContext(ctx).Model(&r).Updates(map[string]any{"next_due_at": nil}).Error; err != nil {
		return fmt.Errorf("close feedback %s: %w", r.ID, err)
	}
	outcome, counts := r.said().outcome()
	if !counts || r.AssignmentID.IsZero() {
		return nil
	}
	q, err := question.QuestionTx(ctx, tx, r.QuestionID)
	if err != nil {
		return err
	}
	a, err := question.AssignmentTx(ctx, tx, r.AssignmentID)
	if err != nil {
		return err
	}
	return s.outcomeTx(ctx, tx, work{turn: a, of: q}, outcome, feedbackWeight, r.ChangedAt)
}

// erasedColumns are this room's personal columns.
var erasedColumns = []string{"feedback.comment_sealed"}

// eraseCustomerTx forgets a customer's own words. What they ticked stays.
func eraseCustomerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id access.CustomerID) error {
	err := tx.WithContext(ctx).Model(&FeedbackRecord{}).Where("brand_id = ? AND customer_id = ?", brand, id).
		Updates(map[string]any{"comment": "", "comment_sealed": []byte{}}).Error
	if err != nil {
		return fmt.Errorf("empty the comments of customer %s: %w", id, err)
	}
	return nil
}
