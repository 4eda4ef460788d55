package payouts_test

import (
	"context"
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

func (b *bank) unfreeze() {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.UnfreezeBrandTx(ctx, tx, b.clock.now(), b.brand)
	}))
}

func (b *bank) due() (due bool) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		due, err = payouts.DueTx(ctx, tx, b.clock.now().Add(time.Minute))
		return err
	}))
	return due
}

// A refund that is kept back is no work, is not overdue, and keeps no cleared money
// from experts; once the brand is free again it is all of that.
func TestRefundKeptBackIsNotDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.paidIn(3000)
		expert := b.payee(2000)
		_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
		b.must(err)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "asked for by its bank")
		}))
		if b.due() {
			t.Error("kept back, and due")
		}
		b.clock.advance(72 * time.Hour)
		if r := b.reconciled(); r.Overdue != 0 {
			t.Errorf("kept back, and overdue: %+v", r)
		}
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 2000").Error)
		if _, err := b.service.RequestPayout(ctx, expert, uuid.New()); err != nil {
			t.Errorf("a payout of what is cleared: %v", err)
		}
		b.process()
		b.unfreeze()
		if r, err := b.service.Reconcile(ctx); err != nil || r.Overdue != 1 || !b.due() {
			t.Errorf("free, and not due: %+v, %v", r, err)
		}
	})
}

// putOff has the provider have no money left: it puts off what is sent.
func (b *bank) putOff() { b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 0").Error) }

func (b *bank) thaw() error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.ThawBrandTx(ctx, tx, b.clock.now(), b.brand)
	})
}

// A lost dispute is paid with what waits to go back to the brand, also where the
// provider put it off: nothing goes back to who owes, even if it was being sent
// meanwhile.
func TestLostDisputeTakesWhatIsKeptBack(t *testing.T) {
	for name, before := range map[string]func(b *bank, lost func()){
		"not tried": func(_ *bank, lost func()) { lost() },
		"put off":   func(b *bank, lost func()) { b.putOff(); b.process(); lost() },
		"put off meanwhile": func(b *bank, lost func()) {
			b.putOff()
			b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { lost(); b.sandbox.Fault = nil; return sandbox.None }
			b.process()
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b := newBank(t, db)
				b.paidIn(3000)
				_, err := b.service.RefundBrand(context.Background(), payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
				b.must(err)
				before(b, func() {
					dispute := uuid.New()
					b.must(b.dispute(b.newDispute(dispute, 1_000_000)))
					b.must(b.lose(dispute))
				})
				b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 5000000").Error)
				b.clock.advance(24 * time.Hour)
				if b.due() {
					t.Error("due while the brand is frozen")
				}
				b.process()
				b.must(b.thaw())
				b.process()
				if o := b.orders(b.brand)[0]; o.State != payouts.PayoutFailed || o.Failure != "dispute_lost" {
					t.Errorf("the refund: %+v", o)
				}
				if wallet, refunding := b.refunding(); wallet != 0 || refunding != 0 {
					t.Errorf("wallet %d, on its way back %d", wallet, refunding)
				}
				b.check("at the end")
			})
		})
	}
}

// What the provider put off goes on once a brand that owes nothing is free again.
func TestRefundPutOffGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.paidIn(3000)
		_, err := b.service.RefundBrand(context.Background(), payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
		b.must(err)
		b.putOff()
		b.process()
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "asked for by its bank")
		}))
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 5000000").Error)
		b.clock.advance(24 * time.Hour)
		b.process()
		if o := b.orders(b.brand)[0]; o.State != payouts.PayoutSending {
			t.Errorf("while it is frozen: %+v", o)
		}
		b.must(b.thaw())
		b.process()
		if o := b.orders(b.brand)[0]; o.State != payouts.PayoutSent {
			t.Errorf("free again: %+v", o)
		}
		b.check("at the end")
	})
}

// A dispute that opens while a person unfreezes the brand waits, and then freezes it.
func TestDisputeWhileUnfreezing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.paidIn(3000)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "asked for by its bank")
		}))
		opened := make(chan error, 1)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			if err := payouts.ThawableTx(ctx, tx, b.brand); err != nil {
				return err
			}
			go func() { opened <- b.dispute(b.newDispute(uuid.New(), 1000)) }()
			time.Sleep(50 * time.Millisecond)
			return payouts.ThawBrandTx(ctx, tx, b.clock.now(), b.brand)
		}))
		b.must(<-opened)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			frozen, err := payouts.IsFrozen(ctx, tx, b.brand, uuid.Nil)
			if err == nil && !frozen {
				t.Error("a payment is disputed, and the brand is free")
			}
			return err
		}))
	})
}

// A refund that comes back pays first what the brand owes by then, as what it funds
// does, and no more than came back.
func TestRefundThatComesBackPaysWhatIsOwed(t *testing.T) {
	for name, c := range map[string]struct{ owed, left int64 }{"more than comes back": {5000, 3000}, "less": {1500, 0}, "nothing": {0, 0}} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx := newBank(t, db), context.Background()
				b.paidIn(3000)
				_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
				b.must(err)
				b.process()
				wallet, _ := b.refunding()
				if c.owed > 0 {
					budget, _ := b.budget()
					dispute := uuid.New()
					b.must(b.dispute(b.newDispute(dispute, wallet+budget+c.owed)))
					b.must(b.lose(dispute))
					wallet = 0
				}
				b.must(b.sandbox.Bounce(ctx, *b.orders(b.brand)[0].ObjectID, "expired_or_canceled_card"))
				b.clock.advance(25 * time.Hour)
				_, err = b.service.Reconcile(ctx)
				b.must(err)
				if owed := b.balance(ledger.BrandOwes, b.brand, "EUR"); owed != c.left {
					t.Errorf("owed %d, want %d", owed, c.left)
				}
				if got, _ := b.refunding(); got != wallet+2000-(c.owed-c.left) {
					t.Errorf("wallet %d, want %d", got, wallet+2000-(c.owed-c.left))
				}
				b.check("at the end")
			})
		})
	}
}

// What a brand has on credit beside stays its own to spend: a refund that comes back
// pays no more than itself.
func TestRefundThatComesBackPaysNoMoreThanItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.paidIn(3000)
		_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(500)})
		b.must(err)
		b.process()
		b.must(b.sign(payouts.CreditLimit{ID: uuid.New(), BrandID: b.brand, Currency: "EUR", LimitMinor: 1000, SignedBy: uuid.New()}))
		b.must(b.onCredit(uuid.New(), 1000))
		wallet, _ := b.refunding()
		b.must(b.sandbox.Bounce(ctx, *b.orders(b.brand)[0].ObjectID, "expired_or_canceled_card"))
		b.clock.advance(25 * time.Hour)
		_, err = b.service.Reconcile(ctx)
		b.must(err)
		if owed, got := b.balance(ledger.BrandOwes, b.brand, "EUR"), b.wallet(); owed != 500 || got != wallet {
			t.Errorf("owed %d, want 500; wallet %d, want %d", owed, got, wallet)
		}
		b.check("at the end")
	})
}
