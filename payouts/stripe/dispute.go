package stripe

import (
	"context"
	"fmt"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/dispute"

	"knowhow/payouts"
)

// ReadDispute implements payouts.Collector.
func (c *Client) ReadDispute(ctx context.Context, reference string) (payouts.Claim, error) {
	d, err := dispute.Client{B: c.backend, Key: c.o.Key}.Get(reference, &stripego.DisputeParams{Params: params(ctx, "")})
	if err != nil {
		return payouts.Claim{}, answered("read a dispute", err)
	}
	return disputeOf(d)
}

// disputeOf mirrors a dispute. What was taken, and given back, are the lines of
// the books that belong to it.
func disputeOf(d *stripego.Dispute) (payouts.Claim, error) {
	if d.ID == "" {
		return payouts.Claim{}, fmt.Errorf("read a dispute: it has no id: %w", errForeign)
	}
	shown := payouts.Claim{Reference: d.ID, Of: paymentOf(d.PaymentIntent, d.Charge), State: disputeState(d.Status)}
	amount, err := moneyOf(d.Amount, d.Currency)
	if err != nil {
		return shown, fmt.Errorf("read dispute %s: %w", d.ID, err)
	}
	shown.Amount = amount
	for _, b := range d.BalanceTransactions {
		moved, err := moneyOf(b.Amount, b.Currency)
		if err != nil {
			return shown, fmt.Errorf("read dispute %s: %w", d.ID, err)
		}
		fee, err := moneyOf(b.Fee, b.Currency)
		if err != nil {
			return shown, fmt.Errorf("read dispute %s: %w", d.ID, err)
		}
		if moved.Minor < 0 {
			shown.Taken, shown.Fee, shown.TakenAt = payouts.Money{Minor: -moved.Minor, Currency: moved.Currency}, fee, at(b.Created)
		} else {
			shown.GivenBack = moved
		}
	}
	return shown, nil
}

func disputeState(s stripego.DisputeStatus) payouts.ClaimState {
	switch s {
	case stripego.DisputeStatusWon:
		return payouts.ClaimWon
	case stripego.DisputeStatusLost:
		return payouts.ClaimLost
	case "warning_needs_response", "warning_under_review", "warning_closed":
		return payouts.ClaimInquiry
	}
	return payouts.ClaimOpen
}
