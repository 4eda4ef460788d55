package payouts_test

import (
	"context"
	"math"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

type refusal struct {
	name string
	want error
	run  func(ctx context.Context, tx *gorm.DB) error
}

// refusals names things in every state.
type refusals struct {
	b                                                        *bank
	open, voided, earned                                     uuid.UUID
	pending, released, refused, refusal, funding, allocation uuid.UUID
	expert                                                   uuid.UUID
}

func (r refusals) hold(name string, want error, change func(*payouts.NewHold)) refusal {
	n := r.b.newHold(uuid.New(), 100, 10)
	change(&n)
	return refusal{"hold " + name, want, func(ctx context.Context, tx *gorm.DB) error {
		return payouts.HoldTx(ctx, tx, r.b.clock.now(), n)
	}}
}

func (r refusals) fund(name string, want error, change func(*payouts.Funding)) refusal {
	f := payouts.Funding{ID: uuid.New(), Brand: r.b.brand, Provider: sandbox.Label, Gross: eur(100), Fee: eur(1)}
	change(&f)
	return refusal{"fund " + name, want, func(ctx context.Context, tx *gorm.DB) error {
		return payouts.FundBrandTx(ctx, tx, r.b.clock.now(), f)
	}}
}

func (r refusals) allocate(name string, want error, change func(*payouts.Allocation)) refusal {
	a := payouts.Allocation{ID: uuid.New(), Brand: r.b.brand, Program: r.b.program, Amount: eur(100)}
	change(&a)
	return refusal{"allocate " + name, want, func(ctx context.Context, tx *gorm.DB) error {
		return payouts.AllocateBudgetTx(ctx, tx, r.b.clock.now(), a)
	}}
}

func (r refusals) earn(name string, want error, hold uuid.UUID, change func(*payouts.NewReward)) refusal {
	n := r.b.reward(uuid.New(), r.expert, 100, 10)
	change(&n)
	return refusal{"earn " + name, want, func(ctx context.Context, tx *gorm.DB) error {
		return payouts.EarnTx(ctx, tx, r.b.clock.now(), hold, n)
	}}
}

func (r refusals) simple(name string, want error, run func(ctx context.Context, tx *gorm.DB, now time.Time) error) refusal {
	return refusal{name, want, func(ctx context.Context, tx *gorm.DB) error { return run(ctx, tx, r.b.clock.now()) }}
}

// money lists bad amounts, currencies and ids, and money that is not there.
func (r refusals) money() []refusal {
	usd := payouts.Money{Minor: 100, Currency: "USD"}
	return []refusal{
		r.hold("nothing", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Reward.Minor = 0 }),
		r.hold("a debt", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Reward.Minor = -1 }),
		r.hold("a negative fee", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Fee.Minor = -1 }),
		r.hold("too much to add", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Reward.Minor = math.MaxInt64 }),
		r.hold("two currencies", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Fee = usd }),
		r.hold("no currency", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Reward.Currency = "" }),
		r.hold("bytes for a currency", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Reward.Currency = "\xff\x00A" }),
		r.hold("no id", payouts.ErrInvalid, func(n *payouts.NewHold) { n.ID = uuid.Nil }),
		r.hold("no question", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Question = uuid.Nil }),
		r.hold("for what", payouts.ErrInvalid, func(n *payouts.NewHold) { n.Purpose = "fun" }),
		r.hold("more than the budget", payouts.ErrInsufficientFunds, func(n *payouts.NewHold) { n.Reward.Minor = 1_000_000 }),
		r.hold("in a currency without budget", payouts.ErrInsufficientFunds, func(n *payouts.NewHold) { n.Reward, n.Fee = usd, usd }),
		r.hold("of a program without budget", payouts.ErrInsufficientFunds, func(n *payouts.NewHold) { n.Program = uuid.New() }),
		r.hold("again for more", payouts.ErrKeyReused, func(n *payouts.NewHold) { n.ID = r.open; n.Reward.Minor = 101 }),
		r.hold("again for another question", payouts.ErrKeyReused, func(n *payouts.NewHold) { n.ID = r.open }),
		r.fund("nothing", payouts.ErrInvalid, func(f *payouts.Funding) { f.Gross.Minor = 0 }),
		r.fund("all of it fee", payouts.ErrInvalid, func(f *payouts.Funding) { f.Fee = f.Gross }),
		r.fund("a negative fee", payouts.ErrInvalid, func(f *payouts.Funding) { f.Fee.Minor = -1 }),
		r.fund("by nobody", payouts.ErrInvalid, func(f *payouts.Funding) { f.Provider = "nobody" }),
		r.fund("no brand", payouts.ErrInvalid, func(f *payouts.Funding) { f.Brand = uuid.Nil }),
		r.fund("too much for the wallet", payouts.ErrOverflow, func(f *payouts.Funding) { f.Gross.Minor = math.MaxInt64 }),
		r.fund("again", payouts.ErrKeyReused, func(f *payouts.Funding) { f.ID = r.funding }),
		r.allocate("nothing", payouts.ErrInvalid, func(a *payouts.Allocation) { a.Amount.Minor = 0 }),
		r.allocate("more than the wallet", payouts.ErrInsufficientFunds, func(a *payouts.Allocation) { a.Amount.Minor = 1_000_000 }),
		r.allocate("again for more", payouts.ErrKeyReused, func(a *payouts.Allocation) { a.ID = r.allocation; a.Amount.Minor = 101 }),
		r.earn("nothing", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.Amount.Minor = 0 }),
		r.earn("a debt", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.Amount.Minor = -5 }),
		r.earn("more than is held", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.Amount.Minor = 101 }),
		r.earn("another currency", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.Amount, n.Fee = usd, payouts.Money{} }),
		r.earn("for nobody", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.Expert = uuid.Nil }),
		r.earn("released before now", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.ReleaseAt = start.Add(-time.Hour) }),
		r.earn("never released", payouts.ErrInvalid, r.open, func(n *payouts.NewReward) { n.ReleaseAt = time.Time{} }),
		r.earn("a used reward", payouts.ErrKeyReused, r.open, func(n *payouts.NewReward) { n.ID = r.released }),
	}
}

// states lists verbs on what is in the wrong state, or is not there.
func (r refusals) states() []refusal {
	keep := func(*payouts.NewReward) {}
	return []refusal{
		r.earn("a voided hold", payouts.ErrState, r.voided, keep),
		r.earn("an earned hold for other work", payouts.ErrKeyReused, r.earned, keep),
		r.earn("no hold", payouts.ErrNotFound, uuid.New(), keep),
		r.simple("void an earned hold", payouts.ErrState, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.VoidHoldTx(ctx, tx, now, r.earned)
		}),
		r.simple("void no hold", payouts.ErrNotFound, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.VoidHoldTx(ctx, tx, now, uuid.New())
		}),
		r.simple("release a refused reward", payouts.ErrState, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.ReleaseTx(ctx, tx, now, r.refused)
		}),
		r.simple("release no reward", payouts.ErrNotFound, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.ReleaseTx(ctx, tx, now, uuid.New())
		}),
		r.simple("refuse a released reward", payouts.ErrState, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.RefuseTx(ctx, tx, now, r.released, uuid.New())
		}),
		r.simple("refuse without a refusal", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.RefuseTx(ctx, tx, now, r.pending, uuid.Nil)
		}),
		r.simple("refuse with a used refusal", payouts.ErrKeyReused, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.RefuseTx(ctx, tx, now, r.pending, r.refusal)
		}),
		r.simple("refuse again otherwise", payouts.ErrKeyReused, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.RefuseTx(ctx, tx, now, r.refused, uuid.New())
		}),
		r.simple("earn no rewards", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.EarnTx(ctx, tx, now, r.open)
		}),
		r.simple("freeze nobody", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, now time.Time) error {
			return payouts.FreezeBrandTx(ctx, tx, now, uuid.Nil, "")
		}),
	}
}
