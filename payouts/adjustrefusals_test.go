package payouts_test

import (
	"context"
	"math"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// adjustments are refused for bad amounts, currencies and ids, and write nothing.
func (r refusals) adjustments() []refusal {
	usd := payouts.Money{Minor: 100, Currency: "USD"}
	bonus := payouts.Bonus{ID: uuid.New(), Brand: r.b.brand, Program: r.b.program, Expert: r.expert, By: uuid.New(), Amount: eur(10)}
	dispute := r.b.newDispute(uuid.New(), 100)
	exchange := payouts.Exchange{ID: uuid.New(), Brand: r.b.brand, From: eur(100), To: "USD", Rate: payouts.Rate{Num: 1, Den: 1}}
	with := func(name string, want error, run func(ctx context.Context, tx *gorm.DB, at now) error) refusal {
		return r.simple(name, want, run)
	}
	bonuses := func(name string, want error, change func(*payouts.Bonus)) refusal {
		n := bonus
		change(&n)
		return with("bonus "+name, want, func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.GrantBonusTx(ctx, tx, at, n) })
	}
	disputes := func(name string, want error, change func(*payouts.NewDispute)) refusal {
		n := dispute
		change(&n)
		return with("dispute "+name, want, func(ctx context.Context, tx *gorm.DB, at now) error { return payouts.OpenDisputeTx(ctx, tx, at, n) })
	}
	exchanges := func(name string, want error, change func(*payouts.Exchange)) refusal {
		n := exchange
		change(&n)
		return with("exchange "+name, want, func(ctx context.Context, tx *gorm.DB, at now) error {
			_, err := payouts.ExchangeTx(ctx, tx, at, n)
			return err
		})
	}
	books := func(name string, want error, l payouts.BalanceTransaction) refusal {
		return with("book "+name, want, func(ctx context.Context, tx *gorm.DB, at now) error {
			_, err := payouts.BookTx(ctx, tx, at, sandbox.Label, l)
			return err
		})
	}
	return []refusal{
		with("claw back a pending reward", payouts.ErrState, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClawBackTx(ctx, tx, at, r.pending, uuid.New())
		}),
		with("claw back a refused reward", payouts.ErrState, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClawBackTx(ctx, tx, at, r.refused, uuid.New())
		}),
		with("claw back by nobody", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClawBackTx(ctx, tx, at, r.released, uuid.Nil)
		}),
		with("claw back no reward", payouts.ErrNotFound, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClawBackTx(ctx, tx, at, uuid.New(), uuid.New())
		}),
		bonuses("of nothing", payouts.ErrInvalid, func(n *payouts.Bonus) { n.Amount = eur(0) }),
		bonuses("of a debt", payouts.ErrInvalid, func(n *payouts.Bonus) { n.Amount = eur(-1) }),
		bonuses("by nobody", payouts.ErrInvalid, func(n *payouts.Bonus) { n.By = uuid.Nil }),
		bonuses("of half a program", payouts.ErrInvalid, func(n *payouts.Bonus) { n.Brand = uuid.Nil }),
		bonuses("of no budget", payouts.ErrInsufficientFunds, func(n *payouts.Bonus) { n.Amount = usd }),
		disputes("of nothing", payouts.ErrInvalid, func(n *payouts.NewDispute) { n.Amount = eur(0) }),
		disputes("with a negative fee", payouts.ErrInvalid, func(n *payouts.NewDispute) { n.Fee = eur(-1) }),
		disputes("in two currencies", payouts.ErrInvalid, func(n *payouts.NewDispute) { n.Fee = usd }),
		disputes("too large", payouts.ErrInvalid, func(n *payouts.NewDispute) { n.Amount = eur(math.MaxInt64) }),
		disputes("by an unknown provider", payouts.ErrInvalid, func(n *payouts.NewDispute) { n.Provider = "nobody" }),
		with("win no dispute", payouts.ErrNotFound, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.WinDisputeTx(ctx, tx, at, uuid.New())
		}),
		with("credit without a limit", payouts.ErrCreditLimit, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.FundOnCreditTx(ctx, tx, at, payouts.Credit{ID: uuid.New(), Brand: r.b.brand, Amount: eur(1)})
		}),
		with("credit of a debt", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.FundOnCreditTx(ctx, tx, at, payouts.Credit{ID: uuid.New(), Brand: r.b.brand, Amount: eur(-1)})
		}),
		with("withhold what is not there", payouts.ErrInsufficientFunds, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.WithholdTx(ctx, tx, at, payouts.Withholding{ID: uuid.New(), Expert: uuid.New(), Amount: eur(1)})
		}),
		with("write off what is not owed", payouts.ErrInsufficientFunds, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.WriteOffBrandTx(ctx, tx, at, payouts.WriteOff{ID: uuid.New(), By: r.b.brand, Amount: eur(1)})
		}),
		exchanges("to the same", payouts.ErrInvalid, func(n *payouts.Exchange) { n.To = "EUR" }),
		exchanges("to nothing known", payouts.ErrInvalid, func(n *payouts.Exchange) { n.To = "ZZZ" }),
		exchanges("to nothing", payouts.ErrInvalid, func(n *payouts.Exchange) { n.Rate = payouts.Rate{Num: 1, Den: 1000} }),
		exchanges("at no rate", payouts.ErrInvalid, func(n *payouts.Exchange) { n.Rate = payouts.Rate{Num: 0, Den: 1} }),
		exchanges("too much", payouts.ErrInvalid, func(n *payouts.Exchange) { n.Rate = payouts.Rate{Num: math.MaxInt64, Den: 1} }),
		exchanges("what is not there", payouts.ErrInsufficientFunds, func(n *payouts.Exchange) { n.From = eur(10_000_000) }),
		books("nothing", payouts.ErrInvalid, line("x", payouts.EntryFee, 0)),
		books("without an id", payouts.ErrInvalid, line("", payouts.EntryFee, 1)),
		books("what does not add up", payouts.ErrInvalid, payouts.BalanceTransaction{ID: "x", Kind: payouts.EntryFee, Currency: "EUR", Gross: 5, Fee: 1, Net: 5}),
		books("an unknown currency", payouts.ErrInvalid, payouts.BalanceTransaction{ID: "x", Kind: payouts.EntryFee, Currency: "ZZZ", Gross: 5, Net: 5}),
		books("more given back than kept", payouts.ErrInsufficientFunds, line("x", payouts.EntryReserve, 1)),
		with("clear what is not in suspense", payouts.ErrNotFound, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClearSuspenseTx(ctx, tx, at, payouts.Explanation{Provider: sandbox.Label, Line: "no", To: payouts.ToFees, By: uuid.New()})
		}),
		with("clear to nobody", payouts.ErrInvalid, func(ctx context.Context, tx *gorm.DB, at now) error {
			return payouts.ClearSuspenseTx(ctx, tx, at, payouts.Explanation{Provider: sandbox.Label, Line: "no", To: payouts.ToWallet, By: uuid.New()})
		}),
	}
}
