package expert

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// RecordQuestionTx remembers a question that was asked here; its text must
// already be redacted. Again replaces the text, except of a forgotten question,
// which stays forgotten. Errors: *marketplace.InvalidError,
// *marketplace.NotFoundError for an unknown program.
func (s *Service) RecordQuestionTx(ctx context.Context, tx *gorm.DB, q PastQuestion) error {
	list, err := s.RecordQuestion(tx, q)
	if err != nil {
		return err
	}
	return unknownEvidence(marketplace.WriteTx(ctx, tx, list...))
}

// RecordQuestion is RecordQuestionTx as statements of tx.
func (s *Service) RecordQuestion(tx *gorm.DB, q PastQuestion) ([]marketplace.Statement, error) {
	field := ""
	switch {
	case q.ID.IsZero():
		field = "id"
	case q.Brand.IsZero():
		field = "brand"
	case q.Program.IsZero():
		field = "program"
	}
	if field != "" {
		return nil, &marketplace.InvalidError{Field: field, Reason: "must not be empty"}
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	insert := func(stamp string) marketplace.Statement {
		return marketplace.Statement{
			Doing: "write a past question", Args: q.values(nil),
			SQL: insertQuestions + "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, " + stamp + ")" + replaceQuestion,
		}
	}
	if marketplace.Postgres(tx) {
		return []marketplace.Statement{insert("pg_current_xact_id()")}, nil
	}
	number := marketplace.Statement{Doing: "number a write of evidence", SQL: numberWrite}
	return []marketplace.Statement{number, insert("(SELECT count FROM evidence_writes)")}, nil
}
