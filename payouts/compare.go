package payouts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// compare holds the sums of both books against each other. before is the
// provider's balance as it was before its books were read: while it moves
// meanwhile there is nothing to compare.
func (s *Service) compare(ctx context.Context, before []ProviderBalance, r *Reconciled) error {
	after, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(before, after) {
		return nil
	}
	now := s.now()
	return s.InTx(ctx, func(tx *gorm.DB) error {
		differing, err := s.differences(ctx, tx, after, now)
		if err != nil {
			return err
		}
		if len(differing) > 0 {
			if _, err := PausePayoutsTx(ctx, tx, now, "books differ: "+differing[0].String()); err != nil {
				return err
			}
		}
		err = tx.Exec("UPDATE reconciliations SET compared_at = ? WHERE provider = ?", now, s.Provider.Label()).Error
		if err != nil {
			return fmt.Errorf("keep when the books were compared: %w", err)
		}
		r.Compared, r.Differing = true, differing
		return nil
	})
}

// differences are what the books do not agree on: the provider's balance is what
// ours mirrors, and what waits for its posting, less the postings whose entry is
// not there yet. A posting whose entry is still not there after a while is one
// too.
func (s *Service) differences(ctx context.Context, tx *gorm.DB, balances []ProviderBalance, now time.Time) ([]Difference, error) {
	theirs := map[Currency]int64{}
	for _, b := range balances {
		theirs[b.Currency] = b.Available + b.Pending
	}
	currencies, err := s.mirrored(tx, theirs)
	if err != nil {
		return nil, err
	}
	var found []Difference
	for _, c := range currencies {
		mirror, err := ledger.Mirror(s.Provider.Label(), c)
		if err != nil {
			return nil, err
		}
		ours, err := ledger.BalanceTx(ctx, tx, mirror)
		if err != nil {
			return nil, err
		}
		early, late, err := s.unentered(tx, mirror, now)
		if err != nil {
			return nil, err
		}
		var waiting int64
		err = tx.Raw("SELECT CAST(COALESCE(SUM(net_minor), 0) AS bigint) FROM provider_entries WHERE state = 'waiting' AND provider = ? AND currency = ?",
			s.Provider.Label(), c).Scan(&waiting).Error
		if err != nil {
			return nil, fmt.Errorf("add up what waits: %w", err)
		}
		if want := ours.Minor + waiting - early; theirs[c] != want && len(late) == 0 {
			found = append(found, Difference{Currency: c, Provider: theirs[c], Ours: want})
		}
		found = append(found, late...)
	}
	return found, nil
}

// mirrored are the currencies of either books, in order.
func (s *Service) mirrored(tx *gorm.DB, theirs map[Currency]int64) ([]Currency, error) {
	var list []Currency
	err := tx.Raw("SELECT DISTINCT currency FROM ledger_entries WHERE account_id LIKE ?", s.Provider.Label()+":balance:%").Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the currencies of the books: %w", err)
	}
	for c := range theirs {
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	slices.Sort(list)
	return list, nil
}

// unentered adds up our postings of which no entry of the provider's is known:
// early is all of them, late those that should be there by now, at most twenty. What
// was booked of an entry beside its posting, in suspense or as a fee, is of that entry.
func (s *Service) unentered(tx *gorm.DB, mirror ledger.Account, now time.Time) (early int64, late []Difference, err error) {
	var rows []struct {
		Key      string
		Minor    int64
		PostedAt time.Time
	}
	err = tx.Raw(`SELECT p.key, p.posted_at, CAST(SUM(-e.amount) AS bigint) AS minor FROM ledger_entries AS e JOIN ledger_postings AS p ON p.id = e.posting_id
		WHERE e.account_id = ? AND NOT EXISTS (SELECT 1 FROM provider_entries AS n WHERE n.provider = ? AND n.posting_key = p.key)
			AND NOT (p.key LIKE 'books:%' AND EXISTS (SELECT 1 FROM provider_entries AS n WHERE n.provider = ? AND n.id = substr(p.key, ?) AND n.state <> 'waiting'))
		GROUP BY p.key, p.posted_at ORDER BY p.posted_at`,
		mirror.ID(), s.Provider.Label(), s.Provider.Label(), len(bookingKey(s.Provider.Label(), ""))+1).Scan(&rows).Error
	if err != nil {
		return 0, nil, fmt.Errorf("look for postings without an entry: %w", err)
	}
	for _, row := range rows {
		early += row.Minor
		if now.Sub(row.PostedAt) >= booksOverlap && len(late) < 20 {
			late = append(late, Difference{Currency: mirror.Currency, Ours: row.Minor, Posting: row.Key})
		}
	}
	return early, late, nil
}
