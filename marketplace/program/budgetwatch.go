package program

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// thresholds are of how much of a budget, in percent, one is told that it has
// gone.
var thresholds = []int{100, 95, 80}

// BudgetAlert is a budget of which so much has gone, in percent.
type BudgetAlert struct {
	Program Program
	Percent int
	Left    payouts.Money
}

// BudgetLow is the data of the event BudgetIsLow.
type BudgetLow struct {
	Percent  int    `json:"percent"`
	Minor    int64  `json:"minor"` // what is left
	Currency string `json:"currency"`
}

// budgeted is a program that is open, and how its budget is kept.
type budgeted struct {
	ID         ID
	Currency   payouts.Currency
	Planned    bool
	BudgetPlan `gorm:"embedded"`
}

// BudgetDue is a program of whose budget something is to be done.
type BudgetDue struct {
	Program ID
	Brand   marketplace.BrandID
}

// BudgetsDue lists the programs whose budgets WatchBudgetTx has something to do
// with: a new month, one of which the wallet lacked something that it has now, or
// a threshold. Those that give money back come first, so that others can have it.
// Two statements, and one for each program that lacks some of its month's budget.
func (s *Service) BudgetsDue(ctx context.Context) (due []BudgetDue, err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		due, err = s.budgetsDueTx(ctx, tx)
		return err
	})
	return due, err
}

func (s *Service) budgetsDueTx(ctx context.Context, tx *gorm.DB) ([]BudgetDue, error) {
	var open []budgeted
	err := tx.WithContext(ctx).Raw(`SELECT p.id, p.brand_id, p.currency, b.program_id IS NOT NULL AS planned, COALESCE(b.month_minor, 0) AS month_minor,
		COALESCE(b.month, '') AS month, COALESCE(b.alerts, false) AS alerts, COALESCE(b.base_minor, 0) AS base_minor, COALESCE(b.told, 0) AS told
		FROM programs p LEFT JOIN program_budgets b ON b.program_id = p.id WHERE p.state IN ('live', 'paused') ORDER BY p.id`).Scan(&open).Error
	if err != nil {
		return nil, wrap(err, "read the programs' budgets")
	}
	now := s.clock.Now()
	ids := make([]uuid.UUID, len(open))
	for i, b := range open {
		ids[i] = uuid.UUID(b.ID)
	}
	spending, err := payouts.SpendingTx(ctx, tx, MonthStart(now), ids)
	if err != nil {
		return nil, err
	}
	var giving, others []BudgetDue
	for _, b := range open {
		of := spending[payouts.ProgramCurrency{Program: uuid.UUID(b.ID), Currency: b.Currency}]
		changes := b.changes(of.Budget, now)
		if !changes && b.short(now) {
			wallet, err := payouts.WalletTx(ctx, tx, uuid.UUID(b.BrandID), b.Currency)
			if err != nil {
				return nil, err
			}
			changes = wallet.Minor > 0
		}
		switch due := (BudgetDue{b.ID, b.BrandID}); {
		case changes && b.newMonth(now) && b.missing(of) < 0:
			giving = append(giving, due)
		case changes:
			others = append(others, due)
		}
	}
	return append(giving, others...), nil
}

// changes reports whether anything is to be done about a budget of which so much
// is left, whatever the wallet has.
func (b budgeted) changes(left int64, now time.Time) bool {
	return !b.Planned && left > 0 || b.newMonth(now) ||
		b.Alerts && b.Told < 100 && b.limited() && (gone(b.BaseMinor, left) > b.Told || left <= b.BaseMinor/2)
}

// newMonth reports whether the month's budget was not given yet.
func (b BudgetPlan) newMonth(now time.Time) bool { return b.MonthMinor > 0 && b.Month != monthOf(now) }

// short reports whether the wallet lacked some of the month's budget.
func (b BudgetPlan) short(now time.Time) bool {
	return b.MonthMinor > 0 && b.Month == monthOf(now) && b.BaseMinor < b.MonthMinor
}

// limited reports whether there is something of which a part can have gone: a
// month's budget too that the wallet had nothing for.
func (b BudgetPlan) limited() bool { return b.BaseMinor > 0 || b.MonthMinor > 0 }

// gone is the highest threshold that is reached, in percent; 0: none.
func gone(base, left int64) int {
	if base <= 0 {
		return 0
	}
	for _, percent := range thresholds {
		// base - left >= base * percent / 100, without overflow
		if left <= base/100*int64(100-percent)+base%100*int64(100-percent)/100 {
			return percent
		}
	}
	return 0
}

// WatchBudgetTx looks at one program's budget again, locked. It brings it to what a
// new month allows, or what the wallet lacked of that, and returns a threshold that
// has gone, each once until money is given again; Percent is 0 where none has. The
// event BudgetIsLow is appended for it.
func (s *Service) WatchBudgetTx(ctx context.Context, tx *gorm.DB, id ID) (alert BudgetAlert, err error) {
	p, err := lockTx(ctx, tx, id)
	if err != nil || p.State != Live && p.State != Paused {
		return alert, err
	}
	plan, planned, err := planTx(ctx, tx, p)
	if err != nil {
		return alert, err
	}
	now, by := s.clock.Now(), access.SystemCaller("budgets")
	switch {
	case !planned || plan.newMonth(now):
		err = s.fillTx(ctx, tx, p, &plan, by)
	case plan.short(now):
		err = s.catchUpTx(ctx, tx, p, &plan, by)
	}
	if errors.Is(err, payouts.ErrInsufficientFunds) {
		return alert, nil // somebody spent it meanwhile: at the next look
	}
	if err != nil {
		return alert, err
	}
	return s.alertTx(ctx, tx, p, plan)
}

// alertTx keeps the plan, and what of the budget has gone if nobody was told yet.
func (s *Service) alertTx(ctx context.Context, tx *gorm.DB, p Program, plan BudgetPlan) (alert BudgetAlert, err error) {
	spending, err := s.spendingTx(ctx, tx, p, s.clock.Now())
	if err != nil {
		return alert, err
	}
	percent := gone(plan.BaseMinor, spending.Budget)
	if plan.limited() && spending.Budget < p.leastPrice() {
		percent = 100 // nobody can be asked any more
	}
	if plan.Alerts && percent > plan.Told {
		plan.Told = percent
		alert = BudgetAlert{Program: p, Percent: percent, Left: payouts.Money{Minor: spending.Budget, Currency: p.Currency}}
		if err := s.log.AppendTx(ctx, tx, s.eventOf(p, BudgetIsLow), BudgetLow{Percent: percent, Minor: spending.Budget, Currency: string(p.Currency)}); err != nil {
			return alert, err
		}
	}
	return alert, plan.saveTx(ctx, tx)
}

// leastPrice is what is held for the plainest question: the dearest quote of work
// that takes as long as is assumed; 0: nobody has said yet.
func (p Program) leastPrice() int64 {
	b, err := p.Price(Kind{Effort: AssumedEffort})
	if err != nil {
		return 0
	}
	q, err := b.Dearest()
	if err != nil {
		return 0
	}
	return q.Reward.Minor + q.Fee.Minor
}
