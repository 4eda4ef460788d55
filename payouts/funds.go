package payouts

import (
	"context"
	"fmt"
	"maps"
	"time"

	"gorm.io/gorm"
)

// funds is what can be transferred, per currency, in minor units.
type funds map[Currency]int64

func (f funds) copy() funds { return maps.Clone(f) }

// take makes f what left is.
func (f funds) take(left funds) { maps.Copy(f, left) }

// cover takes an amount of f and reports whether f had it.
func (f funds) cover(c Currency, minor int64) bool {
	if f[c] < minor {
		return false
	}
	f[c] -= minor
	return true
}

// Cleared asks the provider what can be moved now, per currency, in minor units.
func (s *Service) Cleared(ctx context.Context) (map[Currency]int64, error) { return s.cleared(ctx) }

// cleared asks the provider what can be transferred now. The provider refuses for
// a while what exceeds it; asking before keeps experts' money available meanwhile.
func (s *Service) cleared(ctx context.Context) (funds, error) {
	ask, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	balances, err := s.Provider.Balance(ask)
	if err != nil {
		return nil, reached(fmt.Errorf("read the balance at the provider: %w", err))
	}
	cleared := make(funds, len(balances))
	for _, b := range balances {
		cleared[b.Currency] = b.Available
	}
	return cleared, nil
}

// free is what of the cleared funds no payout or refund takes that is under way. A
// refund that is kept back takes nothing: it may be kept for months.
func (s *Service) free(tx *gorm.DB, cleared funds) (funds, error) {
	var open []struct {
		Currency Currency
		Minor    int64
	}
	err := tx.Raw(`SELECT currency, CAST(SUM(minor) AS bigint) AS minor FROM (
		SELECT currency, amount_minor AS minor FROM payouts WHERE state IN ('created', 'sending') AND provider = ?
		UNION ALL
		SELECT currency, amount_minor FROM payout_orders WHERE state IN ('created', 'sending') AND provider = ? AND kind = 'refund'
			AND `+notKept+`) AS open
		GROUP BY currency`, s.Provider.Label(), s.Provider.Label()).Scan(&open).Error
	if err != nil {
		return nil, fmt.Errorf("add up what is under way: %w", err)
	}
	left := cleared.copy()
	for _, o := range open {
		left[o.Currency] -= o.Minor
	}
	return left, nil
}

// tellShort tells of what a weekly run could not pay for want of cleared funds.
func tellShort(tx *gorm.DB, run Run, short map[Currency]int64, now time.Time) error {
	if run.Kind != Weekly {
		return nil
	}
	for c, minor := range short {
		f := Fact{Kind: FactPayoutsShort, SubjectID: run.ID, Currency: &c, Minor: minor, Reason: run.Period, At: now}
		if err := appendFact(tx, f); err != nil {
			return err
		}
	}
	return nil
}
