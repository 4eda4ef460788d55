package payouts_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
	"knowhow/payouts/sandbox"
)

// race runs sixteen callers at once and returns how many succeeded; the others
// must get the error that they may lose with.
func race(t *testing.T, lose error, caller func(i int) error) int {
	t.Helper()
	var won atomic.Int64
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range 16 {
		wg.Go(func() {
			<-gate
			err := caller(i)
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, lose) {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	close(gate)
	wg.Wait()
	return int(won.Load())
}

func TestLastMoneyIsHeldOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		won := race(t, payouts.ErrInsufficientFunds, func(int) error { return b.hold(uuid.New(), 60_000, 0) })
		if budget, held := b.budget(); won != 1 || budget != 40_000 || held != 60_000 {
			t.Fatalf("%d won, budget %d, held %d", won, budget, held)
		}
		b.check("after the race")
	})
}

func TestSameHoldIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, id := newBank(t, db), uuid.New()
		won := race(t, nil, func(int) error { return b.hold(id, 60_000, 0) })
		if budget, held := b.budget(); won != 16 || budget != 40_000 || held != 60_000 {
			t.Fatalf("%d won, budget %d, held %d", won, budget, held)
		}
		b.check("after the race")
	})
}

// Of sixteen who use one id for two quotes of the same sum, those who came
// second are told.
func TestOneHoldHasOneQuote(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, id := newBank(t, db), uuid.New()
		won := race(t, payouts.ErrKeyReused, func(i int) error { return b.hold(id, 60_000-int64(i%2), int64(i%2)) })
		if budget, held := b.budget(); won != 8 || budget != 40_000 || held != 60_000 {
			t.Fatalf("%d won, budget %d, held %d", won, budget, held)
		}
		b.check("after the race")
	})
}

func TestHoldEndsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, id, expert := newBank(t, db), uuid.New(), uuid.New()
		b.must(b.hold(id, 1000, 100))
		var earned, voided atomic.Int64
		rewards := make([]payouts.NewReward, 16)
		for i := range rewards {
			rewards[i] = b.reward(uuid.New(), expert, 1000, 100)
		}
		race(t, payouts.ErrState, func(i int) error {
			if i%2 == 0 {
				err := b.void(id)
				if err == nil {
					voided.Add(1)
				}
				return err
			}
			err := b.earn(id, rewards[i])
			if err == nil {
				earned.Add(1)
			}
			if errors.Is(err, payouts.ErrKeyReused) { // another caller's reward was first
				return payouts.ErrState
			}
			return err
		})
		if earned.Load() > 1 || (earned.Load() == 1) == (voided.Load() > 0) {
			t.Fatalf("earned %d, voided %d", earned.Load(), voided.Load())
		}
		b.check("after the race")
	})
}

func TestRewardIsDecidedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert := newBank(t, db), uuid.New()
		id, refusal := b.earned(expert, 1000, 100), uuid.New()
		var released, refused atomic.Int64
		race(t, payouts.ErrState, func(i int) error {
			count, err := &released, error(nil)
			if i%2 == 0 {
				count, err = &refused, b.refuse(id, refusal)
			} else {
				err = b.release(id)
			}
			if err == nil {
				count.Add(1)
			}
			return err
		})
		if (released.Load() > 0) == (refused.Load() > 0) {
			t.Fatalf("released %d, refused %d", released.Load(), refused.Load())
		}
		b.check("after the race")
	})
}

func TestAvailableIsPaidOutOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert, other := b.payee(5000), b.payee(7000)
		race(t, payouts.ErrBelowMinimum, func(i int) error {
			if i%2 == 0 {
				_, err := b.service.CreateRun(context.Background(), "2026-W10")
				return err
			}
			_, err := b.service.RequestPayout(context.Background(), expert, uuid.New())
			return err
		})
		b.check("after the runs")
		race(t, nil, func(int) error {
			_, err := b.service.Process(context.Background(), 4)
			return err
		})
		for _, e := range []uuid.UUID{expert, other} {
			if got := b.earnings(e); got.PaidOut == 0 || got.InTransit != 0 || got.Available != 0 {
				t.Errorf("earnings %+v", got)
			}
		}
		if n := b.transfers(); n != 2 {
			t.Errorf("%d transfers for 2 experts", n)
		}
		b.check("after the payouts")
	})
}

// The weekly run and requests for payouts at once race for the same money: it is
// paid once, and a fee is kept only of what arrives at once.
func TestWeeklyAndInstantPayOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		race(t, payouts.ErrBelowMinimum, func(i int) error {
			if i%2 == 0 {
				_, err := b.service.CreateRun(context.Background(), "2026-W10")
				return err
			}
			_, err := b.service.RequestInstantPayout(context.Background(), expert, uuid.New())
			return err
		})
		b.check("after the race")
		b.settle()
		var fees int64
		orders := b.orders(expert)
		for _, o := range orders {
			fees += o.FeeMinor
		}
		if got := b.earnings(expert); got.PaidOut+fees != 5000 || got.Available != 0 || b.transfers() != 1 || len(orders) > 1 {
			t.Errorf("%+v, fees %d, %d orders, %d transfers", got, fees, len(orders), b.transfers())
		}
		b.reconciled()
	})
}

// An account that is restricted while an instant payout is under way gets all of it
// back, with the fee, and nothing more is tried until it can be paid.
func TestRestrictedWhileAtOnceGivesAllBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		expert := b.payee(5000)
		_, err := b.service.RequestInstantPayout(ctx, expert, uuid.New())
		b.must(err)
		b.service.Provider = restricting{b.sandbox}
		b.process()
		if got := b.earnings(expert); got.Available != 5000 || got.InTransit != 0 || b.orders(expert)[0].State != payouts.PayoutFailed {
			t.Fatalf("%+v, %+v", got, b.orders(expert))
		}
		if _, err := b.service.RequestPayout(ctx, expert, uuid.New()); !errors.Is(err, payouts.ErrNoAccount) {
			t.Errorf("asked again: %v", err)
		}
		if made, err := b.service.CreateRun(ctx, "2026-W11"); made != 0 || err != nil {
			t.Errorf("weekly: %d, %v", made, err)
		}
		b.check("restricted")
		b.service.Provider = b.sandbox
		_, err = b.service.RefreshAccount(ctx, expert)
		b.must(err)
		if made, err := b.service.CreateRun(ctx, "2026-W12"); made != 1 || err != nil {
			t.Errorf("enabled again: %d, %v", made, err)
		}
		b.settle()
		b.paidOnce(expert, 5000)
		b.check("at the end")
	})
}

// restricting is a provider that pays no account until its owner has looked.
type restricting struct{ *sandbox.Provider }

func (restricting) Move(context.Context, payouts.MoveRequest) (payouts.Movement, error) {
	return payouts.Movement{}, &payouts.ProviderError{Class: payouts.Definitive, Code: payouts.CodeAccountRestricted}
}

// A request's id belongs to what was asked for under it.
func TestARequestAgainIsTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		usual, atOnce := b.payee(5000), b.payee(5000)
		first, second := uuid.New(), uuid.New()
		_, err := b.service.RequestPayout(ctx, usual, first)
		b.must(err)
		_, err = b.service.RequestAgreedInstant(ctx, atOnce, second, eur(100))
		b.must(err)
		dbtest.Unchanged(t, db, func() {
			again := func(name string, want error, made []payouts.Payout, err error) {
				if !errors.Is(err, want) || want == nil && len(made) != 1 {
					t.Errorf("%s: %+v, %v", name, made, err)
				}
			}
			made, err := b.service.RequestPayout(ctx, usual, first)
			again("the usual again", nil, made, err)
			made, err = b.service.RequestAgreedInstant(ctx, atOnce, second, eur(100))
			again("at once again", nil, made, err)
			made, err = b.service.RequestInstantPayout(ctx, usual, first)
			again("at once, after the usual", payouts.ErrKeyReused, made, err)
			made, err = b.service.RequestPayout(ctx, atOnce, second)
			again("the usual, after at once", payouts.ErrKeyReused, made, err)
			made, err = b.service.RequestAgreedInstant(ctx, atOnce, second, payouts.Money{Minor: 100, Currency: "USD"})
			again("of another currency", payouts.ErrKeyReused, made, err)
			made, err = b.service.RequestPayout(ctx, atOnce, first)
			again("of somebody else", payouts.ErrKeyReused, made, err)
		})
	})
}

// Several reconcile at the same time, while news come in, money moves and a person
// clears what is in suspense: everything is in both books once.
func TestReconcilersAtTheSameTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.clock.advance(2 * time.Hour)
		late := map[uuid.UUID]int64{}
		for i := range int64(24) {
			id := uuid.New()
			b.received(id, b.clock.now().Add(-2*time.Hour), 100+i, 0)
			if i%3 > 0 {
				late[id] = 100 + i
			}
		}
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				one := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
				for range 3 {
					if _, err := one.ReconcileAndCompare(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			for id, minor := range late {
				if err := b.credit(id, minor); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 3 {
				for _, line := range b.suspended() {
					if err := b.clear(line, payouts.ToWriteoff, uuid.Nil); err != nil && !errors.Is(err, payouts.ErrNotFound) && !errors.Is(err, payouts.ErrKeyReused) {
						t.Error(err)
					}
				}
			}
		})
		wg.Wait()
		b.resume()
		_, err = b.service.Reconcile(context.Background())
		b.must(err)
		b.resume()
		b.settle()
		b.agreed()
		b.paidOnce(expert, 5000)
		for lines := b.suspended(); len(lines) > 0; lines = b.suspended() {
			b.must(b.clear(lines[0], payouts.ToWriteoff, uuid.Nil))
		}
		b.agreed()
		if left := b.balance(ledger.Suspense, uuid.Nil, "EUR"); left != 0 {
			t.Errorf("in suspense %d", left)
		}
	})
}

// A payment that is told of and matched while the sums are read is no difference.
func TestComparingWhileAnEntryIsMatched(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	b, ctx, id := newBank(t, db), context.Background(), uuid.New()
	b.received(id, b.clock.now(), 700, 0)
	other := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
	var armed atomic.Bool
	db.Watch(func(_ context.Context, s sqldb.Sent, send func() error) error {
		err := send()
		if strings.Contains(s.SQL, "ledger_entries") && strings.Contains(s.SQL, "SUM(") && !strings.Contains(s.SQL, "p.key IN") && armed.CompareAndSwap(true, false) {
			b.must(b.credit(id, 700))
			if r, err := other.Reconcile(context.Background()); err != nil || r.Matched != 1 {
				t.Errorf("meanwhile: %+v, %v", r, err)
			}
		}
		return err
	})
	armed.Store(true)
	r, err := b.service.ReconcileAndCompare(ctx)
	if err != nil || !r.Compared || r.Paused || len(r.Differing) > 0 || armed.Load() {
		t.Errorf("%+v, %v; reason %s", r, err, b.reason())
	}
	b.agreed()
}

// Nor is a payout that is made and recorded meanwhile.
func TestComparingWhileAPayoutIsRecorded(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	b, ctx := newBank(t, db), context.Background()
	b.payee(5000)
	_, err := b.service.CreateRun(ctx, "2026-W10")
	b.must(err)
	worker := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
	var armed atomic.Bool
	db.Watch(func(_ context.Context, s sqldb.Sent, send func() error) error {
		err := send()
		if strings.Contains(s.SQL, "ledger_entries") && strings.Contains(s.SQL, "SUM(") && !strings.Contains(s.SQL, "p.key IN") && armed.CompareAndSwap(true, false) {
			if done, err := worker.Process(context.Background(), 10); err != nil || done.Sent != 1 {
				t.Errorf("meanwhile: %+v, %v", done, err)
			}
		}
		return err
	})
	armed.Store(true)
	if r, err := b.service.ReconcileAndCompare(ctx); err != nil || r.Paused || len(r.Differing) > 0 || armed.Load() {
		t.Errorf("%+v, %v; reason %s", r, err, b.reason())
	}
	b.agreed()
}
