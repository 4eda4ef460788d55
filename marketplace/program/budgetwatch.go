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
	BrandID    marketplace.BrandID
	Currency   payouts.Currency
	Planned    bool
	MonthMinor int64
	Month      string
	Alerts     bool
	BaseMinor  int64
	Told       int
}

// WatchBudgetsTx brings the budgets to what a new month allows and returns those
// of which another threshold has gone, each once until money is given again; the
// event BudgetIsLow is appended for each. tx must see every brand's rows. Three
// statements where nothing has changed.
func (s *Service) WatchBudgetsTx(ctx context.Context, tx *gorm.DB) (alerts []BudgetAlert, err error) {
	var open []budgeted
	err = tx.WithContext(ctx).Raw(`SELECT p.id, p.brand_id, p.currency, b.program_id IS NOT NULL AS planned, COALESCE(b.month_minor, 0) AS month_minor,
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
	for _, b := range open {
		left := spending[payouts.ProgramCurrency{Program: uuid.UUID(b.ID), Currency: b.Currency}].Budget
		if !b.changes(left, now) {
			continue
		}
		alert, err := s.watchTx(ctx, tx, b.ID)
		if err != nil {
			return nil, err
		}
		if alert.Percent > 0 {
			alerts = append(alerts, alert)
		}
	}
	return alerts, nil
}

// changes reports whether anything is to be done about a budget of which so much
// is left.
func (b budgeted) changes(left int64, now time.Time) bool {
	return !b.Planned && left > 0 || b.MonthMinor > 0 && b.Month != monthOf(now) ||
		b.Alerts && b.Told < 100 && b.BaseMinor > 0 && (gone(b.BaseMinor, left) > b.Told || left <= b.BaseMinor/2)
}

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

// watchTx looks at one program again, locked, and does what is to be done.
func (s *Service) watchTx(ctx context.Context, tx *gorm.DB, id ID) (alert BudgetAlert, err error) {
	p, err := lockTx(ctx, tx, id)
	if err != nil {
		return alert, err
	}
	plan, planned, err := planTx(ctx, tx, p)
	if err != nil {
		return alert, err
	}
	now := s.clock.Now()
	if !planned || plan.MonthMinor > 0 && plan.Month != monthOf(now) {
		err := s.fillTx(ctx, tx, p, &plan, access.SystemCaller("budgets"))
		if errors.Is(err, payouts.ErrInsufficientFunds) {
			return alert, nil // somebody spent it meanwhile: at the next look
		}
		if err != nil {
			return alert, err
		}
	}
	spending, err := s.spendingTx(ctx, tx, p, now)
	if err != nil {
		return alert, err
	}
	percent := gone(plan.BaseMinor, spending.Budget)
	if plan.BaseMinor > 0 && spending.Budget < p.leastPrice() {
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

// leastPrice is what the plainest question costs; 0: nobody has said yet.
func (p Program) leastPrice() int64 {
	q, err := p.Quote(nil, 0)
	if err != nil {
		return 0
	}
	return q.Reward.Minor + q.Fee.Minor
}
