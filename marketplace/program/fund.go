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
	"knowhow/marketplace/event"
	"knowhow/payouts"
	"knowhow/payouts/money"
	"knowhow/payouts/sandbox"
)

const maxKey = 200

// Fund credits the wallet of the program's brand with the sandbox provider's
// money. key makes it idempotent in the brand: again with the same amount
// changes nothing, with another it is payouts.ErrKeyReused. Errors: ErrFunding
// with a real provider, *marketplace.InvalidError, *access.ForbiddenError
// (permission FundBudget).
func (s *Service) Fund(ctx context.Context, caller access.Caller, id ID, amount payouts.Money, key string) error {
	if s.provider != sandbox.Label {
		return ErrFunding
	}
	return s.moveMoney(ctx, caller, id, amount, key, Funded, func(tx *gorm.DB, m MoneyMove) error {
		now := s.clock.Now()
		err := payouts.FundBrandTx(ctx, tx, now, payouts.Funding{
			ID: m.ID, Brand: uuid.UUID(m.BrandID), Provider: s.provider, Gross: amount,
		})
		if err != nil {
			return err
		}
		return sandbox.ReceiveTx(ctx, tx, now, sandbox.Payment{ID: m.ID, Gross: amount})
	})
}

// AllocateBudget moves money from the brand's wallet to the program's budget;
// key as in Fund. The error where the wallet lacks it is a
// *payouts.InsufficientFundsError; more than the month's budget leaves is a
// *marketplace.InvalidError.
func (s *Service) AllocateBudget(ctx context.Context, caller access.Caller, id ID, amount payouts.Money, key string) error {
	return s.moveMoney(ctx, caller, id, amount, key, BudgetAllocated, func(tx *gorm.DB, m MoneyMove) error {
		return payouts.AllocateBudgetTx(ctx, tx, s.clock.Now(), m.allocation())
	})
}

// ReturnBudget moves unspent budget back to the brand's wallet; key as in Fund.
func (s *Service) ReturnBudget(ctx context.Context, caller access.Caller, id ID, amount payouts.Money, key string) error {
	return s.moveMoney(ctx, caller, id, amount, key, BudgetReturned, func(tx *gorm.DB, m MoneyMove) error {
		return payouts.ReturnBudgetTx(ctx, tx, s.clock.Now(), m.allocation())
	})
}

// Budget is what the program may still spend, for those with SeeMoney.
func (s *Service) Budget(ctx context.Context, caller access.Caller, id ID) (payouts.Money, error) {
	brand, err := s.BrandOf(ctx, id)
	if err != nil {
		return payouts.Money{}, err
	}
	var budget payouts.Money
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeMoney); err != nil {
			return err
		}
		p, err := s.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		budget, err = payouts.BudgetTx(ctx, tx, uuid.UUID(id), p.Currency)
		return err
	})
	return budget, err
}

// MoneyMove is one movement of a program's money that somebody asked for.
type MoneyMove struct {
	// ID is made of the brand, the verb and the caller's key, so that the same
	// request is the same movement.
	ID          uuid.UUID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   ID
	Kind        event.Kind
	Currency    payouts.Currency
	AmountMinor int64
	MovedAt     time.Time
}

func (m MoneyMove) allocation() payouts.Allocation {
	return payouts.Allocation{
		ID: m.ID, Brand: uuid.UUID(m.BrandID), Program: uuid.UUID(m.ProgramID),
		Amount: payouts.Money{Minor: m.AmountMinor, Currency: m.Currency},
	}
}

func (s *Service) newMove(p Program, kind event.Kind, amount payouts.Money, key string) MoneyMove {
	return MoneyMove{
		ID:      uuid.NewSHA1(uuid.UUID(p.BrandID), []byte(string(kind)+"\x00"+key)),
		BrandID: p.BrandID, ProgramID: p.ID, Kind: kind,
		Currency: amount.Currency, AmountMinor: amount.Minor, MovedAt: s.clock.Now(),
	}
}

// moveMoney posts one movement and appends its event; again with the same key
// it only lets payouts compare the content.
func (s *Service) moveMoney(ctx context.Context, caller access.Caller, id ID, amount payouts.Money, key string,
	kind event.Kind, post func(tx *gorm.DB, m MoneyMove) error,
) error {
	if err := marketplace.CheckText("key", key, 1, maxKey); err != nil {
		return err
	}
	return s.change(ctx, caller, id, access.FundBudget, func(tx *gorm.DB, p Program) error {
		if err := p.checkAmount(amount); err != nil {
			return err
		}
		m := s.newMove(p, kind, amount, key)
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&m)
		if done.Error != nil {
			return fmt.Errorf("record money move %s: %w", m.ID, done.Error)
		}
		if err := post(tx, m); err != nil || done.RowsAffected == 0 {
			return translate(err)
		}
		if err := s.movedTx(ctx, tx, p, kind, amount.Minor); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, kind, p, Change{By: caller.String(), Minor: amount.Minor, Currency: string(amount.Currency)})
	})
}

// movedTx has the budget's plan know of what a person moved.
func (s *Service) movedTx(ctx context.Context, tx *gorm.DB, p Program, kind event.Kind, minor int64) error {
	switch kind {
	case BudgetAllocated:
		return s.givenTx(ctx, tx, p, minor)
	case BudgetReturned:
		return s.takenTx(ctx, tx, p, minor)
	}
	return nil
}

func (p Program) checkAmount(amount payouts.Money) error {
	switch {
	case amount.Currency != p.Currency:
		return &marketplace.InvalidError{Field: "amount.currency", Reason: "must be the program's, " + string(p.Currency)}
	case amount.Minor <= 0:
		return &marketplace.InvalidError{Field: "amount", Reason: "must be more than nothing"}
	case amount.Minor > mostMoved:
		return &marketplace.InvalidError{Field: "amount", Reason: fmt.Sprintf("must be at most %d minor units", mostMoved)}
	}
	return nil
}

// mostMoved bounds an amount in minor units: a typing error must not fill the books.
const mostMoved = 1_000_000_000_000

// translate gives payouts' refusal of an argument its name in this house.
func translate(err error) error {
	var invalid *payouts.InvalidError
	if errors.As(err, &invalid) {
		return &marketplace.InvalidError{Field: invalid.Field, Reason: invalid.Reason}
	}
	if errors.Is(err, money.ErrOverflow) {
		return &marketplace.InvalidError{Field: "amount", Reason: "is more than the books can hold"}
	}
	return err
}
