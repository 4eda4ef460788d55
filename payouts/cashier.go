package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Cashier takes brands' money in. All fields are needed. Safe for concurrent use
// by any number of processes.
type Cashier struct {
	// InTx runs fn in a transaction of its own and may run it again.
	InTx func(ctx context.Context, fn func(tx *gorm.DB) error) error
	// Now is the one clock.
	Now func() time.Time
	// Collector is the provider, and Label its name.
	Collector Collector
	Label     string
	// Programs lists a brand's programs, whose budgets pay for a lost dispute after
	// the wallet, the first first.
	Programs func(ctx context.Context, tx *gorm.DB, brand uuid.UUID) ([]uuid.UUID, error)
}

const (
	// looksAtOnce is how long an open payment is looked after by the minute, and
	// looksOften by the hour; then by the day. News of it comes sooner.
	looksAtOnce = 10 * time.Minute
	looksOften  = 48 * time.Hour
	// askAgain is when a payment is looked after that nobody has asked for twice.
	askAgain = resendWindow
)

// PaymentRequest asks to pay in. ID is the payment's and the key. Back is the page
// of ours that the provider's leads back to.
type PaymentRequest struct {
	ID     uuid.UUID
	Brand  uuid.UUID
	Method PayMethod
	Amount Money // of PayNothing: none, and the currency is of what is topped up
	Back   string
}

func (r PaymentRequest) check() error {
	if err := checkIDs([]string{"payment", "brand"}, r.ID, r.Brand); err != nil {
		return err
	}
	switch r.Method {
	case PayNothing:
		if err := r.Amount.Currency.Check(); err != nil {
			return &InvalidError{Field: "currency", Reason: err.Error()}
		}
		if r.Amount.Minor != 0 {
			return &InvalidError{Field: "amount", Reason: "must not be given where nothing is paid"}
		}
		return nil
	case PayCard, PayBankTransfer:
		return checkPaid("amount", r.Amount)
	}
	return &InvalidError{Field: "method", Reason: "must be card, bank_transfer or nothing"}
}

// MostPaid is what one payment may be, in minor units: the most that Stripe takes
// in one charge.
const MostPaid = 99_999_999

func checkPaid(field string, m Money) error {
	if err := checkAmount(field, m, 1); err != nil {
		return err
	}
	if m.Minor > MostPaid {
		return &InvalidError{Field: field, Reason: fmt.Sprintf("must be %d minor units at most, to be paid at once", MostPaid)}
	}
	return nil
}

// Start is IntendTx in a transaction of its own, and Open.
func (c *Cashier) Start(ctx context.Context, req PaymentRequest) (p Payment, err error) {
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		p, _, err = c.IntendTx(ctx, tx, req)
		return err
	})
	if err != nil {
		return Payment{}, err
	}
	return c.Open(ctx, req.ID, req.Back)
}

// IntendTx keeps a payment before the provider hears of it, and reports whether it
// was new. The same request again returns the same payment. Errors: *InvalidError,
// ErrKeyReused for an id of another payment.
func (c *Cashier) IntendTx(ctx context.Context, tx *gorm.DB, req PaymentRequest) (p Payment, fresh bool, err error) {
	if err := req.check(); err != nil {
		return Payment{}, false, err
	}
	now := c.now()
	due := now.Add(askAgain)
	p = Payment{
		ID: req.ID, BrandID: req.Brand, Method: req.Method, Provider: c.Label, Currency: req.Amount.Currency,
		AmountMinor: req.Amount.Minor, State: PaymentCreated, NextDueAt: &due, CreatedAt: now,
	}
	onID := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoNothing: true}
	done := tx.WithContext(ctx).Clauses(onID).Create(&p)
	if done.Error != nil {
		return Payment{}, false, fmt.Errorf("insert payment %s: %w", req.ID, done.Error)
	}
	if done.RowsAffected == 1 {
		return p, true, nil
	}
	if p, err = FindPayment(ctx, tx, req.ID); err != nil {
		return Payment{}, false, err
	}
	if p.BrandID != req.Brand || p.Method != req.Method || p.Amount() != req.Amount || p.Provider != c.Label {
		return Payment{}, false, fmt.Errorf("%w: payment %s", ErrKeyReused, req.ID)
	}
	return p, false, nil
}

// Open opens the provider's page on which a payment is made, and returns the
// payment with the page's URL; it may be called again, and opens a page once. What
// the provider refuses is a payment that has failed. back is the page of ours that
// the provider's leads back to: a path, always the same. Errors: *NotFoundError,
// ErrProvider: call it again.
func (c *Cashier) Open(ctx context.Context, id uuid.UUID, back string) (p Payment, err error) {
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		p, err = FindPayment(ctx, tx, id)
		return err
	})
	if err != nil || p.State != PaymentCreated || p.Method == PayTopUp {
		return p, err
	}
	if c.now().Sub(p.CreatedAt) >= resendWindow {
		return c.fail(ctx, p.ID, "never_opened") // the provider may have forgotten the key
	}
	by, err := c.payer(ctx, p.BrandID)
	if err != nil {
		return p, reached(err)
	}
	page, err := c.open(ctx, p, by, back)
	var told *ProviderError
	switch {
	case err == nil:
		return c.opened(ctx, p.ID, page)
	case errors.As(err, &told) && told.Class == Definitive:
		return c.fail(ctx, p.ID, told.Code)
	}
	return p, reached(err)
}

// payer is the provider's customer for a brand, made if there is none.
func (c *Cashier) payer(ctx context.Context, brand uuid.UUID) (found payer, err error) {
	var ok bool
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		found, ok, err = findPayer(tx, brand, c.Label)
		return err
	})
	if err != nil || ok {
		return found, err
	}
	calling, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	reference, now := "", c.now()
	customer := opening{Provider: c.Label, Name: "payer_" + brand.String(), OwnerID: brand}
	err = openOnce(ctx, c.InTx, customer, func(key string) (err error) {
		reference, err = c.Collector.CreatePayer(calling, PayerRequest{IdempotencyKey: key, Brand: brand})
		return err
	})
	if err != nil {
		return payer{}, err
	}
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		fresh := payer{BrandID: brand, Provider: c.Label, Reference: reference, CreatedAt: now}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return fmt.Errorf("insert payer of brand %s: %w", brand, err)
		}
		found, ok, err = findPayer(tx, brand, c.Label) // another may have been faster
		return err
	})
	return found, err
}

func (c *Cashier) open(ctx context.Context, p Payment, by payer, back string) (Checkout, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	asked := CheckoutRequest{
		IdempotencyKey: p.key(), Brand: p.BrandID, Payment: p.ID, Payer: by.Reference, Method: p.Method, Back: back,
	}
	if p.Method != PayNothing {
		asked.Amount = p.Amount()
	}
	return c.Collector.OpenCheckout(ctx, asked)
}

// opened records the page and, where everything is done already, what was paid.
func (c *Cashier) opened(ctx context.Context, id uuid.UUID, page Checkout) (Payment, error) {
	p, err := c.change(ctx, id, func(_ *gorm.DB, p *Payment, _ time.Time) error {
		due := c.nextLook(*p)
		p.State, p.Checkout, p.URL, p.NextDueAt = PaymentOpen, &page.Reference, page.URL, &due
		return nil
	})
	if err != nil || page.State == CheckoutOpen {
		return p, err
	}
	return c.Settle(ctx, id)
}

func (c *Cashier) fail(ctx context.Context, id uuid.UUID, code string) (Payment, error) {
	return c.change(ctx, id, func(tx *gorm.DB, p *Payment, now time.Time) error { return p.fail(tx, code, now) })
}

// fail ends p, which the caller has locked. A top-up is not made again by itself.
func (p *Payment) fail(tx *gorm.DB, code string, now time.Time) error {
	p.end(PaymentFailed, now, code)
	if p.Method != PayTopUp {
		return nil
	}
	return stopTopUp(tx, p.BrandID, p.Currency, code, now)
}

// change locks a payment and has do change it, unless it has ended.
func (c *Cashier) change(ctx context.Context, id uuid.UUID, do func(tx *gorm.DB, p *Payment, now time.Time) error) (p Payment, err error) {
	now := c.now()
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		if p, err = FindPayment(ctx, forUpdate(tx), id); err != nil || p.ended() {
			return err
		}
		if err := do(tx, &p, now); err != nil {
			return err
		}
		return p.update(tx)
	})
	return p, err
}

func (c *Cashier) now() time.Time { return stamp(c.Now()) }
