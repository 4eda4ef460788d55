package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// Order is what is asked of the provider besides payouts: a reversal, an instant
// payout, a refund. It goes the way of a payout, by the same protocol. What it
// asks for never changes. OwnerID is the expert, or the brand of a refund;
// PayoutID the payout that is taken back, or made to arrive at once; OfID the
// provider's id of what is undone. Once sent, BankState is how it stands at the
// banks, and ArrivesAt when it should be there.
type Order struct {
	ID          uuid.UUID
	Kind        MoveKind
	OwnerID     uuid.UUID
	PayoutID    *uuid.UUID
	Currency    Currency
	AmountMinor int64
	FeeMinor    int64 // of an instant payout
	Provider    string
	Account     string
	OfID        string
	State       PayoutState
	Attempt     int
	Tries       int
	FirstSentAt *time.Time
	Ambiguous   bool
	NotBefore   time.Time
	LeaseToken  *uuid.UUID
	LeaseUntil  *time.Time
	ObjectID    *string
	Failure     string
	BankState   MoveState
	ArrivesAt   *time.Time
	NextLookAt  *time.Time // when it is polled next; nil: there is nothing more to learn
	CreatedAt   time.Time
	EndedAt     *time.Time
}

// TableName names the table.
func (Order) TableName() string { return ordersTable }

// Amount is what is moved.
func (o Order) Amount() Money { return Money{Minor: o.AmountMinor, Currency: o.Currency} }

// FindOrder returns an order: *NotFoundError.
func FindOrder(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Order, error) {
	return byID[Order](tx.WithContext(ctx), "payout order", id)
}

// OrdersOf begins a query for the orders of an expert, or a brand.
func OrdersOf(ctx context.Context, tx *gorm.DB, owner uuid.UUID) *gorm.DB {
	return tx.WithContext(ctx).Model(&Order{}).Where("owner_id = ?", owner)
}

// orderRule is what the steps of an order of a kind post, and the facts of its
// ends. A step without entries posts nothing.
type orderRule struct {
	intend, send, fail, bounce func(o Order, mirror ledger.Account) []ledger.Entry
	sent, failed               FactKind
}

var orderRules = map[MoveKind]orderRule{
	MoveRefund: {
		intend: func(o Order, _ ledger.Account) []ledger.Entry {
			return ledger.Move(o.wallet(), o.refunding(), o.AmountMinor)
		},
		send: func(o Order, mirror ledger.Account) []ledger.Entry {
			return ledger.Move(o.refunding(), mirror, o.AmountMinor)
		},
		fail: func(o Order, _ ledger.Account) []ledger.Entry {
			return ledger.Move(o.refunding(), o.wallet(), o.AmountMinor)
		},
		bounce: func(o Order, mirror ledger.Account) []ledger.Entry {
			return ledger.Move(mirror, o.wallet(), o.AmountMinor)
		},
		sent: FactRefundSent, failed: FactRefundFailed,
	},
	MoveInstant: {
		intend: func(o Order, _ ledger.Account) []ledger.Entry {
			return ledger.Move(o.available(), o.instantFee(), o.FeeMinor)
		},
		send:   nothing,
		fail:   instantFeeBack,
		bounce: instantFeeBack,
		sent:   FactInstantSent, failed: FactInstantFailed,
	},
	MoveReversal: {
		intend: nothing, fail: nothing, bounce: nothing,
		send: func(o Order, mirror ledger.Account) []ledger.Entry {
			return ledger.Move(mirror, account(ledger.ExpertOwes, o.OwnerID, o.Currency), o.AmountMinor)
		},
		sent: FactReversed, failed: FactReversalFailed,
	},
}

func nothing(Order, ledger.Account) []ledger.Entry { return nil }

func instantFeeBack(o Order, _ ledger.Account) []ledger.Entry {
	return ledger.Move(o.instantFee(), o.available(), o.FeeMinor)
}

func (o Order) wallet() ledger.Account { return account(ledger.BrandWallet, o.OwnerID, o.Currency) }
func (o Order) refunding() ledger.Account {
	return account(ledger.InTransitRefunds, uuid.Nil, o.Currency)
}
func (o Order) available() ledger.Account {
	return account(ledger.ExpertAvailable, o.OwnerID, o.Currency)
}
func (o Order) instantFee() ledger.Account { return account(ledger.InstantFee, uuid.Nil, o.Currency) }

// post posts one step of the order, if that moves anything.
func (o Order) post(ctx context.Context, tx *gorm.DB, verb string, now time.Time, entries func(Order, ledger.Account) []ledger.Entry) error {
	mirror, err := ledger.Mirror(o.Provider, o.Currency)
	if err != nil {
		return err
	}
	return o.postEntries(ctx, tx, verb, now, entries(o, mirror))
}

func (o Order) postEntries(ctx context.Context, tx *gorm.DB, verb string, now time.Time, entries []ledger.Entry) error {
	moves := false
	for _, e := range entries {
		moves = moves || e.Minor != 0
	}
	if !moves {
		return nil
	}
	_, err := ledger.PostTx(ctx, tx, ledger.Posting{
		Key: o.postingKey(verb), Kind: string(o.Kind) + "_" + verb, At: now, Entries: entries, Near: o.ID,
	})
	return err
}

func (o Order) postingKey(verb string) string { return "order:" + o.ID.String() + ":" + verb }

func (o Order) fact(kind FactKind, now time.Time, reason string) Fact {
	f := Fact{Kind: kind, SubjectID: o.ID, Currency: &o.Currency, Minor: o.AmountMinor, Reason: reason, At: now}
	if o.Kind == MoveRefund {
		f.BrandID = &o.OwnerID
	} else {
		f.ExpertID = &o.OwnerID
	}
	return f
}

// insertTx writes a new order with its posting. An order that is there already is
// left alone: ErrKeyReused where it asks for something else.
func (o Order) insertTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	before, err := FindOrder(ctx, tx, o.ID)
	if err == nil {
		return o.sameAs(before)
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if err := o.post(ctx, tx, "intend", now, orderRules[o.Kind].intend); err != nil {
		return err
	}
	o.State, o.Attempt, o.NotBefore, o.CreatedAt = PayoutCreated, 1, now, now
	if err := tx.WithContext(ctx).Create(&o).Error; err != nil {
		return fmt.Errorf("insert order %s: %w", o.ID, err)
	}
	return nil
}

func (o Order) sameAs(before Order) error {
	if o.Kind != before.Kind || o.OwnerID != before.OwnerID || o.Amount() != before.Amount() || o.OfID != before.OfID {
		return fmt.Errorf("%w: order %s", ErrKeyReused, o.ID)
	}
	return nil
}
