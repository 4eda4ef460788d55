package question

import (
	"context"
	"fmt"
	"time"

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

// holdTx sets money aside for the attempt: the quoted reward and fee, and the
// shares of hand-backs that the next expert may confirm.
func (s *Service) holdTx(ctx context.Context, tx *gorm.DB, q *Question, quote program.Quote, now time.Time) error {
	reward, err := withShares(ctx, tx, q, quote.Reward)
	if err != nil {
		return err
	}
	return payouts.HoldTx(ctx, tx, now, payouts.NewHold{
		ID: holdID(q.ID, q.Attempt), Brand: uuid.UUID(q.BrandID), Program: uuid.UUID(q.ProgramID),
		Question: uuid.UUID(q.ID), Reward: reward, Fee: quote.Fee, NotFrozen: true, // routeTx has asked
	})
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

// trimTx lowers the attempt's hold to the accepted offer.
func (s *Service) trimTx(ctx context.Context, tx *gorm.DB, q *Question, o Offer, now time.Time) error {
	reward, err := withShares(ctx, tx, q, payouts.Money{Minor: o.RewardMinor, Currency: o.Currency})
	if err != nil {
		return err
	}
	fee := payouts.Money{Minor: o.FeeMinor, Currency: o.Currency}
	return payouts.TrimHoldTx(ctx, tx, now, holdID(q.ID, q.Attempt), reward, fee)
}

// settleHoldTx ends the attempt's hold, if it has one: earned becomes a pending
// reward (nil: nobody earned the attempt), confirmed handoffs get their share,
// and the rest goes back to the budget.
func (s *Service) settleHoldTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, earned *Assignment, now time.Time) error {
	if q.Wave == 0 {
		return nil // no offer of this attempt was made, so nothing is held
	}
	var turns []*Assignment
	if earned != nil {
		turns = append(turns, earned)
	}
	shares, err := handoffsTx(ctx, tx, q)
	if err != nil {
		return err
	}
	for i := range shares {
		if shares[i].ConfirmedAt != nil {
			turns = append(turns, &shares[i])
		}
	}
	if len(turns) == 0 {
		return payouts.VoidHoldTx(ctx, tx, now, holdID(q.ID, q.Attempt))
	}
	rewards := make([]payouts.NewReward, len(turns))
	for i, a := range turns {
		if rewards[i], err = s.earnTx(ctx, tx, q, p, a, now); err != nil {
			return err
		}
	}
	return payouts.EarnTx(ctx, tx, now, holdID(q.ID, q.Attempt), rewards...)
}

// earnTx makes an assignment earned: pending until review or release_at.
func (s *Service) earnTx(ctx context.Context, tx *gorm.DB, q *Question, p program.Program, a *Assignment, now time.Time) (payouts.NewReward, error) {
	from, kind := a.State, payouts.ForAssignment
	if from == HandedBack {
		kind = payouts.ForHandoff
	}
	next, err := from.to(Earned)
	if err != nil {
		return payouts.NewReward{}, err
	}
	release := now.Add(p.Policies.Review.ReleaseAfter)
	a.State, a.EarnedAt, a.ReleaseAt, a.NextDueAt = next, &now, &release, &release
	if err := moveTurnTx(ctx, tx, a, from); err != nil {
		return payouts.NewReward{}, err
	}
	detail := Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Minor: a.RewardMinor, Reason: string(kind)}
	if err := s.appendTx(ctx, tx, EventEarned, q, now, detail); err != nil {
		return payouts.NewReward{}, err
	}
	return payouts.NewReward{
		ID: uuid.UUID(a.ID), Expert: uuid.UUID(a.PersonID), Kind: kind, Amount: a.Reward(),
		Fee: payouts.Money{Minor: a.FeeMinor, Currency: a.Currency}, ReleaseAt: release,
	}, nil
}
