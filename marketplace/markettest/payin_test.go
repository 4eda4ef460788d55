package markettest_test

import (
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/payouts"
)

// fillPayments brings rows into the tables of what a brand pays in.
func fillPayments(t *testing.T, m *markettest.Market) {
	t.Helper()
	for key, p := range map[string]struct {
		method payouts.PayMethod
		minor  int64
	}{"money": {payouts.PayCard, 500}, "card": {payouts.PayNothing, 0}} {
		_, err := m.Programs.Pay(t.Context(), m.Owner, m.Program.ID, p.method, payouts.Money{Minor: p.minor, Currency: m.Program.Currency}, key)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Programs.SetBudget(t.Context(), m.Owner, m.Program.ID, 0, true); err != nil {
		t.Fatal(err)
	}
	if err := m.Programs.SetTopUp(t.Context(), m.Owner, m.Program.ID, true, 1, 1, 1); err != nil {
		t.Fatal(err)
	}
}
