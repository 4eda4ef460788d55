package payouts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

var errBroken = errors.New("the connection broke")

// breaker lets a number of statements through and then fails every one.
type breaker struct {
	armed bool
	left  int
}

func newBreaker(db *sqldb.DB) *breaker {
	k := &breaker{}
	db.Watch(func(_ context.Context, _ sqldb.Sent, send func() error) error {
		if k.armed {
			if k.left--; k.left < 0 {
				return errBroken
			}
		}
		return send()
	})
	return k
}

// Each verb fails after each of its statements in turn: it says so, and nothing
// is kept; then it succeeds. The number of statements is what docs/money.md says.
func TestEveryVerbFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		k := newBreaker(db)
		b.must(b.hold(uuid.New(), 10, 1)) // opens the program's accounts
		for _, verb := range b.verbs() {
			t.Run(verb.name, func(t *testing.T) { b.failHalfway(t, k, verb) })
		}
		b.check("at the end")
	})
}

func (b *bank) failHalfway(t *testing.T, k *breaker, verb verb) {
	before := b.dump()
	for n := 0; ; n++ {
		k.armed, k.left = true, n
		err := verb.run()
		k.armed = false
		if err == nil {
			want := verb.sqlite
			if b.db.Dialector.Name() == "postgres" {
				want = verb.postgres + 1 // and the one of every transaction, see inTx
			}
			if verb.sqlite > 0 && n != want {
				t.Errorf("%d statements, want %d", n, want)
			}
			return
		}
		if !errors.Is(err, errBroken) {
			t.Fatalf("after %d statements: %v", n, err)
		}
		if b.dump() != before {
			t.Fatalf("after %d statements something was kept", n)
		}
	}
}

type verb struct {
	name             string
	sqlite, postgres int // statements; 0: they are not counted
	run              func() error
}

// verbs are calls that succeed, in this order, on accounts that exist.
func (b *bank) verbs() []verb {
	ctx, expert, hold, other := context.Background(), b.payee(2000), uuid.New(), uuid.New()
	one, two, refusal, request := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	b.earned(expert, 5, 0)
	_, err := b.service.RequestPayout(ctx, b.payee(1000), uuid.New()) // opens the account in transit
	b.must(err)
	freeze := func(ctx context.Context, tx *gorm.DB) error {
		return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "chargeback")
	}
	unfreeze := func(ctx context.Context, tx *gorm.DB) error {
		return payouts.UnfreezeBrandTx(ctx, tx, b.clock.now(), b.brand)
	}
	funding, allocation := uuid.New(), uuid.New()
	parts := []payouts.NewReward{b.reward(one, expert, 500, 50), b.reward(two, expert, 300, 30)}
	return []verb{
		{"fund", 4, 1, func() error { return b.credit(funding, 500) }},
		{"allocate", 3, 1, func() error { return b.allocate(allocation, 400) }},
		{"hold", 5, 2, func() error { return b.hold(hold, 1000, 100) }},
		{"hold another", 5, 2, func() error { return b.hold(other, 10, 0) }},
		{"void", 5, 2, func() error { return b.void(other) }},
		{"earn", 7, 2, func() error { return b.earn(hold, parts...) }},
		{"release", 5, 2, func() error { return b.release(one) }},
		{"refuse", 6, 3, func() error { return b.refuse(two, refusal) }},
		{"freeze", 2, 2, func() error { return b.tx(freeze) }},
		{"unfreeze", 2, 2, func() error { return b.tx(unfreeze) }},
		{"request", 20, 20, func() error { _, err := b.service.RequestPayout(ctx, expert, request); return err }},
	}
}

// Processing fails after each statement in turn, at home or at the provider; it
// says so or waits, and in the end the expert is paid once.
func TestProcessFailsHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		k := newBreaker(db)
		for n := range 25 {
			expert, before := b.payee(1000), b.transfers()
			_, err := b.service.CreateRun(context.Background(), fmt.Sprint("run ", n))
			b.must(err)
			k.armed, k.left = true, n
			_, _ = b.service.Process(context.Background(), 1)
			k.armed = false
			b.check(fmt.Sprintf("broken after %d statements", n))
			b.clock.advance(10 * time.Minute)
			b.settle()
			if got := b.earnings(expert); got.PaidOut != 1000 || b.transfers() != before+1 {
				t.Fatalf("after %d statements: %+v, %d transfers", n, got, b.transfers()-before)
			}
		}
		b.check("at the end")
	})
}

func TestFrozenTakesNoNewHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		open, reward, expert := uuid.New(), uuid.New(), uuid.New()
		b.must(b.hold(open, 100, 10))
		freezes := map[string][2]func(ctx context.Context, tx *gorm.DB) error{
			"brand": {
				func(ctx context.Context, tx *gorm.DB) error {
					return payouts.FreezeBrandTx(ctx, tx, b.clock.now(), b.brand, "why")
				},
				func(ctx context.Context, tx *gorm.DB) error {
					return payouts.UnfreezeBrandTx(ctx, tx, b.clock.now(), b.brand)
				},
			},
			"program": {
				func(ctx context.Context, tx *gorm.DB) error {
					return payouts.FreezeProgramTx(ctx, tx, b.clock.now(), b.program, "why")
				},
				func(ctx context.Context, tx *gorm.DB) error {
					return payouts.UnfreezeProgramTx(ctx, tx, b.clock.now(), b.program)
				},
			},
		}
		for name, f := range freezes {
			b.must(b.tx(f[0]))
			before := b.dump()
			if err := b.hold(uuid.New(), 100, 10); !errors.Is(err, payouts.ErrFrozen) {
				t.Fatalf("%s: %v", name, err)
			}
			b.must(b.hold(open, 100, 10)) // a replay is no new hold
			b.must(b.tx(f[0]))
			if b.dump() != before {
				t.Fatalf("%s: something was written", name)
			}
			b.must(b.tx(f[1]))
			b.must(b.hold(uuid.New(), 100, 10))
		}
		b.must(b.tx(freezes["brand"][0]))
		b.must(b.earn(open, b.reward(reward, expert, 100, 10))) // existing holds are honoured
		b.must(b.release(reward))
		b.check("frozen")
	})
}

func TestFactsAreReadInOrderFromAnyCursor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		for range 3 {
			b.must(b.fund(uuid.New(), 100))
		}
		expert := b.payee(1000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.process()
		want := []payouts.FactKind{payouts.FactFunded, payouts.FactFunded, payouts.FactFunded, payouts.FactFunded,
			payouts.FactAccountEnabled, payouts.FactPayoutSent}
		var got []payouts.Fact
		var cursor payouts.FactCursor
		for {
			page := b.facts(cursor, 2)
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			if cursor, err = payouts.ParseFactCursor(page[len(page)-1].Cursor().String()); err != nil {
				t.Fatal(err)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("facts %v", got)
		}
		for i, f := range got {
			if f.Kind != want[i] {
				t.Errorf("fact %d is %s, want %s", i, f.Kind, want[i])
			}
		}
		if last := got[5]; *last.ExpertID != expert || last.Minor != 1000 || *last.Currency != "EUR" || !last.At.Equal(b.clock.now()) {
			t.Errorf("last fact %+v", last)
		}
		if _, err := payouts.ParseFactCursor("1;2"); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("malformed cursor: %v", err)
		}
	})
}

func (b *bank) facts(after payouts.FactCursor, limit int) (facts []payouts.Fact) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) (err error) {
		facts, err = payouts.FactsAfter(ctx, tx, after, limit)
		return err
	}))
	return facts
}

// A fact of a transaction that commits late is not passed over.
func TestLateFactIsNotMissed(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	b := newBank(t, db)
	first := b.facts(payouts.FactCursor{}, 10)
	late := b.db.Begin()
	defer late.Rollback()
	b.must(payouts.FreezeBrandTx(context.Background(), late, start, uuid.New(), "late"))
	b.must(b.fund(uuid.New(), 100))
	if got := b.facts(first[0].Cursor(), 10); len(got) != 0 {
		t.Fatalf("read past a transaction under way: %v", got)
	}
	b.must(late.Commit().Error)
	if got := b.facts(first[0].Cursor(), 10); len(got) != 2 || got[0].Kind != payouts.FactFrozen {
		t.Fatalf("facts %v", got)
	}
}

// Each way in which rows and ledger can part is found.
func TestCheckFindsDamage(t *testing.T) {
	damages := map[string]string{
		"program:hold is the open holds":                            "UPDATE holds SET reward_minor = 90, fee_minor = 5, returned_minor = 15 WHERE state = 'open'",
		"expert:pending is the pending rewards":                     "UPDATE rewards SET amount_minor = amount_minor + 1 WHERE state = 'pending'",
		"fee:pending is the fees of pending rewards":                "UPDATE rewards SET fee_minor = fee_minor + 1 WHERE state = 'pending'",
		"an earned hold is its rewards and fees":                    "UPDATE rewards SET fee_minor = fee_minor + 1 WHERE state = 'pending'",
		"in_transit:payouts is the open payouts":                    "UPDATE payouts SET amount_minor = amount_minor - 1",
		"every step has one posting, and no other":                  "UPDATE payouts SET state = 'failed', ended_at = created_at",
		"expert:available is the released rewards less the payouts": "UPDATE rewards SET amount_minor = amount_minor + 1 WHERE state = 'released'",
		"revenue:platform_fee is the fees of released rewards":      "UPDATE rewards SET fee_minor = fee_minor + 1 WHERE state = 'released'",
	}
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		expert := b.payee(2000)
		_, err := b.service.CreateRun(context.Background(), "2026-W10")
		b.must(err)
		b.must(b.hold(uuid.New(), 100, 10))
		b.earned(expert, 50, 5)
		b.check("before")
		for rule, damage := range damages {
			b.must(ignoreRollback(b.db.Transaction(func(tx *gorm.DB) error {
				if err := tx.Exec(damage).Error; err != nil {
					return err
				}
				report, err := payouts.Check(context.Background(), tx)
				if err != nil {
					return err
				}
				for _, v := range report.Violations {
					if v.Rule == rule {
						return errRollback
					}
				}
				t.Errorf("%s: found only %v", rule, report.Violations)
				return errRollback
			})))
		}
		b.check("after")
	})
}

var errRollback = errors.New("roll back")

func ignoreRollback(err error) error {
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// The label of the provider names the mirror, so sandbox money stands apart.
func TestSandboxIsLabelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBank(t, db)
		if p := b.service.Provider; p.Label() != sandbox.Label || !p.Sandbox() {
			t.Fatalf("%s, %t", p.Label(), p.Sandbox())
		}
		var n int64
		b.must(b.db.Table("ledger_entries").Where("account_id LIKE 'stripe%'").Count(&n).Error)
		if n != 0 {
			t.Fatalf("%d entries in Stripe's mirror", n)
		}
	})
}
