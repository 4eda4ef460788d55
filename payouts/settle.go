package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Settle reads from the provider how a payment stands and acts on it: what was
// paid goes into the brand's wallet, once, however often and by whomever this is
// called; a top-up that nobody has charged is charged. Errors: *NotFoundError,
// ErrProvider: call it again.
func (c *Cashier) Settle(ctx context.Context, id uuid.UUID) (p Payment, err error) {
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		p, err = FindPayment(ctx, tx, id)
		return err
	})
	switch {
	case err != nil || p.ended() || p.Provider != c.Label:
		return p, err
	case p.Charge != nil:
		return c.settleCharge(ctx, p, *p.Charge)
	case p.Method == PayTopUp:
		return c.topUp(ctx, p)
	case p.Checkout != nil:
		return c.settleCheckout(ctx, p)
	case c.now().Sub(p.CreatedAt) >= settleWindow: // nobody ever saw its page
		return c.fail(ctx, id, "never_opened")
	}
	return c.lookLater(ctx, id, p.CreatedAt.Add(settleWindow))
}

// settleCheckout looks what came of a page.
func (c *Cashier) settleCheckout(ctx context.Context, p Payment) (Payment, error) {
	page, err := ask(ctx, func(ctx context.Context) (Checkout, error) { return c.Collector.ReadCheckout(ctx, *p.Checkout) })
	switch {
	case err != nil:
		return p, reached(err)
	case page.Charge != "":
		return c.settleCharge(ctx, p, page.Charge)
	case p.Method == PayNothing && page.Card != "":
		return c.keepCard(ctx, p, page.Card)
	case page.State == CheckoutExpired:
		return c.fail(ctx, p.ID, "expired")
	}
	return c.lookLater(ctx, p.ID, c.nextLook(p))
}

// settleCharge looks what came of a payment at the provider.
func (c *Cashier) settleCharge(ctx context.Context, p Payment, reference string) (Payment, error) {
	charge, err := ask(ctx, func(ctx context.Context) (Charge, error) { return c.Collector.ReadCharge(ctx, reference) })
	if err != nil {
		return p, reached(err)
	}
	return c.act(ctx, p, charge)
}

// act brings a payment to where its charge stands.
func (c *Cashier) act(ctx context.Context, p Payment, charge Charge) (Payment, error) {
	switch {
	case charge.State == ChargeCanceled, charge.State == ChargeDeclined && p.Method == PayTopUp:
		return c.fail(ctx, p.ID, reason(charge, "canceled"))
	case charge.State == ChargeDeclined: // whoever pays may try another card while the page is open
		return c.settleDeclined(ctx, p, charge)
	case charge.State == ChargeSucceeded && charge.Transaction != "":
		return c.paid(ctx, p.ID, charge)
	}
	return c.change(ctx, p.ID, func(_ *gorm.DB, p *Payment, _ time.Time) error {
		due := c.nextLook(*p)
		p.State, p.Charge, p.NextDueAt = PaymentOpen, &charge.Reference, &due
		return nil
	})
}

func (c *Cashier) settleDeclined(ctx context.Context, p Payment, charge Charge) (Payment, error) {
	page, err := ask(ctx, func(ctx context.Context) (Checkout, error) { return c.Collector.ReadCheckout(ctx, *p.Checkout) })
	if err != nil {
		return p, reached(err)
	}
	if page.State == CheckoutExpired {
		return c.fail(ctx, p.ID, reason(charge, "expired"))
	}
	return c.lookLater(ctx, p.ID, c.nextLook(p))
}

func reason(charge Charge, otherwise string) string {
	if charge.Failure != "" {
		return charge.Failure
	}
	return otherwise
}

// paid puts what was paid into the brand's wallet. A charge that is not what was
// asked for enters nobody's.
func (c *Cashier) paid(ctx context.Context, id uuid.UUID, charge Charge) (Payment, error) {
	return c.change(ctx, id, func(tx *gorm.DB, p *Payment, now time.Time) error {
		if wrong := p.differs(charge); wrong != "" {
			if charge.Payment == p.ID {
				p.Charge = &charge.Reference
			}
			return p.alarm(tx, wrong, now)
		}
		err := FundBrandTx(ctx, tx, now, Funding{ID: p.ID, Brand: p.BrandID, Provider: p.Provider, Gross: p.Amount(), Fee: charge.Fee})
		if err != nil {
			return err
		}
		p.end(PaymentPaid, now, "")
		available := stamp(charge.AvailableAt)
		p.Charge, p.BookLine, p.FeeMinor, p.AvailableAt = &charge.Reference, &charge.Transaction, charge.Fee.Minor, &available
		if charge.ChargeID != "" {
			p.ChargeID = &charge.ChargeID
		}
		return nil
	})
}

// differs says what of a charge is not as it was asked for, if anything.
func (p Payment) differs(charge Charge) string {
	switch {
	case charge.Payment != p.ID:
		return "charge_of_another_payment"
	case charge.Amount != p.Amount():
		return "charge_differs"
	case charge.Credited != p.Amount():
		return "credited_otherwise" // such as in another currency
	case charge.Fee.Currency != p.Currency || charge.Fee.Minor < 0 || charge.Fee.Minor >= p.AmountMinor:
		return "fee_impossible"
	}
	return ""
}

// alarm ends a payment that was not paid as it was asked for, and stops payouts until
// a person has looked: once. What was paid goes to suspense, where they say whose it
// is.
func (p *Payment) alarm(tx *gorm.DB, why string, now time.Time) error {
	if err := p.fail(tx, why, now); err != nil {
		return err
	}
	return pauseTx(tx, Fact{
		Kind: FactPayoutsPaused, BrandID: &p.BrandID, SubjectID: p.ID, Currency: &p.Currency, Minor: p.AmountMinor, Reason: why, At: now,
	})
}

// keepCard keeps a card that was left for top-ups.
func (c *Cashier) keepCard(ctx context.Context, p Payment, card string) (Payment, error) {
	return c.change(ctx, p.ID, func(tx *gorm.DB, p *Payment, now time.Time) error {
		done := tx.Model(&payer{}).Where("brand_id = ? AND provider = ?", p.BrandID, p.Provider).Updates(map[string]any{"card": card})
		if done.Error != nil {
			return fmt.Errorf("keep the card of brand %s: %w", p.BrandID, done.Error)
		}
		if done.RowsAffected != 1 {
			return &NotFoundError{Noun: "payer of brand", ID: p.BrandID}
		}
		p.end(PaymentPaid, now, "")
		return nil
	})
}

func (c *Cashier) nextLook(p Payment) time.Time {
	now := c.now()
	switch age := now.Sub(p.CreatedAt); {
	case age < looksAtOnce:
		return now.Add(time.Minute)
	case age < looksOften:
		return now.Add(time.Hour)
	}
	return now.Add(24 * time.Hour)
}

func (c *Cashier) lookLater(ctx context.Context, id uuid.UUID, at time.Time) (Payment, error) {
	return c.change(ctx, id, func(_ *gorm.DB, p *Payment, _ time.Time) error {
		p.NextDueAt = &at
		return nil
	})
}

// ask calls the provider for no longer than a call may take.
func ask[T any](ctx context.Context, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	return call(ctx)
}

// SettleBy settles the payment that a checkout or charge of the provider's
// belongs to; ok is false where it is none of ours.
func (c *Cashier) SettleBy(ctx context.Context, reference string) (ok bool, err error) {
	var p Payment
	err = c.InTx(ctx, func(tx *gorm.DB) error {
		p, ok, err = PaymentOf(ctx, tx, c.Label, reference)
		return err
	})
	if err != nil || !ok {
		return false, err
	}
	_, err = c.Settle(ctx, p.ID)
	return true, err
}

// notCharged reports an error that says for good that nothing was charged.
func notCharged(err error) (code string, definitive bool) {
	var told *ProviderError
	if errors.As(err, &told) {
		return told.Code, told.Class == Definitive
	}
	return "unknown", false
}
