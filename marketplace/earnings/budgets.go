package earnings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

const (
	// watchBudgets is the line of the timetable that sees how far budgets have gone,
	// every budgetEvery; migration 00101 inserts it.
	watchBudgets = "watch budgets"
	budgetEvery  = 5 * time.Minute
)

// watchBudgetsTx looks at every budget and writes to a brand's owners and finance
// people of one that gets low.
func (s *Service) watchBudgetsTx(ctx context.Context, tx *gorm.DB, now time.Time) (next time.Time, err error) {
	alerts, err := s.programs.WatchBudgetsTx(ctx, tx)
	if err != nil {
		return time.Time{}, err
	}
	for _, a := range alerts {
		to, err := access.MembersTx(ctx, tx, a.Program.BrandID, access.Owner, access.Finance)
		if err != nil {
			return time.Time{}, err
		}
		for _, person := range to {
			if err := s.tellBudgetTx(ctx, tx, a, person, now); err != nil {
				return time.Time{}, err
			}
		}
	}
	return now.Add(budgetEvery), nil
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
	subject := fmt.Sprintf("%d %% of the budget of %s has gone", a.Percent, a.Program.Name)
	text := fmt.Sprintf("%d %% of what %s had to spend is spent or set aside. %s is left.", a.Percent, a.Program.Name, a.Left)
	if a.Percent == 100 {
		subject = "The budget of " + a.Program.Name + " has gone"
		text = fmt.Sprintf("%s has %s left, which is less than a question costs. New questions go to your own team.", a.Program.Name, a.Left)
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: a.Program.BrandID, To: person, Subject: subject,
		Key:  fmt.Sprintf("budget:%s:%d:%d:%s", a.Program.ID, a.Percent, now.Unix(), person),
		Text: fmt.Sprintf("%s\n\nGive it more, or turn these mails off: %s\n", text, s.notify.Link("console/money", "")),
	})
}
