package stripe

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/payout"
	"github.com/stripe/stripe-go/v76/refund"
	"github.com/stripe/stripe-go/v76/transfer"
	"github.com/stripe/stripe-go/v76/transferreversal"

	"knowhow/payouts"
)

// The keys of what we hang on Stripe's objects, to know them again.
const (
	metaPayout  = "payout_id"
	metaOrder   = "order_id"
	metaFunding = "funding_id"
	metaExpert  = "expert_id"
	metaBrand   = "brand_id"
)

// The clients of Stripe's nouns. What moves money out is never repeated in here:
// the protocol does that, which looks first.
func (c *Client) transfers() transfer.Client { return transfer.Client{B: c.once, Key: c.o.Key} }
func (c *Client) payouts() payout.Client     { return payout.Client{B: c.once, Key: c.o.Key} }
func (c *Client) refunds() refund.Client     { return refund.Client{B: c.once, Key: c.o.Key} }
func (c *Client) reversals() transferreversal.Client {
	return transferreversal.Client{B: c.once, Key: c.o.Key}
}

// Move implements payouts.Provider.
func (c *Client) Move(ctx context.Context, req payouts.MoveRequest) (payouts.Movement, error) {
	amount, currency, err := amountOf(req.Amount, req.Kind == payouts.MoveInstant)
	if err == nil {
		err = needKey(req.IdempotencyKey)
	}
	if err != nil {
		return payouts.Movement{}, refused(err)
	}
	p := params(ctx, req.IdempotencyKey)
	switch req.Kind {
	case payouts.MoveTransfer:
		return c.moveTransfer(p, req, amount, currency)
	case payouts.MoveReversal:
		return c.moveReversal(p, req, amount)
	case payouts.MoveInstant:
		return c.moveInstant(p, req, amount, currency)
	case payouts.MoveRefund:
		return c.moveRefund(p, req, amount)
	}
	return payouts.Movement{}, refused(badKind(req.Kind))
}

func badKind(kind payouts.MoveKind) error {
	return &payouts.InvalidError{Field: "kind", Reason: fmt.Sprintf("%q is nothing Stripe does", kind)}
}

func (c *Client) moveTransfer(p stripego.Params, req payouts.MoveRequest, amount *int64, currency *string) (payouts.Movement, error) {
	made, err := c.transfers().New(&stripego.TransferParams{
		Params: p, Amount: amount, Currency: currency, Destination: stripego.String(req.Account),
		TransferGroup: stripego.String(req.Group), Metadata: map[string]string{metaPayout: req.Subject.String()},
	})
	if err != nil {
		return payouts.Movement{}, toAccount("transfer", err)
	}
	return ofTransfer(made)
}

func (c *Client) moveReversal(p stripego.Params, req payouts.MoveRequest, amount *int64) (payouts.Movement, error) {
	made, err := c.reversals().New(&stripego.TransferReversalParams{
		Params: p, ID: stripego.String(req.Of), Amount: amount, Metadata: ordered(req.Subject),
	})
	if err != nil {
		return payouts.Movement{}, fromAccount("reverse a transfer", err)
	}
	return ofReversal(made, req)
}

func (c *Client) moveInstant(p stripego.Params, req payouts.MoveRequest, amount *int64, currency *string) (payouts.Movement, error) {
	p.SetStripeAccount(req.Account)
	made, err := c.payouts().New(&stripego.PayoutParams{
		Params: p, Amount: amount, Currency: currency, Method: stripego.String(string(stripego.PayoutMethodInstant)),
		Metadata: ordered(req.Subject),
	})
	if err != nil {
		return payouts.Movement{}, fromAccount("pay out at once", err)
	}
	return ofPayout(made, req.Account)
}

func (c *Client) moveRefund(p stripego.Params, req payouts.MoveRequest, amount *int64) (payouts.Movement, error) {
	asked := &stripego.RefundParams{Params: p, Amount: amount, Metadata: ordered(req.Subject)}
	asked.Charge, asked.PaymentIntent = paymentOrCharge(req.Of)
	made, err := c.refunds().New(asked)
	if err != nil {
		return payouts.Movement{}, answered("refund", err)
	}
	return ofRefund(made, req.Of)
}

func ordered(subject uuid.UUID) map[string]string {
	return map[string]string{metaOrder: subject.String()}
}

// paymentOrCharge tells what a payment's reference names: one of both is nil.
func paymentOrCharge(of string) (charge, payment *string) {
	if strings.HasPrefix(of, "pi_") {
		return nil, stripego.String(of)
	}
	return stripego.String(of), nil
}

// MoveStatus implements payouts.Provider. A reversal, which is done at once and
// cannot be read without its transfer, is *payouts.InvalidError.
func (c *Client) MoveStatus(ctx context.Context, kind payouts.MoveKind, account, id string) (payouts.Movement, error) {
	p := params(ctx, "")
	switch kind {
	case payouts.MoveTransfer:
		found, err := c.transfers().Get(id, &stripego.TransferParams{Params: p})
		if err != nil {
			return payouts.Movement{}, answered("read a transfer", err)
		}
		return ofTransfer(found)
	case payouts.MoveInstant:
		p.SetStripeAccount(account)
		found, err := c.payouts().Get(id, &stripego.PayoutParams{Params: p})
		if err != nil {
			return payouts.Movement{}, answered("read a payout", err)
		}
		return ofPayout(found, account)
	case payouts.MoveRefund:
		found, err := c.refunds().Get(id, &stripego.RefundParams{Params: p})
		if err != nil {
			return payouts.Movement{}, answered("read a refund", err)
		}
		return ofRefund(found, "")
	}
	return payouts.Movement{}, badKind(kind)
}

func ofTransfer(t *stripego.Transfer) (payouts.Movement, error) {
	m, err := movement("transfer", t.ID, t.Amount, t.Currency)
	if err == nil && t.Destination != nil {
		m.Account = t.Destination.ID
	}
	return m, err
}

func ofReversal(r *stripego.TransferReversal, req payouts.MoveRequest) (payouts.Movement, error) {
	m, err := movement("reversal", r.ID, r.Amount, r.Currency)
	m.Account, m.Of = req.Account, req.Of
	return m, err
}

func ofPayout(p *stripego.Payout, account string) (payouts.Movement, error) {
	m, err := movement("payout", p.ID, p.Amount, p.Currency)
	m.Account, m.ArrivesAt, m.Failure = account, at(p.ArrivalDate), string(p.FailureCode)
	switch p.Status {
	case stripego.PayoutStatusPaid:
	case stripego.PayoutStatusFailed, stripego.PayoutStatusCanceled:
		m.State = payouts.MoveFailed
	default:
		m.State = payouts.MovePending
	}
	return m, err
}

// ofRefund is a refund of what it was asked for as of.
func ofRefund(r *stripego.Refund, of string) (payouts.Movement, error) {
	m, err := movement("refund", r.ID, r.Amount, r.Currency)
	m.Of, m.Failure = refundedOf(r, of), string(r.FailureReason)
	switch r.Status {
	case stripego.RefundStatusSucceeded:
	case stripego.RefundStatusFailed, stripego.RefundStatusCanceled:
		m.State = payouts.MoveFailed
	default:
		m.State = payouts.MovePending
	}
	return m, err
}

// refundedOf names the payment of a refund. Stripe's names both its charge and the
// charge's intent, whichever it was asked for by; we ask by the charge.
func refundedOf(r *stripego.Refund, of string) string {
	if r.Charge == nil || r.PaymentIntent != nil && r.PaymentIntent.ID == of {
		return paymentOf(r.PaymentIntent, nil)
	}
	return r.Charge.ID
}

// paymentOf names a payment as we do: by its intent, where it has one.
func paymentOf(intent *stripego.PaymentIntent, charge *stripego.Charge) string {
	switch {
	case intent != nil && intent.ID != "":
		return intent.ID
	case charge != nil:
		return charge.ID
	}
	return ""
}

// movement is a movement that is done. What is not a whole object of Stripe's
// says nothing of whether there is one.
func movement(noun, id string, amount int64, currency stripego.Currency) (payouts.Movement, error) {
	if id == "" {
		return payouts.Movement{}, fmt.Errorf("read a %s: it has no id: %w", noun, errForeign)
	}
	m, err := moneyOf(amount, currency)
	if err != nil {
		return payouts.Movement{}, fmt.Errorf("read %s %s: %w: %w", noun, id, errForeign, err)
	}
	return payouts.Movement{ID: id, Amount: m, State: payouts.MoveDone}, nil
}

// at is a time of Stripe's; zero: none.
func at(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
