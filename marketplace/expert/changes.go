package expert

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

// EvidenceChange is one change of evidence: exactly one field is set.
type EvidenceChange struct {
	Question  *PastQuestion  // new or replaced
	Answer    *Evidence      // new or replaced
	Forgotten PastQuestionID // the question and its answers are gone
}

// Cursor is how far a reader of evidence has read. The zero value is the
// beginning. It is good for the life of this database cluster, not in a copy of
// it restored elsewhere; keep it in memory.
//
// On PostgreSQL it is the snapshot of the last read and rows carry the number
// of the transaction that last wrote them. The next read asks for the rows
// whose transaction that snapshot could not see, so however long a transaction
// stays open, and in whatever order they commit, nothing is missed, nothing
// waits for others, and nothing is read twice. On SQLite, where transactions
// commit one after the other, it is the count of writes.
type Cursor struct {
	snapshot string
	count    int64
}

// ChangesAfterTx lists every change of a program's evidence that was committed
// before the call and not yet read up to after: questions first, then answers,
// then what is forgotten, so they can be applied in order. A repeat is to be
// taken as no change. Do not call it in a transaction that wrote evidence
// itself: that might yet be rolled back.
func (s *Service) ChangesAfterTx(ctx context.Context, tx *gorm.DB, id program.ID, after Cursor) ([]EvidenceChange, Cursor, error) {
	r := reader{ctx: ctx, tx: tx, program: id, after: after}
	next, err := r.position() // first: what commits from here on is read next time
	if err != nil || next == after {
		return nil, after, err
	}
	// Answers before their questions: whoever sees an answer sees its question.
	answers, err := r.answers()
	if err != nil {
		return nil, after, err
	}
	questions, forgotten, err := r.questions()
	if err != nil {
		return nil, after, err
	}
	return append(append(questions, answers...), forgotten...), next, nil
}

type reader struct {
	ctx     context.Context
	tx      *gorm.DB
	program program.ID
	after   Cursor
}

func (r reader) position() (Cursor, error) {
	var c Cursor
	var err error
	if marketplace.Postgres(r.tx) {
		err = r.tx.WithContext(r.ctx).Raw("SELECT pg_current_snapshot()::text").Scan(&c.snapshot).Error
	} else {
		err = r.tx.WithContext(r.ctx).Raw("SELECT count FROM evidence_writes").Scan(&c.count).Error
	}
	if err != nil {
		return Cursor{}, fmt.Errorf("read the evidence's position: %w", err)
	}
	return c, nil
}

// rows selects columns from table as far as they were not read yet.
func (r reader) rows(columns, table string) (*sql.Rows, error) {
	query, args := "SELECT "+columns+" FROM "+table+" WHERE program_id = ?", []any{r.program}
	switch {
	case r.after == Cursor{}:
	case marketplace.Postgres(r.tx):
		query += " AND xid >= pg_snapshot_xmin(?::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, ?::pg_snapshot)"
		args = append(args, r.after.snapshot, r.after.snapshot)
	default:
		query += " AND xid > ?"
		args = append(args, r.after.count)
	}
	rows, err := r.tx.WithContext(r.ctx).Raw(query, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("read changes of %s: %w", table, err)
	}
	return rows, nil
}

func (r reader) questions() (changed, forgotten []EvidenceChange, err error) {
	rows, err := r.rows("id, brand_id, title, body, tags, topic, asker, asked_at, forgotten_at IS NOT NULL", "past_questions")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		q, tags, gone := PastQuestion{Program: r.program}, "", false
		if err := rows.Scan(&q.ID, &q.Brand, &q.Title, &q.Body, &tags, &q.Topic, &q.Asker, &q.AskedAt, &gone); err != nil {
			return nil, nil, fmt.Errorf("read a past question: %w", err)
		}
		if gone {
			forgotten = append(forgotten, EvidenceChange{Forgotten: q.ID})
			continue
		}
		if err := json.Unmarshal([]byte(tags), &q.Tags); err != nil {
			return nil, nil, fmt.Errorf("read the tags of past question %s: %w", q.ID, err)
		}
		q.AskedAt = q.AskedAt.UTC()
		changed = append(changed, EvidenceChange{Question: &q})
	}
	return changed, forgotten, rows.Err()
}

func (r reader) answers() ([]EvidenceChange, error) {
	rows, err := r.rows("question_id, brand_id, person_id, answered_at, resolved_at, score", "evidence")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []EvidenceChange
	for rows.Next() {
		e, resolved := Evidence{Program: r.program}, sql.Null[time.Time]{}
		if err := rows.Scan(&e.Question, &e.Brand, &e.Person, &e.AnsweredAt, &resolved, &e.Score); err != nil {
			return nil, fmt.Errorf("read evidence: %w", err)
		}
		e.AnsweredAt = e.AnsweredAt.UTC()
		if resolved.Valid {
			e.ResolvedAt = resolved.V.UTC()
		}
		list = append(list, EvidenceChange{Answer: &e})
	}
	return list, rows.Err()
}
