package ledger

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// writeAtOnce is write in one statement, as PostgreSQL can: it inserts the
// postings, and entries and balances of those that were not there before.
func writeAtOnce(tx *gorm.DB, batch []prepared, rows []entryRow, changed []*accountRow) (int, error) {
	postings, err := postingRows(batch, rows)
	if err != nil {
		return 0, err
	}
	var args []any
	for _, p := range postings {
		args = append(args, p.ID, p.Key, p.Kind, p.Digest, p.PostedAt)
	}
	query := "WITH posted AS (INSERT INTO ledger_postings (id, key, kind, digest, posted_at) VALUES " +
		tuples("(?, ?, ?, ?, ?)", len(postings)) + " ON CONFLICT (key) DO NOTHING RETURNING id)"
	if len(changed) > 0 {
		for _, a := range changed {
			args = append(args, a.ID, a.Balance, a.Version)
		}
		query += `, changed AS (UPDATE ledger_accounts SET balance = v.column2, version = v.column3
			FROM (VALUES ` + tuples("(CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint))", len(changed)) + `) AS v
			WHERE ledger_accounts.id = v.column1 AND EXISTS (SELECT FROM posted))`
	}
	for _, r := range rows {
		args = append(args, r.PostingID, r.Line, r.AccountID, r.Currency, r.Amount, r.BalanceAfter, r.Version)
	}
	query += ` INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT v.* FROM (VALUES ` + tuples(`(CAST(? AS uuid), CAST(? AS integer), CAST(? AS text), CAST(? AS text), CAST(? AS bigint),
		CAST(? AS bigint), CAST(? AS bigint))`, len(rows)) + ") AS v JOIN posted ON posted.id = v.column1"
	res := tx.Exec(query, args...)
	if res.Error != nil {
		return 0, fmt.Errorf("insert postings and entries: %w", res.Error)
	}
	switch {
	case res.RowsAffected == int64(len(rows)):
		return len(batch), nil
	case res.RowsAffected == 0 && len(batch) == 1:
		_, err := dropPosted(tx, batch)
		return 0, err
	}
	return 0, ErrConcurrent
}

// tuples is n of one tuple of placeholders.
func tuples(one string, n int) string { return strings.Repeat(one+", ", n-1) + one }
