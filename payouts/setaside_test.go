package payouts_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func (b *bank) setAside(reward, decision uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.SetAsideTx(ctx, tx, b.clock.now(), reward, decision)
	})
}

func (b *bank) leave(reward, decision uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.LeaveTx(ctx, tx, b.clock.now(), reward, decision)
	})
}

// What is set aside is not paid out, by no way, until it is left to its expert; the
// rest is.
func TestSetAsideIsNotPaidOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, ctx := newBank(t, db), uuid.New(), context.Background()
		_, err := b.service.EnsureAccount(ctx, expert)
		b.must(err)
		first, second, decision := b.earned(expert, 3000, 300), b.earned(expert, 2000, 200), uuid.New()
		b.must(b.release(first))
		b.must(b.release(second))
		for range 2 { // again changes nothing
			b.must(b.setAside(first, decision))
		}
		b.must(b.setAside(second, uuid.New()))
		if made, err := b.service.CreateRun(ctx, "2026-W10"); err != nil || made != 0 {
			t.Errorf("the weekly run pays %d, %v", made, err)
		}
		for name, ask := range map[string]func(context.Context, uuid.UUID, uuid.UUID) ([]payouts.Payout, error){
			"on demand": b.service.RequestPayout, "at once": b.service.RequestInstantPayout,
		} {
			if made, err := ask(ctx, expert, uuid.New()); !errors.Is(err, payouts.ErrBelowMinimum) {
				t.Errorf("%s: %+v, %v", name, made, err)
			}
		}
		b.must(b.leave(first, decision))
		b.must(b.leave(first, decision))
		if made, err := b.service.CreateRun(ctx, "2026-W11"); err != nil || made != 1 {
			t.Errorf("the weekly run pays %d, %v", made, err)
		}
		if got := b.earnings(expert); got.InTransit != 3000 || got.Available != 2000 {
			t.Errorf("%+v", got)
		}
		b.check("at the end")
	})
}

// A decision is about released pay, once, and whatever becomes of it is final.
func TestSetAsideOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, decision := newBank(t, db), uuid.New(), uuid.New()
		last := b.earned(expert, 1000, 0)
		pending, left, taken, clawed := b.earned(expert, 1000, 0), b.earned(expert, 1000, 0), b.earned(expert, 1000, 0), b.earned(expert, 1000, 0)
		for _, id := range []uuid.UUID{last, left, taken, clawed} {
			b.must(b.release(id))
		}
		other, third := uuid.New(), uuid.New()
		b.must(b.setAside(left, decision))
		b.must(b.setAside(taken, other))
		b.must(b.clawBack(clawed, third))
		b.must(b.leave(left, decision))
		dbtest.Unchanged(t, db, func() {
			if err := b.clawBack(taken, uuid.New()); !errors.Is(err, payouts.ErrKeyReused) {
				t.Errorf("taken back by another decision: %v", err)
			}
		})
		b.must(b.clawBack(taken, other))
		dbtest.Unchanged(t, db, func() {
			for name, c := range map[string]struct{ got, want error }{
				"not released":           {b.setAside(pending, uuid.New()), payouts.ErrState},
				"taken back":             {b.setAside(clawed, uuid.New()), payouts.ErrState},
				"by another decision":    {b.setAside(left, uuid.New()), payouts.ErrKeyReused},
				"a decision used":        {b.setAside(last, other), payouts.ErrKeyReused},
				"by none":                {b.setAside(left, uuid.Nil), payouts.ErrInvalid},
				"no reward":              {b.setAside(uuid.New(), uuid.New()), payouts.ErrNotFound},
				"left and taken back":    {b.clawBack(left, decision), payouts.ErrState},
				"left of another":        {b.leave(left, uuid.New()), payouts.ErrState},
				"left after taken back":  {b.leave(taken, other), payouts.ErrState},
				"left that was not held": {b.leave(clawed, third), payouts.ErrState},
			} {
				if !errors.Is(c.got, c.want) {
					t.Errorf("%s: %v", name, c.got)
				}
			}
		})
		b.must(b.clawBack(taken, other)) // again changes nothing
		b.check("at the end")
	})
}
