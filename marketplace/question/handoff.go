package question

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// HandBackReasons is the closed list of reasons for handing a question back.
var HandBackReasons = []string{"beyond_my_knowledge", "needs_account_access", "wrong_topic", "wrong_language", "no_time", "other"}

// HandBack returns the caller's assignment before an answer, with a reason and
// a note for the next expert. If the next expert confirms that the handoff
// helped, it earns the program's share of the reward. It costs nothing.
func (s *Service) HandBack(ctx context.Context, caller access.Caller, id AssignmentID, reason, note string) error {
	if !slices.Contains(HandBackReasons, reason) {
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", HandBackReasons)}
	}
	if err := marketplace.CheckText("note", note, 0, 4<<10); err != nil {
		return err
	}
	return s.onTurn(ctx, caller, id, func(tx *gorm.DB, q *Question, a *Assignment) error {
		if _, err := a.State.to(HandedBack); err != nil {
			return err
		}
		now := s.clock.Now()
		p, err := s.ProgramTx(ctx, tx, q)
		if err != nil {
			return err
		}
		r, err := s.redactorTx(ctx, tx, q)
		if err != nil {
			return err
		}
		share, err := p.HandoffShare(a.Reward())
		if err != nil {
			return fmt.Errorf("share of a handoff: %w", err)
		}
		a.Note, a.EndReason = r.Redact(note, &q.Redaction).Text, reason
		a.RewardMinor, a.FeeMinor = share.Minor, 0
		if note == "" {
			a.RewardMinor = 0 // nothing was handed on that could help
		}
		end, err := s.stopWorkTx(ctx, tx, q, p, a, HandedBack, now)
		if err != nil {
			return err
		}
		return s.againTx(ctx, tx, q, end, VerbHandBack, EventHandedBack, now, Detail{Attempt: a.Attempt, Assignment: &a.ID, Reason: reason})
	})
}

// ConfirmHandoff is the present expert's word that an earlier hand-back's note
// helped; its share is earned when this attempt ends. Confirming again changes
// nothing.
func (s *Service) ConfirmHandoff(ctx context.Context, caller access.Caller, id, handedBack AssignmentID) error {
	return s.onTurn(ctx, caller, id, func(tx *gorm.DB, q *Question, a *Assignment) error {
		if a.State != Working && a.State != Delivered {
			return &TransitionError{Noun: "assignment", From: string(a.State), Verb: "confirm a handoff"}
		}
		earlier, err := AssignmentTx(ctx, tx, handedBack)
		if err != nil {
			return err
		}
		if earlier.QuestionID != q.ID || earlier.Attempt >= a.Attempt {
			return marketplace.NotFound("hand-back", handedBack)
		}
		if earlier.State != HandedBack {
			return &TransitionError{Noun: "assignment", From: string(earlier.State), Verb: "be confirmed as a handoff"}
		}
		if earlier.ConfirmedAt != nil {
			return nil
		}
		now := s.clock.Now()
		earlier.ConfirmedAt = &now
		if err := moveTurnTx(ctx, tx, &earlier, HandedBack); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, EventHandoff, q, now, Detail{Attempt: earlier.Attempt, Assignment: &earlier.ID})
	})
}
