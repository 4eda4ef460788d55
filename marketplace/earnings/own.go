package earnings

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// Earnings is where the calling person's money stands, per currency. Errors
// here and below: *access.ForbiddenError to who is no person.
func (s *Service) Earnings(ctx context.Context, caller access.Caller) (list []payouts.Earnings, err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		list, err = payouts.EarningsOf(ctx, tx, uuid.UUID(caller.Person))
		return err
	})
	return list, err
}

// Rewards lists what the calling person earned, one line per piece of work,
// newest first.
func (s *Service) Rewards(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[payouts.Reward], err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		find := payouts.ByExpert(ctx, tx, uuid.UUID(caller.Person))
		order := marketplace.Order{At: "earned_at", ID: "id", Newest: true}
		list, err = marketplace.List(find, page, order, func(r payouts.Reward) marketplace.Place {
			return marketplace.Place{At: r.EarnedAt, ID: r.ID}
		})
		return wrap(err, "list the rewards of", caller)
	})
	return list, err
}

// Payouts lists the payouts to the calling person, newest first.
func (s *Service) Payouts(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[payouts.Payout], err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		find := payouts.ByExpert(ctx, tx, uuid.UUID(caller.Person))
		order := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(find, page, order, func(p payouts.Payout) marketplace.Place {
			return marketplace.Place{At: p.CreatedAt, ID: p.ID}
		})
		return wrap(err, "list the payouts to", caller)
	})
	return list, err
}

// Account is the calling person's account at the provider;
// *marketplace.NotFoundError where they have none.
func (s *Service) Account(ctx context.Context, caller access.Caller) (a payouts.Account, err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		found, ok, err := s.payouts.AccountOf(ctx, tx, uuid.UUID(caller.Person))
		if err == nil && !ok {
			err = marketplace.NotFound("payout account of", caller.Person)
		}
		a = found
		return err
	})
	return a, err
}

// RequestPayout pays the calling expert all that is available now, in each
// currency that reaches the minimum. request is the key: asked again it returns
// the same payouts, so it takes no claim. Errors: payouts.ErrNoAccount,
// payouts.ErrBelowMinimum, payouts.ErrKeyReused for another's request,
// payouts.ErrInvalid without a request.
func (s *Service) RequestPayout(ctx context.Context, caller access.Caller, request uuid.UUID) ([]payouts.Payout, error) {
	if !caller.IsPerson(caller.Person) {
		return nil, &access.ForbiddenError{Permission: "own_earnings"}
	}
	ctx = marketplace.WithoutClaim(ctx)
	made, err := s.payouts.RequestPayout(ctx, uuid.UUID(caller.Person), request)
	if err != nil {
		return nil, err
	}
	return made, s.SendSoon(ctx)
}

func wrap(err error, doing string, who fmt.Stringer) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, who, err)
}
