package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts"
)

// entryRow is one entry of the books of the platform's balance.
type entryRow struct {
	ID          string
	Kind        payouts.EntryKind
	Currency    payouts.Currency
	GrossMinor  int64
	FeeMinor    int64
	NetMinor    int64
	Source      string
	OfID        string
	SubjectID   *uuid.UUID
	MadeAt      time.Time
	AvailableAt time.Time
}

func (entryRow) TableName() string { return "sandbox_entries" }

func (r entryRow) entry() payouts.BalanceTransaction {
	b := payouts.BalanceTransaction{
		ID: r.ID, Kind: r.Kind, Currency: r.Currency, Gross: r.GrossMinor, Fee: r.FeeMinor, Net: r.NetMinor,
		Source: r.Source, Of: r.OfID, At: r.MadeAt, AvailableAt: r.AvailableAt,
	}
	if r.SubjectID != nil {
		b.Subject = *r.SubjectID
	}
	return b
}

// The beginnings of ids in the books.
const (
	entryPrefix  = "sandbox_txn_"
	chargeSource = "sandbox_ch_"
)

// Payment is what a brand has paid; ID is our funding's.
type Payment struct {
	ID    uuid.UUID
	Gross payouts.Money
	Fee   int64 // in minor units of the same currency
}

// ReceiveTx puts a payment into the sandbox's books, once, in the transaction of
// whoever made it: for those who pay without a checkout.
func ReceiveTx(ctx context.Context, tx *gorm.DB, now time.Time, p Payment) error {
	return receive(tx.WithContext(ctx), now, p)
}

func receive(tx *gorm.DB, now time.Time, p Payment) error {
	at := now.UTC().Truncate(time.Microsecond)
	_, err := enter(tx, entryRow{
		ID: entryPrefix + p.ID.String(), Kind: payouts.EntryPayment, Currency: p.Gross.Currency, GrossMinor: p.Gross.Minor, FeeMinor: p.Fee,
		Source: chargeSource + p.ID.String(), SubjectID: &p.ID, MadeAt: at, AvailableAt: at,
	})
	return err
}

// enter writes an entry and changes the balance by it, once; false where the
// balance lacks what it takes, and nothing was written.
func enter(tx *gorm.DB, e entryRow) (bool, error) {
	e.NetMinor = e.GrossMinor - e.FeeMinor
	if e.NetMinor < 0 {
		taken := tx.Exec("UPDATE sandbox_balances SET minor = minor + ? WHERE currency = ? AND minor >= ?", e.NetMinor, e.Currency, -e.NetMinor)
		if taken.Error != nil {
			return false, fmt.Errorf("change sandbox balance: %w", taken.Error)
		}
		if taken.RowsAffected == 0 {
			return false, nil
		}
	}
	made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
	if made.Error != nil {
		return false, fmt.Errorf("insert sandbox entry: %w", made.Error)
	}
	if made.RowsAffected == 0 || e.NetMinor < 0 {
		return true, nil
	}
	err := tx.Exec(`INSERT INTO sandbox_balances (currency, minor) VALUES (?, ?)
		ON CONFLICT (currency) DO UPDATE SET minor = sandbox_balances.minor + excluded.minor`, e.Currency, e.NetMinor).Error
	if err != nil {
		return false, fmt.Errorf("change sandbox balance: %w", err)
	}
	return true, nil
}

// Balance implements payouts.Provider: all of it can be moved at once.
func (p *Provider) Balance(ctx context.Context) (balances []payouts.ProviderBalance, err error) {
	if err := p.land(ctx); err != nil {
		return nil, err
	}
	err = p.read(ctx, func(tx *gorm.DB) error {
		return tx.Raw("SELECT currency, minor AS available FROM sandbox_balances ORDER BY currency").Scan(&balances).Error
	})
	if err != nil {
		return nil, fmt.Errorf("read sandbox balances: %w", err)
	}
	return balances, nil
}

// errOnlyRead ends a transaction that has nothing to commit.
var errOnlyRead = errors.New("only read")

// read runs fn in a transaction that commits nothing: who asks changes nothing.
func (p *Provider) read(ctx context.Context, fn func(tx *gorm.DB) error) error {
	err := p.InTx(ctx, func(tx *gorm.DB) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errOnlyRead
	})
	if errors.Is(err, errOnlyRead) {
		return nil
	}
	return err
}

// BalanceTransactions implements payouts.Provider.
func (p *Provider) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	if err := p.land(ctx); err != nil {
		return payouts.BalancePage{}, err
	}
	limit := min(max(q.Limit, 1), 100)
	var rows []entryRow
	err := p.read(ctx, func(tx *gorm.DB) error {
		rows = nil
		query := tx.Where("made_at >= ?", q.From.UTC())
		if q.After != "" {
			var after entryRow
			err := tx.Where("id = ?", q.After).Take(&after).Error
			if errors.Is(err, gorm.ErrRecordNotFound) {
				return answer(codeNoSuch)
			}
			if err != nil {
				return err
			}
			query = query.Where("(made_at, id) < (?, ?)", after.MadeAt, after.ID)
		}
		return query.Order("made_at DESC, id DESC").Limit(limit + 1).Find(&rows).Error
	})
	if err != nil {
		return payouts.BalancePage{}, fmt.Errorf("list sandbox entries: %w", err)
	}
	page := payouts.BalancePage{More: len(rows) > limit}
	for _, r := range rows[:min(limit, len(rows))] {
		page.Next, page.Entries = r.ID, append(page.Entries, r.entry())
	}
	return page, nil
}
