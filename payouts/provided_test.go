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

// Books are one provider's: play money is never paid out as real money.
func TestBooksAreOneProviders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		empty := &bank{t: t, db: db.Write, clock: &clock{at: start}, brand: uuid.New(), program: uuid.New()}
		use := func(name string) error {
			return empty.tx(func(ctx context.Context, tx *gorm.DB) error {
				return payouts.UseProviderTx(ctx, tx, start, name)
			})
		}
		for _, name := range []string{"sandbox", "stripe test", "stripe live", "stripe live"} {
			if err := use(name); err != nil {
				t.Fatalf("of empty books: %v", err)
			}
		}
		empty.must(empty.fund(uuid.New(), 100))
		if err := use("stripe live"); err != nil {
			t.Errorf("the same: %v", err)
		}
		var other *payouts.OtherProviderError
		for _, name := range []string{"sandbox", "stripe test"} {
			if err := use(name); !errors.As(err, &other) || other.Books != "stripe live" || !errors.Is(err, payouts.ErrOtherProvider) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Books from before anybody noted it are the sandbox's.
func TestOldBooksAreTheSandboxs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		err := b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.UseProviderTx(ctx, tx, start, "stripe live")
		})
		if !errors.Is(err, payouts.ErrOtherProvider) {
			t.Fatal(err)
		}
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error { return payouts.UseProviderTx(ctx, tx, start, "sandbox") }))
	})
}
