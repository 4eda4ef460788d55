package payouts_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// Whatever statement fails, nothing of what brands pay in is kept by half.
func TestPayingInFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		ctx := context.Background()
		set := b.leaveCard(l, c)
		l.page.Reference, l.page.State, l.page.Card = "cs_2", payouts.CheckoutOpen, ""
		req := payouts.PaymentRequest{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(5_000)}
		var p payouts.Payment
		halfway := func(doing string, do func() error) {
			t.Helper()
			if n := dbtest.Halfway(t, db, do); n == 0 {
				t.Errorf("%s took no statement", doing)
			}
		}
		halfway("intend", func() error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
				p, _, err = c.IntendTx(ctx, tx, req)
				return err
			})
		})
		halfway("open", func() error {
			_, err := c.Open(ctx, p.ID, "/x")
			return err
		})
		l.page.State, l.page.Charge, l.charge = payouts.CheckoutComplete, "pi_1", succeeds(p, 50)
		halfway("settle", func() error {
			_, err := c.Settle(ctx, p.ID)
			return err
		})
		halfway("set top-up", func() error { return b.setTopUp(set) })
		halfway("make top-ups", func() error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) error {
				_, err := c.DueTopUpsTx(ctx, tx)
				return err
			})
		})
		l.claim = payouts.Claim{
			Reference: "dp_1", Of: "pi_" + p.ID.String(), State: payouts.ClaimLost, Amount: eur(5_000), Taken: eur(5_000), Fee: eur(1_500), TakenAt: start,
		}
		halfway("heed a dispute", func() error { return c.HeedClaim(ctx, "dp_1") })
		n := payouts.Notice{Provider: sandbox.Label, ID: "evt_1", Endpoint: payouts.PlatformNews, Kind: "balance.available", SentAt: start}
		halfway("keep a notice", func() error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) error {
				_, err := payouts.RecordNoticeTx(ctx, tx, n, start)
				return err
			})
		})
		halfway("settle a notice", func() error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) error { return payouts.SettleNoticeTx(ctx, tx, n, start) })
		})
		b.check("at the end")
	})
}
