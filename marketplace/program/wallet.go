package program

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// Wallet is where a brand's money of one currency is.
type Wallet struct {
	Balance   payouts.Money // paid in, and given to no program
	Refunding payouts.Money // on its way back to the brand
	Owed      payouts.Money // by the brand, for lost disputes and on credit
	Credit    payouts.Money // what it may owe at most
	Provider  string        // who has the money; with "sandbox" none is real
	Programs  []ProgramBudget
}

// ProgramBudget is where a program's money is, in its currency. Spent is in this
// calendar month (UTC), less what came back.
type ProgramBudget struct {
	ID    ID
	Name  string
	State State
	payouts.Spending
	Plan BudgetPlan
}

// Wallets reads where a brand's money is, by the currencies of its programs, the
// oldest program's first (permission SeeMoney). Error: *access.ForbiddenError.
func (s *Service) Wallets(ctx context.Context, caller access.Caller, brand marketplace.BrandID) (list []Wallet, err error) {
	if err := access.CheckBrand(brand); err != nil {
		return nil, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeMoney); err != nil {
			return err
		}
		list, err = s.walletsTx(ctx, tx, brand)
		return err
	})
	return list, err
}

func (s *Service) walletsTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) (list []Wallet, err error) {
	var programs []struct {
		ID       ID
		Name     string
		State    State
		Currency payouts.Currency
	}
	err = tx.WithContext(ctx).Raw("SELECT id, name, state, currency FROM programs WHERE brand_id = ? ORDER BY created_at, id", brand).Scan(&programs).Error
	if err != nil {
		return nil, wrap(err, "list the programs of brand "+brand.String())
	}
	ids := make([]uuid.UUID, len(programs))
	for i, p := range programs {
		ids[i] = uuid.UUID(p.ID)
	}
	spending, err := payouts.SpendingTx(ctx, tx, MonthStart(s.clock.Now()), ids)
	if err != nil {
		return nil, err
	}
	plans, err := plansTx(ctx, tx, brand)
	if err != nil {
		return nil, err
	}
	place := map[payouts.Currency]int{}
	for _, p := range programs {
		at, known := place[p.Currency]
		if !known {
			w, err := s.walletTx(ctx, tx, brand, p.Currency)
			if err != nil {
				return nil, err
			}
			at, place[p.Currency] = len(list), len(list)
			list = append(list, w)
		}
		list[at].Programs = append(list[at].Programs, ProgramBudget{
			ID: p.ID, Name: p.Name, State: p.State, Plan: plans[p.ID],
			Spending: spending[payouts.ProgramCurrency{Program: uuid.UUID(p.ID), Currency: p.Currency}],
		})
	}
	return list, nil
}

func plansTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) (map[ID]BudgetPlan, error) {
	var plans []BudgetPlan
	if err := tx.WithContext(ctx).Where("brand_id = ?", brand).Find(&plans).Error; err != nil {
		return nil, wrap(err, "read the budgets' plans of brand "+brand.String())
	}
	byProgram := make(map[ID]BudgetPlan, len(plans))
	for _, plan := range plans {
		byProgram[plan.ProgramID] = plan
	}
	return byProgram, nil
}

func (s *Service) walletTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, c payouts.Currency) (w Wallet, err error) {
	w.Provider = s.provider
	if w.Balance, err = payouts.WalletTx(ctx, tx, uuid.UUID(brand), c); err != nil {
		return w, err
	}
	if w.Refunding, err = payouts.RefundingTx(ctx, tx, uuid.UUID(brand), c); err != nil {
		return w, err
	}
	w.Credit, w.Owed, err = payouts.CreditTx(ctx, tx, uuid.UUID(brand), c)
	return w, err
}
