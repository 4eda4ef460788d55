package payouts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// PostedLine is one account's part in a posting: what it was credited with, below
// zero what it was debited with. Owner is zero of an account without one.
type PostedLine struct {
	Kind  ledger.Kind
	Owner uuid.UUID
	Money
}

// PostedLinesTx reads a posting by its key; none where there is no such posting.
func PostedLinesTx(ctx context.Context, tx *gorm.DB, key string) ([]PostedLine, error) {
	entries, err := ledger.FindTx(ctx, tx, key)
	if errors.Is(err, ledger.ErrNoPosting) {
		return nil, nil
	}
	lines := make([]PostedLine, len(entries))
	for i, e := range entries {
		lines[i] = PostedLine{Kind: e.Account.Kind, Owner: e.Account.Owner, Money: Money{Minor: e.Minor, Currency: e.Account.Currency}}
	}
	return lines, err
}

// ClearKey is the key under which ClearSuspenseTx posts.
func (x Explanation) ClearKey() string { return bookingKey(x.Provider, x.Line) + ":clear" }

// Suspended is a line of the provider's books that nobody has explained yet: what
// it brought, below zero what it took.
type Suspended struct {
	Provider, Line string
	Money
	At time.Time
}

// Debt is what an expert or a brand owes us.
type Debt struct {
	Kind  ledger.Kind // ledger.ExpertOwes or ledger.BrandOwes
	Owner uuid.UUID
	Money
}

// OfBrand reports that a brand owes it, and no expert.
func (d Debt) OfBrand() bool { return d.Kind == ledger.BrandOwes }

// SuspendedTx lists what is in suspense, the oldest first, at most limit.
func SuspendedTx(ctx context.Context, tx *gorm.DB, limit int) ([]Suspended, error) {
	var rows []struct {
		Key      string
		Currency Currency
		Amount   int64
		At       time.Time
	}
	err := tx.WithContext(ctx).Raw(`SELECT p.key, e.currency, e.amount, p.posted_at AS at FROM ledger_postings AS p
		JOIN ledger_entries AS e ON e.posting_id = p.id AND e.account_id >= 'suspense:' AND e.account_id < 'suspense;'
		WHERE p.kind = 'suspend' AND NOT EXISTS (SELECT 1 FROM ledger_postings AS c WHERE c.key IN (p.key || ':clear', p.key || '`+partBack+`'))
		ORDER BY p.posted_at, p.key LIMIT ?`, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list what is in suspense: %w", err)
	}
	list := make([]Suspended, len(rows))
	for i, r := range rows {
		provider, line, _ := strings.Cut(strings.TrimPrefix(r.Key, "books:"), ":")
		list[i] = Suspended{Provider: provider, Line: line, Money: Money{Minor: r.Amount, Currency: r.Currency}, At: r.At.UTC()}
	}
	return list, nil
}

// DebtsTx lists what is owed to us, the largest first, at most limit.
func DebtsTx(ctx context.Context, tx *gorm.DB, limit int) ([]Debt, error) {
	var rows []struct {
		Kind     ledger.Kind
		OwnerID  uuid.UUID
		Currency Currency
		Balance  int64
	}
	err := tx.WithContext(ctx).Raw(`SELECT kind, owner_id, currency, balance FROM ledger_accounts WHERE kind IN ? AND balance > 0
		ORDER BY balance DESC, id LIMIT ?`, []ledger.Kind{ledger.ExpertOwes, ledger.BrandOwes}, limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list what is owed: %w", err)
	}
	list := make([]Debt, len(rows))
	for i, r := range rows {
		list[i] = Debt{Kind: r.Kind, Owner: r.OwnerID, Money: Money{Minor: r.Balance, Currency: r.Currency}}
	}
	return list, nil
}
