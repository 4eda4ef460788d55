package earnings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

const (
	// budgetsLine is the line of the timetable that sees how far budgets have gone,
	// every budgetEvery; migration 00101 inserts it.
	budgetsLine = "watch budgets"
	budgetEvery = 15 * time.Minute
	// budgetsJob looks at every budget: each is a transaction of its own.
	budgetsJob = "earnings.budgets"
)

// watchBudgets looks at the budgets of which something is to be done. One that
// fails does not keep the others from it.
func (s *Service) watchBudgets(ctx context.Context, _ job.Job) error {
	due, err := s.programs.BudgetsDue(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range due {
		err := s.store.InTx(ctx, d.Brand, func(tx *gorm.DB) error { return s.watchBudgetTx(ctx, tx, d.Program) })
		if err != nil {
			failed = append(failed, fmt.Errorf("watch the budget of program %s: %w", d.Program, err))
		}
	}
	return errors.Join(failed...)
}

// watchBudgetTx looks at one budget and writes to the brand's owners and finance
// people if it gets low.
func (s *Service) watchBudgetTx(ctx context.Context, tx *gorm.DB, id program.ID) error {
	alert, err := s.programs.WatchBudgetTx(ctx, tx, id)
	if err != nil || alert.Percent == 0 {
		return err
	}
	to, err := access.MembersTx(ctx, tx, alert.Program.BrandID, access.Owner, access.Finance)
	if err != nil {
		return err
	}
	for _, person := range to {
		if err := s.tellBudgetTx(ctx, tx, alert, person, s.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// tellBudgetTx writes to one person, if they have an address.
func (s *Service) tellBudgetTx(ctx context.Context, tx *gorm.DB, a program.BudgetAlert, person access.PersonID, now time.Time) error {
	p, err := access.PersonTx(ctx, tx, person)
	if errors.Is(err, marketplace.ErrNotFound) || err == nil && p.EmailSealed == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: a.Program.BrandID, To: person, Says: budgetLetter(a, s.notify.Link("console/money", "")),
		Key: fmt.Sprintf("budget:%s:%d:%d:%s", a.Program.ID, a.Percent, now.Unix(), person),
	})
}

func budgetLetter(a program.BudgetAlert, link string) notify.Letter {
	l := notify.Letter{Name: "earnings.budget_low", Values: notify.Values{
		"percent": a.Percent, "program": a.Program.Name, "left": a.Left, "link": link,
	}}
	if a.Percent == 100 {
		l.Name = "earnings.budget_gone"
	}
	return l
}
