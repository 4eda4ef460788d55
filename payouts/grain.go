package payouts

// grain is what an amount that goes to an expert, or back to a brand, is a multiple of, in minor units:
// Stripe moves no thousandths, and to a bank at once no parts of some currencies.
// What is left over stays available.
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
