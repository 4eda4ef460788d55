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

func TestOneRewardsWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert, earlier := uuid.New(), uuid.New()
		hold, reward, share := uuid.New(), uuid.New(), uuid.New()
		b.must(b.hold(hold, 1000, 200))
		if budget, held := b.budget(); budget != 98_800 || held != 1200 {
			t.Fatalf("held: budget %d, held %d", budget, held)
		}
		handoff := b.reward(share, earlier, 100, 20)
		handoff.Kind = payouts.ForHandoff
		b.must(b.earn(hold, b.reward(reward, expert, 600, 120), handoff))
		if budget, held := b.budget(); budget != 99_160 || held != 0 {
			t.Fatalf("earned: budget %d, held %d", budget, held)
		}
		b.must(b.release(reward))
		b.must(b.refuse(share, uuid.New()))
		if budget, _ := b.budget(); budget != 99_280 {
			t.Fatalf("refused: budget %d", budget)
		}
		want := payouts.Earnings{Currency: "EUR", Available: 600}
		if got := b.earnings(expert); got != want {
			t.Fatalf("earnings %+v, want %+v", got, want)
		}
		b.check("at the end")
	})
}

func TestEveryVerbAgainIsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		funding, allocation, hold, other := uuid.New(), uuid.New(), uuid.New(), uuid.New()
		reward, refused, expert, refusal := uuid.New(), uuid.New(), uuid.New(), uuid.New()
		parts := []payouts.NewReward{b.reward(reward, expert, 500, 50), b.reward(refused, expert, 300, 30)}
		verbs := []struct {
			name string
			run  func() error
		}{
			{"fund", func() error { return b.fund(funding, 500) }},
			{"allocate", func() error { return b.allocate(allocation, 400) }},
			{"hold", func() error { return b.hold(hold, 1000, 100) }},
			{"earn", func() error { return b.earn(hold, parts...) }},
			{"release", func() error { return b.release(reward) }},
			{"refuse", func() error { return b.refuse(refused, refusal) }},
			{"earn after release", func() error { return b.earn(hold, parts...) }},
			{"hold another", func() error { return b.hold(other, 10, 0) }},
			{"void", func() error { return b.void(other) }},
		}
		for _, verb := range verbs {
			b.must(verb.run())
			before := b.dump()
			b.clock.advance(1e9)
			for range 2 {
				if err := verb.run(); err != nil {
					t.Fatalf("%s again: %v", verb.name, err)
				}
			}
			if b.dump() != before {
				t.Fatalf("%s again changed something", verb.name)
			}
			b.check(verb.name)
		}
	})
}

// refusals are calls that must be refused. Each runs in a transaction that
// swallows the error and commits, so that anything written would stay.
func TestRefusalsWriteNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert, refusal := uuid.New(), uuid.New()
		open, voided, earned := uuid.New(), uuid.New(), uuid.New()
		pending, released, refused := uuid.New(), b.earned(expert, 10, 1), b.earned(expert, 10, 1)
		b.must(b.hold(open, 100, 10))
		b.must(b.hold(voided, 100, 10))
		b.must(b.hold(earned, 100, 10))
		b.must(b.void(voided))
		b.must(b.earn(earned, b.reward(pending, expert, 100, 10)))
		b.must(b.release(released))
		b.must(b.refuse(refused, refusal))
		funding, allocation := uuid.New(), uuid.New()
		b.must(b.fund(funding, 100))
		b.must(b.allocate(allocation, 100))
		tests := refusals{b: b, open: open, voided: voided, earned: earned, pending: pending, released: released,
			refused: refused, refusal: refusal, funding: funding, allocation: allocation, expert: expert}
		for _, tt := range append(append(tests.money(), tests.states()...), tests.adjustments()...) {
			before := b.dump()
			var got error
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				got = tt.run(ctx, tx)
				return nil
			}))
			if !errors.Is(got, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
			if b.dump() != before {
				t.Errorf("%s wrote something", tt.name)
			}
		}
		b.check("after all refusals")
	})
}
