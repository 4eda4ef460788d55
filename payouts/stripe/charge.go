package stripe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/paymentintent"

	"knowhow/payouts"
)

// intents are payments; what pays is repeated by payouts only, which looks first.
func (c *Client) intents() paymentintent.Client {
	return paymentintent.Client{B: c.once, Key: c.o.Key}
}

// whatItBrought has Stripe show, with a payment, the line of its books.
const whatItBrought = "latest_charge.balance_transaction"

// Charge implements payouts.Collector. A card that is declined, or wants its
// owner to be there, is a definitive error: the payment cannot be gone on with.
func (c *Client) Charge(ctx context.Context, req payouts.ChargeRequest) (payouts.Charge, error) {
	amount, currency, err := amountOf(req.Amount, false)
	if err == nil {
		err = needKey(req.IdempotencyKey)
	}
	if err != nil {
		return payouts.Charge{}, refused(err)
	}
	p := &stripego.PaymentIntentParams{
		Params: params(ctx, req.IdempotencyKey), Amount: amount, Currency: currency,
		Customer: stripego.String(req.Payer), PaymentMethod: stripego.String(req.Card),
		PaymentMethodTypes: stripego.StringSlice([]string{"card"}),
		Confirm:            stripego.Bool(true), OffSession: stripego.Bool(true), ErrorOnRequiresAction: stripego.Bool(true),
		Metadata: map[string]string{metaFunding: req.Payment.String(), metaBrand: req.Brand.String()},
	}
	p.AddExpand(whatItBrought)
	made, err := c.intents().New(p)
	if err != nil {
		return payouts.Charge{}, answered("charge a card", err)
	}
	return chargeOf(made)
}

// ReadCharge implements payouts.Collector.
func (c *Client) ReadCharge(ctx context.Context, reference string) (payouts.Charge, error) {
	p := &stripego.PaymentIntentParams{Params: params(ctx, "")}
	p.AddExpand(whatItBrought)
	found, err := c.intents().Get(reference, p)
	if err != nil {
		return payouts.Charge{}, answered("read a payment", err)
	}
	return chargeOf(found)
}

// FindCharges implements payouts.Collector.
func (c *Client) FindCharges(ctx context.Context, payer string, payment uuid.UUID, from time.Time) ([]payouts.Charge, error) {
	p := &stripego.PaymentIntentListParams{ListParams: listParams(ctx), Customer: stripego.String(payer), CreatedRange: since(from)}
	p.AddExpand("data." + whatItBrought)
	var found []payouts.Charge
	list := c.intents().List(p)
	for list.Next() {
		i := list.PaymentIntent()
		if i.Metadata[metaFunding] != payment.String() {
			continue
		}
		charge, err := chargeOf(i)
		if err != nil {
			return nil, err
		}
		found = append(found, charge)
	}
	return found, answered("list payments", list.Err())
}

func chargeOf(i *stripego.PaymentIntent) (payouts.Charge, error) {
	if i.ID == "" {
		return payouts.Charge{}, fmt.Errorf("read a payment: it has no id: %w", errForeign)
	}
	amount, err := moneyOf(i.Amount, i.Currency)
	if err != nil {
		return payouts.Charge{}, fmt.Errorf("read payment %s: %w", i.ID, err)
	}
	shown := payouts.Charge{Reference: i.ID, State: chargeState(i.Status), Amount: amount}
	shown.Payment, _ = uuid.Parse(i.Metadata[metaFunding]) // not ours: zero
	if e := i.LastPaymentError; e != nil {
		shown.Failure = codeOf(e)
	}
	if i.LatestCharge != nil {
		shown.ChargeID = i.LatestCharge.ID
		err = brought(&shown, i.LatestCharge.BalanceTransaction)
	}
	return shown, err
}

// brought adds what a payment has brought and cost, if Stripe's books say so yet.
func brought(shown *payouts.Charge, b *stripego.BalanceTransaction) error {
	if b == nil || b.ID == "" || b.Currency == "" {
		return nil
	}
	credited, err := moneyOf(b.Amount, b.Currency)
	fee, feeErr := moneyOf(b.Fee, b.Currency)
	if err = errors.Join(err, feeErr); err != nil {
		return fmt.Errorf("read balance transaction %s: %w", b.ID, err)
	}
	shown.Transaction, shown.Credited, shown.Fee, shown.AvailableAt = b.ID, credited, fee, at(b.AvailableOn)
	return nil
}

func chargeState(s stripego.PaymentIntentStatus) payouts.ChargeState {
	switch s {
	case stripego.PaymentIntentStatusSucceeded:
		return payouts.ChargeSucceeded
	case stripego.PaymentIntentStatusCanceled:
		return payouts.ChargeCanceled
	case stripego.PaymentIntentStatusRequiresPaymentMethod:
		return payouts.ChargeDeclined
	}
	return payouts.ChargePending
}
