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
	"knowhow/payouts/sandbox"
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
				"by another decision":    {b.setAside(left, uuid.New()), payouts.ErrDecided},
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

// asides is what is set aside of an expert's money.
func (b *bank) asides(expert uuid.UUID) (minor int64) {
	b.t.Helper()
	b.must(b.tx(func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM set_asides WHERE expert_id = ? AND ended_at IS NULL", expert).Scan(&minor).Error
	}))
	return minor
}

// What was paid out before, or paid a debt, is not set aside: other pay goes out.
func TestSetAsideIsWhatIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, other, ctx := newBank(t, db), uuid.New(), uuid.New(), context.Background()
		_, err := b.service.EnsureAccount(ctx, expert)
		b.must(err)
		paid, half, next := b.earned(expert, 3000, 0), b.earned(expert, 2000, 0), b.earned(expert, 1500, 0)
		owed, netted := b.earned(other, 1000, 0), b.earned(other, 1800, 0)
		b.must(b.release(paid))
		b.must(b.release(owed))
		_, err = b.service.RequestPayout(ctx, expert, uuid.New())
		b.must(err)
		b.process()
		b.must(b.setAside(paid, uuid.New()))
		if got := b.asides(expert); got != 0 {
			t.Errorf("%d are set aside of what was paid out", got)
		}
		b.must(b.release(half))
		b.must(b.withhold(uuid.New(), expert, 800))
		b.must(b.setAside(half, uuid.New()))
		if got := b.asides(expert); got != 1200 {
			t.Errorf("%d are set aside of 1200 that are left", got)
		}
		b.must(b.release(next))
		if made, err := b.service.RequestPayout(ctx, expert, uuid.New()); err != nil || len(made) != 1 || made[0].AmountMinor != 1500 {
			t.Errorf("later pay: %+v, %v", made, err)
		}
		b.must(b.withhold(uuid.New(), other, 600))
		b.must(b.clawBack(owed, uuid.New()))
		b.must(b.release(netted))
		b.must(b.bonus(payouts.Bonus{ID: uuid.New(), Expert: other, By: uuid.New(), Amount: eur(5000)}))
		b.must(b.setAside(netted, uuid.New()))
		if got := b.asides(other); got != 1200 {
			t.Errorf("%d are set aside of a reward of 1800 that paid a debt of 600", got)
		}
		b.check("at the end")
	})
}

// A payout that waits for who sets something aside does not pay it, whichever way
// it was asked for.
func TestPayoutWaitsForWhatIsSetAside(t *testing.T) {
	ctx := context.Background()
	ways := map[string]func(b *bank, expert uuid.UUID) error{
		"weekly": func(b *bank, _ uuid.UUID) error { _, err := b.service.CreateRun(ctx, "2026-W10"); return err },
		"on demand": func(b *bank, expert uuid.UUID) error {
			_, err := b.service.RequestPayout(ctx, expert, uuid.New())
			return err
		},
		"at once": func(b *bank, expert uuid.UUID) error {
			_, err := b.service.RequestInstantPayout(ctx, expert, uuid.New())
			return err
		},
	}
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for name, pay := range ways {
			b, expert := newBank(t, db), uuid.New()
			_, err := b.service.EnsureAccount(ctx, expert)
			b.must(err)
			first, second := b.earned(expert, 3000, 0), b.earned(expert, 2000, 0)
			b.must(b.release(first))
			b.must(b.release(second))
			paid := make(chan error, 1)
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				if err := payouts.SetAsideTx(ctx, tx, b.clock.now(), first, uuid.New()); err != nil {
					return err
				}
				go func() { paid <- pay(b, expert) }()
				return b.untilWaits(tx, paid)
			}))
			if err := <-paid; err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got := b.earnings(expert); got.Available != 3000 {
				t.Errorf("%s: %+v", name, got)
			}
			b.check(name)
		}
	})
}

// untilWaits returns when somebody waits for a lock, or has an end: on SQLite for
// the one who writes, on PostgreSQL for a row.
func (b *bank) untilWaits(tx *gorm.DB, ended chan error) error {
	for waits := tx.Dialector.Name() != "postgres"; !waits; {
		select {
		case err := <-ended:
			ended <- err
			return nil
		default:
		}
		if err := tx.Raw("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))").Scan(&waits).Error; err != nil {
			return err
		}
	}
	return nil
}

// Of what is set aside and paid out at once nothing is both.
func TestSetAsideOrPaidOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, ctx := newBank(t, db), uuid.New(), context.Background()
		_, err := b.service.EnsureAccount(ctx, expert)
		b.must(err)
		var rewards [8]uuid.UUID
		for i := range rewards {
			rewards[i] = b.earned(expert, 1500, 0)
			if i%2 == 0 {
				b.must(b.release(rewards[i]))
			}
		}
		race(t, payouts.ErrBelowMinimum, func(i int) error {
			reward := rewards[i/2]
			switch {
			case i%2 == 1:
				_, err := b.service.RequestPayout(ctx, expert, uuid.New())
				return err
			case i%4 == 2:
				return b.release(reward)
			}
			return b.setAside(reward, uuid.New())
		})
		got := b.earnings(expert)
		if aside := b.asides(expert); got.Available < aside || got.Available+got.InTransit != 12_000 {
			t.Errorf("%d are set aside of %+v", aside, got)
		}
		b.check("after the race")
	})
}

// What a debt, tax or the taking back of another reward leaves is all that is still
// set aside: later pay is not kept back in its place.
func TestSetAsideShrinksWithItsMoney(t *testing.T) {
	ctx := context.Background()
	takes := map[string]func(b *bank, expert, other uuid.UUID) error{
		"taken back": func(b *bank, _, other uuid.UUID) error { return b.clawBack(other, uuid.New()) },
		"tax":        func(b *bank, expert, _ uuid.UUID) error { return b.withhold(uuid.New(), expert, 3000) },
		"a debt": func(b *bank, expert, _ uuid.UUID) error {
			b.must(b.book(line("to "+expert.String(), payouts.EntryOther, -3000)))
			return b.clearUp(payouts.Explanation{Provider: sandbox.Label, Line: "to " + expert.String(), To: payouts.ToExpert, Owner: expert, By: uuid.New()})
		},
	}
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for name, take := range takes {
			expert := b.payee(3000)
			first, second := b.onlyReward(expert), b.earned(expert, 1000, 0)
			paid := b.earned(expert, 3000, 0)
			b.must(b.setAside(first, uuid.New()))
			b.must(b.release(second))
			b.must(b.setAside(second, uuid.New()))
			b.must(b.release(paid))
			if made, err := b.service.RequestPayout(ctx, expert, uuid.New()); err != nil || made[0].AmountMinor != 3000 {
				t.Fatalf("%s: %+v, %v", name, made, err)
			}
			b.process()
			b.must(take(b, expert, paid))
			if got := b.asides(expert); got != 1000 {
				t.Errorf("%s: %d are set aside of 1000 that are left", name, got)
			}
			b.must(b.release(b.earned(expert, 1700, 0)))
			if made, err := b.service.RequestPayout(ctx, expert, uuid.New()); err != nil || made[0].AmountMinor != 1700 {
				t.Errorf("%s: later pay: %+v, %v", name, made, err)
			}
			b.check(name)
		}
	})
}
