package web_test

import (
	"encoding/json"
	"testing"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/webtest"
)

// Who adds up what the operators read, each account by its side, sees that the
// books balance.
func TestLedgerSidesBalance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		var books struct {
			Accounts []struct {
				Kind, Side string
				Balance    struct{ Amount int64 }
			}
		}
		if got := s.Get("/api/v1/ledger", s.Token(s.Operator)); json.Unmarshal([]byte(got.Body), &books) != nil {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		sums := map[string]int64{}
		for _, a := range books.Accounts {
			sums[a.Side] += a.Balance.Amount
		}
		if len(sums) != 2 || sums["debit"] == 0 || sums["debit"] != sums["credit"] {
			t.Errorf("the sides hold %v", sums)
		}
	})
}
