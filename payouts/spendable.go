package payouts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// SpendableTx is what a program's budget has free just now, and whether new
// holds of it are refused all the same, as IsFrozen tells.
func SpendableTx(ctx context.Context, tx *gorm.DB, brand, program uuid.UUID, c Currency) (free Money, frozen bool, err error) {
	rows, err := tx.WithContext(ctx).Raw(`SELECT (SELECT COUNT(*) FROM payout_freezes WHERE scope = ? AND owner_id = ? OR scope = ? AND owner_id = ?),
		COALESCE((`+ledger.SelectBalance+`), 0)`, scopeBrand, brand, scopeProgram, program, account(ledger.ProgramBudget, program, c).ID()).Rows()
	if err != nil {
		return Money{}, false, fmt.Errorf("look up what program %s can spend: %w", program, err)
	}
	defer rows.Close()
	var freezes int64
	free.Currency = c
	for rows.Next() {
		err = errors.Join(err, rows.Scan(&freezes, &free.Minor))
	}
	if err := errors.Join(err, rows.Err()); err != nil {
		return Money{}, false, fmt.Errorf("look up what program %s can spend: %w", program, err)
	}
	return free, freezes > 0, nil
}
