package payouts_test

import (
	"context"
	"errors"
	"strings"
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

// received is a payment at the provider that nobody has told us of.
func (b *bank) received(id uuid.UUID, at time.Time, gross, fee int64) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return sandbox.ReceiveTx(ctx, tx, at, sandbox.Payment{ID: id, Gross: eur(gross), Fee: fee})
	}))
}

func (b *bank) suspended() (lines []payouts.Suspended) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		lines, err = payouts.SuspendedTx(ctx, tx, 10)
		return err
	}))
	return lines
}

func (b *bank) clear(line payouts.Suspended, to payouts.Belonging, owner uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.ClearSuspenseTx(ctx, tx, b.clock.now(), payouts.Explanation{Provider: line.Provider, Line: line.Line, To: to, Owner: owner, By: uuid.New()})
	})
}

func (b *bank) resume() {
	b.t.Helper()
	b.must(b.tx(payouts.ResumePayoutsTx))
}

// agreed reconciles for some days, on which nothing is found any more.
func (b *bank) agreed() {
	b.t.Helper()
	b.resume()
	for range 3 {
		b.reconciled()
		b.clock.advance(25 * time.Hour)
	}
	b.check("at the end")
}

// News of a payment may come after its line went to suspense: that is taken back, and
// what is not of the payment stays there.
func TestSuspenseIsTakenBackWhenItsCauseIsTold(t *testing.T) {
	for name, c := range map[string]struct{ gross, fee, told, toldFee, left int64 }{
		"as it is":            {700, 0, 700, 0, 0},
		"with its fee":        {700, 20, 700, 20, 0},
		"the fee is not told": {700, 20, 700, 0, 0},
		"another amount":      {700, 0, 650, 0, 50},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx, id := newBank(t, db), context.Background(), uuid.New()
				had := b.wallet()
				b.received(id, b.clock.now(), c.gross, c.fee)
				b.clock.advance(2 * time.Hour)
				if r, err := b.service.Reconcile(ctx); err != nil || r.Suspended != 1 || len(b.suspended()) != 1 {
					t.Fatalf("%+v, %v", r, err)
				}
				line := b.suspended()[0]
				b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
					return payouts.FundBrandTx(ctx, tx, b.clock.now(), payouts.Funding{
						ID: id, Brand: b.brand, Provider: sandbox.Label, Gross: eur(c.told), Fee: eur(c.toldFee),
					})
				}))
				if r, err := b.service.Reconcile(ctx); err != nil || r.Suspended != 0 {
					t.Fatalf("told: %+v, %v", r, err)
				}
				if err := b.clear(line, payouts.ToWallet, b.brand); !errors.Is(err, payouts.ErrNotFound) {
					t.Errorf("cleared after that: %v", err)
				}
				line.Line += ":back" // has an entry in suspense, and is no line
				if err := b.clear(line, payouts.ToWallet, b.brand); !errors.Is(err, payouts.ErrNotFound) {
					t.Errorf("what took it back was cleared: %v", err)
				}
				b.agreed()
				left := b.suspended()
				if c.left == 0 && len(left) != 0 || c.left != 0 && (len(left) != 1 || left[0].Minor != c.left) {
					t.Fatalf("left in suspense: %+v", left)
				}
				for _, line := range left {
					b.must(b.clear(line, payouts.ToFees, uuid.Nil))
				}
				b.agreed()
				if left := b.balance(ledger.Suspense, uuid.Nil, "EUR"); left != 0 || b.wallet() != had+c.told-c.toldFee {
					t.Errorf("in suspense %d, wallet %d of %d", left, b.wallet(), had)
				}
			})
		})
	}
}

// Where a person had said by then whose it was, it was given twice: they are asked
// again.
func TestACauseToldAfterSuspenseWasCleared(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx, id := newBank(t, db), context.Background(), uuid.New()
		had := b.wallet()
		b.received(id, b.clock.now(), 700, 20)
		b.clock.advance(2 * time.Hour)
		_, err := b.service.Reconcile(ctx)
		b.must(err)
		b.must(b.clear(b.suspended()[0], payouts.ToWallet, b.brand))
		b.resume()
		b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
			return payouts.FundBrandTx(ctx, tx, b.clock.now(), payouts.Funding{ID: id, Brand: b.brand, Provider: sandbox.Label, Gross: eur(700), Fee: eur(20)})
		}))
		if r, err := b.service.Reconcile(ctx); err != nil || !r.Paused {
			t.Fatalf("told: %+v, %v", r, err)
		}
		b.agreed()
		lines := b.suspended()
		if len(lines) != 1 || lines[0].Minor != -700 || b.wallet() != had+2*680 {
			t.Fatalf("in suspense %+v, wallet %d of %d", lines, b.wallet(), had)
		}
		b.must(b.clear(lines[0], payouts.ToWallet, b.brand))
		b.agreed()
		if fees := b.balance(ledger.FundingFee, uuid.Nil, "EUR"); len(b.suspended()) != 0 || b.wallet() != had+680 || fees != 20 {
			t.Fatalf("in suspense %+v, wallet %d of %d, fees %d", b.suspended(), b.wallet(), had, fees)
		}
	})
}

// An entry is not suspended that somebody else has matched meanwhile, nor cleared
// that somebody takes back.
func TestSuspendingWhatWasMatchedMeanwhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		b.reconciled()
		odd, id := uuid.New(), uuid.New()
		b.received(odd, b.clock.now(), 100, 0)
		b.received(id, b.clock.now().Add(time.Second), 700, 0)
		b.clock.advance(2 * time.Hour)
		fast := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
		looked, txs, done := 0, 0, false
		b.service.Missed = func(context.Context, payouts.BalanceTransaction) error { looked++; return payouts.ErrNotFound }
		b.service.InTx = func(ctx context.Context, fn func(*gorm.DB) error) error {
			if looked == 2 && !done {
				if txs++; txs == 2 { // between the second look for postings and the first suspense
					done = true
					b.must(b.credit(id, 700))
					_, err := fast.Reconcile(context.Background())
					b.must(err)
				}
			}
			return b.inTx(ctx, fn)
		}
		if r, err := b.service.Reconcile(ctx); err != nil || !done || r.Suspended != 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if lines := b.suspended(); len(lines) != 1 || lines[0].Minor != 100 {
			t.Fatalf("%+v", lines)
		}
		b.restart()
		b.agreed()
	})
}

// Somebody else may take back what is in suspense between the look at its lines and
// their lock: it is not taken back again, nor is the posting given to another line.
func TestTakingBackWhatWasTakenBackMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		lines int
		told  int64
		left  int64
	}{"two lines of one posting": {2, 700, 700}, "of another amount": {1, 650, 50}} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b, ctx, id := newBank(t, db), context.Background(), uuid.New()
				for range c.lines {
					b.received(uuid.New(), b.clock.now(), 700, 0)
				}
				b.clock.advance(2 * time.Hour)
				_, err := b.service.Reconcile(ctx)
				b.must(err)
				b.must(b.db.Exec("UPDATE provider_entries SET subject_id = ? WHERE state = 'suspense'", id).Error)
				b.must(b.credit(id, c.told))
				fast := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
				took := func() {
					_, err := fast.Reconcile(ctx)
					b.must(err)
					b.resume()
				}
				b.resume()
				done := b.db.Dialector.Name() == "sqlite" // where one writes at a time
				if done {
					took()
				}
				db.Watch(func(_ context.Context, sent sqldb.Sent, send func() error) error {
					if !done && strings.Contains(sent.SQL, "provider_entries") && strings.Contains(sent.SQL, "FOR NO KEY UPDATE") {
						done = true
						took()
					}
					return send()
				})
				if r, err := b.service.Reconcile(ctx); err != nil || !done || r.Paused || r.Suspended != 0 {
					t.Fatalf("%+v, %v", r, err)
				}
				if lines := b.suspended(); len(lines) != 1 || lines[0].Minor != c.left {
					t.Errorf("in suspense: %+v", lines)
				}
				b.agreed()
			})
		})
	}
}
