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

type now = time.Time

// at runs a verb in a transaction of its own.
func (b *bank) at(fn func(ctx context.Context, tx *gorm.DB, now now) error) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error { return fn(ctx, tx, b.clock.now()) })
}

func (b *bank) clawBack(reward, decision uuid.UUID) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.ClawBackTx(ctx, tx, at, reward, decision)
	})
}

func (b *bank) bonus(n payouts.Bonus) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.GrantBonusTx(ctx, tx, at, n) })
}

func (b *bank) dispute(n payouts.NewDispute) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.OpenDisputeTx(ctx, tx, at, n) })
}

func (b *bank) newDispute(id uuid.UUID, minor int64) payouts.NewDispute {
	return payouts.NewDispute{ID: id, Brand: b.brand, Provider: sandbox.Label, Amount: eur(minor), Fee: eur(1500)}
}

func (b *bank) win(id uuid.UUID) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.WinDisputeTx(ctx, tx, at, id) })
}

func (b *bank) lose(id uuid.UUID) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.LoseDisputeTx(ctx, tx, at, id, b.program, b.program)
	})
}

func (b *bank) sign(l payouts.CreditLimit) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.SignCreditTx(ctx, tx, at, l) })
}

func (b *bank) onCredit(id uuid.UUID, minor int64) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.FundOnCreditTx(ctx, tx, at, payouts.Credit{ID: id, Brand: b.brand, Amount: eur(minor)})
	})
}

func (b *bank) withhold(id, expert uuid.UUID, minor int64) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		return payouts.WithholdTx(ctx, tx, at, payouts.Withholding{ID: id, Expert: expert, Amount: eur(minor)})
	})
}

func (b *bank) exchange(x payouts.Exchange) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		_, err := payouts.ExchangeTx(ctx, tx, at, x)
		return err
	})
}

func (b *bank) book(e payouts.BalanceTransaction) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
		_, err := payouts.BookTx(ctx, tx, at, sandbox.Label, e)
		return err
	})
}

func (b *bank) clearUp(x payouts.Explanation) error {
	return b.at(func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.ClearSuspenseTx(ctx, tx, at, x) })
}

// line is an entry of the provider's books.
func line(id string, kind payouts.EntryKind, net int64) payouts.BalanceTransaction {
	return payouts.BalanceTransaction{ID: id, Kind: kind, Currency: "EUR", Gross: net, Net: net}
}

// balance is what an account has, by its normal side.
func (b *bank) balance(kind ledger.Kind, owner uuid.UUID, c payouts.Currency) (minor int64) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		m, err := ledger.BalanceTx(ctx, tx, ledger.Account{Kind: kind, Owner: owner, Currency: c})
		minor = m.Minor
		return err
	}))
	return minor
}

// expect fails the test unless accounts in euros have what is said.
func (b *bank) expect(when string, want map[ledger.Account]int64) {
	b.t.Helper()
	for a, minor := range want {
		if got := b.balance(a.Kind, a.Owner, "EUR"); got != minor {
			b.t.Errorf("%s: %s has %d, want %d", when, a.Kind, got, minor)
		}
	}
	b.check(when)
}

func of(kind ledger.Kind, owner uuid.UUID) ledger.Account {
	return ledger.Account{Kind: kind, Owner: owner}
}

// What is taken back comes from what is available; the rest is owed, and what is
// earned next pays it.
func TestClawBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert, none := b.payee(1000), uuid.Nil
		first, next := b.earned(expert, 3000, 600), b.earned(expert, 500, 100)
		last := b.earned(expert, 4000, 0)
		b.must(b.release(first))
		_, err := b.service.RequestPayout(context.Background(), expert, uuid.New())
		b.must(err)
		b.process()
		fees, budget := b.balance(ledger.PlatformFee, none, "EUR"), b.balance(ledger.ProgramBudget, b.program, "EUR")
		b.must(b.clawBack(first, uuid.New()))
		b.expect("taken back", map[ledger.Account]int64{
			of(ledger.ExpertAvailable, expert): 0, of(ledger.ExpertOwes, expert): 3000,
			of(ledger.PlatformFee, none): fees - 600, of(ledger.ProgramBudget, b.program): budget + 3600,
		})
		b.must(b.release(next))
		b.expect("part of it paid", map[ledger.Account]int64{of(ledger.ExpertAvailable, expert): 0, of(ledger.ExpertOwes, expert): 2500})
		b.must(b.release(last))
		b.expect("all of it paid", map[ledger.Account]int64{of(ledger.ExpertAvailable, expert): 1500, of(ledger.ExpertOwes, expert): 0})
		b.must(b.clawBack(last, uuid.New()))
		b.expect("again, partly there", map[ledger.Account]int64{of(ledger.ExpertAvailable, expert): 0, of(ledger.ExpertOwes, expert): 2500})
		b.must(b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.WriteOffExpertTx(ctx, tx, at, payouts.WriteOff{ID: uuid.New(), By: expert, Amount: eur(2500)})
		}))
		b.expect("given up", map[ledger.Account]int64{of(ledger.ExpertOwes, expert): 0, of(ledger.Writeoff, none): 2500})
	})
}

// A lost dispute is paid by the wallet, then the budgets; what is not there is
// owed, and what the brand funds next pays it.
func TestDispute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		won, lost, none := uuid.New(), uuid.New(), uuid.Nil
		b.must(b.dispute(b.newDispute(won, 10_000)))
		b.must(b.dispute(b.newDispute(lost, 170_000)))
		b.expect("open", map[ledger.Account]int64{
			of(ledger.DisputesOpen, lost): 170_000, of(ledger.DisputeFees, none): 3000, of(ledger.SandboxBalance, none): 150_000 - 183_000,
		})
		if err := b.hold(uuid.New(), 100, 10); !errors.Is(err, payouts.ErrFrozen) {
			t.Errorf("a hold while a payment is disputed: %v", err)
		}
		b.must(b.win(won))
		if err := b.hold(uuid.New(), 100, 10); !errors.Is(err, payouts.ErrFrozen) {
			t.Errorf("a hold while another is: %v", err)
		}
		b.must(b.lose(lost))
		b.expect("lost", map[ledger.Account]int64{
			of(ledger.DisputesOpen, lost): 0, of(ledger.BrandWallet, b.brand): 0, of(ledger.ProgramBudget, b.program): 0, of(ledger.BrandOwes, b.brand): 20_000,
		})
		b.must(b.fund(uuid.New(), 15_000))
		b.must(b.fund(uuid.New(), 15_000))
		b.expect("paid", map[ledger.Account]int64{of(ledger.BrandWallet, b.brand): 10_000, of(ledger.BrandOwes, b.brand): 0})
		if err := b.allocate(uuid.New(), 1000); err != nil {
			t.Error(err)
		}
		if err := b.hold(uuid.New(), 100, 10); !errors.Is(err, payouts.ErrFrozen) {
			t.Errorf("a hold after a lost dispute: %v", err)
		}
	})
}

// A brand frozen by a dispute alone takes holds again when it is won.
func TestWonDisputeUnfreezes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, one, two := newBank(t, db), uuid.New(), uuid.New()
		b.must(b.dispute(b.newDispute(one, 100)))
		b.must(b.win(one))
		b.must(b.hold(uuid.New(), 100, 10))
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "looked into")
		}))
		b.must(b.dispute(b.newDispute(two, 100)))
		b.must(b.win(two))
		if err := b.hold(uuid.New(), 100, 10); !errors.Is(err, payouts.ErrFrozen) {
			t.Errorf("a hold of a brand that a person froze: %v", err)
		}
		b.check("at the end")
	})
}

func TestCredit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, first := newBank(t, db), uuid.New()
		sign := func(minor int64) {
			t.Helper()
			b.clock.advance(time.Second)
			b.must(b.sign(payouts.CreditLimit{ID: uuid.New(), BrandID: b.brand, Currency: "EUR", LimitMinor: minor, SignedBy: uuid.New()}))
		}
		if err := b.onCredit(uuid.New(), 1); !errors.Is(err, payouts.ErrCreditLimit) {
			t.Errorf("without a limit: %v", err)
		}
		sign(1000)
		b.must(b.onCredit(first, 600))
		if err := b.onCredit(uuid.New(), 401); !errors.Is(err, payouts.ErrCreditLimit) {
			t.Errorf("above the limit: %v", err)
		}
		sign(100)
		b.must(b.onCredit(first, 600)) // a replay is no new credit
		if err := b.onCredit(uuid.New(), 1); !errors.Is(err, payouts.ErrCreditLimit) {
			t.Errorf("above the newer limit: %v", err)
		}
		b.must(b.fund(uuid.New(), 700))
		b.expect("paid", map[ledger.Account]int64{of(ledger.BrandOwes, b.brand): 0, of(ledger.BrandWallet, b.brand): 50_000 + 600 + 100})
	})
}

// Sixteen callers together get no more credit than was signed.
func TestCreditIsUsedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.must(b.sign(payouts.CreditLimit{ID: uuid.New(), BrandID: b.brand, Currency: "EUR", LimitMinor: 1000, SignedBy: uuid.New()}))
		if won := race(t, payouts.ErrCreditLimit, func(int) error { return b.onCredit(uuid.New(), 300) }); won != 3 {
			t.Errorf("%d got credit, want 3", won)
		}
		b.expect("after the race", map[ledger.Account]int64{of(ledger.BrandOwes, b.brand): 900})
	})
}

func TestRewardIsTakenBackOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := uuid.New()
		reward := b.earned(expert, 1000, 100)
		b.must(b.release(reward))
		if won := race(t, payouts.ErrKeyReused, func(int) error { return b.clawBack(reward, uuid.New()) }); won != 1 {
			t.Errorf("%d took it back", won)
		}
		b.expect("after the race", map[ledger.Account]int64{of(ledger.ExpertAvailable, expert): 0, of(ledger.ExpertOwes, expert): 0})
	})
}

func TestDisputeEndsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, id := newBank(t, db), uuid.New()
		b.must(b.dispute(b.newDispute(id, 1000)))
		if won := race(t, payouts.ErrState, func(i int) error {
			if i%2 == 0 {
				return b.win(id)
			}
			return b.lose(id)
		}); won != 8 {
			t.Errorf("%d of sixteen decided it, half to each side", won)
		}
		b.check("after the race")
	})
}

// An exchange keeps each currency's books, to the minor unit.
func TestExchange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.must(b.exchange(payouts.Exchange{ID: uuid.New(), Brand: b.brand, From: eur(999), To: "JPY", Rate: payouts.Rate{Num: 16249, Den: 10_000}}))
		if got := b.balance(ledger.BrandWallet, b.brand, "JPY"); got != 1623 { // 1623.2751
			t.Errorf("%d yen", got)
		}
		b.expect("exchanged", map[ledger.Account]int64{of(ledger.BrandWallet, b.brand): 50_000 - 999, of(ledger.FX, uuid.Nil): 999})
	})
}

// Lines of the provider's books go where they belong, and what nobody knows into
// suspense until a person explains it.
func TestProvidersBooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, none := newBank(t, db), uuid.New(), uuid.Nil
		for _, l := range []payouts.BalanceTransaction{
			line("fee", payouts.EntryFee, -250), line("refunded fee", payouts.EntryFee, 50), line("topup", payouts.EntryBank, 9000),
			line("own payout", payouts.EntryBank, -4000), line("reserve", payouts.EntryReserve, -700), line("unreserve", payouts.EntryReserve, 300),
			line("strange", payouts.EntryOther, 111), line("strange too", payouts.EntryTransfer, -333),
			{ID: "with a fee", Kind: payouts.EntryBank, Currency: "EUR", Gross: 100, Fee: 7, Net: 93},
			{ID: "payment", Kind: payouts.EntryPayment, Currency: "EUR", Gross: 9000, Fee: 300, Net: 8700},
		} {
			b.must(b.book(l))
			b.must(b.book(l))
		}
		b.expect("booked", map[ledger.Account]int64{
			of(ledger.SandboxBalance, none): 150_000 - 250 + 50 + 9000 - 4000 - 700 + 300 + 111 - 333 + 93 + 8700, of(ledger.ProviderFees, none): 507,
			of(ledger.Bank, none): -9000 + 4000 - 100, of(ledger.SandboxReserved, none): 400, of(ledger.Suspense, none): 111 - 333 + 9000,
		})
		explain := func(id string, to payouts.Belonging, owner uuid.UUID) payouts.Explanation {
			return payouts.Explanation{Provider: sandbox.Label, Line: id, To: to, Owner: owner, By: uuid.NewSHA1(uuid.Nil, []byte(id))}
		}
		for range 2 {
			b.must(b.clearUp(explain("strange", payouts.ToWallet, b.brand)))
			b.must(b.clearUp(explain("strange too", payouts.ToExpert, expert)))
			b.must(b.clearUp(explain("payment", payouts.ToWallet, b.brand))) // the net, as of any payment
		}
		b.expect("explained", map[ledger.Account]int64{
			of(ledger.Suspense, none): 0, of(ledger.BrandWallet, b.brand): 50_111 + 8700, of(ledger.FundingFee, none): 300, of(ledger.ExpertOwes, expert): 333,
		})
		if err := b.clearUp(explain("strange", payouts.ToFees, none)); !errors.Is(err, payouts.ErrKeyReused) {
			t.Errorf("explained otherwise: %v", err)
		}
		if err := b.clearUp(explain("fee", payouts.ToFees, none)); !errors.Is(err, payouts.ErrNotFound) {
			t.Errorf("not in suspense: %v", err)
		}
	})
}

// Each verb that is no work's fails after each of its statements in turn: nothing
// is kept; then it succeeds.
func TestEveryAdjustmentFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		k, expert := newBreaker(db), uuid.New()
		reward, netted, won, lost, id := b.earned(expert, 900, 90), b.earned(expert, 500, 50), uuid.New(), uuid.New(), uuid.New()
		b.must(b.release(reward))
		b.must(b.withhold(uuid.New(), expert, 400))
		for _, v := range []verb{
			{"claw back", 0, 0, func() error { return b.clawBack(reward, id) }},
			{"bonus to who owes", 0, 0, func() error {
				return b.bonus(payouts.Bonus{ID: uuid.NewSHA1(id, nil), Expert: expert, By: id, Amount: eur(10)})
			}},
			{"release to who owes", 0, 0, func() error { return b.release(netted) }},
			{"bonus", 0, 0, func() error {
				return b.bonus(payouts.Bonus{ID: id, Brand: b.brand, Program: b.program, Expert: expert, By: id, Amount: eur(10)})
			}},
			{"withhold", 0, 0, func() error { return b.withhold(id, expert, 5) }},
			{"sign", 0, 0, func() error {
				return b.sign(payouts.CreditLimit{ID: id, BrandID: b.brand, Currency: "EUR", LimitMinor: 900, SignedBy: id})
			}},
			{"credit", 0, 0, func() error { return b.onCredit(id, 900) }},
			{"fund who owes", 0, 0, func() error { return b.credit(id, 1000) }},
			{"exchange", 0, 0, func() error {
				return b.exchange(payouts.Exchange{ID: id, Brand: b.brand, From: eur(100), To: "JPY", Rate: payouts.Rate{Num: 3, Den: 2}})
			}},
			{"dispute", 0, 0, func() error { return b.dispute(b.newDispute(won, 500)) }},
			{"another", 0, 0, func() error { return b.dispute(b.newDispute(lost, 500)) }},
			{"lose", 0, 0, func() error { return b.lose(lost) }},
			{"win", 0, 0, func() error { return b.win(won) }},
			{"book", 0, 0, func() error { return b.book(line("strange", payouts.EntryOther, 70)) }},
			{"clear", 0, 0, func() error {
				return b.clearUp(payouts.Explanation{Provider: sandbox.Label, Line: "strange", To: payouts.ToExpert, Owner: expert, By: id})
			}},
		} {
			t.Run(v.name, func(t *testing.T) { b.failHalfway(t, k, v) })
		}
		b.check("at the end")
	})
}
