package money

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
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

// Former reports whether c was a currency, and is none any more.
func (c Currency) Former() bool {
	_, was := formers()[c]
	return was
}

// Exponent is the number of decimal places of the minor unit, as ISO 4217 has it:
// EUR 2, JPY 0, KWD 3. It is 0 for a currency that is not known.
func (c Currency) Exponent() int {
	if n, ok := exponents()[c]; ok {
		return n
	}
	return formers()[c]
}

// special are the places of currencies that have not two. CLDR, and with it the
// packages and browsers that show amounts, leave out those that nobody uses any
// more, each version others (COP, HUF, IDR): amounts are counted by no such table.
// MGA is counted whole: its minor unit is a fifth.
var special = map[Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "MGA": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// inUse are ISO 4217's currencies that are legal tender somewhere, as of 2026-11-01,
// and no codes of funds, metals or tests. When ISO announces another, change it here.
const inUse = `
	AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP
	CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
	JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
	NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
	SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`

// former are those that were until 2026-11-01 and after 2016. Nothing is paid in
// them any more; amounts that were are still shown as they were counted.
const former = "ANG BGN CUC HRK MRO SLL VEF ZWL"

// exponents lists the currencies in use, and formers those that were.
var (
	exponents = sync.OnceValue(func() map[Currency]int { return places(inUse) })
	formers   = sync.OnceValue(func() map[Currency]int { return places(former) })
)

func places(codes string) map[Currency]int {
	all := make(map[Currency]int)
	for code := range strings.FieldsSeq(codes) {
		n, ok := special[Currency(code)]
		if !ok {
			n = 2
		}
		all[Currency(code)] = n
	}
	return all
}

// Currencies are those in use, in order.
func Currencies() []Currency { return slices.Sorted(maps.Keys(exponents())) }
