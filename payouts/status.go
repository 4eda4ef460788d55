package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Status is how sending stands: what is under way, what nobody has explained, and
// how far the provider's books were read.
type Status struct {
	Provider     string
	Paused       *Pause // nil: payouts go on
	Open         []OpenWork
	Waiting      int // entries of the provider's books without a posting yet
	Suspense     int // entries that went to suspense
	Unseen       int // orders that the provider did not show when they were looked at
	ReconciledAt *time.Time
	ComparedAt   *time.Time
}

// OpenWork is the payouts, or orders, of a kind, state and currency that are under
// way; Oldest is when the first of them was made, NextAt when one is due.
type OpenWork struct {
	Kind     MoveKind
	State    PayoutState
	Currency Currency
	Count    int
	Minor    int64
	Oldest   time.Time
	NextAt   time.Time
}

// StatusTx reads how sending stands at the service's provider.
func (s *Service) StatusTx(ctx context.Context, tx *gorm.DB) (st Status, err error) {
	tx = tx.WithContext(ctx)
	st.Provider = s.Provider.Label()
	pause, paused, err := PausedSince(ctx, tx)
	if err != nil {
		return st, err
	}
	if paused {
		st.Paused = &pause
	}
	if st.Open, err = s.open(tx); err != nil {
		return st, err
	}
	row := tx.Raw(`SELECT COALESCE(SUM(CASE state WHEN 'waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE state WHEN 'suspense' THEN 1 ELSE 0 END), 0)
		FROM provider_entries WHERE provider = ? AND state <> 'matched'`, st.Provider).Row()
	if err := row.Scan(&st.Waiting, &st.Suspense); err != nil {
		return st, fmt.Errorf("count the entries without a posting: %w", err)
	}
	err = tx.Raw("SELECT COUNT(*) FROM payout_orders WHERE next_look_at IS NOT NULL AND failure <> '' AND provider = ?", st.Provider).Scan(&st.Unseen).Error
	if err != nil {
		return st, fmt.Errorf("count the orders that were not shown: %w", err)
	}
	var last reconciliation
	err = tx.Where("provider = ?", st.Provider).Take(&last).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return st, nil
	}
	if err != nil {
		return st, fmt.Errorf("read when the books were read: %w", err)
	}
	if !last.DoneAt.IsZero() { // else nobody is through yet
		st.ReconciledAt = &last.DoneAt
	}
	st.ComparedAt = last.ComparedAt
	return st, nil
}

// open lists what is under way, payouts first.
func (s *Service) open(tx *gorm.DB) ([]OpenWork, error) {
	payouts, err := openOf(tx, payoutsTable, "'transfer'", s.Provider.Label())
	if err != nil {
		return nil, err
	}
	orders, err := openOf(tx, ordersTable, "kind", s.Provider.Label())
	return append(payouts, orders...), err
}

func openOf(tx *gorm.DB, table, kind, provider string) ([]OpenWork, error) {
	var list []OpenWork
	err := tx.Raw(`SELECT `+kind+` AS kind, state, currency, COUNT(*) AS count, CAST(SUM(amount_minor) AS bigint) AS minor FROM `+table+`
		WHERE state IN ('created', 'sending') AND provider = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, provider).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("count what is under way: %w", err)
	}
	for i := range list {
		w := &list[i]
		for column, into := range map[string]*time.Time{"created_at": &w.Oldest, "not_before": &w.NextAt} {
			err := tx.Raw(`SELECT `+column+` FROM `+table+` WHERE state = ? AND currency = ? AND provider = ? AND `+kind+` = ? ORDER BY `+column+` LIMIT 1`,
				w.State, w.Currency, provider, w.Kind).Row().Scan(into)
			if err != nil {
				return nil, fmt.Errorf("find the first under way: %w", err)
			}
		}
	}
	return list, nil
}
