package earnings_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/payouts"
)

// budget is where the program's money is.
func (b *bench) budget() (program.Wallet, program.ProgramBudget) {
	b.T.Helper()
	list, err := b.Programs.Wallets(b.Ctx(), b.Owner, b.Brand)
	b.ok("read the wallets", err)
	if len(list) != 1 || len(list[0].Programs) != 1 {
		b.T.Fatalf("%+v", list)
	}
	return list[0], list[0].Programs[0]
}

// leave takes of the budget all but so much.
func (b *bench) leave(minor int64) {
	b.T.Helper()
	_, p := b.budget()
	b.ok("take back", b.Programs.ReturnBudget(b.Ctx(), b.Owner, b.Program.ID, eur(p.Budget-minor), uuid.NewString()))
}

func (b *bench) give(minor int64) error {
	return b.Programs.AllocateBudget(b.Ctx(), b.Owner, b.Program.ID, eur(minor), uuid.NewString())
}

// watch has the budgets looked at.
func (b *bench) watch() {
	b.T.Helper()
	b.Clock.Advance(16 * time.Minute)
	b.RunDue()
}

// budgetMails are the subjects of the mails about budgets, in order.
func (b *bench) budgetMails() (list []string) {
	for _, raw := range b.Mails() {
		for _, line := range strings.Split(raw, "\r\n") {
			if subject, ok := strings.CutPrefix(line, "Subject: "); ok && strings.Contains(subject, "budget") {
				list = append(list, subject)
			}
		}
	}
	return list
}

// Owners are told at 80, 95 and 100 percent, each once, and again after money
// was given.
func TestBudgetAlerts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.leave(0)
		b.ok("give", b.give(100_000))
		b.watch()
		if got := b.budgetMails(); len(got) != 0 {
			t.Fatalf("nothing was spent: %q", got)
		}
		spend := func(minor int64) { // by a bonus, so that no answer's pay rounds it
			b.ok("spend", b.bonus(minor))
			b.watch()
			b.watch()
		}
		for _, step := range []struct {
			minor int64
			mails int
		}{{79_000, 0}, {1_000, 1}, {14_000, 1}, {1_000, 2}, {4_500, 3}} {
			spend(step.minor)
			if got := b.budgetMails(); len(got) != step.mails {
				t.Fatalf("after %d more: %q", step.minor, got)
			}
		}
		if _, p := b.budget(); p.Plan.Told != 100 || p.Plan.BaseMinor != 100_000 || p.Budget != 500 {
			t.Errorf("%+v", p)
		}
		b.ok("give again", b.give(9_500))
		b.watch()
		spend(8_000)
		if got := b.budgetMails(); len(got) != 4 {
			t.Errorf("after it was given more: %q", got)
		}
		b.ok("turn off", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 0, false))
		spend(1_900)
		if got := b.budgetMails(); len(got) != 4 {
			t.Errorf("turned off: %q", got)
		}
	})
}

// bonus spends of the budget.
func (b *bench) bonus(minor int64) error {
	return b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return payouts.GrantBonusTx(b.Ctx(), tx, b.Clock.Now(), payouts.Bonus{
			ID: uuid.New(), Brand: uuid.UUID(b.Brand), Program: uuid.UUID(b.Program.ID), Expert: uuid.UUID(b.expert.Person), By: uuid.UUID(b.Owner.Person), Amount: eur(minor),
		})
	})
}

// A month's budget is kept: no more is given, and on the first it is full again.
func TestMonthlyBudget(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		start, before := b.budget()
		all := start.Balance.Minor + before.Budget
		b.ok("set", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 50_000, true))
		w, p := b.budget()
		if p.Budget != 50_000 || w.Balance.Minor != all-50_000 || p.Plan.MonthMinor != 50_000 {
			t.Fatalf("%+v", p)
		}
		if err := b.give(1); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("more than the month's: %v", err)
		}
		b.ok("spend", b.bonus(20_000))
		if err := b.give(1); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("what was spent is given again: %v", err)
		}
		b.ok("more", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 60_000, true))
		if _, p = b.budget(); p.Budget != 40_000 || p.Spent() != 20_000 {
			t.Errorf("%+v", p)
		}
		b.ok("less", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 10_000, true))
		if _, p = b.budget(); p.Budget != 0 {
			t.Errorf("more was spent than the month allows now: %+v", p)
		}
		b.Clock.Set(program.MonthStart(b.Clock.Now()).AddDate(0, 1, 0))
		b.watch()
		if w, p = b.budget(); p.Budget != 10_000 || p.Spent() != 0 || p.Plan.Told != 0 || w.Balance.Minor != all-30_000 {
			t.Errorf("on the first: %+v, %+v", w, p)
		}
		b.Balanced()
	})
}

// What the wallet lacks on the first is brought when it has it, and the percentages
// are of what was given.
func TestShortMonthIsMadeUp(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.leave(0)
		all := b.wallet()
		b.ok("set", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, all+500_000, true))
		if w, p := b.budget(); p.Budget != all || p.Plan.BaseMinor != all || w.Balance.Minor != 0 {
			t.Fatalf("%+v, %+v", w, p)
		}
		b.watch()
		b.ok("spend", b.bonus(all*8/10))
		b.watch()
		if _, p := b.budget(); p.Plan.Told != 80 {
			t.Errorf("four fifths of what was given: %+v", p)
		}
		fund := func(minor int64) {
			b.ok("fund", b.Programs.Fund(b.Ctx(), b.Owner, b.Program.ID, eur(minor), uuid.NewString()))
			b.watch()
		}
		fund(10)
		if _, p := b.budget(); p.Plan.BaseMinor != all+10 || p.Plan.Told != 80 {
			t.Errorf("a drop: %+v", p)
		}
		fund(199_990)
		fund(310_000)
		if w, p := b.budget(); p.Plan.BaseMinor != all+500_000 || p.Budget != all-all*8/10+500_000 || w.Balance.Minor != 10_000 || p.Plan.Told != 0 {
			t.Errorf("made up: %+v, %+v", w, p)
		}
		before := len(b.budgetMails())
		_, p := b.budget()
		b.ok("spend the rest", b.bonus(p.Budget))
		b.watch()
		if _, p := b.budget(); p.Plan.Told != 100 || len(b.budgetMails()) != before+1 {
			t.Errorf("the rest has gone: %+v, %q", p, b.budgetMails())
		}
		b.Balanced()
	})
}

// On the first, a program gets what a later one gives back.
func TestGivingBackComesFirst(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		b.ok("set", b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 10_000, true))
		b.ok("spend", b.bonus(8_000))
		other, err := b.Programs.CreateProgram(b.Ctx(), b.Owner, b.Brand, program.NewProgram{
			Name: "Sales", Currency: "EUR", Languages: []string{"en"}, Policies: b.Program.Policies, RolloutShareBP: 10_000,
		})
		b.ok("create", err)
		_, err = b.Programs.AddTopic(b.Ctx(), b.Owner, other.ID, program.NewTopic{Slug: "any", Name: "Any", Mode: program.Crowd})
		b.ok("add a topic", err)
		b.ok("set", b.Programs.SetBudget(b.Ctx(), b.Owner, other.ID, b.wallet(), true))
		b.ok("launch", b.Programs.Launch(b.Ctx(), b.Owner, other.ID))
		b.ok("lower", b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE program_budgets SET month_minor = 1000 WHERE program_id = ?", other.ID).Error
		}))
		b.Clock.Set(program.MonthStart(b.Clock.Now()).AddDate(0, 1, 0))
		due, err := b.Programs.BudgetsDue(b.Ctx())
		if err != nil || len(due) != 2 || due[0].Program != other.ID {
			t.Fatalf("due: %+v, %v", due, err)
		}
		b.watch()
		list, err := b.Programs.Wallets(b.Ctx(), b.Owner, b.Brand)
		b.ok("read the wallets", err)
		if p := list[0].Programs; p[0].Budget != 10_000 || p[0].Plan.BaseMinor != 10_000 || p[1].Budget != 1000 {
			t.Errorf("%+v", p)
		}
		b.Balanced()
	})
}

func TestBudgetsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		set := func(by access.Caller, minor int64) error {
			return b.Programs.SetBudget(b.Ctx(), by, b.Program.ID, minor, true)
		}
		if err := set(b.Owner, -1); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("negative: %v", err)
		}
		for name, by := range map[string]access.Caller{"a reviewer": b.Reviewer, "an expert": b.expert, "the system": access.SystemCaller("test")} {
			if err := set(by, 1); !errors.Is(err, marketplace.ErrForbidden) && !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("by %s: %v", name, err)
			}
			if _, err := b.Programs.Wallets(b.Ctx(), by, b.Brand); name != "the system" && !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("read by %s: %v", name, err)
			}
		}
		if _, p := b.budget(); p.Plan.MonthMinor != 0 {
			t.Errorf("%+v", p)
		}
	})
}

// What was paid in goes back to the payments, once per reference.
func TestWalletIsRefunded(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.KeepPaydays()
		before := b.wallet()
		_, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, eur(700), "first")
		b.ok("pay in", err)
		refund := func(by access.Caller, minor int64, key string) error {
			return b.Earnings.RefundWallet(b.Ctx(), by, b.Brand, eur(minor), key)
		}
		if err := refund(b.Owner, 701, "too much"); !errors.Is(err, payouts.ErrNoPayment) && !errors.Is(err, payouts.ErrInsufficientFunds) {
			t.Errorf("more than was paid: %v", err)
		}
		for range 2 {
			b.ok("refund", refund(b.Owner, 300, "some"))
		}
		if err := refund(b.Owner, 301, "some"); !errors.Is(err, payouts.ErrKeyReused) {
			t.Errorf("the key with another amount: %v", err)
		}
		if w, _ := b.budget(); w.Refunding.Minor != 300 || w.Balance.Minor != before+400 {
			t.Errorf("%+v, had %d", w, before)
		}
		b.watch()
		list, err := b.Earnings.Refunds(b.Ctx(), b.Owner, b.Brand, marketplace.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].State != payouts.PayoutSent || b.wallet() != before+400 {
			t.Errorf("%+v, %v", list, err)
		}
		for name, err := range map[string]error{"nothing": refund(b.Owner, 0, "k"), "negative": refund(b.Owner, -1, "k"), "no key": refund(b.Owner, 1, "")} {
			if !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, by := range map[string]access.Caller{"a reviewer": b.Reviewer, "an expert": b.expert} {
			if err := refund(by, 1, "k"); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("by %s: %v", name, err)
			}
			if _, err := b.Earnings.Refunds(b.Ctx(), by, b.Brand, marketplace.Page{}); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("read by %s: %v", name, err)
			}
		}
		b.Balanced()
	})
}

// A change of the month's budget, a look at budgets and a refund fail after each
// of their statements, and nothing is kept.
func TestMoneyVerbsFailHalfway(t *testing.T) {
	for name, verb := range map[string]func(b *bench) error{
		"set": func(b *bench) error { return b.Programs.SetBudget(b.Ctx(), b.Owner, b.Program.ID, 5_000, true) },
		"refund": func(b *bench) error {
			return b.Earnings.RefundWallet(b.Ctx(), b.Owner, b.Brand, eur(300), "some")
		},
		"watch": func(b *bench) error {
			return b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
				_, err := b.Programs.WatchBudgetTx(b.Ctx(), tx, b.Program.ID)
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, b *bench) {
				_, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, eur(700), "first")
				b.ok("pay in", err)
				b.leave(0)
				b.ok("give", b.give(10_000))
				b.ok("spend", b.bonus(9_000))
				if n := dbtest.Halfway(t, b.DB, func() error { return verb(b) }); n < 4 {
					t.Errorf("only %d statements", n)
				}
				b.Balanced()
			})
		})
	}
}
