package database_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// exec runs statements on the test's server as its superuser.
func exec(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if err := db.Write.Exec(statement).Error; err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// Whoever row-level security does not bind is warned, once, and not refused.
func TestOpenWarnsOfARoleThatSeesEveryBrand(t *testing.T) {
	bound := dbtest.URL(t, "postgres")
	as := func(role string) string { return strings.Replace(bound, "//knowhow@", "//"+role+"@", 1) }
	exec(t, as("postgres"), "CREATE ROLE warden LOGIN BYPASSRLS", "GRANT knowhow TO warden")
	for _, c := range []struct {
		url, role string // role: who is warned of, if anybody
	}{
		{bound, ""}, {as("postgres"), "role=postgres"}, {as("warden"), "role=warden"}, {dbtest.URL(t, "sqlite"), ""},
	} {
		var logged bytes.Buffer
		db, err := database.Open(t.Context(), c.url, slog.New(slog.NewTextHandler(&logged, nil)))
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		want := min(len(c.role), 1)
		if got := logged.String(); strings.Count(got, "level=WARN") != want || strings.Count(got, "row-level security") != want || !strings.Contains(got, c.role) {
			t.Errorf("%s: logged %q", c.url, got)
		}
	}
}
