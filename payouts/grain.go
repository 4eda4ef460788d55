package payouts

// grain is what an amount that goes to an expert or comes back from one, or goes
// back to a brand, is a multiple of, in minor units: Stripe moves no thousandths,
// and to a bank at once no parts of some currencies. What is left over stays
// available.
func grain(c Currency, instant bool) int64 {
	switch {
	case c.Exponent() == 3:
		return 10
	case instant && (c == "HUF" || c == "TWD"):
		return 100
	}
	return 1
}

// payableOf is what of an amount can be paid.
func payableOf(minor int64, c Currency, instant bool) int64 { return minor - minor%grain(c, instant) }

// checkPayable refuses an amount of which a part cannot be moved.
func checkPayable(m Money) error {
	if payableOf(m.Minor, m.Currency, false) != m.Minor {
		return &InvalidError{Field: "amount", Reason: "must end in 0: no more digits of " + string(m.Currency) + " can be moved"}
	}
	return nil
}
