package payouts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// compare holds the sums of both books against each other. before is the
// provider's balance as it was before its books were read: while it moves until ours
// were read there is nothing to compare.
func (s *Service) compare(ctx context.Context, before []ProviderBalance, r *Reconciled) error {
	var ours []bookSums
	now := s.now()
	err := s.InTx(ctx, func(tx *gorm.DB) (err error) {
		ours, err = s.sums(tx, before, now)
		return err
	})
	if err != nil {
		return err
	}
	after, err := s.balance(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(before, after) {
		return nil
	}
	differing := differences(ours, after)
	return s.InTx(ctx, func(tx *gorm.DB) error {
		if len(differing) > 0 {
			if _, err := PausePayoutsTx(ctx, tx, now, "books differ: "+differing[0].String()); err != nil {
				return err
			}
		}
		err := tx.Exec("UPDATE reconciliations SET compared_at = ? WHERE provider = ?", now, s.Provider.Label()).Error
		if err != nil {
			return fmt.Errorf("keep when the books were compared: %w", err)
		}
		r.Compared, r.Differing = true, differing
		return nil
	})
}

// bookSums are our books of a currency, of one moment: what they mirror of the provider's
// balance, and what of its entries waits for a posting. Early is the postings whose
// entry is not known yet, late those of them that should be there by now, at most
// twenty.
type bookSums struct {
	Currency Currency
	Ours     int64
	Waiting  int64
	Early    int64
	Late     []Difference
}

// differences are what the books do not agree on: the provider's balance is what
// ours mirrors, and what waits for its posting, less the postings whose entry is
// not there yet. A posting whose entry is still not there after a while is one
// too.
func differences(all []bookSums, balances []ProviderBalance) (found []Difference) {
	theirs := map[Currency]int64{}
	for _, b := range balances {
		theirs[b.Currency] = b.Available + b.Pending
	}
	for _, c := range all {
		if want := c.Ours + c.Waiting - c.Early; theirs[c.Currency] != want && len(c.Late) == 0 {
			found = append(found, Difference{Currency: c.Currency, Provider: theirs[c.Currency], Ours: want})
		}
		found = append(found, c.Late...)
	}
	return found
}

// sums are those of all currencies of either books, in order.
func (s *Service) sums(tx *gorm.DB, balances []ProviderBalance, now time.Time) (all []bookSums, err error) {
	currencies, err := s.mirrored(tx, balances)
	if err != nil {
		return nil, err
	}
	for _, c := range currencies {
		mirror, err := ledger.Mirror(s.Provider.Label(), c)
		if err != nil {
			return nil, err
		}
		of, err := s.sumsOf(tx, mirror, now)
		if err != nil {
			return nil, err
		}
		all = append(all, of)
	}
	return all, nil
}

// mirrored are the currencies of either books, in order.
func (s *Service) mirrored(tx *gorm.DB, balances []ProviderBalance) ([]Currency, error) {
	var list []Currency
	err := tx.Raw("SELECT DISTINCT currency FROM ledger_entries WHERE account_id LIKE ?", s.Provider.Label()+":balance:%").Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the currencies of the books: %w", err)
	}
	for _, b := range balances {
		if !slices.Contains(list, b.Currency) {
			list = append(list, b.Currency)
		}
	}
	slices.Sort(list)
	return list, nil
}

// sumsSQL is one statement, and so of one moment: a payout that is recorded meanwhile
// is in all of it or in nothing. What was booked of an entry beside its posting, in
// suspense or as a fee, is of that entry.
const sumsSQL = `SELECT all_of.ours, all_of.waiting, of.key, of.posted_at, of.minor, of.pending
	FROM (SELECT (SELECT CAST(COALESCE(SUM(-amount), 0) AS bigint) FROM ledger_entries WHERE account_id = ?) AS ours,
		(SELECT CAST(COALESCE(SUM(net_minor), 0) AS bigint) FROM provider_entries WHERE state = 'waiting' AND provider = ? AND currency = ?) AS waiting) AS all_of
	LEFT JOIN (SELECT p.key, p.posted_at, p.minor, CASE WHEN p.kind = 'refund_send' THEN EXISTS (SELECT 1 FROM payout_orders AS o
			WHERE o.kind = 'refund' AND o.bank_state = 'pending' AND p.key = 'order:' || CAST(o.id AS text) || ':send') ELSE FALSE END AS pending
		FROM (SELECT p.key, p.kind, p.posted_at, CAST(SUM(-e.amount) AS bigint) AS minor FROM ledger_entries AS e JOIN ledger_postings AS p ON p.id = e.posting_id
			WHERE e.account_id = ? AND NOT EXISTS (SELECT 1 FROM provider_entries AS n WHERE n.provider = ? AND n.posting_key = p.key)
				AND NOT (p.key LIKE 'books:%' AND EXISTS (SELECT 1 FROM provider_entries AS n WHERE n.provider = ? AND n.id = ` + lineOf + ` AND n.state <> 'waiting'))
			GROUP BY p.key, p.kind, p.posted_at) AS p) AS of ON TRUE
	ORDER BY of.posted_at`

// sumsOf reads our books of what mirrors the provider's balance of a currency. A
// refund that the provider has not begun with, for want of balance say, may be in its
// books later; of one that came to nothing then, neither line will ever be.
func (s *Service) sumsOf(tx *gorm.DB, mirror ledger.Account, now time.Time) (of bookSums, err error) {
	var rows []struct {
		Ours, Waiting int64
		Key           *string
		PostedAt      *time.Time
		Minor         *int64
		Pending       *bool
	}
	provider := s.Provider.Label()
	err = tx.Raw(sumsSQL, mirror.ID(), provider, mirror.Currency, mirror.ID(), provider, provider, len(bookingKey(provider, ""))+1).Scan(&rows).Error
	if err != nil {
		return of, fmt.Errorf("add up the books: %w", err)
	}
	of = bookSums{Currency: mirror.Currency, Ours: rows[0].Ours, Waiting: rows[0].Waiting}
	if rows[0].Key == nil {
		return of, nil
	}
	steps := map[string]int64{} // of an order, together
	for _, row := range rows {
		steps[orderOf(*row.Key)] += *row.Minor
	}
	for _, row := range rows {
		of.Early += *row.Minor
		late := now.Sub(*row.PostedAt) >= booksOverlap && !*row.Pending && steps[orderOf(*row.Key)] != 0
		if late && len(of.Late) < 20 {
			of.Late = append(of.Late, Difference{Currency: mirror.Currency, Ours: *row.Minor, Posting: *row.Key})
		}
	}
	return of, nil
}

// orderOf is the key of a posting without its step, where it is one of an order.
func orderOf(key string) string {
	if strings.HasPrefix(key, "order:") {
		key = key[:strings.LastIndex(key, ":")]
	}
	return key
}
