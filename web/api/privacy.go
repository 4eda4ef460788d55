package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
)

const customersTag = "Customers"

// privacyRoutes are what a customer decides about what is kept of them.
func (a *API) privacyRoutes() {
	self := Who{Kind: Customer}
	read(a, Route{ID: "listConsents", Path: "/me/consents", Tag: customersTag, Who: self,
		Summary: "List what you agreed to"}, a.consents)
	act(a, Route{ID: "giveConsent", Method: "PUT", Path: "/me/consents/{purpose}", Tag: customersTag, Who: self,
		Summary: "Agree to something"}, a.giveConsent)
	act(a, Route{ID: "withdrawConsent", Method: "DELETE", Path: "/me/consents/{purpose}", Tag: customersTag, Who: self,
		Summary: "Agree no longer"}, a.withdrawConsent)
	act(a, Route{ID: "eraseMe", Method: "DELETE", Path: "/me/customer", Tag: customersTag, Who: self,
		Summary: "Be forgotten", About: "Everything personal is erased, at once and for good."}, a.eraseMe)
	act(a, Route{ID: "eraseCustomer", Method: "DELETE", Path: "/brands/{brand}/customers/{customer}", Tag: customersTag, Who: member(access.EraseCustomers),
		Summary: "Forget a customer who asked for it"}, a.eraseCustomer)
}

// Consent is what a customer agreed to.
type Consent struct {
	Purpose     string     `json:"purpose"`
	Version     string     `json:"version" doc:"Of the text agreed to."`
	GivenAt     time.Time  `json:"given_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at" doc:"Null while it stands."`
}

func (a *API) consents(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[Consent], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	if err := mustBeCustomer(caller); err != nil {
		return nil, err
	}
	consents, err := a.House.Customers.Consents(ctx, caller, caller.Brand, caller.Customer, page)
	return listOf(consents, func(c customer.Consent) Consent {
		return Consent{Purpose: c.Purpose, Version: c.Version, GivenAt: c.GivenAt, WithdrawnAt: c.WithdrawnAt}
	}), err
}

type PurposeIn struct {
	Purpose string `path:"purpose" minLength:"1" maxLength:"100" pattern:"^[a-z0-9_.-]+$" doc:"A short code of the brand's." example:"share_receipt"`
}

type giveConsentIn struct {
	PurposeIn
	Body struct {
		Version string `json:"version" minLength:"1" maxLength:"100" doc:"Of the text agreed to." example:"2026-11"`
	}
}

func (a *API) giveConsent(ctx context.Context, caller access.Caller, in *giveConsentIn) error {
	if err := mustBeCustomer(caller); err != nil {
		return err
	}
	_, err := a.House.Customers.GiveConsent(ctx, caller, caller.Brand, caller.Customer, in.Purpose, in.Body.Version)
	return err
}

func (a *API) withdrawConsent(ctx context.Context, caller access.Caller, in *PurposeIn) error {
	if err := mustBeCustomer(caller); err != nil {
		return err
	}
	return a.House.Customers.WithdrawConsent(ctx, caller, caller.Brand, caller.Customer, in.Purpose)
}

func (a *API) eraseMe(ctx context.Context, caller access.Caller, _ *struct{}) error {
	if err := mustBeCustomer(caller); err != nil {
		return err
	}
	return a.House.Customers.Erase(ctx, caller, caller.Brand, caller.Customer)
}

type customerIn struct {
	BrandIn
	Customer access.CustomerID `path:"customer" format:"uuid" doc:"The customer's id."`
}

func (a *API) eraseCustomer(ctx context.Context, caller access.Caller, in *customerIn) error {
	return a.House.Customers.Erase(ctx, caller, in.Brand, in.Customer)
}

// mustBeCustomer refuses whoever is no customer: they have nothing here that
// the domain could be asked about.
func mustBeCustomer(caller access.Caller) error {
	if caller.Kind != access.KindCustomer {
		return marketplace.ErrForbidden
	}
	return nil
}
