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

// rules compare two views of the same money by adding one and taking off the
// other: what does not come to zero differs.
func rules() []ledger.Rule {
	const (
		hold      = `'program:' || CAST(program_id AS text) || ':hold:' || currency`
		pending   = `'expert:' || CAST(expert_id AS text) || ':pending:' || currency`
		available = `'expert:' || CAST(expert_id AS text) || ':available:' || currency`
	)
	return []ledger.Rule{
		differ("program:hold is the open holds", balances(ledger.ProgramHold),
			`SELECT `+hold+`, -(reward_minor + fee_minor) FROM holds WHERE state = 'open'`),
		differ("expert:pending is the pending rewards", balances(ledger.ExpertPending),
			`SELECT `+pending+`, -amount_minor FROM rewards WHERE state = 'pending'`),
		differ("expert:available is the released rewards less the payouts", balances(ledger.ExpertAvailable),
			`SELECT `+available+`, -amount_minor FROM rewards WHERE state = 'released'`,
			`SELECT `+available+`, amount_minor FROM payouts WHERE state <> 'failed'`),
		differ("in_transit:payouts is the open payouts", balances(ledger.InTransitPayouts),
			`SELECT 'in_transit:payouts:' || currency, -amount_minor FROM payouts WHERE state IN ('created', 'sending')`),
		differ("fee:pending is the fees of pending rewards", entries(ledger.FeePending),
			`SELECT 'fee:pending:' || currency, -fee_minor FROM rewards WHERE state = 'pending'`),
		differ("revenue:platform_fee is the fees of released rewards", entries(ledger.PlatformFee),
			`SELECT 'revenue:platform_fee:' || currency, -fee_minor FROM rewards WHERE state = 'released'`),
		differ("an earned hold is its rewards and fees",
			`SELECT CAST(id AS text) AS subject, earned_minor AS v FROM holds`,
			`SELECT CAST(hold_id AS text), -(amount_minor + fee_minor) FROM rewards`),
		differ("every step has one posting, and no other", postedKeys, expectedKeys),
	}
}

// postedKeys and expectedKeys are the steps as posted, and as the rows tell.
const (
	postedKeys = `SELECT key AS subject, 1 AS v FROM ledger_postings WHERE kind IN ('hold', 'earn', 'void',
		'release', 'refuse', 'payout_intend', 'payout_send', 'payout_fail')`
	expectedKeys = `SELECT 'hold:' || CAST(id AS text) || ':hold', -1 FROM holds
		UNION ALL SELECT 'hold:' || CAST(id AS text) || ':earn', -1 FROM holds WHERE state = 'earned'
		UNION ALL SELECT 'hold:' || CAST(id AS text) || ':void', -1 FROM holds WHERE state = 'voided'
		UNION ALL SELECT 'reward:' || CAST(id AS text) || ':release', -1 FROM rewards WHERE state = 'released'
		UNION ALL SELECT 'reward:' || CAST(id AS text) || ':refuse', -1 FROM rewards WHERE state = 'refused'
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':intend', -1 FROM payouts
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':send', -1 FROM payouts WHERE state = 'sent'
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':fail', -1 FROM payouts WHERE state = 'failed'`
)

func balances(kind ledger.Kind) string {
	return `SELECT id AS subject, balance AS v FROM ledger_accounts WHERE kind = '` + string(kind) + `'`
}

func entries(kind ledger.Kind) string {
	return `SELECT account_id AS subject, amount AS v FROM ledger_entries WHERE account_id LIKE '` + string(kind) + `:%'`
}

func differ(name, first string, others ...string) ledger.Rule {
	union := first
	for _, other := range others {
		union += "\nUNION ALL " + other
	}
	return ledger.Rule{Name: name, Query: `SELECT subject, CAST(SUM(v) AS text) AS detail
		FROM (` + union + `) AS views GROUP BY subject HAVING SUM(v) <> 0`}
}
