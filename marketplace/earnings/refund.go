package earnings

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// RefundAsked is an event of the brand; subject: the refund. Data: Refunded.
const RefundAsked event.Kind = "earnings.refund_asked"

// Refunded is the data of RefundAsked.
type Refunded struct {
	By       string `json:"by"` // the caller, by id
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// RefundWallet has what a brand asks for of its wallet paid back to the payments
// it came by, the oldest first (permission FundBudget, of a person). key makes it
// idempotent in the brand, so it takes no claim. Errors: *access.ForbiddenError,
// *marketplace.InvalidError, *payouts.InsufficientFundsError, payouts.ErrFrozen,
// payouts.ErrOwing, payouts.ErrNoPayment, payouts.ErrNotCleared,
// payouts.ErrKeyReused, payouts.ErrProvider.
func (s *Service) RefundWallet(ctx context.Context, caller access.Caller, brand marketplace.BrandID, amount payouts.Money, key string) error {
	if err := marketplace.CheckText("reference", key, 1, 100); err != nil {
		return err
	}
	may := func(tx *gorm.DB) error { return mayRefund(ctx, tx, caller, brand) }
	if err := s.store.Read(ctx, brand, may); err != nil { // before the provider is asked
		return err
	}
	cleared, err := s.payouts.Cleared(ctx)
	if err != nil {
		return err
	}
	id := uuid.NewSHA1(uuid.UUID(brand), []byte("refund\x00"+key))
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := may(tx); err != nil {
			return err
		}
		_, fresh, err := s.payouts.RefundBrandTx(ctx, tx, payouts.Refund{ID: id, Brand: uuid.UUID(brand), Amount: amount}, cleared)
		err = refused(err)
		if err != nil || !fresh {
			return err
		}
		e := event.Event{Brand: brand, Kind: RefundAsked, Subject: event.Subject(id), At: s.clock.Now()}
		err = s.events.AppendTx(ctx, tx, e, Refunded{By: caller.String(), Minor: amount.Minor, Currency: string(amount.Currency)})
		if err != nil || !s.payday {
			return err
		}
		return s.sendTx(ctx, tx, "")
	})
}

func mayRefund(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID) error {
	if err := access.AuthorizeTx(ctx, tx, caller, brand, access.FundBudget); err != nil {
		return err
	}
	if !caller.IsPerson(caller.Person) {
		return &access.ForbiddenError{Permission: access.FundBudget}
	}
	return nil
}

// refused gives payouts' refusal of an argument its name in this house.
func refused(err error) error {
	var invalid *payouts.InvalidError
	if errors.As(err, &invalid) {
		return &marketplace.InvalidError{Field: invalid.Field, Reason: invalid.Reason}
	}
	return err
}

// Refunds lists what was asked for of a brand's wallet, an order for each payment
// it goes back to, newest first (permission SeeMoney). Error:
// *access.ForbiddenError.
func (s *Service) Refunds(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[payouts.Order], err error) {
	if err := access.CheckBrand(brand); err != nil {
		return list, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeMoney); err != nil {
			return err
		}
		find := payouts.OrdersOf(ctx, tx, uuid.UUID(brand)).Where("kind = ?", payouts.MoveRefund)
		list, err = marketplace.List(find, page, newestMade, func(o payouts.Order) marketplace.Place {
			return marketplace.Place{At: o.CreatedAt, ID: o.ID}
		})
		return wrap(err, "list the refunds for", caller)
	})
	return list, err
}
