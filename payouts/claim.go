package payouts

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// HeedClaim reads from the provider how a bank's doubt about a payment stands and
// books it: what was taken, and what came of it. It may be called any number of
// times. Errors: *NotFoundError where the payment is none of ours, or not yet;
// ErrProvider.
func (c *Cashier) HeedClaim(ctx context.Context, reference string) error {
	claim, err := ask(ctx, func(ctx context.Context) (Claim, error) { return c.Collector.ReadDispute(ctx, reference) })
	if err != nil {
		return reached(err)
	}
	if claim.State == ClaimInquiry && claim.Taken.IsZero() {
		return nil // nothing was taken
	}
	return c.InTx(ctx, func(tx *gorm.DB) error { return c.bookClaim(ctx, tx, claim) })
}

func (c *Cashier) bookClaim(ctx context.Context, tx *gorm.DB, claim Claim) error {
	p, ok, err := PaymentOf(ctx, tx, c.Label, claim.Of)
	if err != nil {
		return err
	}
	if !ok || p.State != PaymentPaid {
		return &NotFoundError{Noun: "payment of the provider's dispute", ID: DisputeID(c.Label, claim.Reference)}
	}
	id := DisputeID(c.Label, claim.Reference)
	if !claim.Taken.IsZero() {
		at := claim.TakenAt
		if at.IsZero() {
			at = c.now()
		}
		err := OpenDisputeTx(ctx, tx, at, NewDispute{ID: id, Brand: p.BrandID, Provider: c.Label, Amount: claim.Taken, Fee: claim.Fee})
		if err != nil {
			return err
		}
	}
	return c.decideClaim(ctx, tx, p, claim)
}

// decideClaim books the bank's decision. A dispute is won when the money is back.
func (c *Cashier) decideClaim(ctx context.Context, tx *gorm.DB, p Payment, claim Claim) error {
	id := DisputeID(c.Label, claim.Reference)
	switch {
	case claim.State == ClaimWon && !claim.GivenBack.IsZero():
		return WinDisputeTx(ctx, tx, c.now(), id)
	case claim.State != ClaimLost || claim.Taken.IsZero():
		return nil
	case c.Programs == nil:
		return errors.New("nobody says what programs the brand has")
	}
	programs, err := c.Programs(ctx, tx, p.BrandID)
	if err != nil {
		return err
	}
	return LoseDisputeTx(ctx, tx, c.now(), id, programs...)
}

// Explain looks at what an entry of the provider's books is about, of which we had
// no news: it is Service.Missed. Errors: *NotFoundError where it is none of ours;
// ErrProvider.
func (c *Cashier) Explain(ctx context.Context, e BalanceTransaction) error {
	switch e.Kind {
	case EntryDispute:
		return c.HeedClaim(ctx, e.Source)
	case EntryPayment:
		ok, err := c.SettleBy(ctx, e.Source)
		if err != nil || ok {
			return err
		}
		_, err = c.Settle(ctx, e.Subject)
		return err
	}
	return nil
}
