package earnings_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

func eur(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

func (b *bench) wallet() int64 {
	b.T.Helper()
	f, err := b.Programs.Money(b.Ctx(), b.Owner, b.Program.ID)
	b.ok("read the wallet", err)
	return f.Wallet.Minor
}

// A brand pays in, leaves a card, and its wallet is topped up by it.
func TestBrandPaysIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		before := b.wallet()
		for range 2 {
			p, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, eur(700), "first")
			if err != nil || p.State != payouts.PaymentPaid || b.wallet() != before+700 {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		if _, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, eur(701), "first"); !errors.Is(err, payouts.ErrKeyReused) {
			t.Errorf("the key with another amount: %v", err)
		}
		set := func() error {
			return b.Programs.SetTopUp(b.Ctx(), b.Owner, b.Program.ID, true, before+10_000, 5_000, 20_000)
		}
		if err := set(); !errors.Is(err, payouts.ErrNoCard) {
			t.Fatalf("without a card: %v", err)
		}
		if _, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayNothing, eur(0), "card"); err != nil {
			t.Fatal(err)
		}
		b.ok("set", set())
		for range 4 {
			b.Clock.Advance(6 * time.Minute)
			b.RunDue()
		}
		if got := b.wallet(); got != before+700+10_000 {
			t.Errorf("wallet %d, had %d: two top-ups make it enough", got, before)
		}
		list, err := b.Programs.Payments(b.Ctx(), b.Owner, b.Program.ID, marketplace.Page{Limit: 10})
		if err != nil || len(list.Items) != 4 || list.Items[0].Method != payouts.PayTopUp {
			t.Errorf("%+v, %v", list, err)
		}
		report, err := b.Earnings.Check(b.Ctx(), b.Operator)
		if err != nil || !report.Balanced() {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

// page is a provider's page on which somebody pays while the provider cannot be asked.
type page struct {
	payouts.Collector
	down bool
	paid payouts.Charge
}

func (*page) OpenCheckout(context.Context, payouts.CheckoutRequest) (payouts.Checkout, error) {
	return payouts.Checkout{Reference: "cs_1", URL: "https://pay.example/1", State: payouts.CheckoutOpen}, nil
}

func (p *page) ReadCheckout(context.Context, string) (payouts.Checkout, error) {
	if p.down {
		return payouts.Checkout{}, errNoRoute
	}
	return payouts.Checkout{Reference: "cs_1", State: payouts.CheckoutComplete, Charge: "pi_1"}, nil
}

func (p *page) ReadCharge(context.Context, string) (payouts.Charge, error) { return p.paid, nil }

// A payment is in the wallet within hours of an outage that was longer than the queue
// tries.
func TestPaymentIsSettledAfterAnOutage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		before := b.wallet()
		l := &page{Collector: b.Programs.Cashier.Collector, down: true}
		b.Programs.Cashier.Collector = l
		p, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, eur(700), "first")
		b.ok("pay", err)
		l.paid = payouts.Charge{
			Reference: "pi_1", Payment: p.ID, State: payouts.ChargeSucceeded, Amount: eur(700), Credited: eur(700), Fee: eur(0),
			ChargeID: "ch_1", Transaction: "txn_1", AvailableAt: b.Clock.Now(),
		}
		for range 5 * 12 {
			b.at(b.Clock.Now().Add(5 * time.Minute))
		}
		l.down = false
		for range 6 {
			b.at(b.Clock.Now().Add(time.Hour))
		}
		if got := b.wallet(); got != before+700 {
			t.Errorf("six hours after the outage: wallet %d of %d", got, before)
		}
	})
}

func TestPaymentsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		pay := func(by access.Caller, method payouts.PayMethod, amount payouts.Money, key string) error {
			_, err := b.Programs.Pay(b.Ctx(), by, b.Program.ID, method, amount, key)
			return err
		}
		for name, err := range map[string]error{
			"negative":      pay(b.Owner, payouts.PayCard, eur(-1), "k"),
			"nothing":       pay(b.Owner, payouts.PayCard, eur(0), "k"),
			"a card's cost": pay(b.Owner, payouts.PayNothing, eur(1), "k"),
			"top-up":        pay(b.Owner, payouts.PayTopUp, eur(1), "k"),
			"currency":      pay(b.Owner, payouts.PayCard, payouts.Money{Minor: 1, Currency: "USD"}, "k"),
			"no method":     pay(b.Owner, "gold", eur(1), "k"),
			"no key":        pay(b.Owner, payouts.PayCard, eur(1), ""),
			"month":         b.Programs.SetTopUp(b.Ctx(), b.Owner, b.Program.ID, false, 1, 2, 1),
			"zero":          b.Programs.SetTopUp(b.Ctx(), b.Owner, b.Program.ID, false, 0, 2, 2),
		} {
			if !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := pay(b.Reviewer, payouts.PayCard, eur(1), "k"); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("by a reviewer: %v", err)
		}
		if err := pay(b.expert, payouts.PayCard, eur(1), "k"); !errors.Is(err, marketplace.ErrForbidden) && !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("by an expert: %v", err)
		}
		list, err := b.Programs.Payments(b.Ctx(), b.Owner, b.Program.ID, marketplace.Page{Limit: 10})
		if err != nil || len(list.Items) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := b.Programs.Payments(b.Ctx(), b.expert, b.Program.ID, marketplace.Page{Limit: 10}); err == nil {
			t.Error("an expert reads them")
		}
		if top, err := b.Programs.TopUp(b.Ctx(), b.Owner, b.Program.ID); err != nil || top != (program.AutoTopUp{TopUp: payouts.TopUp{BrandID: top.BrandID, Currency: "EUR"}}) {
			t.Errorf("%+v, %v", top, err)
		}
	})
}

// Where no real money moves there is nothing to tell: the link is our own page.
func TestOnboardingInTheSandbox(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		link, err := b.Earnings.Onboarding(b.Ctx(), b.expert)
		if err != nil || link == "" {
			t.Fatalf("%q, %v", link, err)
		}
		a, err := b.Earnings.Account(b.Ctx(), b.expert)
		if err != nil || !a.PayoutsEnabled || a.Due != 0 {
			t.Errorf("%+v, %v", a, err)
		}
		if again, err := b.Earnings.Dashboard(b.Ctx(), b.expert); err != nil || again != link {
			t.Errorf("%q, %v", again, err)
		}
		if _, err := b.Earnings.Onboarding(b.Ctx(), b.customer); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("by a customer: %v", err)
		}
		if _, err := b.Earnings.Onboarding(b.Ctx(), b.Owner); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("by who is no expert: %v", err)
		}
	})
}
