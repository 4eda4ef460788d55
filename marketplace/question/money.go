package question

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// handoffsTx lists the hand-backs of a question whose share is not yet paid.
func handoffsTx(ctx context.Context, tx *gorm.DB, q *Question) ([]Assignment, error) {
	if q.Attempt == 1 {
		return nil, nil
	}
	var list []Assignment
	err := tx.WithContext(ctx).Where("question_id = ? AND state = ? AND reward_minor > 0", q.ID, HandedBack).Order("attempt").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the hand-backs of question %s: %w", q.ID, err)
	}
	return list, nil
}

// newHold is what to set aside for the attempt: the quoted reward and fee, and
// the shares of hand-backs that the next expert may confirm.
func newHold(ctx context.Context, tx *gorm.DB, q *Question, quote program.Quote) (payouts.NewHold, error) {
	reward, err := withShares(ctx, tx, q, quote.Reward)
	return payouts.NewHold{
		ID: holdID(q.ID, q.Attempt), Brand: uuid.UUID(q.BrandID), Program: uuid.UUID(q.ProgramID),
		Question: uuid.UUID(q.ID), Reward: reward, Fee: quote.Fee, NotFrozen: true, // routeTx has asked
	}, err
}

// coveredTx tells whether the budget that is free is enough for the attempt.
func coveredTx(ctx context.Context, tx *gorm.DB, q *Question, quote program.Quote, free payouts.Money) (bool, error) {
	hold, err := newHold(ctx, tx, q, quote)
	if err != nil {
		return false, err
	}
	total, err := hold.Reward.Add(hold.Fee)
	if err != nil {
		return false, fmt.Errorf("add reward and fee: %w", err)
	}
	return total.Minor <= free.Minor, nil
}

// holdTx sets the money for the attempt aside. Where somebody else took it since
// coveredTx, the transaction is run again.
func (s *Service) holdTx(ctx context.Context, tx *gorm.DB, q *Question, quote program.Quote, now time.Time) error {
	hold, err := newHold(ctx, tx, q, quote)
	if err != nil {
		return err
	}
	err = payouts.HoldTx(ctx, tx, now, hold)
	if errors.Is(err, payouts.ErrInsufficientFunds) {
		return fmt.Errorf("%w: %w", marketplace.ErrAgain, err)
	}
	return err
}

func withShares(ctx context.Context, tx *gorm.DB, q *Question, reward payouts.Money) (payouts.Money, error) {
	shares, err := handoffsTx(ctx, tx, q)
	if err != nil {
		return payouts.Money{}, err
	}
	for _, a := range shares {
		if reward, err = reward.Add(a.Reward()); err != nil {
			return payouts.Money{}, fmt.Errorf("add a handoff's share: %w", err)
		}
	}
	return reward, nil
}
