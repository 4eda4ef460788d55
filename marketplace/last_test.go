package marketplace_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A transaction that ends with its last statement reads the same, leaves its
// connection as any does, and sends nothing more.
func TestAReadingEndsWithItsLastStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		for range 20 { // more than there are connections
			for _, before := range []int{0, 1} {
				var a, b int
				err := s.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
					if before > 0 {
						if err := marketplace.ScanTx(tx, "SELECT n FROM counters WHERE name = ?", []any{"a"}, &a); err != nil {
							return err
						}
					}
					return marketplace.ScanTx(marketplace.Last(tx), "SELECT n + 1 FROM counters WHERE name = ?", []any{"b"}, &b)
				})
				if err != nil || a != 0 || b != 1 {
					t.Fatalf("read %d and %d, %v", a, b, err)
				}
			}
		}
		err := s.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			var n int
			if err := marketplace.ScanTx(marketplace.Last(tx), "SELECT n FROM counters WHERE name = ?", []any{"a"}, &n); err != nil {
				return err
			}
			return marketplace.ScanTx(tx, "SELECT n FROM counters WHERE name = ?", []any{"b"}, &n)
		})
		if (err != nil) != (db.Dialect == "postgres") {
			t.Errorf("more than the last: %v", err)
		}
		if err := s.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			var n int
			return marketplace.ScanTx(marketplace.Last(tx), "SELECT n FROM nowhere", nil, &n)
		}); err == nil {
			t.Error("what cannot be read was read")
		}
		var n int
		if err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error { // of one that writes it means nothing
			if err := marketplace.ScanTx(marketplace.Last(tx), "SELECT n FROM counters WHERE name = ?", []any{"a"}, &n); err != nil {
				return err
			}
			return marketplace.WriteTx(t.Context(), tx, count("a", nil))
		}); err != nil {
			t.Error(err)
		}
		if a, _ := counters(t, s); a != 1 {
			t.Errorf("a is %d", a)
		}
	})
}
