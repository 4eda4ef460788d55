package payouts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
	"knowhow/payouts/sandbox"
)

// byHand is a transfer of a payout's group that nobody here has sent.
func (b *bank) byHand(p payouts.Payout, minor int64) {
	b.t.Helper()
	_, err := b.sandbox.Move(context.Background(), payouts.MoveRequest{
		Kind: payouts.MoveTransfer, IdempotencyKey: "by hand " + uuid.NewString(), Group: payouts.GroupOf(p.ID),
		Subject: p.ID, Amount: eur(minor), Account: p.Destination,
	})
	b.must(err)
}

// A second transfer must never be there; if it is, everything stops, until a person
// has looked: once. The first is the payout, and the other is owed.
func TestSecondTransferPausesPayouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		expert := b.payee(5000)
		made, err := b.service.RequestPayout(ctx, expert, uuid.New())
		b.must(err)
		b.byHand(made[0], 5000)
		b.byHand(made[0], 5000)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return sandbox.LostBefore }
		b.process()
		b.clock.advance(time.Hour)
		if _, err = b.service.Process(ctx, 10); !errors.Is(err, payouts.ErrPaused) {
			t.Fatalf("went on: %v", err)
		}
		if got := b.earnings(expert); got.PaidOut != 5000 || got.InTransit != 0 {
			t.Fatalf("earnings %+v", got)
		}
		b.check("paused")
		b.resume()
		b.must(b.service.HintMove(ctx, payouts.MoveTransfer, made[0].ID))
		if b.reason() != "" {
			t.Fatalf("news of it pauses again: %s", b.reason())
		}
		if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Suspended != 1 || !r.Paused {
			t.Fatalf("%+v, %v", r, err)
		}
		b.must(b.clear(b.suspended()[0], payouts.ToExpert, expert))
		b.agreed()
		if owed := b.balance(ledger.ExpertOwes, expert, "EUR"); owed != 5000 {
			t.Errorf("owes %d", owed)
		}
		if done, err := b.service.Process(ctx, 10); err != nil || done != (payouts.Processed{}) {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// A transfer of another amount is not the payout: once nothing can come of it any
// more, its money is available again, and the transfer is in suspense.
func TestTransferThatDiffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		expert := b.payee(5000)
		made, err := b.service.RequestPayout(ctx, expert, uuid.New())
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return sandbox.LostBefore }
		b.process()
		b.sandbox.Fault = nil
		b.byHand(made[0], 4000)
		b.clock.advance(time.Hour)
		if done, err := b.service.Process(ctx, 10); !errors.Is(err, payouts.ErrPaused) || done.Waiting != 1 {
			t.Fatalf("went on: %+v, %v", done, err)
		}
		if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Suspended != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		b.resume()
		for hour := 1; hour < 26; hour++ {
			if got := b.earnings(expert); got.InTransit != 5000 || b.reason() != "" {
				t.Fatalf("after %d hours: %+v, paused for %q", hour, got, b.reason())
			}
			b.clock.advance(time.Hour)
			_, err := b.service.Process(ctx, 10)
			b.must(err)
		}
		if got := b.earnings(expert); got.InTransit != 0 || got.Available != 5000 {
			t.Fatalf("a day later: %+v", got)
		}
		b.must(b.clear(b.suspended()[0], payouts.ToExpert, expert))
		b.agreed()
		if b.transfers() != 1 {
			t.Errorf("%d transfers", b.transfers())
		}
	})
}

// Of several refunds the first is the order's, and a refund of an order that failed is
// nobody's; either is told of once.
func TestSecondRefundPausesPayouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.paidIn(9000)
		for _, c := range []struct {
			fault sandbox.Fault
			state payouts.PayoutState
			lines int
		}{{sandbox.None, payouts.PayoutSent, 1}, {sandbox.Refuse, payouts.PayoutFailed, 2}} {
			b.clock.advance(time.Hour)
			b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return c.fault }
			made, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(1000)})
			b.must(err)
			b.process()
			b.sandbox.Fault = nil
			for range 2 {
				if c.lines == 2 || b.suspendable(made[0].ID) < 2 {
					_, err := b.sandbox.Move(ctx, payouts.MoveRequest{
						Kind: payouts.MoveRefund, IdempotencyKey: "by hand " + uuid.NewString(), Subject: made[0].ID, Amount: eur(1000), Of: made[0].OfID,
					})
					b.must(err)
				}
			}
			b.must(b.service.HintMove(ctx, payouts.MoveRefund, made[0].ID))
			if b.reason() == "" {
				t.Fatalf("%s: nobody was told", c.state)
			}
			b.resume()
			b.must(b.service.HintMove(ctx, payouts.MoveRefund, made[0].ID))
			if b.reason() != "" {
				t.Fatalf("%s: told again: %s", c.state, b.reason())
			}
			b.clock.advance(2 * time.Hour)
			if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Suspended != c.lines {
				t.Fatalf("%s: %+v, %v", c.state, r, err)
			}
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				o, err := payouts.FindOrder(ctx, tx, made[0].ID)
				if err == nil && o.State != c.state {
					t.Errorf("%+v", o)
				}
				return err
			}))
			b.agreed()
		}
	})
}

// suspendable counts the movements of an order at the provider.
func (b *bank) suspendable(order uuid.UUID) (n int64) {
	b.t.Helper()
	b.must(b.db.Table("sandbox_moves").Where("subject_id = ?", order).Count(&n).Error)
	return n
}
