package expert

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// PastQuestionID identifies a past question; a question asked here keeps its id.
type PastQuestionID = marketplace.ID[PastQuestion]

type askerNoun struct{}

// AskerID is the pseudonym of who asked, in the id space of persons where the
// asker may be an expert too, else the customer's id. Zero: not known.
type AskerID = marketplace.ID[askerNoun]

// PastQuestion is a question as matching remembers it: redacted text only.
type PastQuestion struct {
	ID      PastQuestionID
	Brand   marketplace.BrandID
	Program program.ID
	Title   string
	Body    string
	Tags    []string
	Topic   string // slug, or ""
	Asker   AskerID
	AskedAt time.Time
}

// Evidence is that a person answered a past question.
type Evidence struct {
	Question   PastQuestionID
	Brand      marketplace.BrandID
	Program    program.ID
	Person     access.PersonID
	AnsweredAt time.Time
	ResolvedAt time.Time // when it became known as the resolving answer; zero: it is not
	Score      int       // what others thought of it, votes or the like
}

const (
	maxTitle = 2_000
	maxBody  = 100_000
	maxTags  = 50
	maxTag   = 100
	maxScore = 1_000_000
)

// checkTime refuses a time that is missing, or that no database keeps.
func checkTime(field string, t time.Time) error {
	switch {
	case t.IsZero():
		return &marketplace.InvalidError{Field: field, Reason: "must not be empty"}
	case t.UTC().Year() < 1 || t.UTC().Year() > 9999:
		return &marketplace.InvalidError{Field: field, Reason: "must be in the years 1 to 9999"}
	}
	return nil
}

func (q PastQuestion) check() error {
	if err := firstError(
		marketplace.CheckText("title", q.Title, 0, maxTitle),
		marketplace.CheckText("body", q.Body, 0, maxBody),
		checkTime("asked_at", q.AskedAt),
	); err != nil {
		return err
	}
	if len(q.Tags) > maxTags {
		return &marketplace.InvalidError{Field: "tags", Reason: fmt.Sprintf("must be at most %d", maxTags)}
	}
	for _, tag := range q.Tags {
		if err := marketplace.CheckText("tags", tag, 1, maxTag); err != nil {
			return err
		}
	}
	if q.Topic != "" {
		return program.CheckSlug("topic", q.Topic)
	}
	return nil
}

func (e Evidence) check() error {
	switch {
	case e.Question.IsZero():
		return &marketplace.InvalidError{Field: "question", Reason: "must not be empty"}
	case e.Person.IsZero():
		return &marketplace.InvalidError{Field: "person", Reason: "must not be empty"}
	case e.Score < -maxScore || e.Score > maxScore:
		return &marketplace.InvalidError{Field: "score", Reason: fmt.Sprintf("must be from %d to %d", -maxScore, maxScore)}
	case !e.ResolvedAt.IsZero() && e.ResolvedAt.Before(e.AnsweredAt):
		return &marketplace.InvalidError{Field: "resolved_at", Reason: "is before answered_at"}
	case !e.ResolvedAt.IsZero():
		return firstError(checkTime("answered_at", e.AnsweredAt), checkTime("resolved_at", e.ResolvedAt))
	}
	return checkTime("answered_at", e.AnsweredAt)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// recordAnswersTx returns how many rows are new or changed.
func recordAnswersTx(ctx context.Context, tx *gorm.DB, list []Evidence) (int, error) {
	for _, e := range list {
		if err := e.check(); err != nil {
			return 0, err
		}
	}
	forgotten, err := forgottenTx(ctx, tx, list)
	if err != nil {
		return 0, err
	}
	type pair struct {
		question PastQuestionID
		person   access.PersonID
	}
	at := map[pair]int{} // one statement may write a row once: the last one counts
	var rows [][]any
	for _, e := range list {
		key := pair{e.Question, e.Person}
		switch i, repeated := at[key]; {
		case forgotten[e.Question]:
		case repeated:
			rows[i] = e.values()
		default:
			at[key] = len(rows)
			rows = append(rows, e.values())
		}
	}
	return writeTx(ctx, tx, insertEvidence, replaceEvidence, rows)
}

// forgottenTx tells which of the answered questions are forgotten, and locks
// all against being forgotten meanwhile. One that is not on record in the
// answer's program is a *marketplace.NotFoundError.
func forgottenTx(ctx context.Context, tx *gorm.DB, list []Evidence) (map[PastQuestionID]bool, error) {
	ids := make([]PastQuestionID, len(list))
	for i, e := range list {
		ids[i] = e.Question
	}
	query := "SELECT id, program_id, forgotten_at IS NOT NULL AS forgotten FROM past_questions WHERE id IN ?"
	if marketplace.Postgres(tx) {
		query += " ORDER BY id FOR SHARE"
	}
	var found []struct {
		ID        PastQuestionID
		ProgramID program.ID
		Forgotten bool
	}
	if err := tx.WithContext(ctx).Raw(query, ids).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("lock the answered questions: %w", err)
	}
	programs := make(map[PastQuestionID]program.ID, len(found))
	forgotten := make(map[PastQuestionID]bool, len(found))
	for _, f := range found {
		programs[f.ID], forgotten[f.ID] = f.ProgramID, f.Forgotten
	}
	for _, e := range list {
		if id, ok := programs[e.Question]; !ok || id != e.Program {
			return nil, marketplace.NotFound("past question", e.Question)
		}
	}
	return forgotten, nil
}

// ForgetQuestionTx erases a past question: its text and asker go, and so does
// who answered it; only the fact that it is forgotten stays, for readers and so
// that no import brings it back. Again, or an unknown id, changes nothing.
func (s *Service) ForgetQuestionTx(ctx context.Context, tx *gorm.DB, id PastQuestionID, at time.Time) error {
	stamp, err := stampTx(ctx, tx)
	if err != nil {
		return err
	}
	done := tx.WithContext(ctx).Exec(`UPDATE past_questions SET title = '', body = '', tags = '[]', topic = '',
		asker = NULL, forgotten_at = ?, xid = `+stamp+` WHERE id = ? AND forgotten_at IS NULL`, at.UTC(), id)
	if done.Error != nil {
		return fmt.Errorf("forget past question %s: %w", id, done.Error)
	}
	if err := tx.WithContext(ctx).Exec("DELETE FROM evidence WHERE question_id = ?", id).Error; err != nil {
		return fmt.Errorf("forget the answers to past question %s: %w", id, err)
	}
	return nil
}

const (
	insertQuestions = "INSERT INTO past_questions (id, brand_id, program_id, reference, title, body, tags, topic, asker, asked_at, xid) VALUES "
	replaceQuestion = ` ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body, tags = excluded.tags,
		topic = excluded.topic, asker = excluded.asker, asked_at = excluded.asked_at, xid = excluded.xid
		WHERE past_questions.forgotten_at IS NULL AND past_questions.program_id = excluded.program_id`
	keepQuestion   = " ON CONFLICT (program_id, reference) DO NOTHING"
	insertEvidence = "INSERT INTO evidence (question_id, person_id, brand_id, program_id, answered_at, resolved_at, score, xid) VALUES "
	// replaceEvidence leaves an equal row alone, so that readers see changes only.
	replaceEvidence = ` ON CONFLICT (question_id, person_id) DO UPDATE SET answered_at = excluded.answered_at,
		resolved_at = excluded.resolved_at, score = excluded.score, xid = excluded.xid
		WHERE evidence.answered_at IS DISTINCT FROM excluded.answered_at
		OR evidence.resolved_at IS DISTINCT FROM excluded.resolved_at OR evidence.score <> excluded.score`
)

func (q PastQuestion) values(reference any) []any {
	tags := q.Tags
	if tags == nil {
		tags = []string{}
	}
	list, _ := jsonText(tags) // a list of valid strings
	return []any{q.ID, q.Brand, q.Program, reference, q.Title, q.Body, list, q.Topic, q.Asker, q.AskedAt.UTC()}
}

func (e Evidence) values() []any {
	var resolved any
	if !e.ResolvedAt.IsZero() {
		resolved = e.ResolvedAt.UTC()
	}
	return []any{e.Question, e.Person, e.Brand, e.Program, e.AnsweredAt.UTC(), resolved, e.Score}
}

// writeTx inserts rows in one statement and returns how many it wrote.
func writeTx(ctx context.Context, tx *gorm.DB, insert, onConflict string, rows [][]any) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	stamp, err := stampTx(ctx, tx)
	if err != nil {
		return 0, err
	}
	tuple := "(" + strings.Repeat("?, ", len(rows[0])) + stamp + ")"
	args := make([]any, 0, len(rows)*len(rows[0]))
	for _, row := range rows {
		args = append(args, row...)
	}
	done := tx.WithContext(ctx).Exec(insert+strings.Repeat(tuple+", ", len(rows)-1)+tuple+onConflict, args...)
	if done.Error != nil {
		return 0, unknownEvidence(fmt.Errorf("write %d rows of evidence: %w", len(rows), done.Error))
	}
	return int(done.RowsAffected), nil
}

const numberWrite = "UPDATE evidence_writes SET count = count + 1"

// stampTx is the SQL for this transaction's number. SQLite, which writes one
// transaction at a time, counts calls instead.
func stampTx(ctx context.Context, tx *gorm.DB) (string, error) {
	if marketplace.Postgres(tx) {
		return "pg_current_xact_id()", nil
	}
	if err := tx.WithContext(ctx).Exec(numberWrite).Error; err != nil {
		return "", fmt.Errorf("number a write of evidence: %w", err)
	}
	return "(SELECT count FROM evidence_writes)", nil
}
