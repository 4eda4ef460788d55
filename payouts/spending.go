package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Spending is where a program's money of one currency is, in minor units. Budget
// may still be spent, Held is set aside for work under way. Earned is rewards and
// fees that were earned since a time and not refused, Bonuses what was granted
// since then, TakenBack what came back of released rewards.
type Spending struct {
	Budget, Held               int64
	Earned, Bonuses, TakenBack int64
}

// Spent is what was spent since then, less what came back.
func (s Spending) Spent() int64 { return s.Earned + s.Bonuses - s.TakenBack }

// ProgramCurrency is a program, and one of the currencies it has money in.
type ProgramCurrency struct {
	Program  uuid.UUID
	Currency Currency
}

// SpendingTx reads where the money of programs is, and what they spent since a
// time, in one statement: money that moves meanwhile counts once. A program
// without any money has no line.
func SpendingTx(ctx context.Context, tx *gorm.DB, since time.Time, programs []uuid.UUID) (map[ProgramCurrency]Spending, error) {
	found := map[ProgramCurrency]Spending{}
	if len(programs) == 0 {
		return found, nil
	}
	tx, since = tx.WithContext(ctx), stamp(since)
	return found, addUp(tx, found, `SELECT owner_id, currency, kind, CAST(SUM(balance) AS bigint) FROM ledger_accounts
			WHERE owner_id IN ? AND kind IN ? GROUP BY owner_id, currency, kind
		UNION ALL SELECT program_id, currency, 'earned', CAST(SUM(amount_minor + fee_minor) AS bigint) FROM rewards
			WHERE program_id IN ? AND state <> 'refused' AND earned_at >= ? GROUP BY program_id, currency
		UNION ALL SELECT program_id, currency, 'bonuses', CAST(SUM(amount_minor) AS bigint) FROM bonuses
			WHERE program_id IN ? AND granted_at >= ? GROUP BY program_id, currency
		UNION ALL SELECT r.program_id, r.currency, 'taken back', CAST(SUM(r.amount_minor + r.fee_minor) AS bigint)
			FROM clawbacks AS c JOIN rewards AS r ON r.id = c.reward_id
			WHERE r.program_id IN ? AND c.clawed_at >= ? GROUP BY r.program_id, r.currency`,
		programs, []ledger.Kind{ledger.ProgramBudget, ledger.ProgramHold}, programs, since, programs, since, programs, since)
}

// addUp adds a query's sums to what was found: program, currency, of what, sum.
func addUp(tx *gorm.DB, found map[ProgramCurrency]Spending, query string, args ...any) error {
	rows, err := tx.Raw(query, args...).Rows()
	if err != nil {
		return fmt.Errorf("add up what programs spend: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var of ProgramCurrency
		var what string
		var minor int64
		if err := rows.Scan(&of.Program, &of.Currency, &what, &minor); err != nil {
			return fmt.Errorf("add up what programs spend: %w", err)
		}
		s := found[of]
		switch what {
		case string(ledger.ProgramBudget):
			s.Budget += minor
		case string(ledger.ProgramHold):
			s.Held += minor
		case "earned":
			s.Earned += minor
		case "bonuses":
			s.Bonuses += minor
		case "taken back":
			s.TakenBack += minor
		}
		found[of] = s
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("add up what programs spend: %w", err)
	}
	return nil
}
