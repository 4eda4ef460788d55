package payouts_test

import (
	"context"
	"errors"
	"sync/atomic"
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

// stands fails the test unless this is what an expert has and owes.
func (b *bank) stands(when string, expert uuid.UUID, available, owed int64) {
	b.t.Helper()
	b.expect(when, map[ledger.Account]int64{of(ledger.ExpertAvailable, expert): available, of(ledger.ExpertOwes, expert): owed})
	b.check(when)
}

// unlessBoth fails the test where an expert has money and owes some: it would be
// kept from them, and the debt not paid.
func (b *bank) unlessBoth(when string, expert uuid.UUID) {
	b.t.Helper()
	if has, owes := b.balance(ledger.ExpertAvailable, expert, "EUR"), b.balance(ledger.ExpertOwes, expert, "EUR"); has > 0 && owes > 0 {
		b.t.Fatalf("%s: an expert has %d and owes %d", when, has, owes)
	}
}

// owing is an expert who was paid a reward that is taken back.
func (b *bank) owing(minor int64) uuid.UUID {
	b.t.Helper()
	expert := b.payee(minor)
	reward := b.onlyReward(expert)
	_, err := b.service.RequestPayout(context.Background(), expert, uuid.New())
	b.must(err)
	b.process()
	b.must(b.clawBack(reward, uuid.New()))
	b.stands("owing", expert, 0, minor)
	return expert
}

// onlyReward is the reward of an expert who has one.
func (b *bank) onlyReward(expert uuid.UUID) (reward uuid.UUID) {
	b.t.Helper()
	b.must(b.db.Raw("SELECT id FROM rewards WHERE expert_id = ?", expert).Row().Scan(&reward))
	return reward
}

// Pay that is taken back while it is on its way is owed; where it could not be paid,
// it pays that, and the rest is paid out next.
func TestWhatComesBackPaysWhatIsOwed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx, expert := newBank(t, db), context.Background(), uuid.New()
		a, err := b.service.EnsureAccount(ctx, expert)
		b.must(err)
		one, two := b.earned(expert, 3000, 0), b.earned(expert, 2000, 0)
		b.must(b.release(one))
		b.must(b.release(two))
		_, err = b.service.RequestInstantPayout(ctx, expert, uuid.New())
		b.must(err)
		b.must(b.clawBack(two, uuid.New()))
		b.stands("on its way", expert, 0, 2000)
		b.must(b.sandbox.Restrict(ctx, a.Reference, true))
		b.process()
		b.stands("come back, with the fee", expert, 3000, 0)
		b.must(b.sandbox.Restrict(ctx, a.Reference, false))
		_, err = b.service.RefreshAccount(ctx, expert)
		b.must(err)
		if made, err := b.service.RequestPayout(ctx, expert, uuid.New()); err != nil || len(made) != 1 || made[0].AmountMinor != 3000 {
			t.Errorf("asked for: %+v, %v", made, err)
		}
	})
}

// Whatever is credited to who owes pays that first.
func TestCreditsPayWhatIsOwed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx, by := newBank(t, db), context.Background(), uuid.New()
		expert := b.owing(3000)
		for range 2 {
			b.must(b.bonus(payouts.Bonus{ID: by, Expert: expert, By: by, Amount: eur(1200)}))
		}
		b.stands("a bonus", expert, 0, 1800)
		b.must(b.book(line("back", payouts.EntryOther, 2500)))
		b.must(b.book(line("there", payouts.EntryOther, -400)))
		explain := func(id string) payouts.Explanation {
			return payouts.Explanation{Provider: sandbox.Label, Line: id, To: payouts.ToExpert, Owner: expert, By: by}
		}
		for range 2 {
			b.must(b.clearUp(explain("back")))
		}
		b.stands("what had come back", expert, 700, 0)
		for range 2 {
			b.must(b.clearUp(explain("there")))
		}
		b.stands("what had gone to them", expert, 300, 0)

		fast := b.payee(5000)
		_, err := b.service.RequestInstantPayout(ctx, fast, uuid.New())
		b.must(err)
		b.process()
		b.process()
		b.must(b.clawBack(b.onlyReward(fast), uuid.New()))
		b.must(b.sandbox.Bounce(ctx, *b.orders(fast)[0].ObjectID, "card_expired"))
		b.clock.advance(7 * time.Hour)
		_, err = b.service.Reconcile(ctx)
		b.must(err)
		b.stands("an instant payout's fee", fast, 0, 4950)
	})
}

// Who has both after all is asked for it before they are paid.
func TestPayoutsPayWhatIsOwedFirst(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		both := func(has, owes int64) uuid.UUID {
			expert := b.payee(has)
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				_, err := ledger.PostTx(ctx, tx, ledger.Posting{Key: "by hand " + expert.String(), Kind: "by_hand", At: b.clock.now(), Entries: ledger.Move(
					ledger.Account{Kind: ledger.ExpertOwes, Owner: expert, Currency: "EUR"}, ledger.Account{Kind: ledger.Writeoff, Currency: "EUR"}, owes)})
				return err
			}))
			return expert
		}
		asks, waits, poor := both(5000, 2000), both(3000, 1500), both(1000, 1800)
		if made, err := b.service.RequestPayout(ctx, asks, uuid.New()); err != nil || len(made) != 1 || made[0].AmountMinor != 3000 {
			t.Errorf("asked for: %+v, %v", made, err)
		}
		if _, err := b.service.RequestPayout(ctx, poor, uuid.New()); !errors.Is(err, payouts.ErrOwing) {
			t.Errorf("asked for by who owes more: %v", err)
		}
		b.stands("refused", poor, 0, 800)
		if made, err := b.service.CreateRun(ctx, "2026-W10"); made != 1 || err != nil {
			t.Errorf("the weekly run pays %d, %v", made, err)
		}
		b.stands("paid out", asks, 0, 0)
		b.stands("paid out weekly", waits, 0, 0)
	})
}

// A reward that is released while another is taken back pays what is owed then.
func TestReleaseWhileTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(3000)
		first, next := b.onlyReward(expert), b.earned(expert, 500, 100)
		_, err := b.service.RequestPayout(context.Background(), expert, uuid.New())
		b.must(err)
		b.process()
		released := make(chan error, 1)
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			if err := payouts.ClawBackTx(ctx, tx, b.clock.now(), first, uuid.New()); err != nil {
				return err
			}
			go func() { released <- b.release(next) }()
			return b.untilWaits(tx, released)
		}))
		b.must(<-released)
		b.stands("released", expert, 0, 2500)
	})
}

// Who moves several people's money waits for who takes pay back, or the other way
// round: neither is undone for the other.
func TestLockedWhileTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(3000)
		paid, next := b.onlyReward(expert), b.earned(expert, 500, 100)
		var begun atomic.Int32 // transactions: one that is undone for another begins again
		tx := func(fn func(ctx context.Context, tx *gorm.DB) error) error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) error {
				begun.Add(1)
				return fn(ctx, tx)
			})
		}
		taken := make(chan error, 1)
		b.must(tx(func(ctx context.Context, held *gorm.DB) error {
			moves := payouts.Locks{Program: b.program, Hold: uuid.New(), Reward: next, Experts: []uuid.UUID{expert}}
			if err := payouts.LockTx(ctx, held, "EUR", moves); err != nil {
				return err
			}
			go func() {
				taken <- tx(func(ctx context.Context, tx *gorm.DB) error {
					return payouts.ClawBackTx(ctx, tx, b.clock.now(), paid, uuid.New())
				})
			}()
			if err := b.untilWaits(held, taken); err != nil {
				return err
			}
			return payouts.ReleaseTx(ctx, held, b.clock.now(), next)
		}))
		b.must(<-taken)
		if n := begun.Load(); n != 2 {
			t.Errorf("%d transactions were begun for two", n)
		}
		b.stands("released, and taken back", expert, 500, 0)
	})
}
