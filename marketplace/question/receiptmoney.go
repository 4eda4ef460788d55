package question

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
)

// moneyTx adds up where the money went. What was refused, or paid and taken back,
// is the budget's again; thanks came out of the budget and not out of what was set
// aside: their turn has them.
func moneyTx(ctx context.Context, tx *gorm.DB, q Question) (*MoneyReceipt, error) {
	holds, err := payouts.HoldsOf(ctx, tx, uuid.UUID(q.ID))
	if err != nil {
		return nil, err
	}
	rewards, err := payouts.RewardsOf(ctx, tx, uuid.UUID(q.ID))
	if err != nil {
		return nil, err
	}
	if len(holds) == 0 {
		return nil, nil
	}
	taken, err := payouts.TakenBackOf(ctx, tx, uuid.UUID(q.ID))
	if err != nil {
		return nil, err
	}
	m := &MoneyReceipt{Currency: holds[0].Currency}
	for _, h := range holds {
		m.Held += h.AuthorisedMinor
		m.Returned += h.ReturnedMinor
		m.StillHeld += h.Held().Minor
	}
	for _, reward := range rewards {
		if _, back := taken[reward.ID]; back || reward.State == payouts.RewardRefused {
			m.Returned += reward.AmountMinor + reward.FeeMinor
			continue
		}
		m.Experts += reward.AmountMinor
		m.Fees += reward.FeeMinor
	}
	if m.Held != m.Experts+m.Fees+m.Returned+m.StillHeld {
		return nil, fmt.Errorf("the money of question %s does not add up: %+v", q.ID, *m)
	}
	return m, nil
}
