package question

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// A move locks its question and reads what it decides by in one statement. What
// can change while that waits for the lock is locked in it too, so that it is
// read as it is then, or is checked where it is written. Each table is found by a
// key that is known before the join: no plan goes through all questions, whatever
// the planner believes of their number.

var (
	joinedQuestion = of("q", questionColumns)
	joinedOffer    = of("o", offerColumns)
	joinedTurn     = of("a", turnColumns)
	joinedHold     = of("h", payouts.HoldColumns)
)

// of names the table of each column of a list.
func of(table, columns string) string {
	list := strings.Split(columns, ",")
	for i, column := range list {
		list[i] = table + "." + strings.TrimSpace(column)
	}
	return strings.Join(list, ", ")
}

// joined is what is read beside a question q and its program p.
type joined struct {
	columns string // each after a comma
	args    []any  // arguments of columns, then of tables
	into    []any
	tables  string // joins
	where   string
	by      []any  // arguments of where
	locked  string // the tables whose rows are locked, in that order
}

// loadTx loads and locks the question that j finds, with its program and the
// customer's name; gorm.ErrRecordNotFound if there is none.
func (s *Service) loadTx(ctx context.Context, tx *gorm.DB, j joined) (Question, error) {
	var q Question
	var tags, redaction, name []byte
	var version int64
	var reachable bool
	query := "SELECT " + joinedQuestion + ", p.version, " + customer.NameSQL("q.brand_id", "q.customer_id") + ", " +
		customer.ReachableSQL("q.brand_id", "q.customer_id") + j.columns +
		" FROM questions q JOIN programs p ON p.id = q.program_id " + j.tables + " WHERE " + j.where
	if marketplace.Postgres(tx) {
		query += " FOR NO KEY UPDATE OF " + j.locked
	}
	into := append(append(q.into(&tags, &redaction), &version, &name, &reachable), j.into...)
	if err := marketplace.ScanTx(tx.WithContext(ctx), query, append(j.args, j.by...), into...); err != nil {
		return Question{}, err
	}
	q.nameSealed, q.reachable = &name, reachable
	if err := q.read(tags, redaction); err != nil {
		return Question{}, err
	}
	var err error
	q.known, err = s.programs.KnownTx(ctx, tx, q.ProgramID, version)
	return q, err
}

// ProgramTx is the question's program, which is not to be written to: where the
// question was loaded with it, it is shared.
func (s *Service) ProgramTx(ctx context.Context, tx *gorm.DB, q *Question) (program.Program, error) {
	if q.known != nil {
		return q.known.Program, nil
	}
	return s.programs.LoadTx(ctx, tx, q.ProgramID)
}

// wordsTx is the brand's own words, which are not hidden.
func (s *Service) wordsTx(ctx context.Context, tx *gorm.DB, q *Question) ([]string, error) {
	if q.known != nil {
		return q.known.Names, nil
	}
	return s.programs.NamesTx(ctx, tx, q.BrandID, q.ProgramID)
}

// slugTx is the slug of the question's topic, or "".
func (s *Service) slugTx(ctx context.Context, tx *gorm.DB, q *Question) (string, error) {
	if q.TopicID.IsZero() {
		return "", nil
	}
	if q.known != nil {
		topic, err := q.known.Topic(q.TopicID)
		if err != nil {
			return "", err
		}
		return topic.Slug, nil
	}
	topic, err := s.programs.TopicTx(ctx, tx, q.TopicID)
	return topic.Slug, err
}

// SlugTx is the slug of a question's topic, or "", for the rooms above.
func (s *Service) SlugTx(ctx context.Context, tx *gorm.DB, q Question) (string, error) {
	return s.slugTx(ctx, tx, &q)
}

// enterOfferTx loads a person's offer and its question, locked, in a transaction
// of AllBrands, which then enters the question's brand.
func (s *Service) enterOfferTx(ctx context.Context, tx *gorm.DB, person access.PersonID, id OfferID) (Question, seen, error) {
	var o seen
	var entered string
	q, err := s.loadTx(ctx, tx, joined{
		columns: ", " + joinedOffer + ", " + expert.StateSQL("q.program_id", "o.person_id") + ", " + payouts.FrozenOfSQL("q.brand_id", "q.program_id") + marketplace.EnteringSQL(tx, "q.brand_id"),
		into:    append(o.into(), &o.enrolment, &o.frozen, &entered),
		tables:  "JOIN offers o ON o.question_id = q.id",
		where:   "q.id = (SELECT question_id FROM offers WHERE id = ? AND person_id = ?) AND o.id = ?", by: []any{id, person, id}, locked: "q, o",
	})
	return q, o, marketplace.OnlyOne(err, "offer", id)
}

// enterTurnTx loads a person's assignment and its question in the same way.
func (s *Service) enterTurnTx(ctx context.Context, tx *gorm.DB, person access.PersonID, id AssignmentID) (Question, Assignment, error) {
	var a Assignment
	var entered string
	q, err := s.loadTx(ctx, tx, joined{
		columns: ", " + joinedTurn + marketplace.EnteringSQL(tx, "q.brand_id"), into: append(a.into(), &entered),
		tables: "JOIN assignments a ON a.question_id = q.id",
		where:  "q.id = (SELECT question_id FROM assignments WHERE id = ? AND person_id = ?) AND a.id = ?", by: []any{id, person, id}, locked: "q, a",
	})
	return q, a, marketplace.OnlyOne(err, "assignment", id)
}

// present is the present attempt of a question: who has it, what decides about a
// review, what is held, and what was believed of the expert's work on its topic.
type present struct {
	turn     Assignment
	drawing  Drawing
	hold     payouts.Hold
	standing expert.Standing
}

// lockPresentTx is lockOwnTx of a question that an expert has, with its present
// attempt; gorm.ErrRecordNotFound where it is none.
func (s *Service) lockPresentTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id ID) (Question, error) {
	p := &present{}
	var alpha, beta sql.NullFloat64
	var evidence sql.NullInt64
	var updated sql.Null[time.Time]
	q, err := s.loadTx(ctx, tx, joined{
		columns: ", " + joinedTurn + ", " + joinedHold + ", " + expert.ProbationSQL("q.program_id", "a.person_id") + ", " +
			expert.WatchSQL("q.program_id", "a.person_id") + ", " +
			customer.VerifiedSQL + ", s.alpha, s.beta, s.evidence, s.updated_at",
		args: []any{caller.Brand, caller.Customer},
		into: append(append(p.turn.into(), p.hold.Into()...), &p.drawing.Probation, &p.drawing.Watch, &p.drawing.Verified, &alpha, &beta, &evidence, &updated),
		tables: `JOIN assignments a ON a.question_id = q.id AND a.attempt = q.attempt
			JOIN holds h ON h.question_id = q.id AND h.purpose = 'question' AND h.state = 'open'
			LEFT JOIN standings s ON s.program_id = q.program_id AND s.person_id = a.person_id
				AND s.topic = COALESCE((SELECT slug FROM topics WHERE topics.id = q.topic_id), '')`,
		where: "q.id = ? AND q.brand_id = ? AND q.customer_id = " + customer.HeldSQL(tx),
		by:    []any{id, caller.Brand, caller.Brand, caller.Customer}, locked: "q, a, h",
	})
	if err != nil {
		return q, err
	}
	p.standing = expert.Standing{Alpha: alpha.Float64, Beta: beta.Float64, Evidence: int(evidence.Int64), UpdatedAt: updated.V}
	p.drawing.AskedAt = q.AskedAt
	q.present = p
	return q, nil
}

// LockWorkTx is LockAssignmentTx with QuestionTx, in one statement. The
// assignment is named by an expression for queries, with its arguments.
func (s *Service) LockWorkTx(ctx context.Context, tx *gorm.DB, named string, args ...any) (Question, Assignment, error) {
	var a Assignment
	q, err := s.loadTx(ctx, tx, joined{
		columns: ", " + joinedTurn, into: a.into(),
		tables: "JOIN assignments a ON a.question_id = q.id",
		where:  "q.id = (SELECT question_id FROM assignments WHERE id = " + named + ") AND a.id = " + named,
		by:     append(args, args...), locked: "a",
	})
	return q, a, err
}

// LockAnsweredTx is LockOwnTx with LastAnswerTx, in one statement; a
// marketplace.NotFoundError where either has an error, or somebody wrote while
// it waited for the question: then the two tell more.
func (s *Service) LockAnsweredTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id ID) (Question, Assignment, error) {
	var a Assignment
	still := "true"
	if marketplace.Postgres(tx) { // that the locked row is the one that everything else was read beside
		still = "q.ctid = (SELECT ctid FROM questions WHERE id = q.id)"
	}
	var same bool
	q, err := s.loadTx(ctx, tx, joined{
		columns: ", " + joinedTurn + ", " + still, args: []any{id}, into: append(a.into(), &same),
		tables: "JOIN assignments a ON a.id = " + lastAnswer("?"),
		where:  "q.id = ? AND q.brand_id = ? AND q.customer_id = " + customer.HeldSQL(tx),
		by:     []any{id, caller.Brand, caller.Brand, caller.Customer}, locked: "q",
	})
	if err == nil && !same {
		err = gorm.ErrRecordNotFound
	}
	return q, a, marketplace.OnlyOne(err, "answered question", id)
}

// lastAnswer is the turn whose expert had the last word of those who answered a
// question, or NULL, as an expression for queries.
func lastAnswer(question string) string {
	return `(SELECT m.assignment_id FROM messages m WHERE m.question_id = ` + question + ` AND (m.author = 'brand'
		OR m.author = 'expert' AND EXISTS (SELECT 1 FROM assignments d WHERE d.id = m.assignment_id AND d.delivered_at IS NOT NULL))
		ORDER BY m.position DESC LIMIT 1)`
}
