package migrations_test

import (
	"testing"

	"knowhow/migrations"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestLacking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		conn, err := db.SQL()
		if err != nil {
			t.Fatal(err)
		}
		if file, err := migrations.Lacking(t.Context(), conn, db.Dialect); file != "" || err != nil {
			t.Errorf("an up-to-date database lacks %q, %v", file, err)
		}
		taken, err := migrations.Down(t.Context(), conn, db.Dialect)
		if err != nil {
			t.Fatal(err)
		}
		if file, err := migrations.Lacking(t.Context(), conn, db.Dialect); file != taken || err != nil {
			t.Errorf("without %s it lacks %q, %v", taken, file, err)
		}
		if _, err := migrations.Up(t.Context(), conn, db.Dialect); err != nil {
			t.Fatal(err)
		}
		if file, err := migrations.Lacking(t.Context(), conn, db.Dialect); file != "" || err != nil {
			t.Errorf("up again, it lacks %q, %v", file, err)
		}
		if _, err := conn.ExecContext(t.Context(), "DROP TABLE goose_db_version"); err != nil {
			t.Fatal(err)
		}
		if file, err := migrations.Lacking(t.Context(), conn, db.Dialect); file != "00001_ground.sql" || err != nil {
			t.Errorf("a database of others lacks %q, %v", file, err)
		}
	})
}
