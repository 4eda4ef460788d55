package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// PaymentState is where a brand's payment stands.
type PaymentState string

const (
	// PaymentCreated: the provider may not have heard of it. Asking again opens its
	// checkout; of a top-up, a worker charges it.
	PaymentCreated PaymentState = "created"
	// PaymentOpen: the provider has it. What the provider shows ends it.
	PaymentOpen PaymentState = "open"
	// PaymentPaid: the money is in the brand's wallet. Final here.
	PaymentPaid PaymentState = "paid"
	// PaymentFailed: nothing was paid, and nothing will be; or it was otherwise than
	// asked for, and is in suspense. Final.
	PaymentFailed PaymentState = "failed"
)

// Payment is money that a brand pays in, under way or done. Amount and method
// never change. Fee is what the provider kept of it; Failure the provider's last
// code. ID is its funding's.
type Payment struct {
	ID          uuid.UUID
	BrandID     uuid.UUID
	Method      PayMethod
	Provider    string
	Currency    Currency
	AmountMinor int64
	State       PaymentState
	Checkout    *string // the provider's checkout
	URL         string  // of that, while somebody may pay
	Charge      *string // the provider's payment
	ChargeID    *string
	BookLine    *string // of the provider's books
	FeeMinor    int64
	FirstSentAt *time.Time
	Ambiguous   bool
	AvailableAt *time.Time // when the provider lets it be spent
	Failure     string
	NextDueAt   *time.Time // when it is looked after next; nil: it has ended
	CreatedAt   time.Time
	EndedAt     *time.Time
}

// TableName names the table.
func (Payment) TableName() string { return "brand_payments" }

// Amount is what is paid.
func (p Payment) Amount() Money { return Money{Minor: p.AmountMinor, Currency: p.Currency} }

// key is the idempotency key of the one request that pays.
func (p Payment) key() string { return "payment_" + p.ID.String() }

// ended reports a payment that nothing more happens to.
func (p Payment) ended() bool { return p.State == PaymentPaid || p.State == PaymentFailed }

// FindPayment returns a payment: *NotFoundError.
func FindPayment(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Payment, error) {
	return byID[Payment](tx.WithContext(ctx), "payment", id)
}

// PaymentsByBrand begins a query for a brand's payments.
func PaymentsByBrand(ctx context.Context, tx *gorm.DB, brand uuid.UUID) *gorm.DB {
	return tx.WithContext(ctx).Model(&Payment{}).Where("brand_id = ?", brand)
}

// PaymentOf finds the payment that a charge, a checkout or a line of the
// provider's books belongs to; ok is false where none does.
func PaymentOf(ctx context.Context, tx *gorm.DB, provider, reference string) (p Payment, ok bool, err error) {
	if reference == "" {
		return Payment{}, false, nil
	}
	for _, column := range []string{"charge", "charge_id", "checkout", "book_line"} {
		err := tx.WithContext(ctx).Where("provider = ? AND "+column+" = ?", provider, reference).Take(&p).Error
		if err == nil {
			return p, true, nil
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return Payment{}, false, fmt.Errorf("find the payment of %s: %w", reference, err)
		}
	}
	return Payment{}, false, nil
}

// PostponeTx has a payment that is due looked after again at next, and reports
// whether it was due.
func PostponeTx(ctx context.Context, tx *gorm.DB, id uuid.UUID, now, next time.Time) (due bool, err error) {
	done := tx.WithContext(ctx).Model(&Payment{}).Where("id = ? AND next_due_at <= ?", id, stamp(now)).
		Updates(map[string]any{"next_due_at": stamp(next)})
	if done.Error != nil {
		return false, fmt.Errorf("postpone payment %s: %w", id, done.Error)
	}
	return done.RowsAffected == 1, nil
}

// update writes p's mutable columns, if the payment has not ended.
func (p Payment) update(tx *gorm.DB) error {
	done := tx.Model(&Payment{}).Where("id = ? AND state IN ('created', 'open')", p.ID).Updates(map[string]any{
		"state": p.State, "checkout": p.Checkout, "url": p.URL, "charge": p.Charge, "charge_id": p.ChargeID,
		"book_line": p.BookLine, "fee_minor": p.FeeMinor, "first_sent_at": p.FirstSentAt, "ambiguous": p.Ambiguous,
		"available_at": p.AvailableAt, "failure": p.Failure, "next_due_at": p.NextDueAt, "ended_at": p.EndedAt,
	})
	if done.Error != nil {
		return fmt.Errorf("update payment %s: %w", p.ID, done.Error)
	}
	if done.RowsAffected != 1 {
		return &StateError{Noun: "payment", ID: p.ID, State: "ended", Verb: "change"}
	}
	return nil
}

// end ends p, which the caller has locked.
func (p *Payment) end(state PaymentState, now time.Time, failure string) {
	p.State, p.EndedAt, p.NextDueAt, p.Failure, p.URL = state, &now, nil, failure, ""
}

// payer is the provider's customer that a brand's payments belong to. Card is
// what was left to be charged later; empty: none.
type payer struct {
	BrandID   uuid.UUID `gorm:"primaryKey"`
	Provider  string    `gorm:"primaryKey"`
	Reference string
	Card      string
	CreatedAt time.Time
}

// TableName names the table.
func (payer) TableName() string { return "brand_payers" }

func findPayer(tx *gorm.DB, brand uuid.UUID, provider string) (p payer, ok bool, err error) {
	err = tx.Where("brand_id = ? AND provider = ?", brand, provider).Take(&p).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return payer{}, false, nil
	}
	if err != nil {
		return payer{}, false, fmt.Errorf("read payer of brand %s: %w", brand, err)
	}
	return p, true, nil
}
