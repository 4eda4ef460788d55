package stripe

import (
	"fmt"
	"strings"

	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
	"knowhow/payouts/money"
)

// exponents are Stripe's digits of minor units where they are not ISO 4217's,
// which ours are: https://docs.stripe.com/currencies#special-cases. ISK and UGX
// have none left but are still counted in hundredths.
var exponents = map[payouts.Currency]int{"ISK": 2, "UGX": 2}

// wholeOnly are currencies in which Stripe takes whole units only, though it
// counts hundredths: ISK and UGX always, HUF and TWD where money is paid out.
var wholeOnly = map[payouts.Currency]bool{"ISK": true, "UGX": true, "HUF": true, "TWD": true}

// amountOf is an amount as Stripe counts it; what cannot be said in its units is
// *payouts.InvalidError. out says that the money leaves for a bank.
func amountOf(m payouts.Money, out bool) (amount *int64, currency *string, err error) {
	if err := m.Check(); err != nil {
		return nil, nil, err
	}
	n, err := scale(m.Minor, exponentOf(m.Currency)-m.Currency.Exponent())
	switch {
	case err != nil:
		return nil, nil, err
	case n <= 0:
		return nil, nil, &payouts.InvalidError{Field: "amount", Reason: "must be more than nothing"}
	case m.Currency.Exponent() == 3 && n%10 != 0:
		return nil, nil, &payouts.InvalidError{Field: "amount", Reason: "must end in 0: Stripe takes no more digits of " + string(m.Currency)}
	case out && wholeOnly[m.Currency] && n%100 != 0:
		return nil, nil, &payouts.InvalidError{Field: "amount", Reason: "must be whole: Stripe pays out no parts of " + string(m.Currency)}
	}
	return stripego.Int64(n), stripego.String(strings.ToLower(string(m.Currency))), nil
}

// moneyOf is an amount of Stripe's as we count it.
func moneyOf(amount int64, currency stripego.Currency) (payouts.Money, error) {
	c := payouts.Currency(strings.ToUpper(string(currency)))
	if err := c.Check(); err != nil {
		return payouts.Money{}, fmt.Errorf("an amount of Stripe's: %w", err)
	}
	n, err := scale(amount, c.Exponent()-exponentOf(c))
	return payouts.Money{Minor: n, Currency: c}, err
}

func exponentOf(c payouts.Currency) int {
	if e, special := exponents[c]; special {
		return e
	}
	return c.Exponent()
}

// scale moves an amount by digits without losing any.
func scale(n int64, digits int) (int64, error) {
	for ; digits > 0; digits-- {
		if n > largest || n < -largest {
			return 0, money.ErrOverflow
		}
		n *= 10
	}
	for ; digits < 0; digits++ {
		if n%10 != 0 {
			return 0, &payouts.InvalidError{Field: "amount", Reason: "has more digits than Stripe counts"}
		}
		n /= 10
	}
	return n, nil
}

const largest = (1<<63 - 1) / 10
