package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// netDebtTx has what an expert has available pay what they owe, after one of the
// two grew beside the other: nobody has both, and is kept from the one by the
// other. What is set aside is lowered to what is left. Cause is the key of what
// made it so.
func netDebtTx(ctx context.Context, tx *gorm.DB, now time.Time, cause string, expert uuid.UUID, c Currency) error {
	available, owed := account(ledger.ExpertAvailable, expert, c), owes(expert, c)
	have, err := ledger.HoldingTx(ctx, tx, available, owed)
	if err != nil {
		return err
	}
	part := min(have[0].Minor, have[1].Minor)
	if part == 0 {
		return nil
	}
	if _, err := ledger.PostTx(ctx, tx, netting(now, cause, available, owed, part)); err != nil {
		return err
	}
	return lowerAsides(ctx, tx, expert, c)
}

func netting(now time.Time, cause string, from, owed ledger.Account, minor int64) ledger.Posting {
	return ledger.Posting{Key: cause + ":net", Kind: "net_debt", At: now, Entries: ledger.Move(from, owed, minor)}
}

// awaitReleases holds an expert's rewards under review, before a debt is made: who
// releases one of them has done so by then, or will see the debt. One that waited
// for what they have available would not, where it began before.
func awaitReleases(tx *gorm.DB, expert uuid.UUID, c Currency) error {
	var ids []uuid.UUID
	err := forUpdate(tx).Model(&Reward{}).Where("expert_id = ? AND currency = ? AND state = ?", expert, c, RewardPending).
		Order("id").Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("hold the pending rewards of expert %s: %w", expert, err)
	}
	return nil
}

// netDebtsTx is netDebtTx of an expert who has both after all, or everybody: a
// reward may be earned and released while a debt is made.
func netDebtsTx(ctx context.Context, tx *gorm.DB, now time.Time, expert uuid.UUID) error {
	var both []struct {
		OwnerID  uuid.UUID
		Currency Currency
	}
	query := tx.Table("ledger_accounts AS o").Select("o.owner_id, o.currency").
		Joins("JOIN ledger_accounts AS a ON a.owner_id = o.owner_id AND a.kind = ? AND a.currency = o.currency AND a.balance > 0", ledger.ExpertAvailable).
		Where("o.kind = ? AND o.balance > 0", ledger.ExpertOwes)
	if expert != uuid.Nil {
		query = query.Where("o.owner_id = ?", expert)
	}
	if err := query.Order("a.id").Scan(&both).Error; err != nil {
		return fmt.Errorf("find who has money and owes: %w", err)
	}
	for _, x := range both {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("make netting id: %w", err)
		}
		if err := netDebtTx(ctx, tx, now, "debt:"+id.String(), x.OwnerID, x.Currency); err != nil {
			return err
		}
	}
	return nil
}
