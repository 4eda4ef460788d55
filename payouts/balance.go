package payouts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Earnings is where an expert's money stands in one currency, in minor units:
// under review, available, in a payout under way, paid out.
type Earnings struct {
	Currency  Currency
	Pending   int64
	Available int64
	InTransit int64
	PaidOut   int64
}

// EarningsOf returns an expert's earnings per currency, by currency.
func EarningsOf(ctx context.Context, tx *gorm.DB, expert uuid.UUID) ([]Earnings, error) {
	var earnings []Earnings
	err := tx.WithContext(ctx).Raw(`
		SELECT currency, CAST(SUM(pending) AS bigint) AS pending, CAST(SUM(available) AS bigint) AS available,
			CAST(SUM(in_transit) AS bigint) AS in_transit, CAST(SUM(paid_out) AS bigint) AS paid_out
		FROM (
			SELECT currency, CASE kind WHEN ? THEN balance ELSE 0 END AS pending,
				CASE kind WHEN ? THEN balance ELSE 0 END AS available, 0 AS in_transit, 0 AS paid_out
			FROM ledger_accounts WHERE owner_id = ?
			UNION ALL
			SELECT currency, 0, 0, CASE state WHEN 'sent' THEN 0 ELSE amount_minor END,
				CASE state WHEN 'sent' THEN amount_minor ELSE 0 END
			FROM payouts WHERE expert_id = ? AND state <> 'failed') AS parts
		GROUP BY currency ORDER BY currency`,
		ledger.ExpertPending, ledger.ExpertAvailable, expert, expert).Scan(&earnings).Error
	if err != nil {
		return nil, fmt.Errorf("read earnings of expert %s: %w", expert, err)
	}
	return earnings, nil
}

// Totals is what all rewards and payouts of one currency come to, in minor units.
type Totals struct {
	Currency  Currency
	Pending   int64 // rewards under review
	Released  int64 // rewards released, paid out or not
	Refused   int64 // rewards given back
	Fees      int64 // our fees on released rewards
	InTransit int64 // payouts under way
	PaidOut   int64 // payouts sent
}

// TotalsTx returns the totals per currency, by currency.
func TotalsTx(ctx context.Context, tx *gorm.DB) ([]Totals, error) {
	var totals []Totals
	err := tx.WithContext(ctx).Raw(`
		SELECT currency,
			CAST(SUM(CASE state WHEN 'pending' THEN minor ELSE 0 END) AS bigint) AS pending,
			CAST(SUM(CASE state WHEN 'released' THEN minor ELSE 0 END) AS bigint) AS released,
			CAST(SUM(CASE state WHEN 'refused' THEN minor ELSE 0 END) AS bigint) AS refused,
			CAST(SUM(CASE state WHEN 'released' THEN fee ELSE 0 END) AS bigint) AS fees,
			CAST(SUM(CASE WHEN state IN ('created', 'sending') THEN minor ELSE 0 END) AS bigint) AS in_transit,
			CAST(SUM(CASE state WHEN 'sent' THEN minor ELSE 0 END) AS bigint) AS paid_out
		FROM (
			SELECT currency, state, amount_minor AS minor, fee_minor AS fee FROM rewards
			UNION ALL
			SELECT currency, state, amount_minor, 0 FROM payouts) AS parts
		GROUP BY currency ORDER BY currency`).Scan(&totals).Error
	if err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	return totals, nil
}
