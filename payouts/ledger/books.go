package ledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// BooksTx adds up every account by kind and currency, in that order, those
// without balance rows too: it reads all of their entries.
func BooksTx(ctx context.Context, tx *gorm.DB) ([]Total, error) {
	totals, err := TotalsTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	var hot []struct {
		AccountID string
		Currency  money.Currency
		Minor     int64
	}
	err = tx.WithContext(ctx).Raw(`SELECT account_id, currency, CAST(SUM(amount) AS bigint) AS minor
		FROM ledger_entries WHERE version IS NULL GROUP BY account_id, currency`).Scan(&hot).Error
	if err != nil {
		return nil, fmt.Errorf("add up entries: %w", err)
	}
	for _, h := range hot {
		kind := Kind(strings.TrimSuffix(h.AccountID, ":"+string(h.Currency)))
		if kind.Debit() {
			h.Minor = -h.Minor
		}
		totals = append(totals, Total{Kind: kind, Currency: h.Currency, Minor: h.Minor})
	}
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Currency, b.Currency))
	})
	return totals, nil
}
