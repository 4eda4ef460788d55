package marketplace_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// newStore gives a store with a tenant table notes and a counter table.
func newStore(t *testing.T, db *sqldb.DB) *marketplace.Store {
	t.Helper()
	statements := []string{
		`CREATE TABLE notes (brand_id uuid NOT NULL, body text NOT NULL)`,
		`CREATE TABLE counters (name text PRIMARY KEY, n integer NOT NULL)`,
		`INSERT INTO counters VALUES ('a', 0), ('b', 0)`,
	}
	if db.Dialect == "postgres" {
		statements = append(statements, `ALTER TABLE notes ENABLE ROW LEVEL SECURITY`,
			`ALTER TABLE notes FORCE ROW LEVEL SECURITY`, `CREATE POLICY brand ON notes USING (knowhow_sees(brand_id))`)
	}
	for _, s := range statements {
		if err := db.Write.Exec(s).Error; err != nil {
			t.Fatal(err)
		}
	}
	return marketplace.NewStore(db.Write, db.Read)
}

func write(brand marketplace.BrandID, body string) func(tx *gorm.DB) error {
	return func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO notes (brand_id, body) VALUES (?, ?)`, brand, body).Error
	}
}

func bodies(t *testing.T, s *marketplace.Store, brand marketplace.BrandID) []string {
	t.Helper()
	var found []string
	err := s.Read(t.Context(), brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT body FROM notes ORDER BY body`).Scan(&found).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestInTxCommitsOrKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, brand, halfway := newStore(t, db), marketplace.AllBrands, errors.New("halfway")
		if err := s.InTx(t.Context(), brand, write(brand, "kept")); err != nil {
			t.Fatal(err)
		}
		err := s.InTx(t.Context(), brand, func(tx *gorm.DB) error {
			return errors.Join(write(brand, "lost")(tx), halfway)
		})
		if !errors.Is(err, halfway) {
			t.Errorf("InTx = %v, want the function's own error", err)
		}
		func() {
			defer func() {
				if p := recover(); p != "boom" {
					t.Errorf("recovered %v, want the panic to pass through", p)
				}
			}()
			_ = s.InTx(t.Context(), brand, func(tx *gorm.DB) error { // the panic leaves no error to look at
				if err := write(brand, "lost too")(tx); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if got := bodies(t, s, brand); fmt.Sprint(got) != "[kept]" {
			t.Errorf("the table holds %v, want [kept]", got)
		}
	})
}

func TestReadIsReadOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, brand := newStore(t, db), marketplace.AllBrands
		if err := s.Read(t.Context(), brand, write(brand, "x")); err == nil {
			t.Error("Read let an INSERT through")
		}
		if err := s.InTx(t.Context(), brand, write(brand, "y")); err != nil {
			t.Errorf("a write after a refused one: %v", err)
		}
		if got := bodies(t, s, brand); fmt.Sprint(got) != "[y]" {
			t.Errorf("the table holds %v, want [y]", got)
		}
	})
}

func TestReadSeesOneSnapshot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, brand := newStore(t, db), marketplace.AllBrands
		err := s.Read(t.Context(), brand, func(tx *gorm.DB) error {
			var before, after int
			if err := tx.Raw(`SELECT COUNT(*) FROM notes`).Row().Scan(&before); err != nil {
				return err
			}
			if err := s.InTx(context.WithoutCancel(t.Context()), brand, write(brand, "late")); err != nil {
				return err
			}
			if err := tx.Raw(`SELECT COUNT(*) FROM notes`).Row().Scan(&after); err != nil {
				return err
			}
			if before != after {
				t.Errorf("one Read counted %d, then %d", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestATransactionNamesItsBrand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		nothing := func(*gorm.DB) error { t.Error("the function ran"); return nil }
		for name, run := range map[string]func(context.Context, marketplace.BrandID, func(*gorm.DB) error) error{"InTx": s.InTx, "Read": s.Read} {
			var invalid *marketplace.InvalidError
			if err := run(t.Context(), marketplace.BrandID{}, nothing); !errors.As(err, &invalid) || invalid.Field != "brand" {
				t.Errorf("%s without a brand = %v", name, err)
			}
		}
	})
}

func TestRowLevelSecurityKeepsBrandsApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	s := newStore(t, db)
	a, b := marketplace.BrandID(marketplace.NewID[thing]()), marketplace.BrandID(marketplace.NewID[thing]())
	for brand, body := range map[marketplace.BrandID]string{a: "of a", b: "of b"} {
		if err := s.InTx(t.Context(), brand, write(brand, body)); err != nil {
			t.Fatal(err)
		}
	}
	for brand, want := range map[marketplace.BrandID]string{a: "[of a]", b: "[of b]", marketplace.AllBrands: "[of a of b]"} {
		if got := bodies(t, s, brand); fmt.Sprint(got) != want {
			t.Errorf("%s sees %v, want %s", brand, got, want)
		}
	}
	if err := s.InTx(t.Context(), a, write(b, "smuggled")); err == nil {
		t.Error("a transaction of one brand wrote a row of another")
	}
	var left int64
	if err := db.Write.Raw(`SELECT COUNT(*) FROM notes`).Row().Scan(&left); err != nil || left != 0 {
		t.Errorf("without a brand %d rows are seen, %v; the setting must end with its transaction", left, err)
	}
}

// TestDeadlocksAreRunAgain has pairs of transactions lock two rows in opposite
// order until PostgreSQL has had deadlocks to break; none may be lost.
func TestDeadlocksAreRunAgain(t *testing.T) {
	s := newStore(t, dbtest.Open(t, "postgres"))
	bump := func(tx *gorm.DB, name string) error {
		return tx.Exec(`UPDATE counters SET n = n + 1 WHERE name = ?`, name).Error
	}
	var runs sync.Map
	var met, wg sync.WaitGroup
	met.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			first, attempts := true, 0
			err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
				attempts++
				if err := bump(tx, order[0]); err != nil {
					return err
				}
				if first { // both hold their first row before either wants the other's
					first = false
					met.Done()
					met.Wait()
				}
				return bump(tx, order[1])
			})
			if err != nil {
				t.Error(err)
			}
			runs.Store(order[0], attempts)
		})
	}
	wg.Wait()
	var sum int
	err := s.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT SUM(n) FROM counters`).Row().Scan(&sum)
	})
	if err != nil || sum != 4 {
		t.Errorf("the counters sum to %d, %v; want 4", sum, err)
	}
	a, _ := runs.Load("a")
	b, _ := runs.Load("b")
	if a.(int)+b.(int) < 3 { // and more, where the one that was broken is back before the other has gone on
		t.Errorf("the transactions ran %d and %d times; a deadlock makes that three in all", a, b)
	}
}

func TestRetriesEnd(t *testing.T) {
	s := newStore(t, dbtest.Open(t, "postgres"))
	runs := 0
	err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		runs++
		return tx.Exec(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`).Error
	})
	if err == nil || runs != 9 {
		t.Errorf("a transaction that never succeeds ran %d times and gave %v; want the first run, 8 more, and the error", runs, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err = s.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Exec(`SELECT pg_sleep(10)`).Error })
	if err == nil {
		t.Error("a transaction outlived its context")
	}
}

func TestForUpdateAndOnlyOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, id := newStore(t, db), marketplace.NewID[thing]()
		err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			var n int
			return marketplace.ForUpdate(tx.Table("counters")).Select("n").Where("name = ?", "zzz").Take(&n).Error
		})
		if err := marketplace.OnlyOne(err, "counter", id); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("OnlyOne of a missing row = %v", err)
		}
		if err := marketplace.OnlyOne(nil, "counter", id); err != nil {
			t.Errorf("OnlyOne(nil) = %v", err)
		}
		other := errors.New("disk on fire")
		if err := marketplace.OnlyOne(other, "counter", id); !errors.Is(err, other) || errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("OnlyOne of another error = %v", err)
		}
	})
}

// TestSixteenWriters has each add to one counter by reading and writing it.
func TestSixteenWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				err := s.InTx(context.WithoutCancel(t.Context()), marketplace.AllBrands, func(tx *gorm.DB) error {
					var n int
					if err := marketplace.ForUpdate(tx.Table("counters")).Select("n").Where("name = ?", "a").Take(&n).Error; err != nil {
						return err
					}
					return tx.Exec(`UPDATE counters SET n = ? WHERE name = 'a'`, n+1).Error
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var n int
		if err := db.Read.Raw(`SELECT n FROM counters WHERE name = 'a'`).Row().Scan(&n); err != nil || n != 16 {
			t.Errorf("the counter stands at %d, %v; want 16", n, err)
		}
	})
}
