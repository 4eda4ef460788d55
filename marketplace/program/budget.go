package program

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// BudgetPlan is how a program's budget is kept. MonthMinor is what it may spend in
// one calendar month (UTC); 0: whatever it is given. On the first of each month
// the budget is brought to that, from the wallet or back to it. Alerts are told
// when 80, 95 and 100 percent of what there was to be spent are spent or set
// aside, each once until money is given again.
type BudgetPlan struct {
	ProgramID  ID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	MonthMinor int64
	Month      string // for which it was brought there: "2026-11"
	Alerts     bool
	BaseMinor  int64 // what there was to be spent when money was last given; of a month's budget, less what the wallet lacked
	Told       int   // percent
	FilledAt   time.Time
}

// TableName implements gorm's Tabler.
func (BudgetPlan) TableName() string { return "program_budgets" }

func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

// MonthStart is when the calendar month of t began, in UTC.
func MonthStart(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// planTx reads how a program's budget is kept; ok is false where nobody has said.
func planTx(ctx context.Context, tx *gorm.DB, p Program) (plan BudgetPlan, ok bool, err error) {
	err = tx.WithContext(ctx).Where("program_id = ?", p.ID).Take(&plan).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return BudgetPlan{ProgramID: p.ID, BrandID: p.BrandID, Alerts: true}, false, nil
	}
	return plan, err == nil, wrap(err, "read the budget's plan of program "+p.ID.String())
}

func (b BudgetPlan) saveTx(ctx context.Context, tx *gorm.DB) error {
	onProgram := clause.OnConflict{
		Columns:   []clause.Column{{Name: "program_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"month_minor", "month", "alerts", "base_minor", "told", "filled_at"}),
	}
	return wrap(tx.WithContext(ctx).Clauses(onProgram).Create(&b).Error, "keep the budget's plan of program "+b.ProgramID.String())
}

// SetBudget says what a program may spend in one calendar month, at most, and
// whether its owners and finance people are told when it gets low (permission
// FundBudget, of a person). The budget is brought to it at once, as far as the
// wallet has the money. Errors: *marketplace.InvalidError, *access.ForbiddenError.
func (s *Service) SetBudget(ctx context.Context, caller access.Caller, id ID, monthMinor int64, alerts bool) error {
	if monthMinor < 0 || monthMinor > mostMoved {
		return &marketplace.InvalidError{Field: "month", Reason: fmt.Sprintf("must be from 0 to %d minor units", mostMoved)}
	}
	return s.change(ctx, caller, id, access.FundBudget, func(tx *gorm.DB, p Program) error {
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.FundBudget}
		}
		plan, _, err := planTx(ctx, tx, p)
		if err != nil {
			return err
		}
		changed := plan.MonthMinor != monthMinor
		plan.MonthMinor, plan.Alerts = monthMinor, alerts
		if changed || plan.FilledAt.IsZero() {
			if err := s.fillTx(ctx, tx, p, &plan, caller); err != nil {
				return translate(err)
			}
		}
		if err := plan.saveTx(ctx, tx); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, BudgetSet, p, Change{By: caller.String(), Minor: monthMinor, Currency: string(p.Currency)})
	})
}

// fillTx brings the budget to what the month allows, and begins to count anew what
// of it has gone.
func (s *Service) fillTx(ctx context.Context, tx *gorm.DB, p Program, plan *BudgetPlan, by access.Caller) error {
	now := s.clock.Now()
	spending, err := s.spendingTx(ctx, tx, p, now)
	if err != nil {
		return err
	}
	plan.Month, plan.Told, plan.FilledAt = monthOf(now), 0, now
	if plan.MonthMinor == 0 {
		plan.BaseMinor = spending.Budget
		return nil
	}
	return s.coverTx(ctx, tx, p, plan, plan.missing(spending), by)
}

// catchUpTx brings what the wallet lacked when the month's budget was given, as far
// as it has it now. Who was told that the budget has gone is told again only where
// that left a good part of it, freshAgain: of a wallet that fills in drops one would
// be told all day.
func (s *Service) catchUpTx(ctx context.Context, tx *gorm.DB, p Program, plan *BudgetPlan, by access.Caller) error {
	spending, err := s.spendingTx(ctx, tx, p, s.clock.Now())
	if err != nil {
		return err
	}
	before := plan.BaseMinor
	if err := s.coverTx(ctx, tx, p, plan, max(0, plan.missing(spending)), by); err != nil || plan.BaseMinor == before {
		return err
	}
	if spending, err = s.spendingTx(ctx, tx, p, s.clock.Now()); err != nil {
		return err
	}
	if spending.Budget >= plan.BaseMinor/10*freshAgain {
		plan.Told = 0
	}
	return nil
}

// freshAgain is how many tenths of a month's budget are left when what was brought
// counts as a new beginning: more than at the lowest threshold.
const freshAgain = 3

// missing is what a budget lacks of the month's; negative: what it has too much.
func (b BudgetPlan) missing(of payouts.Spending) int64 {
	return max(0, b.MonthMinor-of.Held-of.Spent()) - of.Budget
}

// coverTx gives the month's budget what is missing, as far as the wallet has it, or
// back what it has too much. The base is what was really given, so that the rest of
// the month's is what is still to be brought.
func (s *Service) coverTx(ctx context.Context, tx *gorm.DB, p Program, plan *BudgetPlan, missing int64, by access.Caller) error {
	var short int64
	if missing > 0 {
		wallet, err := payouts.WalletTx(ctx, tx, uuid.UUID(p.BrandID), p.Currency)
		if err != nil {
			return err
		}
		short = max(0, missing-wallet.Minor)
	}
	plan.BaseMinor = plan.MonthMinor - min(short, plan.MonthMinor)
	return s.bringTx(ctx, tx, p, missing-short, by)
}

// bringTx gives the budget so much of the wallet, or back, and records it as a
// movement.
func (s *Service) bringTx(ctx context.Context, tx *gorm.DB, p Program, minor int64, by access.Caller) error {
	kind, post := BudgetAllocated, payouts.AllocateBudgetTx
	switch {
	case minor == 0:
		return nil
	case minor < 0:
		kind, post, minor = BudgetReturned, payouts.ReturnBudgetTx, -minor
	}
	m := s.newMove(p, kind, payouts.Money{Minor: minor, Currency: p.Currency}, uuid.NewString())
	if err := post(ctx, tx, s.clock.Now(), m.allocation()); err != nil {
		return err
	}
	if err := tx.WithContext(ctx).Create(&m).Error; err != nil {
		return fmt.Errorf("record money move %s: %w", m.ID, err)
	}
	return s.appendTx(ctx, tx, kind, p, Change{By: by.String(), Minor: minor, Currency: string(p.Currency)})
}

func (s *Service) spendingTx(ctx context.Context, tx *gorm.DB, p Program, now time.Time) (payouts.Spending, error) {
	found, err := payouts.SpendingTx(ctx, tx, MonthStart(now), []uuid.UUID{uuid.UUID(p.ID)})
	return found[payouts.ProgramCurrency{Program: uuid.UUID(p.ID), Currency: p.Currency}], err
}

// givenTx begins to count anew after a program was given money, and refuses more
// than its month allows: *marketplace.InvalidError. The money has been moved.
func (s *Service) givenTx(ctx context.Context, tx *gorm.DB, p Program, minor int64) error {
	plan, _, err := planTx(ctx, tx, p)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	spending, err := s.spendingTx(ctx, tx, p, now)
	if err != nil {
		return err
	}
	if plan.MonthMinor == 0 {
		plan.BaseMinor = spending.Budget
	} else {
		if spending.Budget+spending.Held+spending.Spent() > plan.MonthMinor {
			return &marketplace.InvalidError{Field: "amount", Reason: fmt.Sprintf("is more than the month's budget leaves, which is %s",
				payouts.Money{Minor: plan.MonthMinor, Currency: p.Currency})}
		}
		plan.BaseMinor = min(plan.MonthMinor, plan.BaseMinor+minor)
	}
	plan.Told, plan.FilledAt = 0, now
	return plan.saveTx(ctx, tx)
}

// takenTx has what was taken back count as never given. Of a month's budget it
// counts as spent, and what the wallet lacked is not brought any more: it would be
// what the person has just taken.
func (s *Service) takenTx(ctx context.Context, tx *gorm.DB, p Program, minor int64) error {
	plan, ok, err := planTx(ctx, tx, p)
	if err != nil || !ok {
		return err
	}
	if plan.MonthMinor == 0 {
		plan.BaseMinor = max(0, plan.BaseMinor-minor)
	} else {
		plan.BaseMinor = plan.MonthMinor
	}
	return plan.saveTx(ctx, tx)
}
