package earnings

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
	"knowhow/payouts/country"
)

// earningsPage is where the provider's pages lead experts back to.
const earningsPage = "work/earnings"

// OpenAccount opens the calling expert's account at the provider, or returns
// the one that exists, as the provider says it stands now. It is idempotent by
// itself and takes no claim. Errors: *marketplace.NotFoundError for a person who
// is no expert; *marketplace.InvalidError for an expert whose country is not
// known, which a real account hangs on; payouts.ErrProvider.
func (s *Service) OpenAccount(ctx context.Context, caller access.Caller) (payouts.Account, error) {
	ctx = marketplace.WithoutClaim(ctx)
	country, err := s.countryOf(ctx, caller)
	if err != nil {
		return payouts.Account{}, err
	}
	if _, err := s.payouts.EnsureAccountIn(ctx, uuid.UUID(caller.Person), country); err != nil {
		return payouts.Account{}, payouts.Reached(err)
	}
	a, err := s.payouts.RefreshAccount(ctx, uuid.UUID(caller.Person))
	return a, payouts.Reached(err)
}

// Onboarding is a link for the calling expert to where they tell the provider
// about themselves and their bank, whose account is opened if there is none. It
// works once and for some minutes. With a provider that wants to know nothing it
// is our own page of earnings. Errors as of OpenAccount.
func (s *Service) Onboarding(ctx context.Context, caller access.Caller) (string, error) {
	ctx = marketplace.WithoutClaim(ctx)
	country, err := s.countryOf(ctx, caller)
	if err != nil {
		return "", err
	}
	link, err := s.payouts.Onboarding(ctx, s.payouts.Provider, uuid.UUID(caller.Person), country, earningsPage)
	return s.orOurs(link), err
}

// Dashboard is a link for the calling expert to where they see their money at
// the provider, as Onboarding's. Errors: *marketplace.NotFoundError where they
// have no account there, payouts.ErrProvider.
func (s *Service) Dashboard(ctx context.Context, caller access.Caller) (string, error) {
	if !caller.IsPerson(caller.Person) {
		return "", &access.ForbiddenError{Permission: "own_earnings"}
	}
	link, err := s.payouts.Dashboard(marketplace.WithoutClaim(ctx), s.payouts.Provider, uuid.UUID(caller.Person))
	return s.orOurs(link), err
}

// orOurs is a link, or our own page of earnings.
func (s *Service) orOurs(link string) string {
	if link == "" {
		return s.notify.Link(earningsPage, "")
	}
	return link
}

// countryOf is the calling expert's country; empty is only good for a provider
// where no real money moves.
func (s *Service) countryOf(ctx context.Context, caller access.Caller) (code string, err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		e, err := s.experts.LoadTx(ctx, tx, caller.Person)
		code = e.Country
		return err
	})
	if err == nil && code == "" && !s.payouts.Provider.Sandbox() {
		err = &marketplace.InvalidError{Field: "country", Reason: "must be told in your profile first: the account is of that country for good"}
	}
	if err == nil && code != "" && !s.canPay(code) {
		err = &marketplace.InvalidError{Field: "country", Reason: "is one in which we cannot pay anybody yet"}
	}
	return code, err
}

// canPay reports whether experts of a country can be paid now.
func (s *Service) canPay(code string) bool {
	return slices.ContainsFunc(s.Countries(), func(c country.Country) bool { return c.Code == code })
}

// Countries are those that experts can be paid in now, by code. Anybody may ask.
func (s *Service) Countries() []country.Country { return s.countries(s.clock.Now()) }
