package program

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// Figures is where a program's money is, in the program's currency.
type Figures struct {
	Wallet payouts.Money // the brand's, paid in and given to no program
	Budget payouts.Money // the program may still spend it
	Held   payouts.Money // set aside for work under way
	// Provider has the money: "stripe", or "sandbox", with which none is real.
	Provider string
}

// Money gives a program's figures (permission SeeMoney). Errors as Program's.
func (s *Service) Money(ctx context.Context, caller access.Caller, id ID) (f Figures, err error) {
	f.Provider = s.provider
	err = s.see(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, p Program) error {
		if f.Wallet, err = payouts.WalletTx(ctx, tx, uuid.UUID(p.BrandID), p.Currency); err != nil {
			return err
		}
		if f.Budget, err = payouts.BudgetTx(ctx, tx, uuid.UUID(id), p.Currency); err != nil {
			return err
		}
		f.Held, err = payouts.HeldTx(ctx, tx, uuid.UUID(id), p.Currency)
		return err
	})
	return f, err
}
