package payouts_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
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
