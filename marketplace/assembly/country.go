package assembly

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
	"knowhow/payouts/country"
)

// own is our own country.
func (p Parts) own() string { return cmp.Or(strings.ToUpper(p.Country), "US") }

// payable reports whether experts of a country can be paid.
func (p Parts) payable(code string, at time.Time) bool { return country.Payable(p.own(), code, at) }

// paidIn is the country of an expert's account with the provider; empty: not known.
func (p Parts) paidIn(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (string, error) {
	return payouts.CountryTx(ctx, tx, p.Provider.Label(), expert)
}

// instant reports whether payouts can arrive at once in a country. Where it is not
// known, which a real account's is, nothing stands in the way.
func (p Parts) instant(at time.Time, code string, c payouts.Currency) bool {
	return code == "" || country.Instant(p.own(), code, at, c)
}

// countries are those that experts can be paid in, as we pay them. Our own is one
// of them, whatever the matrix has.
func (p Parts) countries(at time.Time) []country.Country {
	list := country.All(at)
	if _, ok := country.At(p.own(), at); !ok {
		list = append(list, country.Country{Code: p.own(), Available: true})
	}
	for i, c := range list {
		list[i].Agreement = country.AgreementOf(p.own(), c.Code, at)
		list[i].Instant = country.Instant(p.own(), c.Code, at, c.Currency)
	}
	return list
}
