package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
)

// RequestPayout pays an expert all that is available now, in each currency that
// reaches the minimum. Request is the key: asked again, it returns the same
// payouts. Errors: ErrNoAccount, ErrBelowMinimum, ErrOwing, ErrHeldBack,
// ErrNotCleared, ErrKeyReused for another expert's request, or one for a payout at
// once.
func (s *Service) RequestPayout(ctx context.Context, expert, request uuid.UUID) ([]Payout, error) {
	return s.request(ctx, expert, request, demand{})
}

// RequestInstantPayout is RequestPayout that arrives at once, for a fee taken off
// what is paid: once the transfer is there, the provider is asked to pay it out
// to the expert's bank or card. Where it will not, the fee is given back, and the
// money goes the usual way.
func (s *Service) RequestInstantPayout(ctx context.Context, expert, request uuid.UUID) ([]Payout, error) {
	return s.request(ctx, expert, request, demand{instant: true})
}

// RequestAgreedInstant is RequestInstantPayout of one currency, for at most a fee
// that the expert was shown. Errors, besides: ErrFeeRose, ErrNoInstant.
func (s *Service) RequestAgreedInstant(ctx context.Context, expert, request uuid.UUID, fee Money) ([]Payout, error) {
	if err := checkAmount("fee", fee, 0); err != nil {
		return nil, err
	}
	return s.request(ctx, expert, request, demand{instant: true, fee: &fee})
}

// demand is what is asked for: all that is available, or that it arrives at once,
// perhaps of one currency only, for at most a fee.
type demand struct {
	instant bool
	fee     *Money
}

func (s *Service) request(ctx context.Context, expert, request uuid.UUID, of demand) (made []Payout, err error) {
	if err := checkIDs([]string{"expert", "request"}, expert, request); err != nil {
		return nil, err
	}
	now := s.now()
	may := func(tx *gorm.DB) error { return s.mayRequest(tx, expert, request, of, now) }
	err = s.InTx(ctx, may)
	if errors.Is(err, ErrOwing) { // perhaps what they have pays it, whatever becomes of the request
		if err := s.InTx(ctx, func(tx *gorm.DB) error { return netDebtsTx(ctx, tx, now, expert) }); err != nil {
			return nil, err
		}
		err = s.InTx(ctx, may)
	}
	if err != nil {
		return nil, err
	}
	cleared, err := s.cleared(ctx)
	if err != nil {
		return nil, err
	}
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		made, err = s.requestTx(ctx, tx, expert, request, of, cleared, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) requestTx(ctx context.Context, tx *gorm.DB, expert, request uuid.UUID, of demand, cleared funds, now time.Time) ([]Payout, error) {
	if err := insertRun(tx, OnDemand, request.String(), now); err != nil {
		return nil, err
	}
	run, err := lockRun(tx, OnDemand, request.String())
	if err != nil {
		return nil, err
	}
	if run.CompletedAt != nil {
		made, err := requested(tx, run, expert)
		if err == nil {
			err = of.sameAs(tx, run, made)
		}
		return made, err
	}
	if err := s.payable(tx, expert); err != nil {
		return nil, err
	}
	due, err := s.dueOf(tx, expert, of, now)
	if err != nil {
		return nil, err
	}
	left, err := s.free(tx, cleared)
	if err != nil {
		return nil, err
	}
	n, err := s.intend(ctx, tx, run, due, left, now)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, s.whyNone(due, now)
	}
	run.CompletedAt = &now
	if err := run.update(tx); err != nil {
		return nil, err
	}
	made, err := requested(tx, run, expert)
	if err != nil || !of.instant {
		return made, err
	}
	return made, s.orderInstant(ctx, tx, made, due, now)
}

// sameAs returns ErrKeyReused unless the payouts that a request made are what is
// asked for: at once or not, of the currency, and for no more than the fee.
func (of demand) sameAs(tx *gorm.DB, run Run, made []Payout) error {
	ids, same := make([]uuid.UUID, len(made)), true
	for i, p := range made {
		ids[i] = p.ID
	}
	var instant []Order
	if err := tx.Where("kind = ? AND payout_id IN ?", MoveInstant, ids).Find(&instant).Error; err != nil {
		return fmt.Errorf("look what request %s was: %w", run.Period, err)
	}
	for _, o := range instant {
		same = same && (of.fee == nil || of.fee.Currency == o.Currency && of.fee.Minor >= o.FeeMinor)
	}
	if !same || of.instant != (len(instant) > 0) {
		return fmt.Errorf("%w: request %s", ErrKeyReused, run.Period)
	}
	return nil
}

// mayRequest refuses, before the provider is asked for anything, who has nothing
// that could be paid out. What was requested already may be again.
func (s *Service) mayRequest(tx *gorm.DB, expert, request uuid.UUID, of demand, now time.Time) error {
	var made int64
	err := tx.Model(&Run{}).Where("kind = ? AND period = ? AND completed_at IS NOT NULL", OnDemand, request.String()).Count(&made).Error
	if err != nil {
		return fmt.Errorf("look for payout request %s: %w", request, err)
	}
	if made > 0 {
		return nil
	}
	if err := s.payable(tx, expert); err != nil {
		return err
	}
	due, err := s.dueOf(tx, expert, of, now)
	if err != nil {
		return err
	}
	if err := s.whyNone(due, now); !errors.Is(err, ErrNotCleared) {
		return err
	}
	return nil
}

// dueOf locks what the expert has available of what they ask for, and what of it
// an instant payout would keep.
func (s *Service) dueOf(tx *gorm.DB, expert uuid.UUID, of demand, now time.Time) ([]dueRow, error) {
	where := tx.Where("a.owner_id = ?", expert)
	if of.fee != nil {
		where = where.Where("a.currency = ?", of.fee.Currency)
	}
	due, err := s.lockDue(tx, where)
	if err != nil || !of.instant {
		return due, err
	}
	for i, d := range due {
		if d.Balance <= 0 { // all of it is set aside
			continue
		}
		if !s.mayInstantly(now, d.Country, d.Currency) {
			return nil, fmt.Errorf("%w: %s to %s", ErrNoInstant, d.Currency, d.Country)
		}
		paid, fee := s.instantly(Money{Minor: d.Balance, Currency: d.Currency})
		due[i].Instant, due[i].Balance, due[i].Kept = true, paid+fee, fee
		if of.fee != nil && due[i].Kept > of.fee.Minor {
			return nil, fmt.Errorf("%w: %d for %s", ErrFeeRose, due[i].Kept, of.fee)
		}
	}
	return due, nil
}

// whyNone is why nothing of what is due could be paid.
func (s *Service) whyNone(due []dueRow, now time.Time) error {
	for _, d := range due {
		if d.amount() >= s.minimum(now, d.Country, d.Currency) {
			return ErrNotCleared
		}
	}
	return ErrBelowMinimum
}

// orderInstant writes the orders that the payouts arrive at once, with their fees.
func (s *Service) orderInstant(ctx context.Context, tx *gorm.DB, made []Payout, due []dueRow, now time.Time) error {
	fees := make(map[Currency]int64, len(due))
	for _, d := range due {
		fees[d.Currency] = d.Kept
	}
	for _, p := range made {
		o := Order{
			ID: uuid.NewSHA1(p.ID, []byte("instant")), Kind: MoveInstant, OwnerID: p.ExpertID, PayoutID: &p.ID, Currency: p.Currency,
			AmountMinor: p.AmountMinor, FeeMinor: fees[p.Currency], Provider: p.Provider, Account: p.Destination,
		}
		if err := o.insertTx(ctx, tx, now); err != nil {
			return err
		}
	}
	return nil
}

// instantly is what is paid of an amount that is there where it arrives at once, and
// the fee: of what is taken, and not of what stays because it cannot be moved.
func (s *Service) instantly(there Money) (paid, fee int64) {
	fee = s.instantFee(there)
	paid = payableOf(there.Minor-fee, there.Currency, true)
	if taken := paid + fee; paid > 0 && taken < there.Minor {
		fee = min(fee, s.instantFee(Money{Minor: taken, Currency: there.Currency}))
	}
	return paid, fee
}

// instantFee is what is kept of an amount for paying it at once.
func (s *Service) instantFee(amount Money) int64 {
	if s.InstantFee != nil {
		return s.InstantFee(amount).Minor
	}
	fee, err := amount.Share(100, money.Up)
	if err != nil {
		return amount.Minor // nothing is left to pay
	}
	return fee.Minor
}

// payable refuses an expert who cannot be paid whatever they have.
func (s *Service) payable(tx *gorm.DB, expert uuid.UUID) error {
	a, err := findAccount(tx, expert, s.Provider.Label())
	if errors.Is(err, ErrNotFound) || (err == nil && !a.PayoutsEnabled) {
		return fmt.Errorf("%w: expert %s", ErrNoAccount, expert)
	}
	if err != nil {
		return err
	}
	var why struct{ Owing, Frozen bool }
	err = tx.Raw(`SELECT EXISTS (SELECT 1 FROM ledger_accounts WHERE owner_id = ? AND kind = ? AND balance > 0) AS owing,
		EXISTS (SELECT 1 FROM payout_freezes WHERE scope = ? AND owner_id = ?) AS frozen`,
		expert, ledger.ExpertOwes, scopeExpert, expert).Scan(&why).Error
	switch {
	case err != nil:
		return fmt.Errorf("look whether expert %s can be paid: %w", expert, err)
	case why.Frozen:
		return fmt.Errorf("%w: expert %s", ErrHeldBack, expert)
	case why.Owing:
		return fmt.Errorf("%w: expert %s", ErrOwing, expert)
	}
	return nil
}

// requested returns the run's payouts: ErrKeyReused if they are not the expert's.
func requested(tx *gorm.DB, run Run, expert uuid.UUID) ([]Payout, error) {
	var payouts []Payout
	if err := tx.Where("run_id = ?", run.ID).Order("currency").Find(&payouts).Error; err != nil {
		return nil, fmt.Errorf("read payouts of run %s: %w", run.ID, err)
	}
	for _, p := range payouts {
		if p.ExpertID != expert {
			return nil, fmt.Errorf("%w: request %s", ErrKeyReused, run.Period)
		}
	}
	return payouts, nil
}
