package api

import (
	"context"
	"time"

	"golang.org/x/text/language"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/program"
	"knowhow/web/token"
)

// customerSessionRoutes are how a brand's customers come in: anonymously with a
// browser, which they may take along to another one, or by their brand's word.
func (a *API) customerSessionRoutes() {
	anyone := Who{Kind: Anyone}
	call(a, Route{ID: "beginCustomerSession", Path: "/customer_sessions", Tag: customersTag, Who: anyone, policy: a.CustomerSessions,
		Summary: "Come in as a customer",
		About: "With device_token: go on in the same browser. With resume_token: go on in another one. With identity_token and brand: as who the " +
			"brand says. With a brand, or a program of its, alone: as somebody new."}, a.beginCustomerSession)
	act(a, Route{ID: "endCustomerSession", Path: "/customer_sessions/end", Tag: customersTag, Who: anyone, unkeyed: true, policy: a.CustomerSessions,
		Summary: "Have a browser forgotten", About: "It closes the browser's streams."}, a.endCustomerSession)
	read(a, Route{ID: "getCustomer", Path: "/me/customer", Tag: customersTag, Who: Who{Kind: Customer},
		Summary: "Read who you are to the brand"}, a.ownCustomer)
}

// OwnCustomer is a customer, as they see themselves.
type OwnCustomer struct {
	ID        access.CustomerID   `json:"id" format:"uuid"`
	Brand     marketplace.BrandID `json:"brand" format:"uuid"`
	Verified  bool                `json:"verified" doc:"The brand vouches for who they are."`
	Locale    string              `json:"locale" doc:"BCP 47; empty: not known."`
	CreatedAt time.Time           `json:"created_at"`
}

func customerOf(c customer.Customer) OwnCustomer {
	return OwnCustomer{ID: c.ID, Brand: c.BrandID, Verified: c.Verified, Locale: c.Locale, CreatedAt: c.CreatedAt}
}

// CustomerSession is what a customer goes on with.
type CustomerSession struct {
	AccessToken string      `json:"access_token" doc:"To be sent as Authorization: Bearer."`
	ExpiresAt   time.Time   `json:"expires_at" doc:"When the access token does; come again before, with the device's."`
	DeviceToken string      `json:"device_token,omitempty" doc:"What this browser keeps, to come back with; not given where it was sent."`
	Customer    OwnCustomer `json:"customer"`
}

type customerSessionIn struct {
	AcceptLanguage string `header:"Accept-Language" doc:"What a browser says its user reads; the locale of somebody new where the body names none."`
	Body           customerSessionBody
}

type customerSessionBody struct {
	Brand         marketplace.BrandID `json:"brand,omitzero" format:"uuid"`
	Program       program.ID          `json:"program,omitzero" format:"uuid" doc:"One that is open, in its brand's place." example:"$PROGRAM"`
	DeviceToken   string              `json:"device_token,omitempty" minLength:"1" maxLength:"100"`
	ResumeToken   string              `json:"resume_token,omitempty" minLength:"1" maxLength:"100" doc:"Of a link to go on by; it is good once."`
	IdentityToken string              `json:"identity_token,omitempty" minLength:"1" maxLength:"4096" doc:"A JWT that the brand signed with one of its identity keys."`
	Locale        string              `json:"locale,omitempty" maxLength:"35" doc:"BCP 47, of somebody new; by default the first of Accept-Language."`
}

// check refuses what does not go together.
func (b customerSessionBody) check() error {
	proofs := 0
	for _, t := range []string{b.DeviceToken, b.ResumeToken, b.IdentityToken} {
		if t != "" {
			proofs++
		}
	}
	places := 0
	for _, known := range []bool{!b.Brand.IsZero(), !b.Program.IsZero()} {
		if known {
			places++
		}
	}
	switch {
	case proofs > 1:
		return &marketplace.InvalidError{Field: "body", Reason: "must have one of device_token, resume_token and identity_token at most"}
	case (b.DeviceToken != "" || b.ResumeToken != "") && places > 0:
		return &marketplace.InvalidError{Field: "body", Reason: "must not name a brand or program beside a token that stands for one"}
	case b.DeviceToken == "" && b.ResumeToken == "" && places != 1:
		return &marketplace.InvalidError{Field: "body", Reason: "must name either a brand or a program"}
	case proofs > 0 && b.Locale != "":
		return &marketplace.InvalidError{Field: "locale", Reason: "is of somebody new only"}
	}
	return nil
}

func (a *API) beginCustomerSession(ctx context.Context, _ access.Caller, in *customerSessionIn) (*One[CustomerSession], error) {
	b := in.Body
	if err := b.check(); err != nil {
		return nil, err
	}
	if b.Locale == "" {
		b.Locale = firstLanguage(in.AcceptLanguage)
	}
	if !b.Program.IsZero() {
		p, err := a.House.Programs.Public(ctx, b.Program)
		if err != nil {
			return nil, err
		}
		b.Brand = p.Brand
	}
	where := b.Brand
	if where.IsZero() { // the token will tell
		where = marketplace.AllBrands
	}
	if err := a.fromTrustedPage(ctx, where); err != nil {
		return nil, err
	}
	started, err := a.startCustomer(ctx, b)
	if err != nil {
		return nil, err
	}
	if err := a.fromTrustedPage(ctx, started.Customer.BrandID); err != nil {
		return nil, err
	}
	text, until, err := a.Tokens.Issue(token.Grant{Caller: started.Caller(), Session: started.Device.String()})
	return one(CustomerSession{
		AccessToken: text, ExpiresAt: until, DeviceToken: started.Token, Customer: customerOf(started.Customer),
	}), err
}

// anyLanguage is what * stands for.
var anyLanguage = language.Make("mul")

// firstLanguage is the language that a browser's user would rather read than any
// other, or "" where that cannot be told.
func firstLanguage(accepted string) string {
	tags, _, err := language.ParseAcceptLanguage(accepted)
	if err != nil || len(tags) == 0 || tags[0].IsRoot() || len(tags[0].Extensions()) > 0 || tags[0] == anyLanguage {
		return ""
	}
	return tags[0].String()
}

// acceptedLanguages are those that a browser's user reads, the best first; none
// where that cannot be told.
func acceptedLanguages(accepted string) (list []string) {
	tags, _, err := language.ParseAcceptLanguage(accepted)
	if err != nil {
		return nil
	}
	for _, tag := range tags {
		list = append(list, tag.String())
	}
	return list
}

// startCustomer finds or makes the customer; without a token where they had one.
func (a *API) startCustomer(ctx context.Context, b customerSessionBody) (customer.Started, error) {
	switch {
	case b.ResumeToken != "":
		return a.House.Customers.RedeemResumeLink(ctx, b.ResumeToken)
	case b.IdentityToken != "":
		return a.House.Customers.IdentifyByToken(ctx, b.Brand, b.IdentityToken)
	case b.DeviceToken == "":
		return a.House.Customers.StartDevice(ctx, b.Brand, b.Locale)
	}
	return a.House.Customers.FromDevice(ctx, b.DeviceToken)
}

type endCustomerSessionIn struct {
	Body struct {
		DeviceToken string `json:"device_token" minLength:"1" maxLength:"100" example:"$DEVICE_TOKEN"`
	}
}

func (a *API) endCustomerSession(ctx context.Context, _ access.Caller, in *endCustomerSessionIn) error {
	return a.House.Customers.EndDevice(ctx, in.Body.DeviceToken)
}

func (a *API) ownCustomer(ctx context.Context, caller access.Caller, _ *struct{}) (*One[OwnCustomer], error) {
	c, err := a.House.Customers.Customer(ctx, caller, caller.Brand, caller.Customer)
	return one(customerOf(c)), err
}
