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

// accountRow is what is known of a row of a constrained account.
type accountRow struct {
	ID      string
	Balance int64
	Version int64
	moved   bool
}

// apply locks the constrained accounts of the batch in the order of their ids
// and works out the entries with the balances after them. Missing accounts are
// opened only once it is known that the batch is covered.
func apply(tx *gorm.DB, batch []prepared) ([]entryRow, []*accountRow, error) {
	wanted, err := needed(tx, batch)
	if err != nil {
		return nil, nil, err
	}
	locked, err := lock(tx, wanted)
	if err != nil {
		return nil, nil, err
	}
	if len(locked) < len(wanted) {
		wanted = whole(wanted, locked)
		if _, err := entries(batch, trial(wanted, locked)); err != nil {
			return nil, nil, err
		}
		if err := open(tx, wanted, locked); err != nil {
			return nil, nil, err
		}
	}
	rows, err := entries(batch, locked)
	seen.add(wanted)
	return rows, moved(locked), err
}

// whole are the rows that are wanted, and all of those of accounts that are
// missing: an account is opened with all of its rows.
func whole(wanted map[string]Account, locked map[string]*accountRow) map[string]Account {
	rows := maps.Clone(wanted)
	for id, a := range wanted {
		if _, ok := locked[id]; !ok {
			for _, row := range a.rows() {
				rows[row] = a
			}
		}
	}
	return rows
}

// needed are the rows to be locked: of striped accounts those that the batch is
// near to, where they have the money, else all. They are looked at before any is
// locked, so that all can be locked in order.
func needed(tx *gorm.DB, batch []prepared) (map[string]Account, error) {
	near := constrained(batch, false)
	if !takesFromStripes(batch) {
		return near, nil
	}
	books, err := read(tx, near, "")
	if err != nil {
		return nil, err
	}
	if _, err := entries(batch, trial(near, books)); errors.Is(err, errOvertaken) {
		return constrained(batch, true), nil
	}
	return near, nil
}

func takesFromStripes(batch []prepared) bool {
	for _, p := range batch {
		for _, e := range p.Entries {
			if e.Minor < 0 && e.Account.striped() {
				return true
			}
		}
	}
	return false
}

// constrained are the rows of the batch's constrained accounts: every one, or
// those that it is near to.
func constrained(batch []prepared, every bool) map[string]Account {
	wanted := make(map[string]Account)
	for _, p := range batch {
		for i, e := range p.Entries {
			if !e.Account.Constrained() {
				continue
			}
			wanted[p.homes[i]] = e.Account
			if every {
				for _, id := range e.Account.rows() {
					wanted[id] = e.Account
				}
			}
		}
	}
	return wanted
}

// lock reads accounts for change. On SQLite the writing transaction is itself
// the lock, and the clause is dropped.
func lock(tx *gorm.DB, wanted map[string]Account) (map[string]*accountRow, error) {
	if tx.Dialector.Name() == "postgres" {
		return read(tx, wanted, " FOR NO KEY UPDATE")
	}
	return read(tx, wanted, "")
}

func read(tx *gorm.DB, wanted map[string]Account, clause string) (map[string]*accountRow, error) {
	locked := make(map[string]*accountRow, len(wanted))
	if len(wanted) == 0 {
		return locked, nil
	}
	ids := slices.Sorted(maps.Keys(wanted))
	query := "SELECT id, balance, version FROM ledger_accounts WHERE id IN ? ORDER BY id" + clause
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
		line := 0
		for i, e := range p.Entries {
			written, err := e.write(p.homes[i], books)
			if err != nil {
				return nil, fmt.Errorf("posting %s: %w", p.Key, err)
			}
			for _, row := range written {
				line++
				row.Posting, row.Line, row.Currency = p.Key, line, string(e.Account.Currency)
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// write adds an entry to the books, or refuses.
func (e Entry) write(home string, books map[string]*accountRow) ([]entryRow, error) {
	if !e.Account.Constrained() {
		return []entryRow{{AccountID: e.Account.ID(), Amount: e.Minor}}, nil
	}
	minor, sign := e.Minor, int64(1)
	if e.Account.Kind.Debit() {
		minor, sign = -minor, -1
	}
	changes, err := e.changes(minor, home, books)
	if err != nil {
		return nil, err
	}
	rows := make([]entryRow, len(changes))
	for i, c := range changes {
		book := books[c.row]
		book.Balance += c.minor
		book.Version++
		book.moved = true
		balance, version := book.Balance, book.Version
		rows[i] = entryRow{AccountID: c.row, Amount: sign * c.minor, BalanceAfter: &balance, Version: &version}
	}
	return rows, nil
}

// changes are to the account's own row, the one near to what the posting is
// about, and to others where that lacks the money.
func (e Entry) changes(minor int64, home string, books map[string]*accountRow) ([]change, error) {
	switch have := books[home].Balance; {
	case minor > 0 && have > e.Account.most()-minor:
		return nil, money.ErrOverflow
	case have+minor >= 0:
		return []change{{home, minor}}, nil
	}
	total := int64(0)
	for _, id := range e.Account.rows() {
		if books[id] == nil {
			return nil, errOvertaken // the others are not locked
		}
		total += books[id].Balance
	}
	if total+minor < 0 {
		return nil, &InsufficientFundsError{Account: e.Account, Missing: money.Of(-(total + minor), e.Account.Currency)}
	}
	return spread(e.Account, -minor, home, books), nil
}

func moved(locked map[string]*accountRow) []*accountRow {
	rows := make([]*accountRow, 0, len(locked))
	for _, row := range locked {
		if row.moved {
			rows = append(rows, row)
		}
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
		for ; next < len(rows) && rows[next].Posting == p.Key; next++ {
			rows[next].PostingID = id
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
