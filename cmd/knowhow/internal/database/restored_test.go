package database_test

import (
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// What another server numbered far ahead is read again after settling, in the
// order in which it was written and before what is new.
func TestSettle(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	store := marketplace.NewStore(db.Write, db.Read)
	in := func(do func(tx *gorm.DB) error) {
		t.Helper()
		if err := store.InTx(t.Context(), marketplace.AllBrands, do); err != nil {
			t.Fatal(err)
		}
	}
	written := func(kind, xid string) {
		t.Helper()
		in(func(tx *gorm.DB) error {
			return tx.Exec(fmt.Sprintf(`INSERT INTO events (xid, brand_id, kind, subject, at, data)
				VALUES (%s, gen_random_uuid(), '%s', gen_random_uuid(), now(), '{}')`, xid, kind)).Error
		})
	}
	written("first", "pg_current_xact_id()")
	if err := database.CheckSettled(t.Context(), store); err != nil {
		t.Errorf("a database of its own server: %v", err)
	}
	written("second", "'900000000002'::xid8")
	written("third", "'900000000001'::xid8")
	in(func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO payout_facts (tx_id, kind, subject_id, at) VALUES (900000000001, 'frozen', gen_random_uuid(), now())`).Error
	})
	if err := database.CheckSettled(t.Context(), store); !errors.Is(err, database.ErrDisplaced) {
		t.Errorf("a displaced database: %v", err)
	}
	var rows int64
	dbtest.Halfway(t, db, func() (err error) {
		rows, err = database.Settle(t.Context(), store)
		return err
	})
	if rows != 3 {
		t.Errorf("%d rows were numbered anew, want 3", rows)
	}
	if err := database.CheckSettled(t.Context(), store); err != nil {
		t.Errorf("settled: %v", err)
	}
	written("fourth", "pg_current_xact_id()")
	var kinds []string
	in(func(tx *gorm.DB) error {
		return tx.Raw("SELECT kind FROM events WHERE xid <= pg_current_xact_id() ORDER BY xid, seq").Scan(&kinds).Error
	})
	if fmt.Sprint(kinds) != "[first second third fourth]" {
		t.Errorf("the events are read as %v", kinds)
	}
	if err := db.Write.Exec("UPDATE payout_facts SET minor = 1").Error; err == nil {
		t.Error("a payout's fact can be changed after settling")
	}
}

// Who was told of payouts by the other server's numbers is told of what is new, and
// of what they had not been told.
func TestSettlePlaces(t *testing.T) {
	for name, c := range map[string]struct {
		place string
		want  string
	}{
		"all was told":   {"900000000003.9", "[new]"},
		"not the last":   {"900000000001.3", "[second third new]"}, // the third again
		"nothing so far": {"", "[first second third new]"},
	} {
		t.Run(name, func(t *testing.T) {
			db := dbtest.Open(t, "postgres")
			store := marketplace.NewStore(db.Write, db.Read)
			in := func(do func(tx *gorm.DB) error) {
				t.Helper()
				if err := store.InTx(t.Context(), marketplace.AllBrands, do); err != nil {
					t.Fatal(err)
				}
			}
			fact := func(xid, reason string) {
				in(func(tx *gorm.DB) error {
					return tx.Exec(`INSERT INTO payout_facts (tx_id, kind, subject_id, reason, at) VALUES (` + xid + `, 'frozen', gen_random_uuid(), '` + reason + `', now())`).Error
				})
			}
			fact("5", "first")
			fact("900000000002", "second")
			fact("900000000001", "third")
			in(func(tx *gorm.DB) error {
				return tx.Exec(`INSERT INTO told_facts (name, place) VALUES ('mailed', ?)`, c.place).Error
			})
			if _, err := database.Settle(t.Context(), store); err != nil {
				t.Fatal(err)
			}
			if err := database.CheckSettled(t.Context(), store); err != nil {
				t.Errorf("settled: %v", err)
			}
			fact("CAST(CAST(pg_current_xact_id() AS text) AS bigint)", "new")
			var told []string
			in(func(tx *gorm.DB) error {
				var place string
				if err := tx.Raw("SELECT place FROM told_facts").Row().Scan(&place); err != nil {
					return err
				}
				after, err := payouts.ParseFactCursor(place)
				if err != nil {
					return err
				}
				facts, err := payouts.FactsAfter(t.Context(), tx, after, 10)
				for _, f := range facts {
					told = append(told, f.Reason)
				}
				return err
			})
			if fmt.Sprint(told) != c.want {
				t.Errorf("told of %v, want %s", told, c.want)
			}
		})
	}
}

func TestSQLiteNeedsNoSettling(t *testing.T) {
	db := dbtest.Open(t, "sqlite")
	store := marketplace.NewStore(db.Write, db.Read)
	rows, err := database.Settle(t.Context(), store)
	if err = errors.Join(err, database.CheckSettled(t.Context(), store)); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestClaim(t *testing.T) {
	served := database.Flag{DatabaseURL: dbtest.URL(t, "sqlite")}
	release, err := served.Claim()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := served.Claim(); !errors.Is(err, database.ErrServed) {
		t.Errorf("claimed twice: %v", err)
	}
	db, err := sqldb.Open(t.Context(), served.DatabaseURL) // others may use it
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := served.Claim()
	if err != nil {
		t.Fatalf("released, it cannot be claimed: %v", err)
	}
	again()
	shared := database.Flag{DatabaseURL: "postgres://anywhere"}
	for range 2 {
		if _, err := shared.Claim(); err != nil {
			t.Errorf("PostgreSQL: %v", err)
		}
	}
}
