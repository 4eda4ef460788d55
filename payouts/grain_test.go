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

// What the provider cannot move of a currency stays available, and the rest is paid.
func TestPayoutsAreOfWhatCanBeMoved(t *testing.T) {
	for _, tt := range []struct {
		currency payouts.Currency
		instant  bool
		has      int64
		paid     int64
		fee      int64
	}{
		{"KWD", false, 12_347, 12_340, 0},
		{"HUF", false, 1_000_050, 1_000_050, 0},
		{"HUF", true, 1_000_050, 990_000, 10_001},
		{"HUF", true, 1_009_999, 999_800, 10_099}, // of the 10,099.00 that are taken
		{"EUR", true, 10_001, 9_900, 101},
	} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			b, ctx, expert, id := newBank(t, db), context.Background(), uuid.New(), uuid.New()
			_, err := b.service.EnsureAccount(ctx, expert)
			b.must(err)
			sum := func(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: tt.currency} }
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				if err := sandbox.ReceiveTx(ctx, tx, b.clock.now(), sandbox.Payment{ID: id, Gross: sum(5_000_000)}); err != nil {
					return err
				}
				err := payouts.FundBrandTx(ctx, tx, b.clock.now(), payouts.Funding{ID: id, Brand: b.brand, Provider: sandbox.Label, Gross: sum(5_000_000)})
				if err != nil {
					return err
				}
				return payouts.GrantBonusTx(ctx, tx, b.clock.now(), payouts.Bonus{ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: sum(tt.has)})
			}))
			var terms []payouts.Terms
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
				terms, err = b.service.TermsTx(ctx, tx, expert)
				return err
			}))
			if tt.instant && (len(terms) != 1 || terms[0].InstantAmount != tt.paid || terms[0].InstantFee != tt.fee) {
				t.Errorf("%s: terms %+v", tt.currency, terms)
			}
			ask := b.service.RequestPayout
			if tt.instant {
				ask = b.service.RequestInstantPayout
			}
			made, err := ask(ctx, expert, uuid.New())
			if err != nil || len(made) != 1 || made[0].AmountMinor != tt.paid {
				t.Fatalf("%s: %+v, %v", tt.currency, made, err)
			}
			b.settle()
			if got := b.earnings(expert); got.PaidOut != tt.paid || got.Available != tt.has-tt.paid-tt.fee {
				t.Errorf("%s: %+v", tt.currency, got)
			}
			b.check("at the end")
			b.reconciled()
		})
	}
}

// A refund to a brand is of what can be moved too.
func TestRefundsAreOfWhatCanBeMoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		kwd := func(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "KWD"} }
		cashier := &payouts.Cashier{InTx: b.inTx, Now: b.clock.now, Collector: b.sandbox, Label: sandbox.Label}
		for _, minor := range []int64{5005, 5005} {
			_, err := cashier.Start(ctx, payouts.PaymentRequest{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: kwd(minor), Back: "/"})
			b.must(err)
		}
		if _, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: kwd(7005)}); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("with a digit too many: %v", err)
		}
		made, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: kwd(7000)})
		if err != nil || len(made) != 2 || made[0].AmountMinor != 5000 || made[1].AmountMinor != 2000 {
			t.Errorf("%+v, %v", made, err)
		}
	})
}

// So is what is asked back of a payout: a person's word is refused, not the order later.
func TestReversalsAreOfWhatCanBeMoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		may := func(minor int64) error {
			return b.tx(func(ctx context.Context, tx *gorm.DB) error {
				return payouts.ReversibleTx(ctx, tx, payouts.Reversal{ID: uuid.New(), Payout: uuid.New(), Amount: payouts.Money{Minor: minor, Currency: "KWD"}})
			})
		}
		if err := may(1005); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("with a digit too many: %v", err)
		}
		if err := may(1000); !errors.Is(err, payouts.ErrNotFound) {
			t.Errorf("of no payout: %v", err)
		}
	})
}
