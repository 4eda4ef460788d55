package program

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// moneyPage is where the provider's pages lead back to.
const moneyPage = "console/money"

// Pay begins a payment into the wallet of the program's brand, on a page of the
// provider's: by card, by bank transfer, or, with an amount of nothing, the
// leaving of a card for top-ups. With the sandbox it is paid at once. key makes it
// idempotent in the brand, so it takes no claim. Errors: *marketplace.InvalidError,
// *access.ForbiddenError (permission FundBudget), payouts.ErrKeyReused,
// payouts.ErrProvider: ask again.
func (s *Service) Pay(ctx context.Context, caller access.Caller, id ID, method payouts.PayMethod, amount payouts.Money, key string) (payouts.Payment, error) {
	ctx = marketplace.WithoutClaim(ctx)
	if err := marketplace.CheckText("key", key, 1, maxKey); err != nil {
		return payouts.Payment{}, err
	}
	var payment uuid.UUID
	err := s.change(ctx, caller, id, access.FundBudget, func(tx *gorm.DB, p Program) error {
		if err := p.checkPayment(method, amount); err != nil {
			return err
		}
		payment = uuid.NewSHA1(uuid.UUID(p.BrandID), []byte("payment\x00"+key))
		_, fresh, err := s.Cashier.IntendTx(ctx, tx, payouts.PaymentRequest{
			ID: payment, Brand: uuid.UUID(p.BrandID), Method: method, Amount: amount,
		})
		if err != nil || !fresh {
			return translate(err)
		}
		return s.appendTx(ctx, tx, PaymentBegun, p, Change{By: caller.String(), Minor: amount.Minor, Currency: string(amount.Currency)})
	})
	if err != nil {
		return payouts.Payment{}, err
	}
	return s.Cashier.Open(ctx, payment, moneyPage)
}

func (p Program) checkPayment(method payouts.PayMethod, amount payouts.Money) error {
	if method == payouts.PayTopUp {
		return &marketplace.InvalidError{Field: "method", Reason: "must be card, bank_transfer or nothing"}
	}
	if method == payouts.PayNothing && amount.Minor == 0 && amount.Currency == p.Currency {
		return nil
	}
	return p.checkAmount(amount)
}

// Payments lists what the program's brand paid in, or tried to, newest first
// (permission SeeMoney).
func (s *Service) Payments(ctx context.Context, caller access.Caller, id ID, page marketplace.Page) (list marketplace.Listing[payouts.Payment], err error) {
	err = s.see(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, p Program) error {
		find := payouts.PaymentsByBrand(ctx, tx, uuid.UUID(p.BrandID))
		order := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(find, page, order, func(p payouts.Payment) marketplace.Place {
			return marketplace.Place{At: p.CreatedAt, ID: p.ID}
		})
		return wrap(err, "list payments")
	})
	return list, err
}

// AutoTopUp is when a wallet is topped up, and whether there is a card to do it
// with.
type AutoTopUp struct {
	payouts.TopUp
	Card bool
}

// TopUp reads when the wallet that the program's budget comes from is topped up
// (permission SeeMoney).
func (s *Service) TopUp(ctx context.Context, caller access.Caller, id ID) (t AutoTopUp, err error) {
	err = s.see(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, p Program) error {
		t.TopUp, t.Card, err = payouts.FindTopUp(ctx, tx, s.provider, uuid.UUID(p.BrandID), p.Currency)
		return err
	})
	return t, err
}

// SetTopUp sets it, in the program's currency (permission FundBudget, of a
// person: their brand's card is charged with nobody there). Errors:
// *marketplace.InvalidError, payouts.ErrNoCard.
func (s *Service) SetTopUp(ctx context.Context, caller access.Caller, id ID, active bool, below, amount, month int64) error {
	return s.change(ctx, caller, id, access.FundBudget, func(tx *gorm.DB, p Program) error {
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.FundBudget}
		}
		t := payouts.TopUp{
			BrandID: uuid.UUID(p.BrandID), Currency: p.Currency, Active: active, BelowMinor: below, AmountMinor: amount, MonthMinor: month,
		}
		if err := payouts.SetTopUpTx(ctx, tx, s.clock.Now(), s.provider, t); err != nil {
			return translate(err)
		}
		return s.appendTx(ctx, tx, TopUpSet, p, Change{By: caller.String(), Minor: amount, Currency: string(p.Currency)})
	})
}

// ProgramsTx lists a brand's programs, the oldest first.
func (s *Service) ProgramsTx(ctx context.Context, tx *gorm.DB, brand uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.WithContext(ctx).Model(&Program{}).Where("brand_id = ?", brand).Order("created_at, id").Pluck("id", &ids).Error
	return ids, wrap(err, "list a brand's programs")
}
