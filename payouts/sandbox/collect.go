package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts"
)

var (
	_ payouts.Collector = (*Provider)(nil)
	_ payouts.Onboarder = (*Provider)(nil)
)

// The beginnings of the sandbox's ids; what follows is ours.
const (
	payerPrefix    = "sandbox_cus_"
	checkoutPrefix = "sandbox_cs_"
	chargePrefix   = "sandbox_pi_"
	cardPrefix     = "sandbox_pm_"
)

// chargeRow is a payment, or with an amount of nothing a card that was left. A
// payment's id is its key: asked for again, it is the same.
type chargeRow struct {
	PaymentID   uuid.UUID `gorm:"primaryKey"`
	Payer       string
	Currency    payouts.Currency
	AmountMinor int64
	Declined    string
	CreatedAt   time.Time
}

func (chargeRow) TableName() string { return "sandbox_charges" }

func (r chargeRow) amount() payouts.Money {
	return payouts.Money{Minor: r.AmountMinor, Currency: r.Currency}
}

// charge is the payment as the provider shows it: paid at once, for no fee.
func (r chargeRow) charge() payouts.Charge {
	id := r.PaymentID.String()
	c := payouts.Charge{Reference: chargePrefix + id, Payment: r.PaymentID, Amount: r.amount(), State: payouts.ChargeDeclined, Failure: r.Declined}
	if r.Declined == "" {
		c.State, c.ChargeID, c.Transaction = payouts.ChargeSucceeded, "sandbox_ch_"+id, "sandbox_txn_"+id
		c.Credited, c.Fee, c.AvailableAt = r.amount(), payouts.Money{Currency: r.Currency}, r.CreatedAt
	}
	return c
}

// CreatePayer implements payouts.Collector.
func (*Provider) CreatePayer(_ context.Context, req payouts.PayerRequest) (string, error) {
	return payerPrefix + req.Brand.String(), nil
}

// OpenCheckout implements payouts.Collector: there is no page, and whoever asks
// has paid, or left a card, at once.
func (p *Provider) OpenCheckout(ctx context.Context, req payouts.CheckoutRequest) (payouts.Checkout, error) {
	if req.Method != payouts.PayNothing && (req.Amount.Minor <= 0 || req.Amount.Check() != nil) {
		return payouts.Checkout{}, answer(codeRefused)
	}
	row, err := p.pay(ctx, chargeRow{
		PaymentID: req.Payment, Payer: req.Payer, Currency: req.Amount.Currency, AmountMinor: req.Amount.Minor,
	})
	return row.checkout(), err
}

func (r chargeRow) checkout() payouts.Checkout {
	id := r.PaymentID.String()
	c := payouts.Checkout{Reference: checkoutPrefix + id, State: payouts.CheckoutComplete}
	if r.AmountMinor > 0 {
		c.Charge = chargePrefix + id
	} else {
		c.Card = cardPrefix + id
	}
	return c
}

// Charge implements payouts.Collector.
func (p *Provider) Charge(ctx context.Context, req payouts.ChargeRequest) (payouts.Charge, error) {
	if req.Amount.Minor <= 0 || req.Amount.Check() != nil || !strings.HasPrefix(req.Card, cardPrefix) {
		return payouts.Charge{}, answer(codeRefused)
	}
	fresh := chargeRow{PaymentID: req.Payment, Payer: req.Payer, Currency: req.Amount.Currency, AmountMinor: req.Amount.Minor}
	if p.Decline != nil {
		fresh.Declined = p.Decline(req)
	}
	row, err := p.pay(ctx, fresh)
	if err == nil && row.Declined != "" {
		err = &payouts.ProviderError{Class: payouts.Definitive, Code: row.Declined}
	}
	return row.charge(), err
}

// pay keeps a payment and puts it into the books, once. Another payment under the
// same id is refused, as a key with other parameters is.
func (p *Provider) pay(ctx context.Context, fresh chargeRow) (row chargeRow, err error) {
	fresh.CreatedAt = p.now()
	err = p.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh)
		if done.Error != nil {
			return fmt.Errorf("insert sandbox payment: %w", done.Error)
		}
		if err := tx.Where("payment_id = ?", fresh.PaymentID).Take(&row).Error; err != nil {
			return fmt.Errorf("read sandbox payment: %w", err)
		}
		if row.Payer != fresh.Payer || row.amount() != fresh.amount() {
			return answer(codeKeyReused)
		}
		if row.Declined != "" || row.AmountMinor == 0 {
			return nil
		}
		return receive(tx, row.CreatedAt, Payment{ID: row.PaymentID, Gross: row.amount()})
	})
	return row, err
}

// ReadCheckout implements payouts.Collector.
func (p *Provider) ReadCheckout(ctx context.Context, reference string) (payouts.Checkout, error) {
	row, err := p.findCharge(ctx, strings.TrimPrefix(reference, checkoutPrefix))
	return row.checkout(), err
}

// ReadCharge implements payouts.Collector.
func (p *Provider) ReadCharge(ctx context.Context, reference string) (payouts.Charge, error) {
	row, err := p.findCharge(ctx, strings.TrimPrefix(reference, chargePrefix))
	return row.charge(), err
}

func (p *Provider) findCharge(ctx context.Context, id string) (row chargeRow, err error) {
	payment, err := uuid.Parse(id)
	if err != nil {
		return row, answer(codeRefused)
	}
	err = p.InTx(ctx, func(tx *gorm.DB) error { return tx.Where("payment_id = ?", payment).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, answer(codeRefused)
	}
	if err != nil {
		err = fmt.Errorf("read sandbox payment: %w", err)
	}
	return row, err
}

// FindCharges implements payouts.Collector.
func (p *Provider) FindCharges(ctx context.Context, payer string, payment uuid.UUID, _ time.Time) ([]payouts.Charge, error) {
	var rows []chargeRow
	err := p.InTx(ctx, func(tx *gorm.DB) error {
		return tx.Where("payer = ? AND payment_id = ?", payer, payment).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list sandbox payments: %w", err)
	}
	found := make([]payouts.Charge, len(rows))
	for i, row := range rows {
		found[i] = row.charge()
	}
	return found, nil
}

// ReadDispute implements payouts.Collector: nobody disputes what was not paid.
func (*Provider) ReadDispute(context.Context, string) (payouts.Claim, error) {
	return payouts.Claim{}, answer(codeRefused)
}

// OnboardingLink implements payouts.Onboarder: the sandbox wants to know nothing.
func (*Provider) OnboardingLink(context.Context, payouts.LinkRequest) (string, error) { return "", nil }

// DashboardLink implements payouts.Onboarder: there is nothing to be seen.
func (*Provider) DashboardLink(context.Context, payouts.LinkRequest) (string, error) { return "", nil }
