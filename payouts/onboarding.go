package payouts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Onboarder leads experts to their account at the provider.
type Onboarder interface {
	// OnboardingLink is where the account's owner tells the provider what it wants to
	// know. It works for some minutes, and only for them. Empty: there is nothing
	// to tell.
	OnboardingLink(ctx context.Context, req LinkRequest) (string, error)
	// DashboardLink is where the owner sees their money at the provider. Empty:
	// there is nothing to see.
	DashboardLink(ctx context.Context, req LinkRequest) (string, error)
}

// LinkRequest asks for a link for the owner of an account. Back is the page of
// ours that it leads back to: a path.
type LinkRequest struct {
	IdempotencyKey string
	Reference      string
	Back           string
}

// Onboarding opens the expert's account at the provider, if they have none, and
// returns a link to where they tell the provider about themselves; empty where
// there is nothing to tell. Back is the page of ours they come back to. Errors:
// ErrProvider, *ProviderError.
func (s *Service) Onboarding(ctx context.Context, o Onboarder, expert uuid.UUID, country, back string) (string, error) {
	a, err := s.EnsureAccountIn(ctx, expert, country)
	if err != nil {
		return "", reached(err)
	}
	return linkTo(ctx, o.OnboardingLink, a.Reference, back)
}

// Dashboard returns a link to the expert's money at the provider; empty where
// there is nothing to see. Errors: *NotFoundError, ErrProvider, *ProviderError.
func (s *Service) Dashboard(ctx context.Context, o Onboarder, expert uuid.UUID) (string, error) {
	a, err := s.findAccount(ctx, expert)
	if err != nil {
		return "", err
	}
	return linkTo(ctx, o.DashboardLink, a.Reference, "")
}

func linkTo(ctx context.Context, link func(context.Context, LinkRequest) (string, error), reference, back string) (string, error) {
	once, err := uuid.NewV7() // a link is used once: to ask again is to ask for another
	if err != nil {
		return "", fmt.Errorf("make a key: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	url, err := link(ctx, LinkRequest{IdempotencyKey: "link_" + once.String(), Reference: reference, Back: back})
	return url, reached(err)
}

// Reached makes ErrProvider of an error of a provider's that says nothing but that
// it could not be asked, or is not to be asked now; others it leaves as they are.
func Reached(err error) error { return reached(err) }

func reached(err error) error {
	var told *ProviderError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told) && told.Class == Definitive:
		return err
	case told == nil && (errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound)):
		return err
	}
	return fmt.Errorf("%w: %w", ErrProvider, err)
}
