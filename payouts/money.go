package payouts

import "knowhow/payouts/money"

// Money, Currency and BasisPoints are package money's, under the names that
// callers of payouts use.
type (
	Money       = money.Money
	Currency    = money.Currency
	BasisPoints = money.BasisPoints
)

// checkAmount returns *InvalidError unless m is valid money of at least least
// minor units.
func checkAmount(field string, m Money, least int64) error {
	if err := m.Check(); err != nil {
		return &InvalidError{Field: field, Reason: "currency is not known"}
	}
	if m.Minor < least {
		return &InvalidError{Field: field, Reason: "amount is too small: " + m.String()}
	}
	return nil
}

// sum adds amounts of one currency: *InvalidError where they differ or overflow.
func sum(field string, first Money, rest ...Money) (Money, error) {
	for _, m := range rest {
		var err error
		if first, err = first.Add(m); err != nil {
			return Money{}, &InvalidError{Field: field, Reason: err.Error()}
		}
	}
	return first, nil
}
