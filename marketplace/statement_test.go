package marketplace_test

import (
	"errors"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func count(name string, then func(int64) error) marketplace.Statement {
	return marketplace.Statement{
		Doing: "count " + name, SQL: "UPDATE counters SET n = n + ? WHERE name = ? AND n < 2", Args: []any{1, name}, Then: then,
	}
}

func counters(t *testing.T, s *marketplace.Store) (a, b int) {
	t.Helper()
	err := s.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return marketplace.ScanTx(tx, "SELECT (SELECT n FROM counters WHERE name = ?), (SELECT n FROM counters WHERE name = ?)", []any{"a", "b"}, &a, &b)
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestStatementsAreWrittenTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, wrote := newStore(t, db), ""
		tell := func(rows int64) error { wrote += fmt.Sprint(rows); return nil }
		for range 3 {
			err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
				return marketplace.WriteTx(t.Context(), tx, count("a", tell), count("b", nil), count("nobody", tell))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if a, b := counters(t, s); a != 2 || b != 2 || wrote != "101000" {
			t.Errorf("a is %d, b is %d, rows written %s; want 2, 2, 101000", a, b, wrote)
		}
	})
}

// What a Then refuses, or the database does, undoes what was written beside it.
func TestStatementsAreKeptTogetherOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, refused := newStore(t, db), errors.New("refused")
		twice := marketplace.Statement{Doing: "insert twice", SQL: "INSERT INTO counters (name, n) VALUES (?, 0)", Args: []any{"a"}}
		for _, c := range []struct {
			last marketplace.Statement
			want error
		}{
			{count("b", func(int64) error { return refused }), refused},
			{twice, gorm.ErrDuplicatedKey},
		} {
			err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
				return marketplace.WriteTx(t.Context(), tx, count("a", nil), c.last)
			})
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		}
		if a, b := counters(t, s); a != 0 || b != 0 {
			t.Errorf("a is %d, b is %d: something was kept", a, b)
		}
	})
}

func TestScanFindsOneRowOrNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, n := newStore(t, db), -1
		read := func(tx *gorm.DB) error {
			return marketplace.ScanTx(tx, "SELECT n FROM counters WHERE name = ?", []any{"c"}, &n)
		}
		if err := s.Read(t.Context(), marketplace.AllBrands, read); !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("no row: %v", err)
		}
		broken := func(tx *gorm.DB) error { return marketplace.ScanTx(tx, "SELECT nothing FROM counters", nil, &n) }
		if err := s.Read(t.Context(), marketplace.AllBrands, broken); err == nil || errors.Is(err, gorm.ErrRecordNotFound) {
			t.Errorf("a broken query: %v", err)
		}
	})
}

// A transaction that entered a row's brand sees and writes no other's.
func TestATransactionEntersABrand(t *testing.T) {
	s := newStore(t, dbtest.Open(t, "postgres"))
	mine, theirs := marketplace.BrandID(marketplace.NewID[thing]()), marketplace.BrandID(marketplace.NewID[thing]())
	for brand, body := range map[marketplace.BrandID]string{mine: "mine", theirs: "theirs"} {
		if err := s.InTx(t.Context(), brand, write(brand, body)); err != nil {
			t.Fatal(err)
		}
	}
	enter := func(tx *gorm.DB) (body string, err error) {
		var entered string
		err = marketplace.ScanTx(tx, "SELECT body"+marketplace.EnteringSQL(tx, "brand_id")+" FROM notes WHERE body = ?"+marketplace.ForUpdateSQL(tx),
			[]any{"mine"}, &body, &entered)
		return body, err
	}
	n := 0
	err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		body, err := enter(tx)
		if err != nil || body != "mine" {
			return fmt.Errorf("entered by %q: %w", body, err)
		}
		return marketplace.ScanTx(tx, "SELECT count(*) FROM notes", nil, &n)
	})
	if err != nil || n != 1 {
		t.Errorf("after entering %d notes are seen, want 1: %v", n, err)
	}
	err = s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		if _, err := enter(tx); err != nil {
			return err
		}
		return write(theirs, "smuggled")(tx)
	})
	if err == nil {
		t.Error("a transaction that entered a brand wrote another's row")
	}
	if got := bodies(t, s, marketplace.AllBrands); fmt.Sprint(got) != "[mine theirs]" {
		t.Errorf("the next transaction sees %v, want all again", got)
	}
}
