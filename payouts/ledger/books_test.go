package ledger_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

func TestBooksHoldEveryAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fee := ledger.Account{Kind: ledger.FundingFee, Currency: "EUR"}
		one, other := wallet(uuid.New()), wallet(uuid.New())
		for i, entries := range [][]ledger.Entry{
			ledger.Move(mirror(), one, 100), ledger.Move(mirror(), other, 50), ledger.Move(one, fee, 30),
		} {
			if _, err := post(db.Write, posting(fmt.Sprint(i), entries...)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := ledger.BooksTx(t.Context(), db.Read)
		if err != nil || fmt.Sprint(got) != "[{brand:wallet EUR 120} {revenue:funding_fee EUR 30} {sandbox:balance EUR 150}]" {
			t.Errorf("BooksTx = %v, %v", got, err)
		}
	})
}
