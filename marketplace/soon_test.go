package marketplace_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// soon runs fn after counting a up, and counts how often it did.
func soon(t *testing.T, s *marketplace.Store, fn func(tx *gorm.DB) error, list ...marketplace.Statement) (runs int, err error) {
	t.Helper()
	err = s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		runs++
		if err := marketplace.WriteSoonTx(t.Context(), tx, list...); err != nil {
			return err
		}
		return fn(tx)
	})
	return runs, err
}

func nothing(*gorm.DB) error { return nil }

func TestWhatIsWrittenSoonIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		unheard := func(rows int64) error { t.Errorf("told of %d rows", rows); return nil }
		if db.Dialect == "sqlite" {
			unheard = func(int64) error { return nil }
		}
		runs, err := soon(t, s, nothing, count("a", unheard), count("b", nil), count("nobody", nil))
		if a, b := counters(t, s); err != nil || runs != 1 || a != 1 || b != 1 {
			t.Errorf("%d runs, %v: a is %d, b is %d", runs, err, a, b)
		}
		for name, look := range map[string]func(tx *gorm.DB, n *int) error{
			"directly": func(tx *gorm.DB, n *int) error {
				return marketplace.ScanTx(tx, "SELECT n FROM counters WHERE name = 'b'", nil, n)
			},
			"through gorm": func(tx *gorm.DB, n *int) error {
				return tx.Raw("SELECT n FROM counters WHERE name = 'b'").Scan(n).Error
			},
		} {
			var n int
			refused := errors.New("refused")
			runs, err := soon(t, s, func(tx *gorm.DB) error { return errors.Join(look(tx, &n), refused) }, count("b", nil))
			if _, b := counters(t, s); n != 2 || b != 1 || runs != 1 || !errors.Is(err, refused) {
				t.Errorf("%s: %d runs, %v: saw %d, kept %d", name, runs, err, n, b)
			}
		}
	})
}

// Where it cannot be written as usual, what is said is what WriteTx says, and
// Then may put it right.
func TestWhatIsWrittenSoonAndGoesWrongIsToldInTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, refused := newStore(t, db), errors.New("refused")
		twice := marketplace.Statement{Doing: "insert twice", SQL: "INSERT INTO counters (name, n) VALUES (?, 0)", Args: []any{"a"}}
		for name, after := range map[string]func(tx *gorm.DB) error{
			"at the end": nothing,
			"with the next": func(tx *gorm.DB) error {
				_, err := marketplace.ExecTx(tx, "UPDATE counters SET n = 0 WHERE false")
				return err
			},
			"with one of gorm's":   func(tx *gorm.DB) error { return tx.Exec("UPDATE counters SET n = 0 WHERE false").Error },
			"by one who is silent": func(tx *gorm.DB) error { _ = tx.Exec("UPDATE counters SET n = 0 WHERE false").Error; return nil },
		} {
			for _, c := range []struct {
				last marketplace.Statement
				want error
			}{
				{count("nobody", func(int64) error { return refused }), refused},
				{twice, gorm.ErrDuplicatedKey},
			} {
				_, err := soon(t, s, after, count("a", nil), c.last)
				if a, _ := counters(t, s); !errors.Is(err, c.want) || a != 0 {
					t.Errorf("%s, %s: %v, a is %d", name, c.last.Doing, err, a)
				}
			}
		}
		runs, err := soon(t, s, nothing, count("a", nil), count("nobody", func(rows int64) error {
			if rows != 0 {
				t.Errorf("told of %d rows", rows)
			}
			return nil
		}))
		if a, _ := counters(t, s); err != nil || a != 1 || runs > 2 {
			t.Errorf("put right: %d runs, %v, a is %d", runs, err, a)
		}
	})
}

// A fault between here and the database undoes all of it.
func TestWhatIsWrittenSoonIsWrittenWithTheRestOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		n := dbtest.Halfway(t, db, func() error {
			_, err := soon(t, s, func(tx *gorm.DB) error {
				return marketplace.WriteSoonTx(t.Context(), tx, count("b", nil))
			}, count("a", nil))
			return err
		})
		if a, b := counters(t, s); n != 2 || a != 1 || b != 1 {
			t.Errorf("%d statements, a is %d, b is %d", n, a, b)
		}
	})
}
