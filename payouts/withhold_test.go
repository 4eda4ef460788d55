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
	"knowhow/payouts/ledger"
)

func TestWithheldTaxIsRemitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert := newBank(t, db), uuid.New()
		b.must(b.release(b.earned(expert, 1000, 0)))
		b.must(b.withhold(uuid.New(), expert, 240))
		remit := func(minor int64) error {
			return b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
				return payouts.RemitTaxTx(ctx, tx, at, payouts.Remittance{ID: uuid.New(), Amount: eur(minor)})
			})
		}
		b.must(remit(200))
		if err := remit(41); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("more than was withheld: %v", err)
		}
		b.expect("remitted", map[ledger.Account]int64{
			of(ledger.ExpertAvailable, expert): 760, of(ledger.TaxWithheld, uuid.Nil): 40, of(ledger.Bank, uuid.Nil): -200,
		})
	})
}

// Whoever remits tax waits for who does already, and finds nothing left of it.
func TestTaxIsRemittedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert := newBank(t, db), uuid.New()
		b.must(b.release(b.earned(expert, 1000, 0)))
		b.must(b.withhold(uuid.New(), expert, 240))
		remit := func(id uuid.UUID) func(ctx context.Context, tx *gorm.DB, at now) error {
			return func(ctx context.Context, tx *gorm.DB, at now) error {
				return payouts.RemitTaxTx(ctx, tx, at, payouts.Remittance{ID: id, Amount: eur(240)})
			}
		}
		first := uuid.New()
		for second, want := range map[uuid.UUID]error{uuid.New(): payouts.ErrInvalid, first: nil} {
			remitted := make(chan error, 1)
			b.must(b.at(func(ctx context.Context, tx *gorm.DB, at now) error {
				if err := remit(first)(ctx, tx, at); err != nil {
					return err
				}
				go func() { remitted <- b.at(remit(second)) }()
				return b.untilWaits(tx, remitted)
			}))
			if err := <-remitted; !errors.Is(err, want) {
				t.Errorf("remitted at the same time: %v, want %v", err, want)
			}
		}
		b.expect("remitted", map[ledger.Account]int64{of(ledger.TaxWithheld, uuid.Nil): 0, of(ledger.Bank, uuid.Nil): -240})
	})
}
