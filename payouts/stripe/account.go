package stripe

import (
	"context"
	"fmt"
	"slices"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/account"
	"github.com/stripe/stripe-go/v76/accountlink"
	"github.com/stripe/stripe-go/v76/loginlink"

	"knowhow/payouts"
	"knowhow/payouts/country"
)

func (c *Client) accounts() account.Client { return account.Client{B: c.backend, Key: c.o.Key} }

// CreateAccount implements payouts.Provider: an Express account that takes
// transfers, and whose money Stripe carries on to the bank every day.
func (c *Client) CreateAccount(ctx context.Context, req payouts.AccountRequest) (payouts.ProviderAccount, error) {
	if err := needKey(req.IdempotencyKey); err != nil {
		return payouts.ProviderAccount{}, refused(err)
	}
	p := &stripego.AccountParams{
		Params: params(ctx, req.IdempotencyKey),
		Type:   stripego.String(string(stripego.AccountTypeExpress)),
		Capabilities: &stripego.AccountCapabilitiesParams{
			Transfers: &stripego.AccountCapabilitiesTransfersParams{Requested: stripego.Bool(true)},
		},
		Settings: &stripego.AccountSettingsParams{Payouts: &stripego.AccountSettingsPayoutsParams{
			Schedule: &stripego.AccountSettingsPayoutsScheduleParams{Interval: stripego.String("daily")},
		}},
	}
	if req.Country != "" {
		p.Country = stripego.String(req.Country)
	}
	if country.AgreementOf(c.o.Country, req.Country, c.o.Now()) == country.Recipient { // which cannot be changed once it was accepted
		p.TOSAcceptance = &stripego.AccountTOSAcceptanceParams{ServiceAgreement: stripego.String("recipient")}
	}
	p.AddMetadata(metaExpert, req.Expert.String())
	made, err := c.accounts().New(p)
	if err != nil {
		return payouts.ProviderAccount{}, answered("open an account", err)
	}
	return accountOf(made)
}

// AccountStatus implements payouts.Provider.
func (c *Client) AccountStatus(ctx context.Context, reference string) (payouts.ProviderAccount, error) {
	found, err := c.accounts().GetByID(reference, &stripego.AccountParams{Params: params(ctx, "")})
	if err != nil {
		return payouts.ProviderAccount{}, answered("read an account", err)
	}
	return accountOf(found)
}

// accountOf mirrors an account. It can be paid where it takes transfers and its
// money goes on to a bank.
func accountOf(a *stripego.Account) (payouts.ProviderAccount, error) {
	if a.ID == "" {
		return payouts.ProviderAccount{}, fmt.Errorf("read an account: it has no id: %w", errForeign)
	}
	takes := a.Capabilities != nil && a.Capabilities.Transfers == stripego.AccountCapabilityStatusActive
	shown := payouts.ProviderAccount{
		Reference: a.ID, Country: a.Country, PayoutsEnabled: takes && a.PayoutsEnabled, Submitted: a.DetailsSubmitted,
	}
	if r := a.Requirements; r != nil {
		shown.Disabled = string(r.DisabledReason)
		shown.Due = len(r.CurrentlyDue) + len(missing(r.PastDue, r.CurrentlyDue))
		shown.DueBy = at(r.CurrentDeadline)
	}
	shown.Fingerprints = fingerprints(a)
	return shown, nil
}

// fingerprints are of where the account's money goes.
func fingerprints(a *stripego.Account) (list []string) {
	if a.ExternalAccounts == nil {
		return nil
	}
	for _, e := range a.ExternalAccounts.Data {
		f := ""
		switch {
		case e.BankAccount != nil:
			f = e.BankAccount.Fingerprint
		case e.Card != nil:
			f = e.Card.Fingerprint
		}
		if f != "" {
			list = append(list, f)
		}
	}
	return list
}

// missing are those of list that are not among others.
func missing(list, others []string) (rest []string) {
	for _, text := range list {
		if !slices.Contains(others, text) {
			rest = append(rest, text)
		}
	}
	return rest
}

// OnboardingLink implements payouts.Onboarder. Stripe's link works once and for
// some minutes; who comes too late is sent back to ask for another.
func (c *Client) OnboardingLink(ctx context.Context, req payouts.LinkRequest) (string, error) {
	if err := needKey(req.IdempotencyKey); err != nil {
		return "", refused(err)
	}
	back := stripego.String(c.o.Base.JoinPath(req.Back).String())
	link, err := accountlink.Client{B: c.backend, Key: c.o.Key}.New(&stripego.AccountLinkParams{
		Params: params(ctx, req.IdempotencyKey), Account: stripego.String(req.Reference),
		Type:       stripego.String(string(stripego.AccountLinkTypeAccountOnboarding)),
		Collect:    stripego.String("eventually_due"),
		RefreshURL: back, ReturnURL: back,
	})
	if err != nil {
		return "", answered("make an onboarding link", err)
	}
	return link.URL, nil
}

// DashboardLink implements payouts.Onboarder: where the owner of an account sees
// their money at Stripe.
func (c *Client) DashboardLink(ctx context.Context, req payouts.LinkRequest) (string, error) {
	if err := needKey(req.IdempotencyKey); err != nil {
		return "", refused(err)
	}
	link, err := loginlink.Client{B: c.backend, Key: c.o.Key}.New(&stripego.LoginLinkParams{
		Params: params(ctx, req.IdempotencyKey), Account: stripego.String(req.Reference),
	})
	if err != nil {
		return "", answered("make a login link", err)
	}
	return link.URL, nil
}
