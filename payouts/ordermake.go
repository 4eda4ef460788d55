package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Reversal asks for a part of a payout that was sent, because its expert owes us.
// ID is the key.
type Reversal struct {
	ID     uuid.UUID
	Payout uuid.UUID
	Amount Money
}

// ReverseTx writes the order to take back of a payout what its expert owes:
// Process sends it. It fails later if the expert's account has not enough by
// then. Errors: *NotFoundError, *StateError of a payout that was not sent,
// *InvalidError for more than is owed or left of the payout, or more digits of the
// currency than can be moved, ErrKeyReused.
func ReverseTx(ctx context.Context, tx *gorm.DB, now time.Time, r Reversal) error {
	o, err := r.orderTx(ctx, tx.WithContext(ctx))
	if err != nil {
		return err
	}
	return o.insertTx(ctx, tx.WithContext(ctx), stamp(now))
}

// ReversibleTx reports why ReverseTx would refuse; its errors are that one's.
func ReversibleTx(ctx context.Context, tx *gorm.DB, r Reversal) error {
	_, err := r.orderTx(ctx, tx.WithContext(ctx))
	return err
}

// orderTx is the order that takes it back.
func (r Reversal) orderTx(ctx context.Context, tx *gorm.DB) (Order, error) {
	if err := checkIDs([]string{"reversal", "payout"}, r.ID, r.Payout); err != nil {
		return Order{}, err
	}
	if err := checkAmount("amount", r.Amount, 1); err != nil {
		return Order{}, err
	}
	if err := checkPayable(r.Amount); err != nil {
		return Order{}, err
	}
	p, err := findPayout(forUpdate(tx), r.Payout)
	if err != nil {
		return Order{}, err
	}
	if p.State != PayoutSent {
		return Order{}, &StateError{Noun: "payout", ID: p.ID, State: string(p.State), Verb: "reverse"}
	}
	if r.Amount.Currency != p.Currency {
		return Order{}, &InvalidError{Field: "amount", Reason: "must be in the payout's currency, " + string(p.Currency)}
	}
	o := Order{
		ID: r.ID, Kind: MoveReversal, OwnerID: p.ExpertID, PayoutID: &p.ID, Currency: p.Currency, AmountMinor: r.Amount.Minor,
		Provider: p.Provider, Account: p.Destination, OfID: *p.TransferID,
	}
	return o, p.mayReverse(ctx, tx, o)
}

// mayReverse refuses more than is left of the payout, or owed. The payout's lock
// makes others wait who would reverse it too, and that of what is owed those who
// would take it from another payout.
func (p Payout) mayReverse(ctx context.Context, tx *gorm.DB, o Order) error {
	owes := account(ledger.ExpertOwes, p.ExpertID, p.Currency)
	if err := ledger.LockTx(ctx, tx, o.ID, owes); err != nil {
		return err
	}
	owed, err := ledger.BalanceTx(ctx, tx, owes)
	if err != nil {
		return err
	}
	var taken struct{ OfPayout, Open int64 }
	err = tx.Raw(`SELECT CAST(COALESCE(SUM(CASE WHEN payout_id = ? THEN amount_minor ELSE 0 END), 0) AS bigint) AS of_payout,
		CAST(COALESCE(SUM(CASE WHEN state IN ('created', 'sending') THEN amount_minor ELSE 0 END), 0) AS bigint) AS open
		FROM payout_orders WHERE kind = ? AND owner_id = ? AND currency = ? AND state <> 'failed' AND id <> ?`,
		p.ID, MoveReversal, p.ExpertID, p.Currency, o.ID).Scan(&taken).Error
	if err != nil {
		return fmt.Errorf("read the reversals of payout %s: %w", p.ID, err)
	}
	if _, err := FindOrder(ctx, tx, o.ID); err == nil {
		return nil // it was allowed before
	}
	if o.AmountMinor > p.AmountMinor-taken.OfPayout || o.AmountMinor > owed.Minor-taken.Open {
		return &InvalidError{Field: "amount", Reason: "is more than is owed, or left of the payout"}
	}
	return nil
}

// Refund asks for a part of what a brand has in its wallet to be paid back. ID is
// the key.
type Refund struct {
	ID     uuid.UUID
	Brand  uuid.UUID
	Amount Money
}

// RefundBrand puts money from a brand's wallet in transit, back to the payments
// it came by, the oldest first (but last those that refused before): an order for
// each, which Process sends. What the provider kept of a payment stays with it.
// Errors: ErrFrozen, *InvalidError for more digits of the currency than can be
// moved, *InsufficientFundsError of the wallet, ErrOwing where less is left of it
// than the brand owes, ErrNoPayment where the payments left do not make up the
// amount, ErrNotCleared where the provider would let it wait, ErrKeyReused.
func (s *Service) RefundBrand(ctx context.Context, r Refund) (orders []Order, err error) {
	cleared, err := s.Cleared(ctx)
	if err != nil {
		return nil, err
	}
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		orders, _, err = s.RefundBrandTx(ctx, tx, r, cleared)
		return err
	})
	return orders, err
}

// RefundBrandTx is RefundBrand in the caller's transaction, with what Cleared told
// before, and reports whether it was asked for the first time.
func (s *Service) RefundBrandTx(ctx context.Context, tx *gorm.DB, r Refund, cleared map[Currency]int64) (orders []Order, fresh bool, err error) {
	if err := checkIDs([]string{"refund", "brand"}, r.ID, r.Brand); err != nil {
		return nil, false, err
	}
	if err := checkAmount("amount", r.Amount, 1); err != nil {
		return nil, false, err
	}
	if err := checkPayable(r.Amount); err != nil {
		return nil, false, err
	}
	return s.refundTx(ctx, tx.WithContext(ctx), r, cleared, s.now())
}

func (s *Service) refundTx(ctx context.Context, tx *gorm.DB, r Refund, cleared funds, now time.Time) (made []Order, fresh bool, err error) {
	wallet := account(ledger.BrandWallet, r.Brand, r.Amount.Currency)
	if err := ledger.LockTx(ctx, tx, r.ID, wallet); err != nil { // one refund of a brand at a time
		return nil, false, err
	}
	made, err = s.refundOrders(tx, r)
	if err != nil || len(made) > 0 {
		return made, false, err
	}
	if err := r.mayGoBack(ctx, tx, wallet); err != nil {
		return nil, false, err
	}
	free, err := s.free(tx, cleared)
	if err == nil && !free.cover(r.Amount.Currency, r.Amount.Minor) {
		err = fmt.Errorf("%w: %s of brand %s", ErrNotCleared, r.Amount, r.Brand)
	}
	if err != nil {
		return nil, false, err
	}
	payments, err := s.refundable(tx, r)
	if err != nil {
		return nil, false, err
	}
	left := r.Amount.Minor
	for i := 0; i < len(payments) && left > 0; i++ {
		part := payableOf(min(left, payments[i].Remaining), r.Amount.Currency, false)
		if part <= 0 {
			continue
		}
		left -= part
		o := Order{
			ID: refundPart(r.ID, len(made)), Kind: MoveRefund, OwnerID: r.Brand, Currency: r.Amount.Currency, AmountMinor: part,
			Provider: s.Provider.Label(), OfID: payments[i].Reference,
		}
		if err := o.insertTx(ctx, tx, now); err != nil {
			return nil, false, err
		}
		made = append(made, o)
	}
	if left > 0 {
		return nil, false, fmt.Errorf("%w: %s more than brand %s has paid that can be given back", ErrNoPayment,
			Money{Minor: left, Currency: r.Amount.Currency}, r.Brand)
	}
	made, err = s.refundOrders(tx, r)
	return made, true, err
}

// mayGoBack refuses a refund to a brand that is frozen, by a dispute for instance,
// one of more than its wallet has, and one that leaves less than the brand owes: what
// it was given on credit is no money of its own. The wallet is locked, and nobody
// comes to owe more without it, so that reading the debt is enough.
func (r Refund) mayGoBack(ctx context.Context, tx *gorm.DB, wallet ledger.Account) error {
	if err := refuseFrozen(tx, r.Brand, uuid.Nil); err != nil {
		return err
	}
	have, err := ledger.BalanceTx(ctx, tx, wallet)
	if err != nil {
		return err
	}
	if lacks := r.Amount.Minor - have.Minor; lacks > 0 {
		return &ledger.InsufficientFundsError{Account: wallet, Missing: Money{Minor: lacks, Currency: have.Currency}}
	}
	owed, err := ledger.BalanceTx(ctx, tx, account(ledger.BrandOwes, r.Brand, r.Amount.Currency))
	if err == nil && r.Amount.Minor > have.Minor-owed.Minor {
		err = fmt.Errorf("%w: brand %s, %s", ErrOwing, r.Brand, owed)
	}
	return err
}

// refundPart is the id of a refund's nth order.
func refundPart(refund uuid.UUID, n int) uuid.UUID {
	return uuid.NewSHA1(refund, []byte(fmt.Sprint("part ", n)))
}

// refundOrders returns the orders of a refund that was asked for before:
// ErrKeyReused if it was another.
func (s *Service) refundOrders(tx *gorm.DB, r Refund) ([]Order, error) {
	var made []Order
	var sum int64
	for n := 0; ; n++ {
		var row []Order
		if err := tx.Where("id = ?", refundPart(r.ID, n)).Limit(1).Find(&row).Error; err != nil {
			return nil, fmt.Errorf("read refund %s: %w", r.ID, err)
		}
		if len(row) == 0 {
			break
		}
		made, sum = append(made, row[0]), sum+row[0].AmountMinor
	}
	if len(made) > 0 && (made[0].OwnerID != r.Brand || sum != r.Amount.Minor || made[0].Currency != r.Amount.Currency) {
		return nil, fmt.Errorf("%w: refund %s", ErrKeyReused, r.ID)
	}
	return made, nil
}

// refundable is a payment and what was not given back of it.
type refundable struct {
	Reference string
	Remaining int64
}

// refundable lists the brand's payments that have something left, the oldest
// first; but last those by which money could not go back, such as of a card that is
// closed, or because the bank has taken the payment back.
func (s *Service) refundable(tx *gorm.DB, r Refund) (list []refundable, err error) {
	err = tx.Raw(`SELECT p.charge_id AS reference, p.amount_minor - CAST(COALESCE((SELECT SUM(o.amount_minor) FROM payout_orders AS o
			WHERE o.of_id = p.charge_id AND o.kind = ? AND o.state <> 'failed' AND o.bank_state <> 'failed'), 0) AS bigint) AS remaining
		FROM brand_payments AS p WHERE p.brand_id = ? AND p.provider = ? AND p.currency = ? AND p.state = ? AND p.charge_id IS NOT NULL
		ORDER BY (SELECT COUNT(*) FROM payout_orders AS o WHERE o.of_id = p.charge_id AND o.kind = ? AND (o.state = 'failed' OR o.bank_state = 'failed')),
			p.ended_at, p.id`, MoveRefund, r.Brand, s.Provider.Label(), r.Amount.Currency, PaymentPaid, MoveRefund).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the payments of brand %s: %w", r.Brand, err)
	}
	return list, nil
}

// RefundingTx is what is on its way back to a brand.
func RefundingTx(ctx context.Context, tx *gorm.DB, brand uuid.UUID, c Currency) (Money, error) {
	m := Money{Currency: c}
	err := tx.WithContext(ctx).Raw(`SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM payout_orders
		WHERE owner_id = ? AND kind = ? AND currency = ? AND state IN ('created', 'sending')`, brand, MoveRefund, c).Scan(&m.Minor).Error
	if err != nil {
		return m, fmt.Errorf("read the refunds to brand %s: %w", brand, err)
	}
	return m, nil
}
