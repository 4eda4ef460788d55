package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"maps"

	"knowhow/payouts/money"
)

// Memory is a ledger that is kept nowhere: the same rules, without a database. The
// zero value is empty. It is for tests and simulations, and not for concurrent
// use.
type Memory struct {
	digests map[string][]byte
	books   map[string]*accountRow
	sums    map[Account]int64    // of accounts without a balance
	names   map[Account][]string // of the rows of those with one: to write them out takes long
	entries []entryRow
	checked int
	last    map[string]entryRow // of each row, as far as it is checked
	total   map[money.Currency]int64
}

// Post is PostTx.
func (m *Memory) Post(p Posting) (bool, error) {
	one, err := prepare(p)
	if err != nil {
		return false, err
	}
	if before, ok := m.digests[p.Key]; ok {
		if !bytes.Equal(before, one.digest) {
			return false, fmt.Errorf("%w: %s", ErrKeyReused, p.Key)
		}
		return false, nil
	}
	if m.digests == nil {
		m.digests, m.books, m.sums = map[string][]byte{}, map[string]*accountRow{}, map[Account]int64{}
		m.last, m.total = map[string]entryRow{}, map[money.Currency]int64{}
	}
	trial := trial(constrained([]prepared{one}, true), m.books)
	rows, err := entries([]prepared{one}, trial)
	if err != nil {
		return false, err
	}
	maps.Copy(m.books, trial)
	for _, e := range one.Entries {
		if !e.Account.Constrained() {
			m.sums[e.Account] += e.Minor
		}
	}
	m.digests[p.Key] = one.digest
	m.entries = append(m.entries, rows...)
	return true, nil
}

// Balance is BalanceTx.
func (m *Memory) Balance(a Account) int64 {
	if !a.Constrained() {
		if a.Kind.Debit() {
			return -m.sums[a]
		}
		return m.sums[a]
	}
	var balance int64
	for _, id := range m.rows(a) {
		if row, ok := m.books[id]; ok {
			balance += row.Balance
		}
	}
	return balance
}

func (m *Memory) rows(a Account) []string {
	ids, known := m.names[a]
	if known {
		return ids
	}
	if m.names == nil {
		m.names = map[Account][]string{}
	}
	ids = a.rows()
	m.names[a] = ids
	return ids
}

// Postings is how many there are.
func (m *Memory) Postings() int { return len(m.digests) }

// Check proves what was posted since it was last called: that entries add up to
// zero per currency, that each balance follows from the one before, that versions
// have no gap, and that no balance is below zero.
func (m *Memory) Check() error {
	for _, e := range m.entries[m.checked:] {
		m.total[money.Currency(e.Currency)] += e.Amount
		if e.Version == nil {
			continue
		}
		before := m.last[e.AccountID]
		balance, version := int64(0), int64(0)
		if before.Version != nil {
			balance, version = *before.BalanceAfter, *before.Version
		}
		change := *e.BalanceAfter - balance
		if change != e.Amount && change != -e.Amount || *e.Version != version+1 || *e.BalanceAfter < 0 {
			return fmt.Errorf("row %s: %d after %d, version %d after %d", e.AccountID, *e.BalanceAfter, balance, *e.Version, version)
		}
		m.last[e.AccountID] = e
	}
	m.checked = len(m.entries)
	for c, sum := range m.total {
		if sum != 0 {
			return fmt.Errorf("entries add up to %s", money.Of(sum, c))
		}
	}
	for id, row := range m.books {
		if last := m.last[id]; row.Version > 0 && (last.Version == nil || *last.Version != row.Version || *last.BalanceAfter != row.Balance) {
			return errors.New("row " + id + " is not what its entries say")
		}
	}
	return nil
}
