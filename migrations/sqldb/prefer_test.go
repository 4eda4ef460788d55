package sqldb_test

import (
	"testing"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// What nobody has set, the planner is told; what the URL sets, in either of its
// two ways, stays.
func TestPlannerIsToldWhatNobodySet(t *testing.T) {
	url := dbtest.URL(t, "postgres")
	for more, want := range map[string]string{
		"":                                   "1.1 off",
		"&random_page_cost=3":                "3 off",
		"&options=-c%20random_page_cost%3D2": "2 off",
		"&jit=on":                            "1.1 on",
	} {
		db, err := sqldb.Open(t.Context(), url+more)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = db.Read.Raw("SELECT current_setting('random_page_cost') || ' ' || current_setting('jit')").Scan(&got).Error
		if err != nil || got != want {
			t.Errorf("with %q: %q, %v; want %q", more, got, err, want)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
