package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/payouts/country"
)

// countryRoutes are where experts can be paid.
func (a *API) countryRoutes() {
	read(a, Route{ID: "listCountries", Path: "/countries", Tag: moneyTag, Who: Who{Kind: Anyone},
		Summary: "List the countries that experts can be paid in", About: "In any other nobody can apply: what would be earned could not be paid out."}, a.countries)
}

// Country is how experts of a country are paid now.
type Country struct {
	Code      string            `json:"code" doc:"ISO 3166." example:"DE"`
	Currency  string            `json:"currency" doc:"In which a bank there gets it; what a program pays in another is converted." example:"EUR"`
	Minimum   Money             `json:"minimum" doc:"The least that the payment provider pays out there. Ours may be more."`
	Instant   bool              `json:"instant" doc:"In its own currency, payouts can arrive at once."`
	Agreement country.Agreement `json:"agreement" enum:"full,recipient" doc:"The payment provider's service agreement for accounts there. It cannot be changed later."`
}

func (a *API) countries(_ context.Context, _ access.Caller, _ *struct{}) (*Listed[Country], error) {
	return allOf(a.House.Earnings.Countries(), func(c country.Country) Country {
		return Country{c.Code, string(c.Currency), Money{Minor: c.Minimum, Currency: c.Currency}, c.Instant, c.Agreement}
	}), nil
}
