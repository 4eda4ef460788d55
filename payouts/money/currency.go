package money

import (
	"fmt"
	"sync"

	"golang.org/x/text/currency"
)

// Currency is an ISO 4217 code of a currency that is legal tender somewhere
// today, in capitals: "EUR". The zero value is not a currency.
type Currency string

// ParseCurrency returns the currency of an ISO 4217 code, which must be in
// capitals. Anything else is ErrCurrency.
func ParseCurrency(code string) (Currency, error) {
	c := Currency(code)
	if err := c.Check(); err != nil {
		return "", err
	}
	return c, nil
}

// Check returns ErrCurrency unless c is a currency in use.
func (c Currency) Check() error {
	if _, ok := exponents()[c]; !ok {
		return fmt.Errorf("%w: %q", ErrCurrency, string(c))
	}
	return nil
}

// Exponent is the number of decimal places of the minor unit, per CLDR's
// standard rounding: EUR 2, JPY 0, KWD 3. It is 0 for an unknown currency.
func (c Currency) Exponent() int { return exponents()[c] }

// exponents lists the currencies in use. It is read from x/text's tables once
// and never changes.
var exponents = sync.OnceValue(func() map[Currency]int {
	all := make(map[Currency]int)
	for it := currency.Query(); it.Next(); {
		unit := it.Unit()
		scale, _ := currency.Standard.Rounding(unit)
		all[Currency(unit.String())] = scale
	}
	return all
})
