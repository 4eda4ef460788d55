package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// accountRow is what is known of a constrained account.
type accountRow struct {
	ID      string
	Balance int64
	Version int64
}

// apply locks the constrained accounts of the batch in the order of their ids
// and works out the entries with the balances after them. Missing accounts are
// opened only once it is known that the batch is covered.
func apply(tx *gorm.DB, batch []prepared) ([]entryRow, []*accountRow, error) {
	wanted := constrained(batch)
	locked, err := lock(tx, wanted)
	if err != nil {
		return nil, nil, err
	}
	if len(locked) < len(wanted) {
		if _, err := entries(batch, trial(wanted, locked)); err != nil {
			return nil, nil, err
		}
		if err := open(tx, wanted, locked); err != nil {
			return nil, nil, err
		}
	}
	rows, err := entries(batch, locked)
	changed := inOrder(locked)
	seen.add(changed)
	return rows, changed, err
}

func constrained(batch []prepared) map[string]Account {
	wanted := make(map[string]Account)
	for _, p := range batch {
		for _, e := range p.Entries {
			if e.Account.Constrained() {
				wanted[e.Account.ID()] = e.Account
			}
		}
	}
	return wanted
}

// lock reads accounts for change. On SQLite the writing transaction is itself
// the lock, and the clause is dropped.
func lock(tx *gorm.DB, wanted map[string]Account) (map[string]*accountRow, error) {
	locked := make(map[string]*accountRow, len(wanted))
	if len(wanted) == 0 {
		return locked, nil
	}
	ids := make([]string, 0, len(wanted))
	for id := range wanted {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	query := "SELECT id, balance, version FROM ledger_accounts WHERE id IN ? ORDER BY id"
	if tx.Dialector.Name() == "postgres" {
		query += " FOR NO KEY UPDATE"
	}
	rows, err := tx.Raw(query, ids).Rows()
	if err != nil {
		return nil, fmt.Errorf("lock accounts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row := &accountRow{}
		if err := rows.Scan(&row.ID, &row.Balance, &row.Version); err != nil {
			return nil, fmt.Errorf("lock accounts: %w", err)
		}
		locked[row.ID] = row
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("lock accounts: %w", err)
	}
	return locked, nil
}

// trial is a copy of what is locked, with the missing accounts empty.
func trial(wanted map[string]Account, locked map[string]*accountRow) map[string]*accountRow {
	books := make(map[string]*accountRow, len(wanted))
	for id := range wanted {
		books[id] = &accountRow{ID: id}
		if row, ok := locked[id]; ok {
			*books[id] = *row
		}
	}
	return books
}

// open creates the missing accounts. Those that somebody else has opened
// meanwhile are locked instead.
func open(tx *gorm.DB, wanted map[string]Account, locked map[string]*accountRow) error {
	missing := make(map[string]Account)
	for id, a := range wanted {
		if _, ok := locked[id]; !ok {
			missing[id] = a
		}
	}
	opened, err := insertAccounts(tx, missing)
	if err != nil {
		return err
	}
	for _, id := range opened {
		locked[id] = &accountRow{ID: id}
		delete(missing, id)
	}
	others, err := lock(tx, missing)
	if err != nil {
		return err
	}
	maps.Copy(locked, others)
	if len(locked) != len(wanted) {
		return errors.New("open accounts: some are still missing")
	}
	return nil
}

// insertAccounts opens accounts in the order of their ids and returns the ids of
// those that were not there before.
func insertAccounts(tx *gorm.DB, missing map[string]Account) (opened []string, err error) {
	ids := slices.Sorted(maps.Keys(missing))
	args := make([]any, 0, 4*len(ids))
	for _, id := range ids {
		a := missing[id]
		var owner *uuid.UUID
		if a.Owner != uuid.Nil {
			owner = &a.Owner
		}
		args = append(args, id, a.Kind, owner, string(a.Currency))
	}
	err = tx.Raw("INSERT INTO ledger_accounts (id, kind, owner_id, currency) VALUES "+tuples("(?, ?, ?, ?)", len(ids))+
		" ON CONFLICT DO NOTHING RETURNING id", args...).Scan(&opened).Error
	if err != nil {
		return nil, fmt.Errorf("open accounts: %w", err)
	}
	return opened, nil
}

// entries lays the batch over the books, in order, and returns the entries to
// write. It changes the books.
func entries(batch []prepared, books map[string]*accountRow) ([]entryRow, error) {
	var rows []entryRow
	for _, p := range batch {
		for i, e := range p.Entries {
			row := entryRow{Line: i + 1, AccountID: e.Account.ID(), Currency: string(e.Account.Currency), Amount: e.Minor}
			if book, ok := books[row.AccountID]; ok {
				if err := book.take(e); err != nil {
					return nil, fmt.Errorf("posting %s: %w", p.Key, err)
				}
				balance, version := book.Balance, book.Version
				row.BalanceAfter, row.Version = &balance, &version
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// take adds an entry to the account's balance, or refuses.
func (a *accountRow) take(e Entry) error {
	minor := e.Minor
	if e.Account.Kind.Debit() {
		minor = -minor
	}
	balance, err := money.Add(a.Balance, minor)
	if err != nil {
		return err
	}
	if balance < 0 {
		return &InsufficientFundsError{Account: e.Account, Missing: money.Of(-balance, e.Account.Currency)}
	}
	a.Balance = balance
	a.Version++
	return nil
}

func inOrder(locked map[string]*accountRow) []*accountRow {
	rows := make([]*accountRow, 0, len(locked))
	for _, row := range locked {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *accountRow) int { return strings.Compare(a.ID, b.ID) })
	return rows
}

// postingRows makes the postings' rows, and gives the entries their posting's
// id.
func postingRows(batch []prepared, rows []entryRow) ([]postingRow, error) {
	postings, next := make([]postingRow, len(batch)), 0
	for i, p := range batch {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("make posting id: %w", err)
		}
		postings[i] = postingRow{ID: id, Key: p.Key, Kind: p.Kind, Digest: p.digest, PostedAt: p.At.UTC()}
		for range p.Entries {
			rows[next].PostingID = id
			next++
		}
	}
	return postings, nil
}

// insertPostings writes the postings and returns how many were new.
func insertPostings(tx *gorm.DB, postings []postingRow) (int, error) {
	args := make([]any, 0, 5*len(postings))
	for _, p := range postings {
		args = append(args, p.ID, p.Key, p.Kind, p.Digest, p.PostedAt)
	}
	res := tx.Exec("INSERT INTO ledger_postings (id, key, kind, digest, posted_at) VALUES "+
		tuples("(?, ?, ?, ?, ?)", len(postings))+" ON CONFLICT (key) DO NOTHING", args...)
	if res.Error != nil {
		return 0, fmt.Errorf("insert postings: %w", res.Error)
	}
	return int(res.RowsAffected), nil
}

func insertEntries(tx *gorm.DB, rows []entryRow) error {
	args := make([]any, 0, 7*len(rows))
	for _, r := range rows {
		args = append(args, r.PostingID, r.Line, r.AccountID, r.Currency, r.Amount, r.BalanceAfter, r.Version)
	}
	err := tx.Exec("INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version) VALUES "+
		tuples("(?, ?, ?, ?, ?, ?, ?)", len(rows)), args...).Error
	if err != nil {
		return fmt.Errorf("insert entries: %w", err)
	}
	return nil
}

// updateAccounts writes the new balances of locked accounts in one statement.
func updateAccounts(tx *gorm.DB, changed []*accountRow) error {
	if len(changed) == 0 {
		return nil
	}
	var values strings.Builder
	args := make([]any, 0, 3*len(changed))
	for i, a := range changed {
		if i > 0 {
			values.WriteString(", ")
		}
		values.WriteString("(CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint))")
		args = append(args, a.ID, a.Balance, a.Version)
	}
	res := tx.Exec(`UPDATE ledger_accounts SET balance = v.column2, version = v.column3
		FROM (VALUES `+values.String()+`) AS v WHERE ledger_accounts.id = v.column1`, args...)
	if res.Error != nil {
		return fmt.Errorf("update balances: %w", res.Error)
	}
	if res.RowsAffected != int64(len(changed)) {
		return fmt.Errorf("update balances: %d of %d accounts", res.RowsAffected, len(changed))
	}
	return nil
}
