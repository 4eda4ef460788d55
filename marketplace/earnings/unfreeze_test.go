package earnings_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/earnings"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// A lost dispute leaves its brand frozen, until two operators say otherwise; not
// while another payment is disputed.
func TestALostDisputesFreezeHasAnEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		otto, brand, first, second := b.second(), uuid.UUID(b.Brand), uuid.New(), uuid.New()
		unfreeze := earnings.NewAct{Kind: earnings.ActUnfreezeBrand, Subject: brand, Reason: why}
		write := func(fn func(tx *gorm.DB) error) {
			t.Helper()
			b.ok("write", b.Store.InTx(b.Ctx(), marketplace.AllBrands, fn))
		}
		open := func(id uuid.UUID) {
			t.Helper()
			write(func(tx *gorm.DB) error {
				return payouts.OpenDisputeTx(b.Ctx(), tx, b.Clock.Now(), payouts.NewDispute{ID: id, Brand: brand, Provider: sandbox.Label, Amount: eur(100), Fee: eur(10)})
			})
		}
		lose := func(id uuid.UUID) {
			t.Helper()
			write(func(tx *gorm.DB) error { return payouts.LoseDisputeTx(b.Ctx(), tx, b.Clock.Now(), id) })
		}
		waits := func(when string, want int) {
			t.Helper()
			u, err := b.Earnings.Unsettled(b.Ctx(), b.Operator)
			if err != nil || len(u.Frozen) != want || want == 1 && u.Frozen[0].Brand != brand {
				t.Errorf("%s: %+v, %v", when, u.Frozen, err)
			}
		}
		refused := func(when string) {
			t.Helper()
			dbtest.Unchanged(t, b.DB, func() {
				_, asked := b.Earnings.AskForAct(b.Ctx(), b.Operator, unfreeze)
				_, shown := b.Earnings.PreviewAct(b.Ctx(), b.Operator, unfreeze)
				if !errors.Is(asked, marketplace.ErrInvalid) || !errors.Is(shown, marketplace.ErrInvalid) {
					t.Errorf("%s: %v, %v", when, asked, shown)
				}
			})
		}
		refused("a brand that is not frozen")
		open(first)
		refused("while a payment is disputed")
		waits("while a payment is disputed", 0)
		lose(first)
		waits("lost", 1)
		if lines, err := b.Earnings.PreviewAct(b.Ctx(), b.Operator, unfreeze); err != nil || len(lines) != 0 {
			t.Errorf("shown: %+v, %v", lines, err)
		}
		id, err := b.Earnings.AskForAct(b.Ctx(), b.Operator, unfreeze)
		b.ok("ask", err)
		waits("asked for", 1)
		open(second)
		dbtest.Unchanged(t, b.DB, func() {
			if err := b.Earnings.AgreeToAct(b.Ctx(), otto, id); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("agreed while another payment is disputed: %v", err)
			}
		})
		lose(second)
		b.ok("agree", b.Earnings.AgreeToAct(b.Ctx(), otto, id))
		waits("unfrozen", 0)
		refused("a brand that is not frozen any more")
		write(func(tx *gorm.DB) error {
			if frozen, err := payouts.IsFrozen(b.Ctx(), tx, brand, uuid.Nil); err != nil || frozen {
				t.Errorf("frozen still: %v", err)
			}
			return nil
		})
		b.Balanced()
	})
}
