package question

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// ReadMarks are the last messages that a question's customer, and its experts,
// have read, by position; 0: none.
type ReadMarks struct{ Customer, Expert int }

// until is what is said of the first n messages alone.
func (r ReadMarks) until(n int) ReadMarks {
	return ReadMarks{Customer: min(r.Customer, n), Expert: min(r.Expert, n)}
}

const marksSQL = `, COALESCE((SELECT r.customer FROM read_marks r WHERE r.question_id = questions.id), 0),
	COALESCE((SELECT r.expert FROM read_marks r WHERE r.question_id = questions.id), 0)`

// questionReadTx is questionTx with how far it was read.
func questionReadTx(ctx context.Context, tx *gorm.DB, id ID) (Question, ReadMarks, error) {
	var r ReadMarks
	q, err := scanQuestionTx(ctx, tx, marksSQL, "id = ?", []any{id}, &r.Customer, &r.Expert)
	return q, r, marketplace.OnlyOne(err, "question", id)
}

// ReadTo marks the messages of the caller's own question as read up to a
// position. A mark moves forward only; again changes nothing. The whisper tells
// the expert who has the question, if it moved: nobody where it did not.
func (s *Service) ReadTo(ctx context.Context, caller access.Caller, id ID, position int) (w Whisper, err error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return w, &access.ForbiddenError{Permission: "own_question"}
	}
	err = s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		f, err := s.customersFaceTx(ctx, tx, caller, id)
		if err != nil {
			return err
		}
		moved, err := markTx(ctx, tx, f, "customer", position)
		if w = (Whisper{}); moved {
			w = s.whisper(WhisperRead, f)
		}
		return err
	})
	return w, err
}

// ReadAtWorkTo is ReadTo for the expert, while the turn is the question's
// latest. It tells the customer.
func (s *Service) ReadAtWorkTo(ctx context.Context, caller access.Caller, id AssignmentID, position int) (w Whisper, err error) {
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		f, err := s.expertsFaceTx(ctx, tx, caller, id)
		if err != nil {
			return err
		}
		if f.attempt != f.turnAttempt {
			return &TransitionError{Noun: "assignment", From: "no longer the question's", Verb: "mark messages as read"}
		}
		moved, err := markTx(ctx, tx, f, "expert", position)
		if w = (Whisper{}); moved {
			w = s.whisper(WhisperRead, f)
		}
		return err
	})
	return w, err
}

// markTx moves a mark forward, and reports whether it moved. One statement
// decides, so no lock is needed. side is one of the table's columns.
func markTx(ctx context.Context, tx *gorm.DB, f face, side string, position int) (bool, error) {
	if position < 1 || position > f.messages {
		return false, &marketplace.InvalidError{Field: "position", Reason: fmt.Sprintf("must be from 1 to %d", f.messages)}
	}
	moved := false
	err := marketplace.WriteTx(ctx, tx, marketplace.Statement{
		Doing: "mark messages of question " + f.question.String() + " as read",
		SQL: "INSERT INTO read_marks (question_id, brand_id, " + side + ") VALUES (?, ?, ?) ON CONFLICT (question_id) DO UPDATE SET " +
			side + " = EXCLUDED." + side + " WHERE read_marks." + side + " < EXCLUDED." + side,
		Args: []any{f.question, f.brand, position},
		Then: func(rows int64) error { moved = rows == 1; return nil },
	})
	return moved, err
}
