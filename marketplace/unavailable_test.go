package marketplace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// What the database cannot do at present is told apart from what is wrong with
// the statement, whatever its driver calls it.
func TestUnavailable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newStore(t, db)
		var fail error
		db.Watch(func(_ context.Context, q sqldb.Sent, send func() error) error {
			if fail != nil && strings.Contains(q.SQL, "INSERT") {
				return fail
			}
			return send()
		})
		for _, c := range []struct {
			err  error
			says bool
		}{
			{refusal{"08006"}, true}, {refusal{"53300"}, true}, {refusal{"53100"}, true}, {refusal{"57P01"}, true}, {refusal{"57P02"}, true},
			{refusal{"57P03"}, true}, {refusal{"25006"}, true}, {refusal{"40P01"}, true}, {refusal{"40001"}, true},
			{refusal{"57P04"}, false}, {refusal{"23505"}, false}, {refusal{"42601"}, false}, {refusal{"28P01"}, false},
			{result(5), true}, {result(5 | 1<<8), true}, {result(6), true}, {result(13), true}, {result(1), false}, {result(19), false},
			{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, true}, {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
			{context.DeadlineExceeded, false}, {errors.New("halfway"), false}, {marketplace.ErrConflict, false},
		} {
			fail = c.err
			err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, "lost"))
			if !errors.Is(err, c.err) || errors.Is(err, marketplace.ErrUnavailable) != c.says {
				t.Errorf("%v became %v, unavailable: %t", c.err, err, !c.says)
			}
		}
		fail = nil
		if err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, "kept")); err != nil {
			t.Errorf("with a database again: %v", err)
		}
		if got := bodies(t, s, marketplace.AllBrands); len(got) != 1 || got[0] != "kept" {
			t.Errorf("kept %v", got)
		}
	})
}

// A server that ends a connection, or is not there, is one that cannot be used at
// present, to who writes and who reads; the next transaction has a new connection.
func TestServerIsGone(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	s := newStore(t, db)
	ended := func(tx *gorm.DB) error {
		return tx.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`).Error
	}
	for name, run := range map[string]func(context.Context, marketplace.BrandID, func(*gorm.DB) error) error{"write": s.InTx, "read": s.Read} {
		if err := run(t.Context(), marketplace.AllBrands, ended); !errors.Is(err, marketplace.ErrUnavailable) {
			t.Errorf("%s on a connection that was ended: %v", name, err)
		}
		if err := run(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Exec(`SELECT 1`).Error }); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}

	if err := db.Write.Exec(`ALTER DATABASE ` + db.Write.Migrator().CurrentDatabase() + ` CONNECTION LIMIT 0`).Error; err != nil {
		t.Fatal(err)
	}
	_ = s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()`).Error
	})
	err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, "lost"))
	var wait interface{ RetryAfter() time.Duration }
	if !errors.Is(err, marketplace.ErrUnavailable) || !errors.As(err, &wait) || wait.RetryAfter() <= 0 {
		t.Errorf("with no connection to be had: %v", err)
	}
}
