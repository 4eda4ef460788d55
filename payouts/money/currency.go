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

// Exponent is the number of decimal places of the minor unit, as ISO 4217 has it:
// EUR 2, JPY 0, KWD 3. It is 0 for an unknown currency.
func (c Currency) Exponent() int { return exponents()[c] }

// special are the places of currencies that have not two. CLDR, and with it the
// packages and browsers that show amounts, leave out those that nobody uses any
// more, each version others (COP, HUF, IDR): amounts are counted by no such table.
// MGA is counted whole: its minor unit is a fifth.
var special = map[Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "MGA": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// exponents lists the currencies in use. Which these are is read from x/text's
// tables once and never changes.
var exponents = sync.OnceValue(func() map[Currency]int {
	all := make(map[Currency]int)
	for it := currency.Query(); it.Next(); {
		c := Currency(it.Unit().String())
		places, ok := special[c]
		if !ok {
			places = 2
		}
		all[c] = places
	}
	return all
})
