package program

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// Launch makes a draft program live. Errors: *NotReadyError listing everything
// that is missing, *TransitionError.
func (s *Service) Launch(ctx context.Context, caller access.Caller, id ID) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		if p.State != Draft {
			return &TransitionError{From: p.State, To: Live}
		}
		missing, err := s.MissingTx(ctx, tx, p)
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return &NotReadyError{Missing: missing}
		}
		return s.moveTx(ctx, tx, caller, p, Live, Launched)
	})
}

// Pause stops new questions; open ones go on. Error: *TransitionError.
func (s *Service) Pause(ctx context.Context, caller access.Caller, id ID) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		return s.moveTx(ctx, tx, caller, p, Paused, WasPaused)
	})
}

// Resume lets a paused program take questions again. Error: *TransitionError.
func (s *Service) Resume(ctx context.Context, caller access.Caller, id ID) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		if p.State != Paused {
			return &TransitionError{From: p.State, To: Live}
		}
		return s.moveTx(ctx, tx, caller, p, Live, Resumed)
	})
}

// Close ends a program for good; open questions go on to their end, and unspent
// budget goes back with ReturnBudget. Error: *TransitionError.
func (s *Service) Close(ctx context.Context, caller access.Caller, id ID) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		return s.moveTx(ctx, tx, caller, p, Closed, WasClosed)
	})
}

func (s *Service) moveTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p Program, to State, kind event.Kind) error {
	if err := p.State.move(to); err != nil {
		return err
	}
	p.State = to
	if err := updateTx(ctx, tx, p, "state"); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, kind, p, Change{By: caller.String()})
}

// MissingTx lists what Launch would refuse a program without: codes of Blocking.
func (s *Service) MissingTx(ctx context.Context, tx *gorm.DB, p Program) ([]string, error) {
	topics, err := s.TopicsTx(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	budget, err := payouts.BudgetTx(ctx, tx, uuid.UUID(p.ID), p.Currency)
	if err != nil {
		return nil, err
	}
	return p.missing(len(topics), budget), nil
}

func (p Program) missing(topics int, budget payouts.Money) []string {
	var missing []string
	if topics == 0 {
		missing = append(missing, MissingTopic)
	}
	if len(p.Languages) == 0 {
		missing = append(missing, MissingLanguage)
	}
	least := p.leastPrice()
	if least == 0 {
		missing = append(missing, MissingReward)
	}
	if budget.Minor < max(least, 1) {
		missing = append(missing, MissingBudget)
	}
	return missing
}
