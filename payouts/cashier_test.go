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
	"knowhow/payouts/sandbox"
)

// till is a provider whose pages somebody has to pay on: the sandbox, but for
// what a test says.
type till struct {
	*sandbox.Provider
	page    payouts.Checkout
	charge  payouts.Charge
	claim   payouts.Claim
	refuse  error // of every call that would change something
	charged []payouts.ChargeRequest
	at      []time.Time // of those
	now     func() time.Time
	opened  []payouts.CheckoutRequest
	there   []payouts.Charge // what is listed for a payment
}

func (l *till) OpenCheckout(_ context.Context, req payouts.CheckoutRequest) (payouts.Checkout, error) {
	l.opened = append(l.opened, req)
	return l.page, l.refuse
}

func (l *till) ReadCheckout(context.Context, string) (payouts.Checkout, error) { return l.page, nil }
func (l *till) ReadCharge(context.Context, string) (payouts.Charge, error)     { return l.charge, nil }
func (l *till) ReadDispute(context.Context, string) (payouts.Claim, error)     { return l.claim, nil }

func (l *till) Charge(_ context.Context, req payouts.ChargeRequest) (payouts.Charge, error) {
	l.charged, l.at = append(l.charged, req), append(l.at, l.now())
	return l.charge, l.refuse
}

func (l *till) FindCharges(context.Context, string, uuid.UUID, time.Time) ([]payouts.Charge, error) {
	return l.there, nil
}

func newTill(b *bank) (*till, *payouts.Cashier) {
	l := &till{Provider: b.sandbox, now: b.clock.now, page: payouts.Checkout{Reference: "cs_1", URL: "https://pay.example/1", State: payouts.CheckoutOpen}}
	return l, &payouts.Cashier{
		InTx: b.inTx, Now: b.clock.now, Collector: l, Label: sandbox.Label,
		Programs: func(context.Context, *gorm.DB, uuid.UUID) ([]uuid.UUID, error) { return []uuid.UUID{b.program}, nil },
	}
}

// succeeds is a charge for a payment that brought all but a fee.
func succeeds(p payouts.Payment, fee int64) payouts.Charge {
	return payouts.Charge{
		Reference: "pi_" + p.ID.String(), Payment: p.ID, State: payouts.ChargeSucceeded, Amount: p.Amount(), Credited: p.Amount(), Fee: eur(fee),
		ChargeID: "ch_" + p.ID.String(), Transaction: "txn_" + p.ID.String(), AvailableAt: start.Add(48 * time.Hour),
	}
}

func (b *bank) wallet() (minor int64) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		m, err := payouts.WalletTx(ctx, tx, b.brand, "EUR")
		minor = m.Minor
		return err
	}))
	return minor
}

func (b *bank) start(c *payouts.Cashier, method payouts.PayMethod, minor int64) payouts.Payment {
	b.t.Helper()
	p, err := c.Start(context.Background(), payouts.PaymentRequest{ID: uuid.New(), Brand: b.brand, Method: method, Amount: eur(minor), Back: "/x"})
	b.must(err)
	return p
}

func TestPaidOnAPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		ctx, before := context.Background(), b.wallet()
		p := b.start(c, payouts.PayCard, 5_000)
		if p.State != payouts.PaymentOpen || p.URL != l.page.URL || l.opened[0].IdempotencyKey != "payment_"+p.ID.String() {
			t.Fatalf("%+v, %+v", p, l.opened)
		}
		again, err := c.Start(ctx, payouts.PaymentRequest{ID: p.ID, Brand: b.brand, Method: payouts.PayCard, Amount: eur(5_000)})
		if err != nil || again.URL != p.URL || len(l.opened) != 1 {
			t.Fatalf("again: %+v, %v, %d pages", again, err, len(l.opened))
		}
		if _, err := c.Start(ctx, payouts.PaymentRequest{ID: p.ID, Brand: b.brand, Method: payouts.PayCard, Amount: eur(5_001)}); !errors.Is(err, payouts.ErrKeyReused) {
			t.Fatalf("with another amount: %v", err)
		}
		l.page.State, l.page.Charge = payouts.CheckoutComplete, "pi_"+p.ID.String()
		l.charge = payouts.Charge{Reference: l.page.Charge, Payment: p.ID, State: payouts.ChargePending, Amount: eur(5_000)}
		if p, err = c.Settle(ctx, p.ID); err != nil || p.State != payouts.PaymentOpen || b.wallet() != before {
			t.Fatalf("under way: %+v, %v", p, err)
		}
		l.charge = succeeds(p, 150)
		for range 3 {
			if p, err = c.Settle(ctx, p.ID); err != nil || p.State != payouts.PaymentPaid || p.FeeMinor != 150 || b.wallet() != before+4_850 {
				t.Fatalf("paid: %+v, %v, wallet %d", p, err, b.wallet())
			}
		}
		if ok, err := c.SettleBy(ctx, "ch_"+p.ID.String()); err != nil || !ok {
			t.Fatalf("by its charge: %t, %v", ok, err)
		}
		if ok, err := c.SettleBy(ctx, "ch_else"); err != nil || ok {
			t.Fatalf("by another's: %t, %v", ok, err)
		}
		b.check("paid")
	})
}

func TestNotPaidOnAPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		ctx, before := context.Background(), b.wallet()
		p := b.start(c, payouts.PayCard, 5_000)
		l.page.Charge, l.charge = "pi_1", payouts.Charge{Reference: "pi_1", Payment: p.ID, State: payouts.ChargeDeclined, Amount: eur(5_000), Failure: "card_declined"}
		p, err := c.Settle(ctx, p.ID)
		if err != nil || p.State != payouts.PaymentOpen {
			t.Fatalf("declined while the page is open: %+v, %v", p, err)
		}
		l.page.State = payouts.CheckoutExpired
		if p, err = c.Settle(ctx, p.ID); err != nil || p.State != payouts.PaymentFailed || p.Failure != "card_declined" || p.URL != "" {
			t.Fatalf("and expired: %+v, %v", p, err)
		}
		l.refuse, l.page = &payouts.ProviderError{Class: payouts.Definitive, Code: "amount_too_small"}, payouts.Checkout{}
		if p := b.start(c, payouts.PayCard, 1); p.State != payouts.PaymentFailed || p.Failure != "amount_too_small" {
			t.Fatalf("refused: %+v", p)
		}
		l.refuse = errors.New("no connection")
		req := payouts.PaymentRequest{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(100)}
		if p, err := c.Start(ctx, req); !errors.Is(err, payouts.ErrProvider) || p.State != payouts.PaymentCreated {
			t.Fatalf("no answer: %+v, %v", p, err)
		}
		b.clock.advance(27 * time.Hour)
		if p, err = c.Settle(ctx, req.ID); err != nil || p.State != payouts.PaymentFailed {
			t.Fatalf("never opened: %+v, %v", p, err)
		}
		if b.wallet() != before {
			t.Errorf("wallet %d, had %d", b.wallet(), before)
		}
	})
}

// What is not what was asked for goes into nobody's wallet, and payouts wait until
// a person has looked, once. What was paid is theirs to give from suspense.
func TestChargeThatDiffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for name, bend := range map[string]func(*payouts.Charge){
			"amount":   func(c *payouts.Charge) { c.Amount.Minor++ },
			"currency": func(c *payouts.Charge) { c.Credited.Currency = "USD" },
			"credited": func(c *payouts.Charge) { c.Credited.Minor-- },
			"payment":  func(c *payouts.Charge) { c.Payment = uuid.New() },
			"fee":      func(c *payouts.Charge) { c.Fee.Minor = 5_000 },
		} {
			b := newBank(t, db)
			l, c := newTill(b)
			before := b.wallet()
			l.page.Reference = "cs_" + name
			p := b.start(c, payouts.PayCard, 5_000)
			l.page.Charge, l.charge = "pi_1", succeeds(p, 10)
			bend(&l.charge)
			p, err := c.Settle(context.Background(), p.ID)
			if err != nil || p.State != payouts.PaymentFailed || p.Failure == "" || b.wallet() != before || b.reason() != p.Failure {
				t.Fatalf("%s: %+v, %v, paused for %q", name, p, err, b.reason())
			}
			b.resume()
			for range 3 {
				b.clock.advance(25 * time.Hour)
				if p, err = c.Settle(context.Background(), p.ID); err != nil || b.reason() != "" {
					t.Fatalf("%s: paused again: %+v, %v", name, p, err)
				}
			}
		}
	})
}

// A charge in another amount than was asked for is in the books: it waits in suspense
// for a person, and then payouts go on.
func TestChargeThatDiffersGoesToSuspense(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		l, c := newTill(b)
		before := b.wallet()
		p := b.start(c, payouts.PayCard, 5_000)
		b.received(p.ID, b.clock.now(), 4_990, 0)
		l.page.Charge, l.charge = "pi_1", succeeds(p, 0)
		l.charge.Amount, l.charge.Credited = eur(4_990), eur(4_990)
		b.service.Missed = c.Explain
		if r, err := b.service.Reconcile(ctx); err != nil || r.Waiting != 1 || !r.Paused {
			t.Fatalf("%+v, %v", r, err)
		}
		b.clock.advance(2 * time.Hour)
		if r, err := b.service.Reconcile(ctx); err != nil || r.Suspended != 1 {
			t.Fatalf("two hours later: %+v, %v", r, err)
		}
		b.must(b.clear(b.suspended()[0], payouts.ToWallet, b.brand))
		b.agreed()
		if b.wallet() != before+4_990 {
			t.Errorf("wallet %d, had %d", b.wallet(), before)
		}
	})
}

func TestStartRefusesNonsense(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		for _, req := range []payouts.PaymentRequest{
			{},
			{ID: uuid.New(), Method: payouts.PayCard, Amount: eur(1)},
			{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(0)},
			{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(-5)},
			{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: payouts.Money{Minor: 5, Currency: "ZZZ"}},
			{ID: uuid.New(), Brand: b.brand, Method: payouts.PayNothing, Amount: eur(5)},
			{ID: uuid.New(), Brand: b.brand, Method: payouts.PayTopUp, Amount: eur(5)},
		} {
			if _, err := c.Start(context.Background(), req); !errors.Is(err, payouts.ErrInvalid) {
				t.Errorf("%+v: %v", req, err)
			}
		}
		var n int64
		b.must(b.tx(func(_ context.Context, tx *gorm.DB) error { return tx.Model(&payouts.Payment{}).Count(&n).Error }))
		if n != 0 || len(l.opened) != 0 {
			t.Errorf("%d payments, %d pages", n, len(l.opened))
		}
	})
}
