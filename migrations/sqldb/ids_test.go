package sqldb_test

import (
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// ownID is an id whose zero is NULL, as those of the house are.
type ownID [16]byte

func (id ownID) Value() (driver.Value, error) {
	if id == (ownID{}) {
		return nil, nil
	}
	return uuid.UUID(id).String(), nil
}

// Ids arrive in columns of either type; zero is what their Value says.
func TestIDsArriveAsTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		kind := "uuid"
		if db.Dialect == "sqlite" {
			kind = "TEXT"
		}
		if err := db.Write.Exec("CREATE TABLE arrivals (id " + kind + ", text TEXT)").Error; err != nil {
			t.Fatal(err)
		}
		id := uuid.Must(uuid.NewV7())
		for _, c := range []struct {
			sent driver.Valuer
			want sql.NullString
		}{
			{id, sql.NullString{String: id.String(), Valid: true}}, {ownID(id), sql.NullString{String: id.String(), Valid: true}},
			{uuid.Nil, sql.NullString{String: uuid.Nil.String(), Valid: true}}, {ownID{}, sql.NullString{}},
		} {
			for range 2 { // planned, and as planned before
				if err := db.Write.Exec("INSERT INTO arrivals VALUES (?, ?)", c.sent, c.sent).Error; err != nil {
					t.Fatal(err)
				}
				var column, text sql.NullString
				if err := db.Write.Raw("SELECT id, text FROM arrivals").Row().Scan(&column, &text); err != nil {
					t.Fatal(err)
				}
				if column != c.want || text != c.want {
					t.Errorf("%v arrived as %v and %v, want %v", c.sent, column, text, c.want)
				}
				if err := db.Write.Exec("DELETE FROM arrivals WHERE TRUE").Error; err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
