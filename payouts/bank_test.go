package payouts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// bank is a database with a clock, a sandbox and the service on it, and one
// funded program.
type bank struct {
	t       testing.TB
	db      *gorm.DB
	clock   *clock
	sandbox *sandbox.Provider
	service *payouts.Service
	brand   uuid.UUID
	program uuid.UUID
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newBank has 1,000.00 EUR in the program's budget and 500.00 EUR in the wallet.
func newBank(t testing.TB, db *sqldb.DB) *bank {
	t.Helper()
	b := &bank{t: t, db: db.Write, clock: &clock{at: start}, brand: uuid.New(), program: uuid.New()}
	b.sandbox = &sandbox.Provider{InTx: b.inTx, Now: b.clock.now}
	b.restart()
	b.must(b.fund(uuid.New(), 150_000))
	b.must(b.allocate(uuid.New(), 100_000))
	return b
}

// restart gives a service without memory of the one before.
func (b *bank) restart() {
	b.service = &payouts.Service{InTx: b.inTx, Now: b.clock.now, Provider: b.sandbox}
}

// inTx runs fn in a transaction, again after a deadlock or serialization failure.
func (b *bank) inTx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	for {
		err := b.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if tx.Dialector.Name() == "postgres" { // as the marketplace's store does, for all brands
				if err := tx.Exec("SELECT set_config('knowhow.brand', '*', true)").Error; err != nil {
					return err
				}
			}
			return fn(tx)
		})
		var state interface{ SQLState() string }
		if !errors.As(err, &state) || (state.SQLState() != "40001" && state.SQLState() != "40P01") {
			return err
		}
	}
}

func (b *bank) tx(fn func(ctx context.Context, tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return b.inTx(ctx, func(tx *gorm.DB) error { return fn(ctx, tx) })
}

func eur(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

// fund is a payment at the provider, and in the books.
func (b *bank) fund(id uuid.UUID, minor int64) error {
	if err := b.credit(id, minor); err != nil {
		return err
	}
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return sandbox.ReceiveTx(ctx, tx, b.clock.now(), sandbox.Payment{ID: id, Gross: eur(minor)})
	})
}

// credit is fund of what the provider has already.
func (b *bank) credit(id uuid.UUID, minor int64) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.FundBrandTx(ctx, tx, b.clock.now(), payouts.Funding{
			ID: id, Brand: b.brand, Provider: sandbox.Label, Gross: eur(minor),
		})
	})
}

func (b *bank) allocate(id uuid.UUID, minor int64) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.AllocateBudgetTx(ctx, tx, b.clock.now(), payouts.Allocation{
			ID: id, Brand: b.brand, Program: b.program, Amount: eur(minor),
		})
	})
}

func (b *bank) newHold(id uuid.UUID, reward, fee int64) payouts.NewHold {
	question := uuid.NewSHA1(id, []byte("question"))
	return payouts.NewHold{ID: id, Brand: b.brand, Program: b.program, Question: question, Reward: eur(reward), Fee: eur(fee)}
}

func (b *bank) hold(id uuid.UUID, reward, fee int64) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.HoldTx(ctx, tx, b.clock.now(), b.newHold(id, reward, fee))
	})
}

func (b *bank) void(id uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.VoidHoldTx(ctx, tx, b.clock.now(), id)
	})
}

func (b *bank) earn(hold uuid.UUID, rewards ...payouts.NewReward) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.EarnTx(ctx, tx, b.clock.now(), hold, rewards...)
	})
}

func (b *bank) release(id uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.ReleaseTx(ctx, tx, b.clock.now(), id)
	})
}

func (b *bank) refuse(id, refusal uuid.UUID) error {
	return b.tx(func(ctx context.Context, tx *gorm.DB) error {
		return payouts.RefuseTx(ctx, tx, b.clock.now(), id, refusal)
	})
}

func (b *bank) reward(id, expert uuid.UUID, amount, fee int64) payouts.NewReward {
	return payouts.NewReward{ID: id, Expert: expert, Amount: eur(amount), Fee: eur(fee), ReleaseAt: b.clock.now().Add(72 * time.Hour)}
}

// earned makes a pending reward and returns its id.
func (b *bank) earned(expert uuid.UUID, amount, fee int64) uuid.UUID {
	b.t.Helper()
	hold, reward := uuid.New(), uuid.New()
	b.must(b.hold(hold, amount, fee))
	b.must(b.earn(hold, b.reward(reward, expert, amount, fee)))
	return reward
}

// payee is an expert with an account and amount available.
func (b *bank) payee(amount int64) uuid.UUID {
	b.t.Helper()
	expert := uuid.New()
	_, err := b.service.EnsureAccount(context.Background(), expert)
	b.must(err)
	b.must(b.release(b.earned(expert, amount, amount/5)))
	return expert
}

func (b *bank) earnings(expert uuid.UUID) (e payouts.Earnings) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		all, err := payouts.EarningsOf(ctx, tx, expert)
		if len(all) > 0 {
			e = all[0]
		}
		return err
	}))
	return e
}

func (b *bank) budget() (budget, held int64) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		available, err := payouts.BudgetTx(ctx, tx, b.program, "EUR")
		if err != nil {
			return err
		}
		set, err := payouts.HeldTx(ctx, tx, b.program, "EUR")
		budget, held = available.Minor, set.Minor
		return err
	}))
	return budget, held
}

// check fails the test unless every invariant holds.
func (b *bank) check(when string) {
	b.t.Helper()
	b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
		report, err := payouts.Check(ctx, tx)
		if err == nil && !report.Balanced() {
			b.t.Fatalf("%s: %v", when, report.Violations)
		}
		return err
	}))
}

var moneyTables = []string{
	"ledger_accounts", "ledger_postings", "ledger_entries", "holds", "rewards", "clawbacks", "set_asides", "bonuses", "disputes",
	"credit_limits", "withholdings", "exchanges", "payout_freezes",
	"payout_facts", "payout_accounts", "payout_openings", "payout_runs", "payouts", "payout_orders", "provider_entries", "reconciliations",
}

// dump is all that is stored about money.
func (b *bank) dump() string {
	b.t.Helper()
	var out strings.Builder
	for _, table := range moneyTables {
		var rows []map[string]any
		b.must(b.db.Table(table).Order("1, 2").Find(&rows).Error)
		fmt.Fprintln(&out, table, rows)
	}
	return out.String()
}

func (b *bank) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// transfers is how many transfers the sandbox has made.
func (b *bank) transfers() (n int64) {
	b.t.Helper()
	b.must(b.db.Table("sandbox_transfers").Count(&n).Error)
	return n
}
