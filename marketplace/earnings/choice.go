package earnings

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// Terms is how an expert is paid in one currency as things stand.
type Terms struct {
	payouts.Terms
	Payday *time.Time // when the next weekly run pays them; nil where Weekly says why not
}

// Terms is how the calling person is paid, by currency. Errors:
// *access.ForbiddenError to who is no person.
func (s *Service) Terms(ctx context.Context, caller access.Caller) (list []Terms, err error) {
	payday := nextPayday(s.clock.Now())
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		found, err := s.payouts.TermsTx(ctx, tx, uuid.UUID(caller.Person))
		if err != nil || len(found) == 0 {
			return err
		}
		paused, err := payouts.Paused(ctx, tx)
		if err != nil {
			return err
		}
		list = make([]Terms, len(found))
		for i, t := range found {
			if paused && t.Weekly == nil {
				t.Weekly = payouts.ErrPaused
			}
			list[i].Terms = t
			if t.Weekly == nil && s.payday {
				list[i].Payday = &payday
			}
		}
		return nil
	})
	return list, wrap(err, "read how to pay", caller)
}

// Choose keeps how the calling expert wants to be paid in a currency: every week
// from a threshold, or only when they ask. Errors: *access.ForbiddenError,
// *marketplace.NotFoundError for a person who is no expert, payouts.ErrInvalid.
func (s *Service) Choose(ctx context.Context, caller access.Caller, schedule payouts.Schedule, threshold payouts.Money) error {
	if !caller.IsPerson(caller.Person) {
		return &access.ForbiddenError{Permission: "own_earnings"}
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if _, err := s.experts.LoadTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		return s.payouts.ChooseTx(ctx, tx, uuid.UUID(caller.Person), schedule, threshold)
	})
}

// RequestInstant pays the calling expert all that is available of a currency so
// that it arrives at once, for at most a fee that they were shown. request is the
// key, as RequestPayout's. Errors as its, and payouts.ErrFeeRose,
// payouts.ErrNoInstant.
func (s *Service) RequestInstant(ctx context.Context, caller access.Caller, request uuid.UUID, fee payouts.Money) ([]payouts.Payout, error) {
	if !caller.IsPerson(caller.Person) {
		return nil, &access.ForbiddenError{Permission: "own_earnings"}
	}
	ctx = marketplace.WithoutClaim(ctx)
	made, err := s.payouts.RequestAgreedInstant(ctx, uuid.UUID(caller.Person), request, fee)
	if err != nil {
		return nil, err
	}
	return made, s.SendSoon(ctx)
}
