package expert

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// insertAnswer keeps the question from being forgotten meanwhile; a forgotten
// one has no row.
const insertAnswer = `INSERT INTO evidence (question_id, person_id, brand_id, program_id, answered_at, resolved_at, score, xid)
	SELECT `

const (
	answerSQLite = insertAnswer + `id, ?, ?, program_id, ?, ?, ?, (SELECT count FROM evidence_writes)
		FROM past_questions WHERE id = ? AND program_id = ? AND forgotten_at IS NULL` + replaceEvidence
	answerPostgres = insertAnswer + `id, CAST(? AS uuid), CAST(? AS uuid), program_id, CAST(? AS timestamptz), CAST(? AS timestamptz), CAST(? AS integer), pg_current_xact_id()
		FROM past_questions WHERE id = ? AND program_id = ? AND forgotten_at IS NULL FOR SHARE` + replaceEvidence
)

// RecordAnswer is statements of tx that remember that a person answered a past
// question. The same person on the same question again replaces what was known;
// the same content again changes nothing, and for a forgotten question it is
// dropped. Errors: *marketplace.InvalidError, *marketplace.NotFoundError for a
// question that is unknown, or another program's.
func (s *Service) RecordAnswer(ctx context.Context, tx *gorm.DB, e Evidence) ([]marketplace.Statement, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	known := e.values() // question, person, brand, program, answered, resolved, score
	insert := marketplace.Statement{
		Doing: "write evidence", SQL: answerSQLite,
		Args: []any{known[1], known[2], known[4], known[5], known[6], e.Question, e.Program},
		Then: func(rows int64) error {
			if rows > 0 {
				return nil
			}
			_, err := forgottenTx(ctx, tx, []Evidence{e}) // known already, forgotten, or unknown?
			return err
		},
	}
	if marketplace.Postgres(tx) {
		insert.SQL = answerPostgres
		return []marketplace.Statement{insert}, nil
	}
	return []marketplace.Statement{{Doing: "number a write of evidence", SQL: numberWrite}, insert}, nil
}

func unknownEvidence(err error) error {
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return &marketplace.NotFoundError{Noun: "question, person or program", ID: "of the evidence"}
	}
	return err
}
