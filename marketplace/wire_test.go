package marketplace_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// postgres opens a database with a table that holds one and two.
func postgres(t *testing.T) *sqldb.DB {
	t.Helper()
	db := dbtest.Open(t, "postgres")
	if err := db.Write.Exec("CREATE TABLE numbers (n bigint UNIQUE)").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Write.Exec("INSERT INTO numbers VALUES (1), (2)").Error; err != nil {
		t.Fatal(err)
	}
	return db
}

func numbers(t *testing.T, db *sqldb.DB) (n int) {
	t.Helper()
	if err := db.Read.Raw("SELECT count(*) FROM numbers").Row().Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// first are statements that a transaction may begin with, by every way there is.
var first = map[string]func(tx *gorm.DB) error{
	"direct write": func(tx *gorm.DB) error {
		_, err := marketplace.ExecTx(tx, "INSERT INTO numbers VALUES (?)", 3)
		return err
	},
	"direct read": func(tx *gorm.DB) error {
		var n int64
		return marketplace.ScanTx(tx, "INSERT INTO numbers VALUES (?) RETURNING n", []any{3}, &n)
	},
	"gorm's write": func(tx *gorm.DB) error { return tx.Exec("INSERT INTO numbers VALUES (?)", 3).Error },
	"gorm's read": func(tx *gorm.DB) error {
		var n []int64
		return tx.Raw("INSERT INTO numbers VALUES (?) RETURNING n", 3).Scan(&n).Error
	},
	"a row": func(tx *gorm.DB) error {
		var n int64
		return tx.Raw("INSERT INTO numbers VALUES (?) RETURNING n", 3).Row().Scan(&n)
	},
}

// named are those of which gorm's name for the error is promised.
var named = map[string]bool{"direct write": true, "direct read": true, "gorm's write": true}

// A transaction begins with its first statement, whichever way that goes: it is
// kept or undone as a whole, and a refusal is told by its name.
func TestATransactionBeginsWithItsFirstStatement(t *testing.T) {
	for name, insert := range first {
		t.Run(name, func(t *testing.T) {
			db, refused := postgres(t), errors.New("refused")
			err := db.Write.Transaction(func(tx *gorm.DB) error { return errors.Join(insert(tx), refused) })
			if n := numbers(t, db); !errors.Is(err, refused) || n != 2 {
				t.Errorf("undone: %v, %d numbers", err, n)
			}
			if err := db.Write.Transaction(insert); err != nil || numbers(t, db) != 3 {
				t.Errorf("kept: %v, %d numbers", err, numbers(t, db))
			}
			if err := db.Write.Transaction(insert); err == nil || named[name] && !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("refused: %v", err)
			}
			reading := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
			if err := db.Read.Transaction(insert, reading); err == nil || numbers(t, db) != 3 {
				t.Errorf("a reader wrote: %v", err)
			}
		})
	}
}

// What failed inside is never taken for committed.
func TestAFailedStatementIsNotCommitted(t *testing.T) {
	db := postgres(t)
	err := db.Write.Transaction(func(tx *gorm.DB) error {
		if _, err := marketplace.ExecTx(tx, "INSERT INTO numbers VALUES (?)", 3); err != nil {
			return err
		}
		if _, err := marketplace.ExecTx(tx, "INSERT INTO numbers VALUES (?)", 3); !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Errorf("inserted twice: %v", err)
		}
		return nil
	})
	if n := numbers(t, db); err == nil || n != 2 {
		t.Errorf("%v, %d numbers", err, n)
	}
}

// Rows that nobody closed, and a context that ended, leave neither a connection
// nor what was written behind.
func TestATransactionLeavesNothingBehind(t *testing.T) {
	db, refused := postgres(t), errors.New("refused")
	for range 20 { // more than there are connections
		err := db.Write.Transaction(func(tx *gorm.DB) error {
			if _, err := marketplace.ExecTx(tx, "INSERT INTO numbers VALUES (?)", 3); err != nil {
				return err
			}
			if rows, err := tx.Raw("SELECT n FROM numbers").Rows(); err != nil || !rows.Next() {
				return errors.Join(errors.New("nothing to read"), err)
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		err = db.Write.Transaction(func(tx *gorm.DB) error {
			rows, err := marketplace.RowsTx(tx, "SELECT n FROM numbers WHERE n < ?", 9)
			if err != nil || !rows.Next() {
				return errors.Join(errors.New("nothing to read"), err)
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		err = db.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if _, err := marketplace.ExecTx(tx, "INSERT INTO numbers VALUES (?)", 3); err != nil {
				return err
			}
			_, err := marketplace.ExecTx(tx, "INSERT INTO numbers SELECT 4 FROM pg_sleep(?)", 5.0)
			return err
		})
		cancel()
		if err == nil {
			t.Fatal("the context's end was not heeded")
		}
	}
	if n := numbers(t, db); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

// A context may end at any moment, also between a statement's being asked for
// and its being sent: the connection is then taken away, and not used any more.
func TestATransactionOutlivesItsContext(t *testing.T) {
	db := postgres(t)
	for i := range 300 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%30)*100*time.Microsecond)
		err := db.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			for {
				var n []int64
				if err := tx.Raw("SELECT n FROM numbers WHERE n > ?", 0).Scan(&n).Error; err != nil {
					if again := tx.Raw("SELECT n FROM numbers WHERE n > ?", 0).Scan(&n).Error; !errors.Is(again, context.DeadlineExceeded) {
						t.Errorf("after the end of its context: %v", again)
					}
					return err
				}
				if _, err := marketplace.ExecTx(tx, "UPDATE numbers SET n = n WHERE n = ?", 1); err != nil {
					return err
				}
			}
		})
		cancel()
		if err == nil {
			t.Fatal("the context's end was not heeded")
		}
	}
	if n := numbers(t, db); n != 2 {
		t.Errorf("%d numbers", n)
	}
}

// A list goes gorm's way, everything else past it; both mean the same.
func TestStatementsPastGorm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		type word string
		at := time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)
		id := marketplace.NewID[thing]()
		if err := db.Write.Exec("CREATE TABLE things (n bigint, w text, at " + map[string]string{"sqlite": "DATETIME", "postgres": "timestamptz"}[db.Dialect] +
			", b " + map[string]string{"sqlite": "BLOB", "postgres": "bytea"}[db.Dialect] + ", id " + map[string]string{"sqlite": "TEXT", "postgres": "uuid"}[db.Dialect] + ")").Error; err != nil {
			t.Fatal(err)
		}
		err := db.Write.Transaction(func(tx *gorm.DB) error {
			for _, n := range []int64{1, 2, 3} {
				if written, err := marketplace.ExecTx(tx, "INSERT INTO things VALUES (?, ?, ?, ?, ?)", n, word("a?b"), at, []byte{1, 2}, id); err != nil || written != 1 {
					return fmt.Errorf("wrote %d: %w", written, err)
				}
			}
			written, err := marketplace.ExecTx(tx, "UPDATE things SET w = NULL WHERE n IN ?", []int64{1, 3})
			if err != nil || written != 2 {
				return fmt.Errorf("updated %d: %w", written, err)
			}
			var found []string
			err = marketplace.EachTx(tx, "SELECT n, w, at, b, id FROM things WHERE n > ? ORDER BY n", []any{0}, func(scan marketplace.Scan) error {
				var n int
				var w *word
				var when time.Time
				var b []byte
				var is marketplace.ID[thing]
				if err := scan(&n, &w, &when, &b, &is); err != nil {
					return err
				}
				if !when.Equal(at) || len(b) != 2 || is != id {
					t.Errorf("row %d has %v, %v, %v", n, when, b, is)
				}
				if w != nil {
					found = append(found, fmt.Sprint(n, *w))
				}
				return nil
			})
			if fmt.Sprint(found) != "[2a?b]" {
				t.Errorf("found %v", found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
