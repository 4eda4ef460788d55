package payouts

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Violation is an invariant that does not hold for a subject.
type Violation = ledger.Violation

// Report is the outcome of Check.
type Report struct {
	Postings   int64
	Entries    int64
	Violations []Violation
}

// Balanced reports that every invariant holds.
func (r Report) Balanced() bool { return len(r.Violations) == 0 }

// Check proves the money's invariants on the transaction's snapshot: the
// ledger's own, and that holds, rewards and payouts say what the ledger says. It
// reads all of the ledger. On PostgreSQL the transaction must be repeatable read,
// or nothing else may write.
func Check(ctx context.Context, tx *gorm.DB) (Report, error) {
	var r Report
	tx = tx.WithContext(ctx)
	if err := tx.Table("ledger_postings").Count(&r.Postings).Error; err != nil {
		return Report{}, fmt.Errorf("count postings: %w", err)
	}
	if err := tx.Table("ledger_entries").Count(&r.Entries).Error; err != nil {
		return Report{}, fmt.Errorf("count entries: %w", err)
	}
	own, err := ledger.CheckTx(ctx, tx)
	if err != nil {
		return Report{}, err
	}
	rows, err := ledger.Broken(ctx, tx, rules())
	if err != nil {
		return Report{}, err
	}
	r.Violations = append(own, rows...)
	return r, nil
}
