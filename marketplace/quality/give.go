package quality

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
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
		q, turn, err := s.questions.LockAnsweredTx(ctx, tx, caller, id)
		if errors.Is(err, marketplace.ErrNotFound) {
			if q, err = question.LockOwnTx(ctx, tx, caller, id); err != nil {
				return err // nothing more is kept of one who was erased
			}
			turn, err = answerTx(ctx, tx, q.ID)
		}
		if err != nil {
			return err
		}
		return s.giveTx(ctx, tx, q, turn, f)
	})
}

func (s *Service) giveTx(ctx context.Context, tx *gorm.DB, q question.Question, turn question.Assignment, f Feedback) error {
	if turn.Ended() { // who abused an expert does not rate them
		return &question.TransitionError{Noun: "assignment", From: "ended by its expert", Verb: "be rated"}
	}
	now := s.clock.Now()
	comment, err := s.hideTx(ctx, tx, q, f.Comment)
	if err != nil {
		return err
	}
	until := now.Add(ChangeWithin)
	r := FeedbackRecord{
		ID: marketplace.NewID[FeedbackRecord](), BrandID: q.BrandID, QuestionID: q.ID, AssignmentID: turn.ID,
		CustomerID: q.CustomerID, GivenAt: now, NextDueAt: &until,
	}
	if err := s.fill(&r, f, comment, now); err != nil {
		return err
	}
	insert := r.insert()
	insert.Then = func(rows int64) error {
		if rows == 1 {
			return nil
		}
		return s.changeTx(ctx, tx, q, turn.ID, f, comment, now)
	}
	e := event.Event{Brand: q.BrandID, Kind: EventFeedback, Subject: event.Subject(q.ID), At: now}
	return s.events.WriteTx(ctx, tx, []event.News{{Event: e, Data: f.detail(turn)}}, insert)
}

// insert writes the record unless there is one on the answer already.
func (r *FeedbackRecord) insert() marketplace.Statement {
	return marketplace.Statement{
		Doing: "write the feedback on question " + r.QuestionID.String(),
		SQL: `INSERT INTO feedback (id, brand_id, question_id, assignment_id, customer_id, solved, csat, reason, comment, comment_sealed,
			given_at, changed_at, next_due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		Args: []any{
			r.ID, r.BrandID, r.QuestionID, r.AssignmentID, r.CustomerID, r.Solved, r.CSAT, r.Reason, r.Comment, r.CommentSealed,
			r.GivenAt, r.ChangedAt, r.NextDueAt,
		},
	}
}

// changeTx replaces what was said before, as long as it does not count yet.
func (s *Service) changeTx(ctx context.Context, tx *gorm.DB, q question.Question, turn question.AssignmentID, f Feedback, comment string, now time.Time) error {
	r, err := feedbackTx(ctx, tx, q, turn)
	if err != nil {
		return err
	}
	if r.NextDueAt == nil || !now.Before(*r.NextDueAt) {
		return fmt.Errorf("change the feedback on question %s: %w", q.ID, question.ErrTooLate)
	}
	if err := s.fill(&r, f, comment, now); err != nil {
		return err
	}
	err = tx.WithContext(ctx).Model(&r).
		Select("Solved", "CSAT", "Reason", "Comment", "CommentSealed", "ChangedAt").Updates(&r).Error
	if err != nil {
		return fmt.Errorf("change the feedback on question %s: %w", r.QuestionID, err)
	}
	return nil
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
	turn, err := question.LastAnswerTx(ctx, tx, id)
	if !errors.Is(err, marketplace.ErrNotFound) {
		return turn, err
	}
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

// fill puts what was said into the record, the comment redacted and sealed.
func (s *Service) fill(r *FeedbackRecord, f Feedback, comment string, now time.Time) error {
	r.Solved, r.CSAT, r.Reason, r.ChangedAt, r.Comment = f.Solved, f.CSAT, f.Reason, now, comment
	var err error
	if r.CommentSealed, err = s.keys.Seal([]byte(f.Comment), commentContext(r.ID)); err != nil {
		return fmt.Errorf("seal the comment on question %s: %w", r.QuestionID, err)
	}
	return nil
}

// feedbackTx locks the feedback on a turn, or on the brand's own answer.
func feedbackTx(ctx context.Context, tx *gorm.DB, q question.Question, turn question.AssignmentID) (FeedbackRecord, error) {
	find := marketplace.ForUpdate(tx.WithContext(ctx)).Where("question_id = ?", q.ID)
	if turn.IsZero() {
		find = find.Where("assignment_id IS NULL")
	} else {
		find = find.Where("assignment_id = ?", turn)
	}
	var r FeedbackRecord
	if err := find.Take(&r).Error; err != nil {
		return FeedbackRecord{}, fmt.Errorf("load the feedback on question %s: %w", q.ID, err)
	}
	return r, nil
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
