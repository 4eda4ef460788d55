package ledger

import (
	"fmt"
	"slices"

	"gorm.io/gorm"
)

// writeEach is three statements, and one for each rider. Where one writes at a
// time, the balances read by the last are those that the one before has written.
func (q quick) writeEach(tx *gorm.DB, riders []Rider) (bool, error) {
	lines, rows := q.table()
	needed, needs := conditions(riders)
	args := append(append(slices.Clone(rows), q.id, q.Key, q.Kind, q.digest, q.At.UTC(), q.changed), needs...)
	posted := tx.Exec("WITH "+lines+` INSERT INTO ledger_postings (id, key, kind, digest, posted_at) SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*)
		FROM v JOIN ledger_accounts AS b ON b.id = v.id WHERE most > 0 AND `+covered+`) = ?`+needed+` ON CONFLICT (key) DO NOTHING`, args...)
	if posted.Error != nil || posted.RowsAffected == 0 {
		return false, posted.Error
	}
	err := tx.Exec("WITH "+lines+` UPDATE ledger_accounts SET balance = balance + v.change, version = version + 1 FROM v
		WHERE ledger_accounts.id = v.id AND v.most > 0`, rows...).Error
	if err != nil {
		return false, fmt.Errorf("update balances: %w", err)
	}
	err = tx.Exec("WITH "+lines+` INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT ?, v.line, v.id, v.currency, v.amount, b.balance, b.version FROM v
		LEFT JOIN ledger_accounts AS b ON b.id = v.id`, append(slices.Clone(rows), q.id)...).Error
	if err != nil {
		return false, fmt.Errorf("insert entries: %w", err)
	}
	err = ride(tx, riders)
	return err == nil, err
}

// table is a table of the posting's lines: number, row, currency, amount, and of
// a constrained account what is added to its balance and the most that it can
// hold.
func (q quick) table() (table string, args []any) {
	for i, l := range q.lines {
		args = append(args, i+1, l.row, string(l.Account.Currency), l.Minor, l.change(), l.most)
	}
	one := "(CAST(? AS integer), CAST(? AS text), CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint))"
	return "v (line, id, currency, amount, change, most) AS (VALUES " + tuples(one, len(q.lines)) + ")", args
}

// covered is the condition that a balance and its change stay in bounds.
const covered = "CASE WHEN change < 0 THEN balance >= -change ELSE balance <= most - change END"
