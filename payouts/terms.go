package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Terms is how an expert is paid in one currency as things stand: what they chose,
// what that means for what they have, and what asking for it would bring. Errors
// say why something is not possible now; nil: it is.
type Terms struct {
	Earnings
	Schedule  Schedule
	Threshold int64 // what the weekly run waits for, never below Minimum
	Minimum   int64 // the least that is paid out
	Owed      int64 // to be paid by later rewards first
	SetAside  int64 // what is left of pay that may be taken back: not paid out until that is decided

	PendingUntil *time.Time // when the next of what is under review is released at the latest
	SentFirst    *time.Time // when the first payout under way was made
	PaidLast     *time.Time // when the last payout was sent

	Weekly  error // why the next weekly run would not pay it: ErrWhenAsked, ErrBelowThreshold or as Asked
	Asked   error // why a payout cannot be asked for: ErrNoAccount, ErrBelowMinimum, ErrOwing, ErrHeldBack
	Instant error // why none that arrives at once can: ErrNoInstant, or as Asked
	// InstantFee is what it would cost, and InstantAmount what would arrive, of what
	// is available.
	InstantFee    int64
	InstantAmount int64
}

// TermsTx returns how an expert is paid, by currency: those they ever earned in.
func (s *Service) TermsTx(ctx context.Context, tx *gorm.DB, expert uuid.UUID) ([]Terms, error) {
	tx = tx.WithContext(ctx)
	sums, err := EarningsOf(ctx, tx, expert)
	if err != nil || len(sums) == 0 {
		return nil, err
	}
	chosen, err := choicesOf(tx, expert)
	if err != nil {
		return nil, err
	}
	country, err := s.countryOf(tx, expert)
	if err != nil {
		return nil, err
	}
	payable := s.payable(tx, expert)
	if !errors.Is(payable, ErrNoAccount) && !errors.Is(payable, ErrOwing) && !errors.Is(payable, ErrHeldBack) && payable != nil {
		return nil, payable
	}
	list := make([]Terms, len(sums))
	for i, sum := range sums {
		if list[i], err = s.termsOf(ctx, tx, expert, country, sum, chosen, payable); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) termsOf(ctx context.Context, tx *gorm.DB, expert uuid.UUID, country string, sum Earnings, chosen map[Currency]Choice, payable error) (Terms, error) {
	now := s.now()
	least := s.minimum(now, country, sum.Currency)
	t := Terms{Earnings: sum, Schedule: EveryWeek, Threshold: least, Minimum: least, Asked: payable}
	if c, ok := chosen[sum.Currency]; ok {
		t.Schedule, t.Threshold = c.Schedule, max(least, c.ThresholdMinor)
	}
	debt, err := DebtTx(ctx, tx, expert, sum.Currency)
	if err != nil {
		return t, err
	}
	t.Owed = debt.Minor
	if t.SetAside, err = setAsideTx(tx, expert, sum.Currency); err != nil {
		return t, err
	}
	free := payableOf(t.free(), t.Currency, false)
	if t.Asked == nil && free < least {
		t.Asked = ErrBelowMinimum
	}
	t.Weekly = t.Asked
	switch {
	case t.Weekly != nil:
	case t.Schedule == WhenAsked:
		t.Weekly = ErrWhenAsked
	case free < t.Threshold:
		t.Weekly = ErrBelowThreshold
	}
	s.instantTerms(&t, country, now)
	return t, t.date(tx, expert)
}

// free is what of the available money can be paid out.
func (t Terms) free() int64 { return t.Available - t.SetAside }

// instantTerms adds what a payout that arrives at once would cost.
func (s *Service) instantTerms(t *Terms, country string, now time.Time) {
	t.Instant = t.Asked
	if !s.mayInstantly(now, country, t.Currency) {
		t.Instant = ErrNoInstant
		return
	}
	if t.free() <= 0 {
		return
	}
	t.InstantAmount, t.InstantFee = s.instantly(Money{Minor: t.free(), Currency: t.Currency})
	if t.Instant == nil && t.InstantAmount < t.Minimum {
		t.Instant = ErrBelowMinimum
	}
}

// mayInstantly reports whether payouts can arrive at once in a country.
func (s *Service) mayInstantly(at time.Time, country string, c Currency) bool {
	return s.Instant == nil || s.Instant(at, country, c)
}

// date adds the dates of what is under review, under way and paid.
func (t *Terms) date(tx *gorm.DB, expert uuid.UUID) error {
	for _, d := range []struct {
		into  **time.Time
		query string
	}{
		{&t.PendingUntil, "SELECT release_at FROM rewards WHERE expert_id = ? AND currency = ? AND state = 'pending' ORDER BY release_at LIMIT 1"},
		{&t.SentFirst, "SELECT created_at FROM payouts WHERE expert_id = ? AND currency = ? AND state IN ('created', 'sending') ORDER BY created_at LIMIT 1"},
		{&t.PaidLast, "SELECT ended_at FROM payouts WHERE expert_id = ? AND currency = ? AND state = 'sent' ORDER BY ended_at DESC LIMIT 1"},
	} {
		var at []time.Time
		if err := tx.Raw(d.query, expert, t.Currency).Scan(&at).Error; err != nil {
			return fmt.Errorf("find the dates of expert %s: %w", expert, err)
		}
		if len(at) > 0 {
			utc := at[0].UTC()
			*d.into = &utc
		}
	}
	return nil
}
