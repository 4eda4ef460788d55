package question

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

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
		Question: uuid.UUID(q.ID), Reward: reward, Fee: quote.Fee, NotFrozen: true, // planTx has asked
	}, err
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
