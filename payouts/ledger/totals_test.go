package ledger_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

func TestTotals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget := ledger.Account{Kind: ledger.ProgramBudget, Owner: uuid.New(), Currency: "EUR"}
		one, other := wallet(uuid.New()), wallet(uuid.New())
		for i, entries := range [][]ledger.Entry{
			ledger.Move(mirror(), one, 100), ledger.Move(mirror(), other, 50), ledger.Move(one, budget, 30),
		} {
			if _, err := post(db.Write, posting(fmt.Sprint(i), entries...)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := ledger.TotalsTx(t.Context(), db.Read)
		if err != nil || fmt.Sprint(got) != "[{brand:wallet EUR 120} {program:budget EUR 30}]" {
			t.Errorf("TotalsTx = %v, %v", got, err)
		}
	})
}
