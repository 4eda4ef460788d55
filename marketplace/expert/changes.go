package expert

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
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
// stays open, and in whatever order they commit, nothing is missed, and nothing
// waits for others. A snapshot takes the transaction it is of for seen, though
// that may write yet: its rows are asked for by its number. On SQLite, where
// transactions commit one after the other, it is the count of writes.
type Cursor struct {
	snapshot string
	number   int64 // of the transaction that read; on SQLite the count
}

// ChangesAfterTx lists every change of a program's evidence that was committed
// before the call and not yet read up to after: questions first, then answers,
// then what is forgotten, so they can be applied in order. A repeat is to be
// taken as no change. One statement, so whoever sees an answer sees its
// question. Do not call it in a transaction that wrote evidence itself: that
// might yet be rolled back.
func (s *Service) ChangesAfterTx(ctx context.Context, tx *gorm.DB, id program.ID, after Cursor) ([]EvidenceChange, Cursor, error) {
	query, args := after.next(marketplace.Postgres(tx), id)
	rows, err := marketplace.RowsTx(tx.WithContext(ctx), query, args...)
	if err != nil {
		return nil, after, fmt.Errorf("read changes of evidence: %w", err)
	}
	defer rows.Close()
	next := after // stays where there is nothing new
	var questions, answers, forgotten []EvidenceChange
	for rows.Next() {
		c, err := readChange(rows, id, &next)
		if err != nil {
			return nil, after, fmt.Errorf("read a change of evidence: %w", err)
		}
		switch {
		case c.Answer != nil:
			answers = append(answers, c)
		case c.Question != nil:
			questions = append(questions, c)
		default:
			forgotten = append(forgotten, c)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, after, fmt.Errorf("read changes of evidence: %w", err)
	}
	return append(append(questions, answers...), forgotten...), next, nil
}

// The statement that reads changes: where it stands, then a row for each. The
// placeholders are the position, no id, a list as text, and which rows, twice.
const selectChanges = `SELECT %[1]s, true, question_id, brand_id, person_id, answered_at, resolved_at, score,
  '', '', '', '', false FROM evidence WHERE program_id = ?%[4]s
UNION ALL SELECT %[1]s, false, id, brand_id, asker, asked_at, %[2]s, 0,
  title, body, %[3]s, topic, forgotten_at IS NOT NULL FROM past_questions WHERE program_id = ?%[4]s`

// What is looked for is bounded from above, too: that tells PostgreSQL's
// planner, which knows no snapshot, that it is little. The bounds are queries of
// their own, so that the plan goes by none of them: it would be made anew for
// every snapshot, at ten times the cost of what it is for.
const unseenPostgres = ` AND xid >= (SELECT pg_snapshot_xmin(?::pg_snapshot)) AND xid < (SELECT pg_snapshot_xmax(pg_current_snapshot()))
  AND (NOT pg_visible_in_snapshot(xid, ?::pg_snapshot) OR xid = (SELECT ?::text::xid8))`

// standsPostgres is where a reader stands: the snapshot, and the number of the
// transaction that reads, 0 where it has written and locked nothing.
const standsPostgres = "pg_current_snapshot()::text, COALESCE(pg_current_xact_id_if_assigned()::text, '0')::bigint"

var (
	changesPostgres = fmt.Sprintf(selectChanges, standsPostgres, "NULL::timestamptz", "tags::text", "")
	unreadPostgres  = fmt.Sprintf(selectChanges, standsPostgres, "NULL::timestamptz", "tags::text", unseenPostgres)
	changesSQLite   = fmt.Sprintf(selectChanges, "'', (SELECT count FROM evidence_writes)", "NULL", "tags", "")
	unreadSQLite    = fmt.Sprintf(selectChanges, "'', (SELECT count FROM evidence_writes)", "NULL", "tags", " AND xid > ?")
)

// next is the statement that reads a program's evidence on from c.
func (c Cursor) next(postgres bool, id program.ID) (string, []any) {
	switch beginning := c == (Cursor{}); {
	case postgres && beginning:
		return changesPostgres, []any{id, id}
	case postgres:
		own := strconv.FormatInt(c.number, 10)
		return unreadPostgres, []any{id, c.snapshot, c.snapshot, own, id, c.snapshot, c.snapshot, own}
	case beginning:
		return changesSQLite, []any{id, id}
	}
	return unreadSQLite, []any{id, c.number, id, c.number}
}

// readChange reads one row: an answer, a question, or one that is forgotten.
func readChange(rows marketplace.Rows, id program.ID, next *Cursor) (EvidenceChange, error) {
	var answer, gone bool
	var about PastQuestionID
	var brand marketplace.BrandID
	var who AskerID
	var at time.Time
	var resolved sql.NullTime
	var score int
	var title, body, tags, topic string
	err := rows.Scan(&next.snapshot, &next.number, &answer, &about, &brand, &who, &at, &resolved, &score, &title, &body, &tags, &topic, &gone)
	switch {
	case err != nil:
		return EvidenceChange{}, err
	case gone:
		return EvidenceChange{Forgotten: about}, nil
	case answer:
		e := Evidence{Question: about, Brand: brand, Program: id, Person: access.PersonID(who), AnsweredAt: at.UTC(), Score: score}
		if resolved.Valid {
			e.ResolvedAt = resolved.Time.UTC()
		}
		return EvidenceChange{Answer: &e}, nil
	}
	q := PastQuestion{ID: about, Brand: brand, Program: id, Title: title, Body: body, Topic: topic, Asker: who, AskedAt: at.UTC()}
	if err := json.Unmarshal([]byte(tags), &q.Tags); err != nil {
		return EvidenceChange{}, fmt.Errorf("the tags of past question %s: %w", about, err)
	}
	return EvidenceChange{Question: &q}, nil
}
