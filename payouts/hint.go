package payouts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// HintMove is news that something has become of a movement: what is at the
// provider is read, and recorded. Subject is the payout's id, or the order's. It
// is idempotent, and news may come in any order. Errors: *NotFoundError, which
// news may meet that are faster than our commit, or are not of ours; ErrProvider.
func (s *Service) HintMove(ctx context.Context, kind MoveKind, subject uuid.UUID) error {
	e, err := s.findErrand(ctx, kind, subject)
	if err != nil {
		return err
	}
	found, err := ask(ctx, func(ctx context.Context) ([]Movement, error) { return s.Provider.FindMoves(ctx, e.request) })
	if err != nil {
		return reached(fmt.Errorf("look for %s %s: %w", kind, subject, err))
	}
	if len(found) == 0 {
		return nil
	}
	_, err = s.record(ctx, e, found)
	if errors.Is(err, ErrPaused) || errors.Is(err, errLeaseLost) {
		return nil // it is recorded, or somebody else did it meanwhile
	}
	return err
}

func (s *Service) findErrand(ctx context.Context, kind MoveKind, subject uuid.UUID) (e errand, err error) {
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		if kind == MoveTransfer {
			p, err := findPayout(tx, subject)
			e = p.errand()
			return err
		}
		o, err := FindOrder(ctx, tx, subject)
		if err == nil && o.Kind != kind {
			err = &NotFoundError{Noun: string(kind), ID: subject}
		}
		e = o.errand()
		return err
	})
	return e, err
}

// HintAccount is news that something has become of an expert's account: it is
// read anew. Error: *NotFoundError for one that is not ours.
func (s *Service) HintAccount(ctx context.Context, reference string) error {
	var a Account
	err := s.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Where("provider = ? AND reference = ?", s.Provider.Label(), reference).Take(&a).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return &NotFoundError{Noun: "payout account " + reference}
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.RefreshAccount(ctx, a.ExpertID)
	return reached(err)
}
