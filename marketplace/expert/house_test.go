package expert_test

import (
	"testing"

	"knowhow/marketplace/experttest"
	"knowhow/migrations/sqldb"
)

// house is the rooms of experts on one database.
type house struct{ *experttest.House }

func newHouse(t testing.TB, db *sqldb.DB) *house {
	t.Helper()
	return &house{experttest.New(t, db)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
