package payouts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

const (
	// lookEvery is how often an order that is past its arrival is polled.
	lookEvery = 6 * time.Hour
	// lookAgain is when one that has arrived is looked at a last time: a bank may
	// send it back some days later.
	lookAgain = 7 * 24 * time.Hour
)

// recordOrder is recordPayout of an order. What is recorded as sent is brought up
// to date with how it stands at the banks.
func (s *Service) recordOrder(ctx context.Context, id uuid.UUID, found []Movement) (state PayoutState, err error) {
	now, paused := s.now(), false
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		o, err := FindOrder(ctx, forUpdate(tx), id)
		if err != nil {
			return err
		}
		if paused, err = isPaused(tx); err != nil {
			return err
		}
		state = o.State
		if wrong := mismatch(o.errand(), o.ObjectID, found); wrong != "" {
			if err := pauseOnceTx(tx, o.fact(FactPayoutsPaused, now, wrong)); err != nil {
				return err
			}
			if paused, err = isPaused(tx); err != nil {
				return err
			}
		}
		m, ok := o.recorded(found)
		if !ok || o.State == PayoutFailed {
			return nil
		}
		if o.State != PayoutSent {
			state = PayoutSent
			if err := s.orderSent(ctx, tx, &o, m, now); err != nil {
				return err
			}
		}
		return o.see(ctx, tx, m, now)
	})
	s.at("recorded")
	if err == nil && paused {
		err = ErrPaused
	}
	return state, err
}

// recorded is the movement that the order was recorded by, or else that it will be.
func (o Order) recorded(found []Movement) (Movement, bool) {
	if o.ObjectID == nil {
		return asAsked(o.errand(), found)
	}
	i := slices.IndexFunc(found, func(m Movement) bool { return m.ID == *o.ObjectID })
	if i < 0 {
		return Movement{}, false
	}
	return found[i], true
}

func (s *Service) orderSent(ctx context.Context, tx *gorm.DB, o *Order, m Movement, now time.Time) error {
	post := o.sendPosting
	if o.Kind == MoveReversal {
		post = o.reversalPosting
	}
	if err := post(ctx, tx, now); err != nil {
		return err
	}
	// How it stands at the banks is seen next.
	o.State, o.ObjectID, o.EndedAt, o.BankState = PayoutSent, &m.ID, &now, MovePending
	res := tx.Exec(`UPDATE payout_orders SET state = 'sent', object_id = ?, ended_at = ?, bank_state = 'pending', failure = '',
		lease_token = NULL, lease_until = NULL WHERE id = ? AND state IN ('created', 'sending')`, m.ID, now, o.ID)
	if res.Error != nil {
		return fmt.Errorf("update order %s: %w", o.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return errLeaseLost
	}
	s.at("recording")
	return appendFact(tx, o.fact(orderRules[o.Kind].sent, now, ""))
}

func (o *Order) sendPosting(ctx context.Context, tx *gorm.DB, now time.Time) error {
	return o.post(ctx, tx, "send", now, orderRules[o.Kind].send)
}

// reversalPosting pays the expert's debt with what came back. What of the debt
// was paid meanwhile by work of theirs is theirs again.
func (o *Order) reversalPosting(ctx context.Context, tx *gorm.DB, now time.Time) error {
	owes := account(ledger.ExpertOwes, o.OwnerID, o.Currency)
	if err := ledger.LockTx(ctx, tx, o.ID, owes, o.available()); err != nil {
		return err
	}
	debt, err := ledger.BalanceTx(ctx, tx, owes)
	if err != nil {
		return err
	}
	mirror, err := ledger.Mirror(o.Provider, o.Currency)
	if err != nil {
		return err
	}
	part := min(debt.Minor, o.AmountMinor)
	return o.postEntries(ctx, tx, "send", now,
		append(ledger.Move(mirror, owes, part), ledger.Move(mirror, o.available(), o.AmountMinor-part)...))
}

// see brings a sent order up to date with the banks. One that came back stays so:
// what says otherwise was read before.
func (o *Order) see(ctx context.Context, tx *gorm.DB, m Movement, now time.Time) error {
	if o.BankState == MoveFailed || o.BankState == MoveDone && m.State == MovePending {
		return nil
	}
	came := m.State == MoveFailed
	if came {
		if err := o.giveBack(ctx, tx, "bounce", now, orderRules[o.Kind].bounce); err != nil {
			return err
		}
	}
	arrives := o.ArrivesAt
	if !m.ArrivesAt.IsZero() {
		at := stamp(m.ArrivesAt)
		arrives = &at
	}
	o.NextLookAt = o.nextLook(m.State, arrives, now)
	err := tx.Model(&Order{}).Where("id = ?", o.ID).Updates(map[string]any{
		"bank_state": m.State, "arrives_at": arrives, "next_look_at": o.NextLookAt, "failure": m.Failure,
	}).Error
	if err != nil {
		return fmt.Errorf("update order %s: %w", o.ID, err)
	}
	if !came {
		return nil
	}
	return appendFact(tx, o.fact(orderRules[o.Kind].failed, now, m.Failure))
}

// nextLook is when the order is polled next.
func (o *Order) nextLook(state MoveState, arrives *time.Time, now time.Time) *time.Time {
	var next time.Time
	switch {
	case state == MoveFailed || o.Kind == MoveReversal:
		return nil
	case state == MoveDone && o.BankState != MoveDone:
		next = now.Add(lookAgain)
	case state == MoveDone:
		if o.NextLookAt == nil || !o.NextLookAt.After(now) {
			return nil
		}
		next = *o.NextLookAt
	case arrives != nil && arrives.After(now):
		next = *arrives
	default:
		next = now.Add(lookEvery)
	}
	return &next
}

// failOrder is the end of an order that the provider refuses: what it took is
// given back.
func (s *Service) failOrder(ctx context.Context, tx *gorm.DB, e *errand, code string, now time.Time) error {
	o, err := FindOrder(ctx, forUpdate(tx), e.id)
	if err != nil {
		return err
	}
	if !s.stillHeld(o.errand(), *e) {
		e.State = o.State
		return nil
	}
	e.State = PayoutFailed
	return o.failTx(ctx, tx, code, now)
}

func (o Order) failTx(ctx context.Context, tx *gorm.DB, code string, now time.Time) error {
	if err := o.giveBack(ctx, tx, "fail", now, orderRules[o.Kind].fail); err != nil {
		return err
	}
	res := tx.Exec(`UPDATE payout_orders SET state = 'failed', ended_at = ?, failure = ?, lease_token = NULL, lease_until = NULL
		WHERE id = ? AND state = ?`, now, code, o.ID, o.State)
	if res.Error != nil {
		return fmt.Errorf("end order %s: %w", o.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return errLeaseLost
	}
	return appendFact(tx, o.fact(orderRules[o.Kind].failed, now, code))
}

// giveBack posts what an order that came to nothing gives back: it pays first what
// its owner owes.
func (o Order) giveBack(ctx context.Context, tx *gorm.DB, verb string, now time.Time, entries func(Order, ledger.Account) []ledger.Entry) error {
	if err := o.post(ctx, tx, verb, now, entries); err != nil {
		return err
	}
	switch o.Kind {
	case MoveInstant:
		return netDebtTx(ctx, tx, now, o.postingKey(verb), o.OwnerID, o.Currency)
	case MoveRefund:
		return o.payDebt(ctx, tx, now, o.postingKey(verb))
	}
	return nil
}

// payDebt has a refund that came back to the wallet pay what the brand owes, as
// what it funds does.
func (o Order) payDebt(ctx context.Context, tx *gorm.DB, now time.Time, cause string) error {
	wallet, owed := o.wallet(), account(ledger.BrandOwes, o.OwnerID, o.Currency)
	have, err := ledger.HoldingTx(ctx, tx, wallet, owed)
	if err != nil {
		return err
	}
	part := min(o.AmountMinor, have[0].Minor, have[1].Minor)
	if part == 0 {
		return nil
	}
	_, err = ledger.PostTx(ctx, tx, netting(now, cause, wallet, owed, part))
	return err
}

// disputeLost is why a refund fails whose brand has lost a dispute.
const disputeLost = "dispute_lost"

// unsentRefunds locks the refunds of a brand of which nothing can have moved: nobody
// has begun to send them, or the provider put them off.
func unsentRefunds(tx *gorm.DB, brand uuid.UUID) (orders []Order, err error) {
	err = forUpdate(tx).Where("owner_id = ? AND kind = ? AND state IN ('created', 'sending') AND first_sent_at IS NULL", brand, MoveRefund).
		Order("id").Find(&orders).Error
	if err != nil {
		return nil, fmt.Errorf("look for the refunds of brand %s: %w", brand, err)
	}
	return orders, nil
}

// failInstant ends the order that a payout arrive at once, if there is one, when
// the payout has failed.
func (s *Service) failInstant(ctx context.Context, tx *gorm.DB, payout uuid.UUID, now time.Time) error {
	var orders []Order
	err := forUpdate(tx).Where("payout_id = ? AND kind = ? AND state = 'created'", payout, MoveInstant).Find(&orders).Error
	if err != nil {
		return fmt.Errorf("look for the instant order of payout %s: %w", payout, err)
	}
	for _, o := range orders {
		if err := o.failTx(ctx, tx, "payout_failed", now); err != nil {
			return err
		}
	}
	return nil
}
