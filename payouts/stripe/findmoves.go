package stripe

import (
	"context"
	"slices"
	"time"

	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
)

// FindMoves implements payouts.Provider. It lists and does not search: a list
// shows what was just written, the newest first.
func (c *Client) FindMoves(ctx context.Context, req payouts.MoveRequest) ([]payouts.Movement, error) {
	found, err := c.listMoves(ctx, req)
	slices.Reverse(found)
	return found, err
}

func (c *Client) listMoves(ctx context.Context, req payouts.MoveRequest) ([]payouts.Movement, error) {
	switch req.Kind {
	case payouts.MoveTransfer:
		return c.findTransfers(ctx, req)
	case payouts.MoveReversal:
		return c.findReversals(ctx, req)
	case payouts.MoveInstant:
		return c.findPayouts(ctx, req)
	case payouts.MoveRefund:
		return c.findRefunds(ctx, req)
	}
	return nil, refused(badKind(req.Kind))
}

func (c *Client) findTransfers(ctx context.Context, req payouts.MoveRequest) (found []payouts.Movement, err error) {
	list := c.transfers().List(&stripego.TransferListParams{ListParams: listParams(ctx), TransferGroup: stripego.String(req.Group)})
	for list.Next() {
		m, err := ofTransfer(list.Transfer())
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, answered("list transfers", list.Err())
}

func (c *Client) findReversals(ctx context.Context, req payouts.MoveRequest) (found []payouts.Movement, err error) {
	list := c.reversals().List(&stripego.TransferReversalListParams{ListParams: listParams(ctx), ID: stripego.String(req.Of)})
	for list.Next() {
		r := list.TransferReversal()
		if r.Metadata[metaOrder] != req.Subject.String() {
			continue
		}
		m, err := ofReversal(r, req)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, answered("list reversals", list.Err())
}

func (c *Client) findPayouts(ctx context.Context, req payouts.MoveRequest) (found []payouts.Movement, err error) {
	p := &stripego.PayoutListParams{ListParams: listParams(ctx), CreatedRange: since(req.Since)}
	p.SetStripeAccount(req.Account)
	list := c.payouts().List(p)
	for list.Next() {
		paid := list.Payout()
		if paid.Metadata[metaOrder] != req.Subject.String() {
			continue
		}
		m, err := ofPayout(paid, req.Account)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, answered("list payouts", list.Err())
}

func (c *Client) findRefunds(ctx context.Context, req payouts.MoveRequest) (found []payouts.Movement, err error) {
	p := &stripego.RefundListParams{ListParams: listParams(ctx)}
	p.Charge, p.PaymentIntent = paymentOrCharge(req.Of)
	list := c.refunds().List(p)
	for list.Next() {
		r := list.Refund()
		if r.Metadata[metaOrder] != req.Subject.String() {
			continue
		}
		m, err := ofRefund(r, req.Of)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, answered("list refunds", list.Err())
}

// clocksApart is how far Stripe's clock may be behind ours.
const clocksApart = time.Hour

// since is a range from a time of ours on; nil where there is none.
func since(from time.Time) *stripego.RangeQueryParams {
	if from.IsZero() {
		return nil
	}
	return &stripego.RangeQueryParams{GreaterThanOrEqual: from.Add(-clocksApart).Unix()}
}
