package payouts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

type crash struct{ point string }

// process runs the service until it returns or crashes, and reports a crash.
func (b *bank) process() (crashed bool) {
	b.t.Helper()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			crashed = true
		}
	}()
	_, err := b.service.Process(context.Background(), 100)
	b.must(err)
	return false
}

// settle restarts the service and lets time pass until no payout is under way.
func (b *bank) settle() {
	b.t.Helper()
	b.sandbox.Fault = nil
	b.restart()
	for range 60 {
		b.process()
		if b.underWay() == 0 {
			return
		}
		b.clock.advance(time.Hour)
	}
	var left []payouts.Payout
	b.must(b.db.Where("state IN ?", []string{"created", "sending"}).Find(&left).Error)
	b.t.Fatalf("still under way: %+v", left)
}

func (b *bank) underWay() (n int64) {
	b.t.Helper()
	b.must(b.db.Table("payouts").Where("state IN ?", []string{"created", "sending"}).Count(&n).Error)
	return n
}

// paidOnce fails the test unless the expert has all of it, by one transfer.
func (b *bank) paidOnce(expert uuid.UUID, minor int64) {
	b.t.Helper()
	if got := b.earnings(expert); got.PaidOut != minor || got.InTransit != 0 || got.Available != 0 {
		b.t.Fatalf("earnings %+v, want %d paid out", got, minor)
	}
	if n := b.transfers(); n != 1 {
		b.t.Fatalf("%d transfers", n)
	}
	b.check("paid")
}

func TestRefusedTransferGivesTheMoneyBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		account, err := b.service.EnsureAccount(context.Background(), expert)
		b.must(err)
		b.must(b.sandbox.Restrict(context.Background(), account.Reference, true))
		request := uuid.New()
		made, err := b.service.RequestPayout(context.Background(), expert, request)
		b.must(err)
		if done, err := b.service.Process(context.Background(), 10); done.Failed != 1 || err != nil {
			t.Fatalf("%+v, %v", done, err)
		}
		if got := b.earnings(expert); got.Available != 5000 || got.InTransit != 0 {
			t.Fatalf("earnings %+v", got)
		}
		again, err := b.service.RequestPayout(context.Background(), expert, request)
		if err != nil || len(again) != 1 || again[0].ID != made[0].ID || again[0].State != payouts.PayoutFailed {
			t.Fatalf("asked again: %+v, %v", again, err)
		}
		if _, err = b.service.RequestPayout(context.Background(), expert, uuid.New()); !errors.Is(err, payouts.ErrNoAccount) {
			t.Fatalf("restricted: %v", err)
		}
		b.must(b.sandbox.Restrict(context.Background(), account.Reference, false))
		if account, err = b.service.RefreshAccount(context.Background(), expert); err != nil || !account.PayoutsEnabled {
			t.Fatalf("%+v, %v", account, err)
		}
		_, err = b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.settle()
		b.paidOnce(expert, 5000)
	})
}

// A server error is kept under its key: no new attempt before the effect can no
// longer come late.
func TestAmbiguousWaitsOutTheWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		var keys []string
		b.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
			keys = append(keys, req.IdempotencyKey)
			if len(keys) == 1 {
				return sandbox.Error
			}
			return sandbox.None
		}
		for range 25 {
			b.process()
			b.clock.advance(time.Hour)
		}
		if len(keys) != 1 {
			t.Fatalf("sent %v within the window", keys)
		}
		for range 4 {
			b.process()
			b.clock.advance(time.Hour)
		}
		if len(keys) != 2 || keys[0] == keys[1] {
			t.Fatalf("sent %v", keys)
		}
		b.paidOnce(expert, 5000)
	})
}

// A key that the provider may have forgotten is never sent again.
func TestOldKeyIsNotSentAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		first := start
		sent := map[string]time.Time{}
		b.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
			if _, ok := sent[req.IdempotencyKey]; !ok {
				sent[req.IdempotencyKey] = b.clock.now()
			}
			if age := b.clock.now().Sub(sent[req.IdempotencyKey]); age >= 20*time.Hour {
				t.Errorf("key %s sent again after %v", req.IdempotencyKey, age)
			}
			if b.clock.now().Sub(first) < 60*time.Hour {
				return sandbox.LostBefore
			}
			return sandbox.None
		}
		for range 200 {
			b.process()
			b.clock.advance(30 * time.Minute)
		}
		if len(sent) != 3 { // within an attempt each try has the same key
			t.Errorf("%d keys in 60 hours", len(sent))
		}
		b.paidOnce(expert, 5000)
	})
}

// A worker that wakes up after its lease neither sends nor overwrites.
func TestZombieWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		other := &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
		b.service.SetStep(func(at string) {
			if at == "claimed" {
				b.clock.advance(6 * time.Minute)
				if done, err := other.Process(context.Background(), 1); err != nil || done.Sent != 1 {
					t.Errorf("other worker: %+v, %v", done, err)
				}
			}
		})
		calls := 0
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault { calls++; return sandbox.None }
		if done, err := b.service.Process(context.Background(), 1); err != nil || done.Sent != 0 {
			t.Errorf("zombie: %+v, %v", done, err)
		}
		if calls != 1 {
			t.Errorf("sent %d times", calls)
		}
		b.paidOnce(expert, 5000)
	})
}

// A refusal that reaches a worker after its lease gives no money back: the worker
// that has the payout now may be sending it.
func TestZombieDoesNotFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.sandbox.Fault = func(payouts.MoveRequest) sandbox.Fault {
			b.clock.advance(6 * time.Minute)
			zombie := b.service
			b.restart()
			b.service.SetStep(func(at string) {
				if at == "sending" {
					panic(crash{at})
				}
			})
			if !b.process() {
				t.Error("the other worker did not get the payout")
			}
			b.service = zombie
			return sandbox.Refuse
		}
		if done, err := b.service.Process(context.Background(), 1); err != nil || done.Failed != 0 {
			t.Errorf("zombie: %+v, %v", done, err)
		}
		if got := b.earnings(expert); got.InTransit != 5000 || got.Available != 0 {
			t.Fatalf("earnings %+v", got)
		}
		b.settle()
		if got := b.earnings(expert); got.Available != 5000 || b.transfers() != 0 {
			t.Fatalf("at the end: %+v, %d transfers", got, b.transfers())
		}
		b.check("at the end")
	})
}

func TestOnDemandNeedsTheMinimumAndAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		poor, stranger := b.payee(999), uuid.New()
		b.must(b.release(b.earned(stranger, 5000, 0)))
		before := b.dump()
		if _, err := b.service.RequestPayout(context.Background(), poor, uuid.New()); !errors.Is(err, payouts.ErrBelowMinimum) {
			t.Errorf("poor: %v", err)
		}
		if _, err := b.service.RequestPayout(context.Background(), stranger, uuid.New()); !errors.Is(err, payouts.ErrNoAccount) {
			t.Errorf("stranger: %v", err)
		}
		if _, err := b.service.RequestPayout(context.Background(), uuid.Nil, uuid.New()); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("nobody: %v", err)
		}
		if _, err := b.service.CreateRun(context.Background(), ""); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("no period: %v", err)
		}
		if b.dump() != before {
			t.Error("something was written")
		}
		if made, err := b.service.CreateRun(context.Background(), "2026-W10"); made != 0 || err != nil {
			t.Errorf("weekly: %d, %v", made, err)
		}
		rich, request := b.payee(2000), uuid.New()
		_, err := b.service.RequestPayout(context.Background(), rich, request)
		b.must(err)
		if _, err := b.service.RequestPayout(context.Background(), poor, request); !errors.Is(err, payouts.ErrKeyReused) {
			t.Errorf("another's request: %v", err)
		}
	})
}

// A crash between the provider's answer and our record opens no second account.
func TestEnsureAccountAfterACrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert := newBank(t, db), uuid.New()
		opened, err := b.sandbox.CreateAccount(context.Background(), payouts.AccountRequest{
			IdempotencyKey: "account_" + expert.String() + "_", Expert: expert,
		})
		b.must(err)
		for range 2 {
			a, err := b.service.EnsureAccount(context.Background(), expert)
			if err != nil || a.Reference != opened.Reference {
				t.Fatalf("%+v, %v; want %s", a, err, opened.Reference)
			}
		}
		if n := len(b.facts(payouts.FactCursor{}, 10)); n != 2 { // funded, account enabled
			t.Fatalf("%d facts", n)
		}
	})
}

// A refusal for want of balance is kept under its key: the next attempt, an hour
// later, has another.
func TestLowBalanceIsTriedAgainWithANewKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(5000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		var keys []string
		b.sandbox.Fault = func(req payouts.MoveRequest) sandbox.Fault {
			if keys = append(keys, req.IdempotencyKey); len(keys) == 1 {
				return sandbox.LowBalance
			}
			return sandbox.None
		}
		b.process()
		b.process()
		if len(keys) != 1 {
			t.Fatalf("sent %v at once", keys)
		}
		b.clock.advance(time.Hour)
		b.process()
		if len(keys) != 2 || keys[0] == keys[1] {
			t.Fatalf("sent %v", keys)
		}
		b.paidOnce(expert, 5000)
	})
}
