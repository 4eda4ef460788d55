package payouts_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// orders are an owner's, the oldest first.
func (b *bank) orders(owner uuid.UUID) (list []payouts.Order) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.OrdersOf(ctx, tx, owner).Order("created_at, id").Find(&list).Error
	}))
	return list
}

// paidIn is a payment of the brand's through the provider's page.
func (b *bank) paidIn(minor int64) payouts.Payment {
	b.t.Helper()
	cashier := &payouts.Cashier{InTx: b.inTx, Now: b.clock.now, Collector: b.sandbox, Label: sandbox.Label}
	p, err := cashier.Start(context.Background(), payouts.PaymentRequest{
		ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(minor), Back: "/",
	})
	b.must(err)
	if p.State != payouts.PaymentPaid {
		b.t.Fatalf("paid in: %+v", p)
	}
	return p
}

func (b *bank) reverse(id, payout uuid.UUID, minor int64) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.ReverseTx(ctx, tx, b.clock.now(), payouts.Reversal{ID: id, Payout: payout, Amount: eur(minor)})
	})
}

// refunding is what the brand has and what is on its way back to it.
func (b *bank) refunding() (wallet, refunding int64) {
	b.t.Helper()
	row := b.db.Raw(`SELECT COALESCE((SELECT SUM(balance) FROM ledger_accounts WHERE kind = 'brand:wallet' AND owner_id = ?), 0),
		COALESCE((SELECT SUM(balance) FROM ledger_accounts WHERE kind = 'in_transit:refunds'), 0)`, b.brand).Row()
	b.must(row.Scan(&wallet, &refunding))
	return wallet, refunding
}

// A refund goes back by the oldest payments; the one that a bank sends back is in
// the wallet again.
func TestRefundGoesBackByTheOldestPayments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		first := b.paidIn(3000)
		b.clock.advance(time.Hour)
		second := b.paidIn(2000)
		before, _ := b.refunding()
		id := uuid.New()
		made, err := b.service.RefundBrand(ctx, payouts.Refund{ID: id, Brand: b.brand, Amount: eur(4000)})
		b.must(err)
		if len(made) != 2 || made[0].OfID != *first.ChargeID || made[0].AmountMinor != 3000 || made[1].OfID != *second.ChargeID || made[1].AmountMinor != 1000 {
			t.Fatalf("%+v", made)
		}
		if wallet, refunding := b.refunding(); wallet != before-4000 || refunding != 4000 {
			t.Fatalf("wallet %d of %d, refunding %d", wallet, before, refunding)
		}
		if again, err := b.service.RefundBrand(ctx, payouts.Refund{ID: id, Brand: b.brand, Amount: eur(4000)}); err != nil || len(again) != 2 {
			t.Fatalf("again: %v, %v", again, err)
		}
		if _, err := b.service.RefundBrand(ctx, payouts.Refund{ID: id, Brand: b.brand, Amount: eur(3999)}); !errors.Is(err, payouts.ErrKeyReused) {
			t.Fatalf("another amount: %v", err)
		}
		b.process()
		if wallet, refunding := b.refunding(); wallet != before-4000 || refunding != 0 {
			t.Fatalf("sent: wallet %d, refunding %d", wallet, refunding)
		}
		dbtest.Unchanged(t, db, func() {
			_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(1001)})
			if !errors.Is(err, payouts.ErrNoPayment) {
				t.Errorf("more than was paid: %v", err)
			}
			_, err = b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand})
			if !errors.Is(err, payouts.ErrInvalid) {
				t.Errorf("nothing: %v", err)
			}
		})
		sent := b.orders(b.brand)[0]
		b.must(b.sandbox.Bounce(ctx, *sent.ObjectID, "account_closed"))
		b.clock.advance(25 * time.Hour)
		b.reconciled()
		if wallet, _ := b.refunding(); wallet != before-4000+sent.AmountMinor {
			t.Fatalf("bounced: wallet %d of %d", wallet, before)
		}
		b.check("at the end")
	})
}

// A refund that was asked for before its brand was frozen is not sent until it is
// not; payouts are.
func TestRefundWaitsWhileTheBrandIsFrozen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.paidIn(3000)
		_, err := b.service.RefundBrand(context.Background(), payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
		b.must(err)
		other, dispute := b.payee(1000), uuid.New()
		b.must(b.dispute(b.newDispute(dispute, 3000)))
		_, err = b.service.RequestPayout(context.Background(), other, uuid.New())
		b.must(err)
		b.process()
		if o := b.orders(b.brand)[0]; o.State != payouts.PayoutCreated || b.earnings(other).PaidOut != 1000 {
			t.Errorf("while the brand is frozen: %+v, %+v", o, b.earnings(other))
		}
		b.must(b.win(dispute))
		b.process()
		if o := b.orders(b.brand)[0]; o.State != payouts.PayoutSent {
			t.Errorf("afterwards: %+v", o)
		}
		b.check("at the end")
	})
}

// unfunded is a provider that lets refunds wait for want of money: they are there, and
// nothing has left our balance yet, nor ever will of those that came to nothing.
type unfunded struct {
	*sandbox.Provider
	minor int64
}

func (p unfunded) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	page, err := p.Provider.BalanceTransactions(ctx, q)
	page.Entries = slices.DeleteFunc(page.Entries, func(e payouts.BalanceTransaction) bool {
		return e.Kind == payouts.EntryRefund || e.Kind == payouts.EntryRefundFailed
	})
	return page, err
}

func (p unfunded) Balance(ctx context.Context) ([]payouts.ProviderBalance, error) {
	sums, err := p.Provider.Balance(ctx)
	if err == nil {
		sums[0].Available += p.minor
	}
	return sums, err
}

// A refund that the provider has not begun with is no difference, whatever comes of it.
func TestRefundThatWaitsAtTheProvider(t *testing.T) {
	for name, begun := range map[string]bool{"begun with later": true, "came to nothing": false} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx := newBank(t, db), context.Background()
				b.paidIn(3000)
				b.reconciled()
				before, _ := b.refunding()
				_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
				b.must(err)
				b.process()
				b.service.Provider = unfunded{b.sandbox, 2000}
				b.clock.advance(3 * time.Hour)
				b.reconciled()
				want := before - 2000
				if begun {
					b.must(b.db.Exec("UPDATE sandbox_entries SET made_at = ? WHERE kind = 'refund'", b.clock.now()).Error)
					b.service.Provider = b.sandbox
				} else {
					want = before
					b.must(b.sandbox.Bounce(ctx, *b.orders(b.brand)[0].ObjectID, "insufficient_funds"))
					b.service.Provider = unfunded{b.sandbox, 0}
				}
				b.clock.advance(25 * time.Hour)
				b.agreed()
				if wallet, _ := b.refunding(); wallet != want {
					t.Errorf("wallet %d, want %d", wallet, want)
				}
			})
		})
	}
}

// What the provider cannot move yet, or others will take, is not given back.
func TestRefundWaitsForClearedMoney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.paidIn(3000)
		back := func(minor int64) error {
			_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(minor)})
			return err
		}
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 1999").Error)
		b.must(back(1000))
		dbtest.Unchanged(t, db, func() {
			if err := back(1000); !errors.Is(err, payouts.ErrNotCleared) {
				t.Errorf("one of two: %v", err)
			}
			wallet, _ := b.refunding()
			if err := back(wallet + 1); !errors.Is(err, payouts.ErrInsufficientFunds) { // however long one waits
				t.Errorf("more than there is: %v", err)
			}
		})
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 2000").Error)
		b.must(back(1000))
	})
}

// Nothing goes back of what a brand owes, nor while it is frozen; a refund that was
// asked for before is still the same.
func TestRefundLeavesWhatIsOwed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, first := newBank(t, db), uuid.New()
		wallet, _ := b.refunding()
		b.paidIn(wallet + 3000)
		b.must(b.sign(payouts.CreditLimit{ID: uuid.New(), BrandID: b.brand, Currency: "EUR", LimitMinor: 2000, SignedBy: uuid.New()}))
		b.must(b.onCredit(uuid.New(), 2000))
		wallet, _ = b.refunding()
		back := func(id uuid.UUID, minor int64) error {
			_, err := b.service.RefundBrand(context.Background(), payouts.Refund{ID: id, Brand: b.brand, Amount: eur(minor)})
			return err
		}
		b.must(back(first, 1000))
		dbtest.Unchanged(t, db, func() {
			if err := back(uuid.New(), wallet-1000-2000+1); !errors.Is(err, payouts.ErrOwing) {
				t.Errorf("of what is owed: %v", err)
			}
		})
		b.must(back(uuid.New(), 500))
		b.must(b.dispute(b.newDispute(uuid.New(), 100)))
		dbtest.Unchanged(t, db, func() {
			if err := back(uuid.New(), 1); !errors.Is(err, payouts.ErrFrozen) {
				t.Errorf("while a payment is disputed: %v", err)
			}
			b.must(back(first, 1000))
		})
	})
}

// An instant payout keeps its fee, waits for its transfer, and gives the fee back
// where the provider refuses or a bank sends the money back.
func TestInstantPayout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		for _, c := range []struct {
			fault     sandbox.Fault
			bounce    bool
			available int64
		}{{sandbox.None, false, 0}, {sandbox.Refuse, false, 50}, {sandbox.None, true, 50}} {
			expert := b.payee(5000)
			b.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
				if req.Kind == payouts.MoveInstant {
					return c.fault
				}
				return sandbox.None
			}
			made, err := b.service.RequestInstantPayout(ctx, expert, uuid.New())
			b.must(err)
			if len(made) != 1 || made[0].AmountMinor != 4950 {
				t.Fatalf("%+v", made)
			}
			b.check("ordered")
			b.process() // the transfer, and what it lets go
			b.process()
			if order := b.orders(expert)[0]; c.bounce {
				b.must(b.sandbox.Bounce(ctx, *order.ObjectID, "card_expired"))
				b.clock.advance(7 * time.Hour)
				b.reconciled()
			}
			if got := b.earnings(expert); got.PaidOut != 4950 || got.Available != c.available {
				t.Fatalf("%+v: %+v", c, got)
			}
			b.check("at the end")
		}
	})
}

// What an expert owes is taken back of a payout; what work of theirs has paid of
// it meanwhile is theirs.
func TestReversal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		expert := uuid.New()
		_, err := b.service.EnsureAccount(ctx, expert)
		b.must(err)
		reward := b.earned(expert, 5000, 0)
		b.must(b.release(reward))
		made, err := b.service.RequestPayout(ctx, expert, uuid.New())
		b.must(err)
		if err := b.reverse(uuid.New(), made[0].ID, 1); !errors.Is(err, payouts.ErrState) {
			t.Fatalf("before it was sent: %v", err)
		}
		b.process()
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.ClawBackTx(ctx, tx, b.clock.now(), reward, uuid.New())
		}))
		order := uuid.New()
		b.must(b.reverse(order, made[0].ID, 3000))
		b.must(b.reverse(order, made[0].ID, 3000)) // again
		if err := b.reverse(uuid.New(), made[0].ID, 2001); !errors.Is(err, payouts.ErrInvalid) {
			t.Fatalf("more than is owed: %v", err)
		}
		if err := b.reverse(order, made[0].ID, 2999); !errors.Is(err, payouts.ErrKeyReused) {
			t.Fatalf("another amount: %v", err)
		}
		b.must(b.release(b.earned(expert, 2500, 0))) // pays debt too
		b.process()
		debt := int64(-1)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			owed, err := payouts.DebtTx(ctx, tx, expert, "EUR")
			debt = owed.Minor
			return err
		}))
		if got := b.earnings(expert); debt != 0 || got.Available != 500 {
			t.Fatalf("owes %d, %+v", debt, got)
		}
		b.check("at the end")
		b.reconciled()
	})
}

// Who owes, or is held back, or whose money has not cleared is not paid.
func TestGate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		held, paid := b.payee(5000), b.payee(4000)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeExpertTx(ctx, tx, b.clock.now(), held, "fraud")
		}))
		if _, err := b.service.RequestPayout(ctx, held, uuid.New()); !errors.Is(err, payouts.ErrHeldBack) {
			t.Errorf("held back: %v", err)
		}
		b.service.Floor = func(time.Time, string, payouts.Currency) int64 { return 4500 }
		if _, err := b.service.RequestPayout(ctx, paid, uuid.New()); !errors.Is(err, payouts.ErrBelowMinimum) {
			t.Errorf("below the country's minimum: %v", err)
		}
		b.restart()
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 3999").Error)
		if _, err := b.service.RequestPayout(ctx, paid, uuid.New()); !errors.Is(err, payouts.ErrNotCleared) {
			t.Errorf("not cleared: %v", err)
		}
		if made, err := b.service.CreateRun(ctx, "2026-W10"); made != 0 || err != nil {
			t.Errorf("a run without money: %d, %v", made, err)
		}
		facts := b.facts(payouts.FactCursor{}, 100)
		if last := facts[len(facts)-1]; last.Kind != payouts.FactPayoutsShort || last.Minor != 4000 {
			t.Errorf("told of %+v", last)
		}
		b.must(b.db.Exec("UPDATE sandbox_balances SET minor = 4000").Error)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.UnfreezeExpertTx(ctx, tx, b.clock.now(), held)
		}))
		if made, err := b.service.CreateRun(ctx, "2026-W11"); made != 1 || err != nil {
			t.Errorf("a run with money for one: %d, %v", made, err)
		}
	})
}
