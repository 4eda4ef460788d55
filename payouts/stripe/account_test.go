package stripe_test

import (
	"slices"
	"testing"
)

// Where an account's money goes is told by its fingerprints, of banks and cards.
func TestFingerprintsOfAnAccount(t *testing.T) {
	text := `{"id": "acct_1", "object": "account", "payouts_enabled": true, "external_accounts": {"object": "list", "data": [
		{"id": "ba_1", "object": "bank_account", "fingerprint": "bank"}, {"id": "card_1", "object": "card", "fingerprint": "card"},
		{"id": "ba_2", "object": "bank_account", "fingerprint": ""}]}}`
	a, err := reads(t, 200, text).AccountStatus(t.Context(), "acct_1")
	if err != nil || !slices.Equal(a.Fingerprints, []string{"bank", "card"}) {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err = reads(t, 200, `{"id": "acct_1", "object": "account"}`).AccountStatus(t.Context(), "acct_1"); err != nil || a.Fingerprints != nil {
		t.Errorf("without any: %+v, %v", a, err)
	}
}
