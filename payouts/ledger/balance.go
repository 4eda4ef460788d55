package ledger

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// BalanceTx returns an account's balance, by its normal side: what a liability
// owes, what an asset holds. An account never used has none.
func BalanceTx(ctx context.Context, tx *gorm.DB, a Account) (money.Money, error) {
	if err := a.check(); err != nil {
		return money.Money{}, err
	}
	query := tx.WithContext(ctx).Table("ledger_entries").Select("COALESCE(SUM(amount), 0)").Where("account_id = ?", a.ID())
	if a.Constrained() {
		query = tx.WithContext(ctx).Table("ledger_accounts").Select("COALESCE(SUM(balance), 0)").Where("id IN ?", a.rows())
	}
	var minor int64
	if err := query.Scan(&minor).Error; err != nil {
		return money.Money{}, fmt.Errorf("read balance of %s: %w", a.ID(), err)
	}
	if !a.Constrained() && a.Kind.Debit() {
		minor = -minor
	}
	return money.Of(minor, a.Currency), nil
}
