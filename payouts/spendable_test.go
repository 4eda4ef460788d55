package payouts_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

func TestSpendable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expect := func(when string, program uuid.UUID, minor int64, isFrozen bool) {
			t.Helper()
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				var free int64
				var frozen bool
				err := tx.Raw("SELECT "+payouts.SpendableSQL("'EUR'"), b.brand, program, program).Row().Scan(&frozen, &free)
				if free != minor || frozen != isFrozen {
					t.Errorf("%s: %d, frozen %v", when, free, frozen)
				}
				return err
			}))
		}
		do := func(fn func(ctx context.Context, tx *gorm.DB) error) { t.Helper(); b.must(b.tx(fn)) }
		expect("allocated", b.program, 100_000, false)
		expect("another program", uuid.New(), 0, false)
		b.must(b.hold(uuid.New(), 10_000, 2_000))
		expect("after a hold", b.program, 88_000, false)
		do(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "a dispute")
		})
		expect("the brand frozen", b.program, 88_000, true)
		do(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.UnfreezeBrandTx(ctx, tx, b.clock.now(), b.brand)
		})
		do(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FreezeProgramTx(ctx, tx, b.clock.now(), b.program, "a dispute")
		})
		expect("the program frozen", b.program, 88_000, true)
		expect("another of the brand", uuid.New(), 0, false)
	})
}
