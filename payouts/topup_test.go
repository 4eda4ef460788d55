package payouts_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// leaveCard has the brand leave a card, and sets its top-up: 100.00 EUR whenever
// there is less than 600.00, and at most 250.00 a month. It has 500.00.
func (b *bank) leaveCard(l *till, c *payouts.Cashier) payouts.TopUp {
	b.t.Helper()
	set := payouts.TopUp{BrandID: b.brand, Currency: "EUR", Active: true, BelowMinor: 60_000, AmountMinor: 10_000, MonthMinor: 25_000}
	if err := b.setTopUp(set); !errors.Is(err, payouts.ErrNoCard) {
		b.t.Fatalf("without a card: %v", err)
	}
	l.page.State, l.page.Card = payouts.CheckoutComplete, "pm_1"
	if p := b.start(c, payouts.PayNothing, 0); p.State != payouts.PaymentPaid {
		b.t.Fatalf("%+v", p)
	}
	b.must(b.setTopUp(set))
	return set
}

func (b *bank) setTopUp(t payouts.TopUp) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.SetTopUpTx(ctx, tx, b.clock.now(), sandbox.Label, t)
	})
}

// dueTopUps makes the payments that are due.
func (b *bank) dueTopUps(c *payouts.Cashier) (list []payouts.Payment) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		made, err := c.DueTopUpsTx(ctx, tx)
		if err != nil || made == 0 {
			return err
		}
		return tx.Where("method = 'top_up' AND state = 'created'").Find(&list).Error
	}))
	return list
}

func (b *bank) topUp() (t payouts.TopUp) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		t, _, err = payouts.FindTopUp(ctx, tx, sandbox.Label, b.brand, "EUR")
		return err
	}))
	return t
}

func TestTopUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		b.leaveCard(l, c)
		ctx := context.Background()
		for i, want := range []int64{60_000, 0} { // at 600.00 there is no need of another
			list := b.dueTopUps(c)
			if want == 0 {
				if len(list) != 0 {
					t.Fatalf("round %d: %+v", i, list)
				}
				continue
			}
			if len(list) != 1 || len(b.dueTopUps(c)) != 0 {
				t.Fatalf("round %d: %+v", i, list)
			}
			l.charge = succeeds(list[0], 0)
			p, err := c.Settle(ctx, list[0].ID)
			if err != nil || p.State != payouts.PaymentPaid || b.wallet() != want {
				t.Fatalf("round %d: %+v, %v, wallet %d", i, p, err, b.wallet())
			}
		}
		if len(l.charged) != 1 || l.charged[0].Card != "pm_1" || l.charged[0].Amount != eur(10_000) {
			t.Fatalf("%+v", l.charged)
		}
		b.check("topped up")
	})
}

func TestTopUpKeepsToTheMonth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		set := b.leaveCard(l, c)
		set.BelowMinor = 1_000_000
		b.must(b.setTopUp(set))
		fill := func() (n int) {
			for _, p := range b.dueTopUps(c) {
				l.charge = succeeds(p, 0)
				if _, err := c.Settle(context.Background(), p.ID); err != nil {
					t.Fatal(err)
				}
				n++
			}
			return n
		}
		if got := []int{fill(), fill(), fill()}; got[0] != 1 || got[1] != 1 || got[2] != 0 {
			t.Fatalf("in March %v: 250.00 are two times 100.00", got)
		}
		b.clock.advance(31 * 24 * time.Hour)
		if fill() != 1 {
			t.Fatal("nothing in April")
		}
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "test")
		}))
		if fill() != 0 {
			t.Fatal("a frozen brand was charged")
		}
	})
}

// A card that is declined stops top-ups until somebody sets them anew.
func TestTopUpDeclined(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		b.leaveCard(l, c)
		l.refuse = &payouts.ProviderError{Class: payouts.Definitive, Code: "card_declined"}
		p, err := c.Settle(context.Background(), b.dueTopUps(c)[0].ID)
		if err != nil || p.State != payouts.PaymentFailed || p.Failure != "card_declined" {
			t.Fatalf("%+v, %v", p, err)
		}
		if set := b.topUp(); set.Active || set.Failure != "card_declined" || len(b.dueTopUps(c)) != 0 {
			t.Fatalf("%+v", set)
		}
	})
}

// Whatever the answer is lost to, a top-up is charged under one key, found where
// it was charged, and given up where it cannot have been.
func TestTopUpWithoutAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		tests := []struct {
			name  string
			err   error
			there bool // after the first request
			sent  int  // requests in three hours
			want  payouts.PaymentState
		}{
			{"request lost", errors.New("timeout"), false, 3, payouts.PaymentFailed},
			{"answer lost", errors.New("timeout"), true, 1, payouts.PaymentPaid},
			{"error, no effect", &payouts.ProviderError{Class: payouts.Ambiguous, Code: "api_error"}, false, 1, payouts.PaymentFailed},
			{"error, with effect", &payouts.ProviderError{Class: payouts.Ambiguous, Code: "api_error"}, true, 1, payouts.PaymentPaid},
		}
		for _, tt := range tests {
			b := newBank(t, db)
			l, c := newTill(b)
			l.page.Reference = "cs_" + tt.name
			b.leaveCard(l, c)
			ctx, before := context.Background(), b.wallet()
			p := b.dueTopUps(c)[0]
			l.refuse = tt.err
			for hour := range 3 {
				if hour == 1 && tt.there {
					l.there = []payouts.Charge{succeeds(p, 0)}
				}
				if _, err := c.Settle(ctx, p.ID); err != nil && !errors.Is(err, payouts.ErrProvider) {
					t.Fatalf("%s: %v", tt.name, err)
				}
				b.clock.advance(time.Hour)
			}
			if len(l.charged) != tt.sent {
				t.Errorf("%s: sent %d times, want %d", tt.name, len(l.charged), tt.sent)
			}
			for range 10 {
				b.clock.advance(3 * time.Hour)
				p, _ = c.Settle(ctx, p.ID)
			}
			for _, req := range l.charged {
				if req.IdempotencyKey != "payment_"+p.ID.String() {
					t.Errorf("%s: key %s", tt.name, req.IdempotencyKey)
				}
			}
			paid := map[bool]int64{true: 10_000}[tt.there]
			if p.State != tt.want || b.wallet() != before+paid {
				t.Errorf("%s: %s, wallet %d, had %d", tt.name, p.State, b.wallet(), before)
			}
			if last := l.at[len(l.at)-1]; last.Sub(l.at[0]) >= 20*time.Hour {
				t.Errorf("%s: sent again after %s", tt.name, last.Sub(l.at[0]))
			}
		}
	})
}

// Of many who settle the same payment at once, one puts it into the wallet.
func TestSettleRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		before := b.wallet()
		p := b.start(c, payouts.PayCard, 5_000)
		l.page.State, l.page.Charge, l.charge = payouts.CheckoutComplete, "pi_1", succeeds(p, 50)
		var race sync.WaitGroup
		for range 16 {
			race.Go(func() {
				if p, err := c.Settle(context.Background(), p.ID); err != nil || p.State != payouts.PaymentPaid {
					t.Errorf("%+v, %v", p, err)
				}
			})
		}
		race.Wait()
		if b.wallet() != before+4_950 {
			t.Errorf("wallet %d, had %d", b.wallet(), before)
		}
		b.check("after the race")
	})
}

func TestClaims(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		l, c := newTill(b)
		ctx := context.Background()
		l.claim = payouts.Claim{Reference: "dp_1", Of: "ch_else", State: payouts.ClaimOpen, Amount: eur(5_000), Taken: eur(5_000), Fee: eur(1_500), TakenAt: start}
		if err := c.HeedClaim(ctx, "dp_1"); !errors.Is(err, payouts.ErrNotFound) {
			t.Fatalf("of somebody else's payment: %v", err)
		}
		p := b.start(c, payouts.PayCard, 5_000)
		l.page.State, l.page.Charge, l.charge = payouts.CheckoutComplete, "pi_1", succeeds(p, 50)
		if _, err := c.Settle(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
		had := b.wallet()
		l.claim.Of = "pi_" + p.ID.String()
		for _, state := range []payouts.ClaimState{payouts.ClaimOpen, payouts.ClaimOpen, payouts.ClaimLost, payouts.ClaimLost} {
			l.claim.State = state
			if err := c.HeedClaim(ctx, "dp_1"); err != nil {
				t.Fatalf("%s: %v", state, err)
			}
			b.check(string(state))
		}
		if b.wallet() != had-5_000 {
			t.Errorf("wallet %d, had %d", b.wallet(), had)
		}
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			frozen, err := payouts.IsFrozen(ctx, tx, b.brand, b.program)
			if err == nil && !frozen {
				t.Error("the brand is not frozen")
			}
			return err
		}))
		l.claim = payouts.Claim{Reference: "dp_2", Of: "pi_" + p.ID.String(), State: payouts.ClaimInquiry, Amount: eur(5_000)}
		if err := c.HeedClaim(ctx, "dp_2"); err != nil {
			t.Errorf("an inquiry: %v", err)
		}
	})
}

// Of a top-up that was charged otherwise than it was asked for, or more than once,
// payouts wait until a person has looked, and no other is made meanwhile.
func TestTopUpThatDiffers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, charges := range []int{1, 2} {
			b := newBank(t, db)
			l, c := newTill(b)
			l.page.Reference = "cs_" + uuid.NewString()
			b.leaveCard(l, c)
			p, had := b.dueTopUps(c)[0], b.wallet()
			l.refuse = errors.New("no answer")
			if _, err := c.Settle(context.Background(), p.ID); !errors.Is(err, payouts.ErrProvider) {
				t.Fatal(err)
			}
			for range charges {
				l.there = append(l.there, succeeds(p, 0))
				l.there[0].Amount.Minor++
			}
			for range 3 {
				if p, err := c.Settle(context.Background(), p.ID); err != nil || p.State != payouts.PaymentFailed || b.wallet() != had {
					t.Fatalf("%d charges: %+v, %v, wallet %d of %d", charges, p, err, b.wallet(), had)
				}
			}
			if list, top := b.dueTopUps(c), b.topUp(); len(list) != 0 || top.Active || top.Failure == "" || b.reason() != top.Failure {
				t.Errorf("%d charges: %+v, %+v, paused for %q", charges, list, top, b.reason())
			}
			b.resume()
		}
	})
}
