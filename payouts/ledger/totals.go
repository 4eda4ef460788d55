package ledger

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// Total is what all accounts of one kind and currency hold together, by their
// normal side.
type Total struct {
	Kind     Kind
	Currency money.Currency
	Minor    int64
}

// TotalsTx adds up the accounts that have balance rows by kind and currency, in
// that order. It is cheap: the others, for which every entry is read, are
// BooksTx's.
func TotalsTx(ctx context.Context, tx *gorm.DB) ([]Total, error) {
	var totals []Total
	err := tx.WithContext(ctx).Raw(`SELECT kind, currency, CAST(SUM(balance) AS bigint) AS minor
		FROM ledger_accounts GROUP BY kind, currency ORDER BY kind, currency`).Scan(&totals).Error
	if err != nil {
		return nil, fmt.Errorf("add up balances: %w", err)
	}
	return totals, nil
}
