package marketplace_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// refusal is an error as the drivers give them.
type refusal struct{ state string }

func (r refusal) Error() string    { return "refused: " + r.state }
func (r refusal) SQLState() string { return r.state }

// result is the same of SQLite's.
type result int

func (r result) Error() string { return fmt.Sprintf("refused: %d", int(r)) }
func (r result) Code() int     { return int(r) }

// A process finds out that nothing can be written by what it is told when it
// writes, and that it can again by trying; meanwhile it is of no use to who
// sends it requests. Other failures say nothing of the kind.
func TestWritableUntilAWriteIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, now := newStore(t, db), time.Now()
		var full atomic.Pointer[error]
		sent := 0
		db.Watch(func(_ context.Context, q sqldb.Sent, send func() error) error {
			sent++
			if err := full.Load(); err != nil && strings.Contains(q.SQL, "INSERT") {
				return *err
			}
			return send()
		})
		for _, c := range []struct {
			err  error
			says bool
		}{
			{refusal{"53100"}, true}, {refusal{"25006"}, true}, {result(13), true}, {result(8), true}, {result(10 | 3<<8), true},
			{refusal{"23505"}, false}, {result(19), false}, {errors.New("halfway"), false},
		} {
			full.Store(&c.err)
			if err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, "lost")); !errors.Is(err, c.err) {
				t.Fatalf("wrote while %v: %v", c.err, err)
			}
			if err := s.Writable(t.Context(), now); (err != nil) != c.says || c.says && !errors.Is(err, c.err) {
				t.Errorf("after %v: %v", c.err, err)
			}
			full.Store(nil)
			if err := s.Writable(t.Context(), now.Add(time.Second)); err != nil {
				t.Errorf("with room again after %v: %v", c.err, err)
			}
			before := sent
			if err := s.Writable(t.Context(), now); err != nil || sent != before {
				t.Errorf("asked while all is well: %v, %d statements", err, sent-before)
			}
		}
		if got := bodies(t, s, marketplace.AllBrands); len(got) != 0 {
			t.Errorf("kept %v", got)
		}
	})
}

// SQLite says itself that it is full, and goes on when it may grow again.
func TestSQLiteTellsThatItIsFull(t *testing.T) {
	db := dbtest.Open(t, "sqlite")
	s := newStore(t, db)
	limit := func(pages int) {
		if err := db.Write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Error; err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // which is to say: no more than there are
	long := strings.Repeat("x", 1<<20)
	if err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, long)); err == nil {
		t.Fatal("a full database took a megabyte")
	}
	limit(1 << 30)
	if err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, long)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if !s.Refused() {
		t.Error("it was not noticed")
	}
	if err := s.Writable(t.Context(), time.Now()); err != nil || s.Refused() {
		t.Errorf("with room again: %v", err)
	}
}
