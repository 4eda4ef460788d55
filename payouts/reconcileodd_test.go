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
	"knowhow/payouts/ledger"
	"knowhow/payouts/sandbox"
)

// An entry of another amount than its posting pauses payouts once, and its
// difference waits in suspense for a person: then the books agree.
func TestAnEntryOfAnotherAmountIsExplainedOnce(t *testing.T) {
	for name, more := range map[string]int64{"more": 150, "less": -150} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx, id := newBank(t, db), context.Background(), uuid.New()
				b.reconciled()
				b.must(b.credit(id, 9000))
				b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
					return sandbox.ReceiveTx(ctx, tx, b.clock.now(), sandbox.Payment{ID: id, Gross: eur(9000 + more)})
				}))
				r, err := b.service.ReconcileAndCompare(ctx)
				if err != nil || r.Suspended != 1 || !r.Paused || len(r.Differing) > 0 {
					t.Fatalf("%+v, %v", r, err)
				}
				var lines []payouts.Suspended
				b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
					if lines, err = payouts.SuspendedTx(ctx, tx, 10); err == nil {
						err = payouts.ResumePayoutsTx(ctx, tx)
					}
					return err
				}))
				if len(lines) != 1 || lines[0].Minor != more {
					t.Fatalf("in suspense: %+v", lines)
				}
				for _, later := range []time.Duration{time.Hour, 3 * time.Hour, 25 * time.Hour} {
					b.clock.advance(later)
					b.reconciled()
				}
				b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
					return payouts.ClearSuspenseTx(ctx, tx, b.clock.now(), payouts.Explanation{
						Provider: lines[0].Provider, Line: lines[0].Line, To: payouts.ToFees, By: uuid.New(),
					})
				}))
				b.reconciled()
				b.check("at the end")
			})
		})
	}
}

// What cannot be booked, such as a dispute that is won after it was lost, does not
// keep the other entries from being looked at.
func TestOneOddEntryStopsNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, odd := range []error{
			&payouts.StateError{Noun: "dispute", State: "lost", Verb: "win"}, payouts.ErrKeyReused,
			&payouts.ProviderError{Class: payouts.Definitive, Code: "resource_missing"},
		} {
			b, ctx := newBank(t, db), context.Background()
			before := b.reconciledRead()
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				return sandbox.ReceiveTx(ctx, tx, b.clock.now(), sandbox.Payment{ID: uuid.New(), Gross: eur(700)})
			}))
			b.clock.advance(time.Minute)
			b.must(b.fund(uuid.New(), 300))
			b.service.Missed = func(context.Context, payouts.BalanceTransaction) error { return odd }
			r, err := b.service.Reconcile(ctx)
			if err != nil || r.Matched != 1 || r.Waiting != 1 || r.Paused {
				t.Fatalf("%v after %d: %+v, %v", odd, before, r, err)
			}
			b.clock.advance(time.Hour)
			if r, err = b.service.Reconcile(ctx); err != nil || r.Suspended != 1 || !r.Paused {
				t.Fatalf("%v an hour later: %+v, %v", odd, r, err)
			}
			b.must(b.tx(payouts.ResumePayoutsTx))
			b.check("at the end")
		}
	})
}

// reconciledRead reconciles whatever there is, and returns how much was read.
func (b *bank) reconciledRead() int {
	b.t.Helper()
	r, err := b.service.Reconcile(context.Background())
	b.must(err)
	return r.Read
}

// idle is a provider whose books have a line that moves nothing.
type idle struct{ *sandbox.Provider }

func (p idle) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	page, err := p.Provider.BalanceTransactions(ctx, q)
	page.Entries = append([]payouts.BalanceTransaction{{ID: "txn_nothing", Kind: payouts.EntryOther, Currency: "EUR", At: p.Now()}}, page.Entries...)
	return page, err
}

func TestALineOfNothingIsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		b.service.Provider = idle{b.sandbox}
		if r := b.reconciled(); r.Read != 1 || r.Matched != 1 {
			t.Fatalf("%+v", r)
		}
		b.clock.advance(2 * time.Hour)
		b.reconciled()
	})
}

// A payment by which money cannot go back does not keep the brand from being given
// back what it paid in otherwise.
func TestRefundsGoAroundAPaymentThatRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		closed := b.paidIn(3000)
		b.clock.advance(time.Hour)
		b.paidIn(3000)
		b.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
			if req.Of == *closed.ChargeID {
				return sandbox.Refuse
			}
			return sandbox.None
		}
		before, _ := b.refunding()
		for range 2 {
			_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
			b.must(err)
			b.process()
		}
		if wallet, refunding := b.refunding(); wallet != before-2000 || refunding != 0 {
			t.Fatalf("wallet %d of %d, refunding %d", wallet, before, refunding)
		}
		if _, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(4001)}); !errors.Is(err, payouts.ErrNoPayment) {
			t.Errorf("more than is left: %v", err)
		}
		b.check("at the end")
		b.reconciled()
	})
}

// secretive is a provider that does not show what has moved, such as of an account
// that was closed.
type secretive struct {
	*sandbox.Provider
	why error
}

func (p secretive) MoveStatus(context.Context, payouts.MoveKind, string, string) (payouts.Movement, error) {
	return payouts.Movement{}, p.why
}

func (p secretive) FindMoves(context.Context, payouts.MoveRequest) ([]payouts.Movement, error) {
	return nil, p.why
}

// An order that the provider does not show keeps nothing else from being looked at.
// It is put off, told of, and looked at for a week.
func TestAnOrderThatIsNotShownStopsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		why  error
		days int // for how many it is looked at
	}{
		"refused":     {&payouts.ProviderError{Class: payouts.Definitive, Code: payouts.CodeAccountRestricted}, 7},
		"not allowed": {&payouts.ProviderError{Class: payouts.Deferred, Code: "status_403"}, 10},
		"no answer":   {errors.New("not JSON"), 10},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx := newBank(t, db), context.Background()
				for range 2 {
					_, err := b.service.RequestInstantPayout(ctx, b.payee(5000), uuid.New())
					b.must(err)
				}
				b.process()
				b.process()
				b.service.Provider = secretive{b.sandbox, c.why}
				for day := 1; day <= 10; day++ {
					b.clock.advance(24 * time.Hour)
					b.must(b.fund(uuid.New(), 700))
					r := b.reconciled()
					if looked := day <= c.days; (r.Unseen > 0) != looked || r.Unseen != r.Polled || r.Matched == 0 {
						t.Fatalf("day %d: %+v", day, r)
					}
					if r, err := b.service.Reconcile(ctx); c.days == 7 && (err != nil || r.Polled != 0) {
						t.Fatalf("day %d, at once again: %+v, %v", day, r, err)
					}
					if st := b.status(); (st.Unseen > 0) != (day < c.days || c.days == 10) {
						t.Fatalf("day %d: %+v", day, st)
					}
				}
				b.service.Provider = b.sandbox
				b.clock.advance(24 * time.Hour)
				b.reconciled()
				if st := b.status(); c.days == 10 && st.Unseen > 0 {
					t.Errorf("shown again: %+v", st)
				}
			})
		})
	}
}

func (b *bank) status() (st payouts.Status) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		st, err = b.service.StatusTx(ctx, tx)
		return err
	}))
	return st
}

// Nor does an entry of a movement that the provider does not show.
func TestAnEntryOfAHiddenMovementStopsNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.paidIn(3000)
		_, err := b.service.RefundBrand(ctx, payouts.Refund{ID: uuid.New(), Brand: b.brand, Amount: eur(2000)})
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { return sandbox.Truncated }
		b.process()
		b.sandbox.Fault = nil
		b.clock.advance(time.Minute)
		b.must(b.fund(uuid.New(), 300))
		b.service.Provider = secretive{b.sandbox, &payouts.ProviderError{Class: payouts.Definitive, Code: "resource_missing"}}
		if r, err := b.service.Reconcile(ctx); err != nil || r.Waiting != 1 || r.Matched != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
		b.service.Provider = b.sandbox
		b.reconciled()
		b.check("at the end")
	})
}

// charging is a provider that charges for transfers without a word before.
type charging struct {
	*sandbox.Provider
	fee int64
}

func (p charging) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	page, err := p.Provider.BalanceTransactions(ctx, q)
	for i, e := range page.Entries {
		if e.Kind == payouts.EntryTransfer {
			page.Entries[i].Fee, page.Entries[i].Net = p.fee, e.Net-p.fee
		}
	}
	return page, err
}

func (p charging) Balance(ctx context.Context) ([]payouts.ProviderBalance, error) {
	sums, err := p.Provider.Balance(ctx)
	if err == nil {
		sums[0].Available -= p.fee
	}
	return sums, err
}

// A fee on an entry that is else as it was posted is the provider's, or was given
// back by it: nobody need look.
func TestAFeeOnAnEntryIsTheProviders(t *testing.T) {
	for name, fee := range map[string]int64{"charged": 25, "given back": -25} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b := newBank(t, db)
				expert := b.payee(5000)
				_, err := b.service.CreateRun(context.Background(), "2026-W10")
				b.must(err)
				b.settle()
				b.service.Provider = charging{b.sandbox, fee}
				if r := b.reconciled(); r.Matched != 2 {
					t.Fatalf("%+v", r)
				}
				b.clock.advance(25 * time.Hour)
				b.reconciled()
				b.paidOnce(expert, 5000)
				b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
					totals, err := payouts.BooksTx(ctx, tx)
					for _, sum := range totals {
						if sum.Kind == ledger.ProviderFees && sum.Minor == fee {
							return err
						}
					}
					t.Errorf("%+v", totals)
					return err
				}))
				b.check("at the end")
			})
		})
	}
}

// What no news told of, the lines of the books do: a payment, a dispute about it,
// and the bank's decision. A dispute that is won after it was lost is refused, and
// writes nothing.
func TestLinesOfTheBooksAreNews(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		l, c := newTill(b)
		had := b.wallet()
		p := b.start(c, payouts.PayCard, 5_000)
		l.page.State, l.page.Charge, l.charge = payouts.CheckoutComplete, "pi_1", succeeds(p, 50)
		b.must(c.Explain(ctx, payouts.BalanceTransaction{Kind: payouts.EntryPayment, Source: "ch_1", Subject: p.ID}))
		if b.wallet() != had+4_950 {
			t.Fatalf("wallet %d, had %d", b.wallet(), had)
		}
		if err := c.Explain(ctx, payouts.BalanceTransaction{Kind: payouts.EntryPayment, Source: "ch_2"}); !errors.Is(err, payouts.ErrNotFound) {
			t.Errorf("of somebody else: %v", err)
		}
		l.claim = payouts.Claim{
			Reference: "dp_1", Of: "pi_" + p.ID.String(), State: payouts.ClaimLost, Amount: eur(5_000), Taken: eur(5_000), Fee: eur(1_500), TakenAt: start,
		}
		dispute := payouts.BalanceTransaction{Kind: payouts.EntryDispute, Source: "dp_1"}
		b.must(c.Explain(ctx, dispute))
		if b.wallet() != had-50 {
			t.Fatalf("lost: wallet %d, had %d", b.wallet(), had)
		}
		l.claim.State, l.claim.GivenBack = payouts.ClaimWon, eur(5_000)
		dbtest.Unchanged(t, db, func() {
			if err := c.Explain(ctx, dispute); !errors.Is(err, payouts.ErrState) {
				t.Errorf("won after lost: %v", err)
			}
		})
		b.check("at the end")
	})
}
