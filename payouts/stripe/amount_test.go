package stripe

import (
	"slices"
	"strings"
	"testing"

	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
	"knowhow/payouts/money"
)

// How Stripe counts, as its page of currencies has it; all others in hundredths:
// https://docs.stripe.com/currencies#zero-decimal
var (
	stripeWhole  = strings.Fields("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
	stripeThirds = strings.Fields("BHD JOD KWD OMR TND")
	// notStripes are currencies that count otherwise, and in which Stripe moves nothing.
	notStripes = strings.Fields("IQD LYD")
)

// A hundred units of any currency are a hundred of Stripe's, and back.
func TestAmountsAreStripes(t *testing.T) {
	for _, c := range money.Currencies() {
		if slices.Contains(notStripes, string(c)) {
			continue
		}
		ours, theirs := payouts.Money{Minor: 100, Currency: c}, int64(100)
		for range c.Exponent() {
			ours.Minor *= 10
		}
		switch {
		case slices.Contains(stripeWhole, string(c)):
		case slices.Contains(stripeThirds, string(c)):
			theirs *= 1000
		default:
			theirs *= 100
		}
		amount, code, err := amountOf(ours, true)
		if err != nil || *amount != theirs {
			t.Errorf("%s is not %d at Stripe: %v", ours, theirs, err)
			continue
		}
		if back, err := moneyOf(*amount, stripego.Currency(*code)); err != nil || back != ours {
			t.Errorf("%d %s is %s, %v; want %s", theirs, *code, back, err, ours)
		}
	}
}
