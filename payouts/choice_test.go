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
)

func (b *bank) choose(expert uuid.UUID, schedule payouts.Schedule, minor int64) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return b.service.ChooseTx(ctx, tx, expert, schedule, eur(minor))
	})
}

func (b *bank) terms(expert uuid.UUID) (t payouts.Terms) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		list, err := b.service.TermsTx(ctx, tx, expert)
		if len(list) != 1 {
			b.t.Fatalf("terms %+v", list)
		}
		t = list[0]
		return err
	}))
	return t
}

// The weekly run pays who wants it, from where they want it; who asks is paid
// whatever they chose.
func TestChoicesOfPayouts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		usual, patient, asking := b.payee(3000), b.payee(3000), b.payee(3000)
		b.must(b.choose(patient, payouts.EveryWeek, 5000))
		b.must(b.choose(asking, payouts.WhenAsked, 1000))
		for expert, want := range map[uuid.UUID]error{usual: nil, patient: payouts.ErrBelowThreshold, asking: payouts.ErrWhenAsked} {
			if got := b.terms(expert); got.Weekly != want || got.Asked != nil || got.Minimum != 1000 {
				t.Errorf("want %v: %+v", want, got)
			}
		}
		if made, err := b.service.CreateRun(ctx, "2026-W10"); err != nil || made != 1 {
			t.Fatalf("made %d, %v", made, err)
		}
		if got := b.terms(usual); got.InTransit != 3000 || got.SentFirst == nil || !got.SentFirst.Equal(start) || got.PaidLast != nil {
			t.Errorf("on its way: %+v", got)
		}
		b.process()
		if got := b.terms(usual); got.PaidOut != 3000 || got.PaidLast == nil || got.SentFirst != nil || !errors.Is(got.Asked, payouts.ErrBelowMinimum) {
			t.Errorf("paid: %+v", got)
		}
		b.must(b.release(b.earned(patient, 2500, 0)))
		pending := b.earned(patient, 100, 0)
		if got := b.terms(patient); got.Weekly != nil || got.Threshold != 5000 || got.Pending != 100 || got.PendingUntil == nil || !got.PendingUntil.Equal(b.clock.now().Add(72*time.Hour)) {
			t.Errorf("enough: %+v", got)
		}
		if made, err := b.service.CreateRun(ctx, "2026-W11"); err != nil || made != 1 || b.terms(patient).InTransit != 5500 {
			t.Errorf("the next week %d, %v", made, err)
		}
		if made, err := b.service.RequestPayout(ctx, asking, uuid.New()); err != nil || made[0].AmountMinor != 3000 {
			t.Errorf("asked: %+v, %v", made, err)
		}
		b.must(b.release(pending))
		b.check("after")
	})
}

func TestChoicesAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(3000)
		b.service.Floor = func(at time.Time, country string, c payouts.Currency) int64 {
			if c != "EUR" || !at.Equal(b.clock.now()) {
				t.Errorf("asked for the floor in %s at %s", c, at)
			}
			return 2500
		}
		dbtest.Unchanged(t, db, func() {
			for _, c := range []struct {
				schedule payouts.Schedule
				minor    int64
			}{{"monthly", 3000}, {"", 3000}, {payouts.EveryWeek, 2499}, {payouts.WhenAsked, 0}, {payouts.EveryWeek, -1}, {payouts.EveryWeek, 250_001}} {
				if err := b.choose(expert, c.schedule, c.minor); !errors.Is(err, payouts.ErrInvalid) {
					t.Errorf("%+v: %v", c, err)
				}
			}
			if err := b.choose(uuid.Nil, payouts.EveryWeek, 3000); !errors.Is(err, payouts.ErrInvalid) {
				t.Errorf("nobody: %v", err)
			}
		})
		dbtest.Halfway(t, db, func() error { return b.choose(expert, payouts.EveryWeek, 2500) })
		b.must(b.choose(expert, payouts.WhenAsked, 250_000))
		if got := b.terms(expert); got.Schedule != payouts.WhenAsked || got.Threshold != 250_000 || got.Minimum != 2500 {
			t.Errorf("terms %+v", got)
		}
		b.must(b.choose(expert, payouts.EveryWeek, 2500))
		b.service.Floor = func(time.Time, string, payouts.Currency) int64 { return 3001 } // the country's least has risen
		if got := b.terms(expert); got.Threshold != 3001 || !errors.Is(got.Asked, payouts.ErrBelowMinimum) {
			t.Errorf("terms %+v", got)
		}
		if made, err := b.service.CreateRun(context.Background(), "2026-W10"); err != nil || made != 0 {
			t.Errorf("made %d, %v", made, err)
		}
	})
}

// A payout that arrives at once costs what was shown, or nothing is done.
func TestInstantForTheFeeShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		expert, request := b.payee(3000), uuid.New()
		shown := b.terms(expert)
		if shown.Instant != nil || shown.InstantFee != 30 || shown.InstantAmount != 2970 {
			t.Fatalf("terms %+v", shown)
		}
		b.must(b.release(b.earned(expert, 500, 0)))
		dbtest.Unchanged(t, db, func() {
			if _, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(-1)); !errors.Is(err, payouts.ErrInvalid) {
				t.Errorf("less than no fee: %v", err)
			}
			if _, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(shown.InstantFee)); !errors.Is(err, payouts.ErrFeeRose) {
				t.Errorf("more than was shown: %v", err)
			}
			if _, err := b.service.RequestAgreedInstant(ctx, expert, request, payouts.Money{Minor: 99, Currency: "USD"}); !errors.Is(err, payouts.ErrBelowMinimum) {
				t.Errorf("of another currency: %v", err)
			}
			b.service.Instant = func(time.Time, string, payouts.Currency) bool { return false }
			if _, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(35)); !errors.Is(err, payouts.ErrNoInstant) {
				t.Errorf("where it cannot be: %v", err)
			}
			if got := b.terms(expert); !errors.Is(got.Instant, payouts.ErrNoInstant) || got.Asked != nil || got.InstantFee != 0 {
				t.Errorf("terms where it cannot be: %+v", got)
			}
		})
		b.service.Instant = nil
		made, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(b.terms(expert).InstantFee))
		if err != nil || len(made) != 1 || made[0].AmountMinor != 3465 {
			t.Fatalf("made %+v, %v", made, err)
		}
		again, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(35))
		if err != nil || len(again) != 1 || again[0].ID != made[0].ID {
			t.Errorf("again %+v, %v", again, err)
		}
		if _, err := b.service.RequestAgreedInstant(ctx, expert, request, eur(34)); !errors.Is(err, payouts.ErrKeyReused) {
			t.Errorf("again, for less than was kept: %v", err)
		}
		b.check("after")
	})
}

func TestTermsSayWhatStandsInTheWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		stranger := uuid.New()
		b.must(b.release(b.earned(stranger, 2000, 0)))
		if got := b.terms(stranger); !errors.Is(got.Asked, payouts.ErrNoAccount) || !errors.Is(got.Weekly, payouts.ErrNoAccount) || !errors.Is(got.Instant, payouts.ErrNoAccount) {
			t.Errorf("without an account: %+v", got)
		}
		owing := b.payee(900)
		taken := b.earned(owing, 800, 0)
		b.must(b.release(taken))
		b.must(b.withhold(uuid.New(), owing, 1500))
		b.must(b.clawBack(taken, uuid.New()))
		if got := b.terms(owing); !errors.Is(got.Asked, payouts.ErrOwing) || got.Owed != 600 {
			t.Errorf("who owes: %+v", got)
		}
	})
}
