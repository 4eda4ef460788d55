package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// EndReasons is the closed list of reasons for which an expert ends a
// conversation.
var EndReasons = []string{"abusive", "threat", "unlawful", "spam"}

// End is what an expert says who ends a conversation that nobody needs to bear.
type End struct {
	Reason  string // one of EndReasons
	Note    string // what happened, for the brand; kept redacted, may be empty
	Message string // the last word to the customer; may be empty
}

func (e End) check() error {
	if !slices.Contains(EndReasons, e.Reason) {
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", EndReasons)}
	}
	if err := marketplace.CheckText("note", e.Note, 0, 4<<10); err != nil {
		return err
	}
	return marketplace.CheckText("message", e.Message, 0, MaxMessage)
}

// End ends the conversation of the caller's assignment, before an answer or
// after it. The work is earned as by a resolution, and always reviewed. The
// question is resolved with the reason for its end and no time of resolution:
// it counts as no resolution. Its customer can still ask for the brand's own
// team, and nobody else. Errors: *marketplace.InvalidError,
// *marketplace.NotFoundError, *TransitionError.
func (s *Service) End(ctx context.Context, caller access.Caller, id AssignmentID, end End) error {
	if err := end.check(); err != nil {
		return err
	}
	return s.onTurn(ctx, caller, id, func(tx *gorm.DB, q *Question, a *Assignment) error {
		if a.State != Working && a.State != Delivered {
			return &TransitionError{Noun: "assignment", From: string(a.State), Verb: "end the conversation"}
		}
		if _, err := q.State.after(VerbEnd); err != nil {
			return err
		}
		return s.endConversationTx(ctx, tx, q, a, end, s.clock.Now())
	})
}

func (s *Service) endConversationTx(ctx context.Context, tx *gorm.DB, q *Question, a *Assignment, end End, now time.Time) error {
	p, err := s.programs.LoadTx(ctx, tx, q.ProgramID)
	if err != nil {
		return err
	}
	if err := s.markMissedTx(ctx, tx, q, now); err != nil {
		return err
	}
	if err := s.deliverEndTx(ctx, tx, q, a, end, now); err != nil {
		return err
	}
	closing := ending{turn: a}
	if end.Message != "" {
		m, err := s.messageTx(ctx, tx, q, ByExpert, a.PersonID, a.ID, end.Message, enclosed{}, now)
		if err != nil {
			return err
		}
		closing.add(m.inserts()...)
	}
	if err := closing.earn(q, p, a, now, nil); err != nil { // no drawing: it is reviewed in any case
		return err
	}
	if err := closing.settleTx(ctx, tx, q, p, now); err != nil {
		return err
	}
	if err := q.enter(VerbEnd, now, nil); err != nil {
		return err
	}
	q.EndReason = end.Reason
	if err := s.tellSoonTx(ctx, tx, q, now); err != nil {
		return err
	}
	closing.tell(EventEnded, q, now, Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Reason: end.Reason})
	return s.endAttemptTx(ctx, tx, q, closing, now)
}

// deliverEndTx puts the reason and the note on the turn. Ending a conversation
// before an answer is the work that was asked for, so it counts as delivered.
func (s *Service) deliverEndTx(ctx context.Context, tx *gorm.DB, q *Question, a *Assignment, end End, now time.Time) error {
	r, err := s.redactorTx(ctx, tx, q)
	if err != nil {
		return err
	}
	a.Note, a.EndReason = r.Redact(end.Note, &q.Redaction).Text, end.Reason
	if a.State != Working {
		return nil
	}
	next, err := a.State.to(Delivered)
	if err != nil {
		return err
	}
	a.State, a.DeliveredAt = next, &now
	if err := moveTurnTx(ctx, tx, a, Working); err != nil {
		return err
	}
	return marketplace.WriteTx(ctx, tx, s.experts.Free(ctx, tx, a.PersonID))
}

// Ended reports that the turn's expert ended the conversation.
func (a Assignment) Ended() bool { return slices.Contains(EndReasons, a.EndReason) }

// answered is when the turn's answer was given, if it was: ending a conversation
// delivers the work at the moment it is earned, and answers nothing.
func (a Assignment) answered() *time.Time {
	if a.Ended() && a.DeliveredAt != nil && a.EarnedAt != nil && a.DeliveredAt.Equal(*a.EarnedAt) {
		return nil
	}
	return a.DeliveredAt
}

// EndedSQL is the condition that a question's expert ended the conversation, and
// the customer did not ask for the brand's team since: such an end is no
// resolution.
const EndedSQL = "questions.state = 'resolved' AND questions.resolved_at IS NULL"

// Ended is EndedSQL of a question that was loaded.
func (q *Question) Ended() bool { return q.State == Resolved && q.ResolvedAt == nil }

// escalating is the verb by which the question goes to the brand's team: one
// that was resolved can only where its expert ended the conversation.
func (q *Question) escalating() Verb {
	if q.Ended() {
		return VerbEscalateEnded
	}
	return VerbEscalate
}

// mayEscalate refuses what an expert ended longer ago than a resolved question
// can be reopened.
func (q *Question) mayEscalate(now time.Time) error {
	if q.Ended() && now.After(q.EndedAt.Add(ReopenWithin)) {
		return fmt.Errorf("escalate question %s: %w", q.ID, ErrTooLate)
	}
	return nil
}

// refuseCrowdTx refuses to ask experts again about a question whose expert ended
// the conversation, also once the brand's own team has answered it.
func refuseCrowdTx(ctx context.Context, tx *gorm.DB, q *Question, v Verb) error {
	var n int64
	err := tx.WithContext(ctx).Model(&Assignment{}).Where("question_id = ? AND end_reason IN ?", q.ID, EndReasons).Count(&n).Error
	if err != nil {
		return fmt.Errorf("look whether question %s was ended: %w", q.ID, err)
	}
	if n > 0 {
		return &TransitionError{Noun: "question", From: "ended by its expert", Verb: string(v)}
	}
	return nil
}

// endNotesTx is what the expert said of the conversation they ended.
func endNotesTx(ctx context.Context, tx *gorm.DB, q Question) ([]string, error) {
	var notes []string
	err := tx.WithContext(ctx).Model(&Assignment{}).Where("question_id = ? AND end_reason IN ? AND note <> ''", q.ID, EndReasons).Pluck("note", &notes).Error
	if err != nil {
		return nil, fmt.Errorf("read why question %s was ended: %w", q.ID, err)
	}
	return notes, nil
}
