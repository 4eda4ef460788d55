package question

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
)

// The rows that every move reads and writes, by hand: reflection costs more
// than the database does. A test compares the columns with the structs.

const questionColumns = `id, brand_id, program_id, customer_id, asker_person, topic_id, topic_by, topic_read, reference, language, tags, title, body, context,
	title_sealed, context_sealed, redaction, state, end_reason, attempt, wave, messages, asked_at, first_response_due_at, resolution_due_at,
	first_responded_at, resolved_at, ended_at, response_breached, resolution_breached, nudged, stage_due_at, next_due_at,
	forecast_median_s, forecast_p90_s`

func (q *Question) into(tags, redaction *[]byte) []any {
	return []any{
		&q.ID, &q.BrandID, &q.ProgramID, &q.CustomerID, &q.AskerPerson, &q.TopicID, &q.TopicBy, &q.TopicRead, &q.Reference, &q.Language, tags, &q.Title, &q.Body, &q.Context,
		&q.TitleSealed, &q.ContextSealed, redaction, &q.State, &q.EndReason, &q.Attempt, &q.Wave, &q.Messages, &q.AskedAt, &q.FirstResponseDueAt, &q.ResolutionDueAt,
		&q.FirstRespondedAt, &q.ResolvedAt, &q.EndedAt, &q.ResponseBreached, &q.ResolutionBreached, &q.Nudged, &q.StageDueAt, &q.NextDueAt,
		&q.ForecastMedianS, &q.ForecastP90S,
	}
}

// findTx loads the question where a condition holds, which may end in a lock.
func findTx(ctx context.Context, tx *gorm.DB, where string, args ...any) (Question, error) {
	return scanQuestionTx(ctx, tx, "", where, args)
}

// findNamedTx is findTx, locked, with the customer's name.
func findNamedTx(ctx context.Context, tx *gorm.DB, where string, args ...any) (Question, error) {
	var name []byte
	var reachable bool
	named := ", " + customer.NameSQL("questions.brand_id", "questions.customer_id") + ", " + customer.ReachableSQL("questions.brand_id", "questions.customer_id")
	q, err := scanQuestionTx(ctx, tx, named, where+marketplace.ForUpdateSQL(tx), args, &name, &reachable)
	q.nameSealed, q.reachable = &name, reachable
	return q, err
}

func scanQuestionTx(ctx context.Context, tx *gorm.DB, more, where string, args []any, into ...any) (Question, error) {
	var q Question
	var tags, redaction []byte
	query := "SELECT " + questionColumns + more + " FROM questions WHERE " + where
	if err := marketplace.ScanTx(tx.WithContext(ctx), query, args, append(q.into(&tags, &redaction), into...)...); err != nil {
		return Question{}, err
	}
	return q, q.read(tags, redaction)
}

// read reads what into has left to it.
func (q *Question) read(tags, redaction []byte) error {
	if err := json.Unmarshal(tags, &q.Tags); err != nil {
		return fmt.Errorf("the tags of question %s: %w", q.ID, err)
	}
	if err := json.Unmarshal(redaction, &q.Redaction); err != nil {
		return fmt.Errorf("the placeholders of question %s: %w", q.ID, err)
	}
	return nil
}

// save writes the columns that moves change.
func (q *Question) save() (marketplace.Statement, error) {
	redaction, err := json.Marshal(q.Redaction)
	if err != nil {
		return marketplace.Statement{}, fmt.Errorf("write the placeholders of question %s: %w", q.ID, err)
	}
	return marketplace.Statement{
		Doing: "save question " + q.ID.String(),
		SQL: `UPDATE questions SET redaction = ?, state = ?, end_reason = ?, attempt = ?, wave = ?, messages = ?,
			first_responded_at = ?, resolved_at = ?, ended_at = ?, response_breached = ?, resolution_breached = ?, nudged = ?,
			stage_due_at = ?, next_due_at = ? WHERE id = ?`,
		Args: []any{
			string(redaction), q.State, q.EndReason, q.Attempt, q.Wave, q.Messages,
			q.FirstRespondedAt, q.ResolvedAt, q.EndedAt, q.ResponseBreached, q.ResolutionBreached, q.Nudged,
			q.StageDueAt, q.NextDueAt, q.ID,
		},
	}, nil
}

const turnColumns = `id, brand_id, question_id, attempt, person_id, offer_id, state, reward_minor, fee_minor, currency, note, end_reason,
	accepted_at, delivered_at, earned_at, release_at, confirmed_at, settled_at, next_due_at`

func (a *Assignment) into() []any {
	return []any{
		&a.ID, &a.BrandID, &a.QuestionID, &a.Attempt, &a.PersonID, &a.OfferID, &a.State, &a.RewardMinor, &a.FeeMinor, &a.Currency, &a.Note, &a.EndReason,
		&a.AcceptedAt, &a.DeliveredAt, &a.EarnedAt, &a.ReleaseAt, &a.ConfirmedAt, &a.SettledAt, &a.NextDueAt,
	}
}

// turnTx loads the assignment where a condition holds.
func turnTx(ctx context.Context, tx *gorm.DB, where string, args ...any) (Assignment, error) {
	var a Assignment
	err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT "+turnColumns+" FROM assignments WHERE "+where, args, a.into()...)
	return a, err
}

// insert begins the turn.
func (a *Assignment) insert() marketplace.Statement {
	return marketplace.Statement{
		Doing: "insert the assignment",
		SQL: `INSERT INTO assignments (id, brand_id, question_id, attempt, person_id, offer_id, state, reward_minor, fee_minor, currency, accepted_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Args: []any{a.ID, a.BrandID, a.QuestionID, a.Attempt, a.PersonID, a.OfferID, a.State, a.RewardMinor, a.FeeMinor, a.Currency, a.AcceptedAt},
	}
}

// save writes the columns that moves change; the turn must still be in state
// from.
func (a *Assignment) save(from AssignmentState) marketplace.Statement {
	to := a.State
	return marketplace.Statement{
		Doing: "save assignment " + a.ID.String(),
		SQL: `UPDATE assignments SET state = ?, reward_minor = ?, fee_minor = ?, note = ?, end_reason = ?, delivered_at = ?,
			earned_at = ?, release_at = ?, confirmed_at = ?, settled_at = ?, next_due_at = ? WHERE id = ? AND state = ?`,
		Args: []any{
			a.State, a.RewardMinor, a.FeeMinor, a.Note, a.EndReason, a.DeliveredAt,
			a.EarnedAt, a.ReleaseAt, a.ConfirmedAt, a.SettledAt, a.NextDueAt, a.ID, from,
		},
		Then: func(rows int64) error {
			if rows != 1 {
				return &TransitionError{Noun: "assignment", From: "no longer " + string(from), Verb: "become " + string(to)}
			}
			return nil
		},
	}
}

const offerColumns = `id, brand_id, question_id, person_id, attempt, wave, position, state, reward_minor, fee_minor, currency, effort_s, why,
	items, offered_at, expires_at, settled_at`

func (o *Offer) into() []any {
	return []any{
		&o.ID, &o.BrandID, &o.QuestionID, &o.PersonID, &o.Attempt, &o.Wave, &o.Position, &o.State, &o.RewardMinor, &o.FeeMinor, &o.Currency, &o.EffortS, &o.Why,
		&o.Items, &o.OfferedAt, &o.ExpiresAt, &o.SettledAt,
	}
}

// accept accepts the open offer and withdraws the question's others.
func (o *Offer) accept(at any) marketplace.Statement {
	return marketplace.Statement{
		Doing: "accept offer " + o.ID.String(),
		SQL: `UPDATE offers SET state = CASE WHEN id = ? THEN 'accepted' ELSE 'withdrawn' END, settled_at = ?
			WHERE question_id = ? AND state = 'open'`,
		Args: []any{o.ID, at, o.QuestionID},
	}
}
