package ledger_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

// patient runs fn in a transaction that may put statements off where the database
// can, and again without if that went wrong, as marketplace's InTx does.
func patient(t *testing.T, db *sqldb.DB, fn func(tx *gorm.DB) error) (runs int, err error) {
	t.Helper()
	plugin, ok := db.Write.Plugins[sqldb.BrandPlugin].(interface {
		PutOff(ctx context.Context, may bool) context.Context
	})
	ctx := t.Context()
	for _, may := range []bool{true, false} {
		if runs++; ok {
			ctx = plugin.PutOff(ctx, may)
		}
		err = db.Write.WithContext(ctx).Transaction(fn)
		var late *sqldb.LateError
		if !errors.As(err, &late) {
			return runs, err
		}
	}
	return runs, err
}

// What is put off is as good as written: whoever reads in the transaction finds
// it, and what may not be written is refused as it is otherwise.
func TestPostingsThatArePutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		again := 1 // runs of a posting that cannot be written at once
		if db.Dialect == "postgres" {
			again = 2
		}
		a, b := wallet(uuid.New()), wallet(uuid.New())
		for i, p := range []ledger.Posting{posting("a", ledger.Move(mirror(), a, 10)...), posting("b", ledger.Move(a, b, 1)...)} {
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(i, err)
			}
		}
		for _, s := range []struct {
			name    string
			posting ledger.Posting
			rider   ledger.Rider
			posted  bool
			err     error
			runs    int
			left    int64 // in a
			freezes int64
		}{
			{"known accounts", posting("c", ledger.Move(a, b, 2)...), freeze("c", 1), true, nil, 1, 7, 1},
			{"again", posting("c", ledger.Move(a, b, 2)...), freeze("again", 1), false, nil, again, 7, 1},
			{"other content", posting("c", ledger.Move(a, b, 1)...), freeze("other", 1), false, ledger.ErrKeyReused, again, 7, 1},
			{"too much", posting("d", ledger.Move(a, b, 8)...), freeze("d", 1), false, ledger.ErrInsufficientFunds, again, 7, 1},
			{"may not", posting("e", ledger.Move(a, b, 1)...), never(), false, errRode, again, 7, 1},
			{"writes nothing", posting("f", ledger.Move(a, b, 1)...), freeze("c", 1), false, errRode, again, 7, 1},
			{"may write nothing", posting("f", ledger.Move(a, b, 1)...), freeze("c", 0), true, nil, 1, 6, 1},
		} {
			var posted bool
			runs, err := patient(t, db, func(tx *gorm.DB) (err error) {
				posted, err = ledger.PostTx(tx.Statement.Context, tx, s.posting, s.rider)
				return err
			})
			if posted != s.posted || !errors.Is(err, s.err) || runs != s.runs || balance(t, db.Write, a) != s.left || freezes(t, db.Write) != s.freezes {
				t.Errorf("%s: posted %v, %v, %d runs, %d left, %d riders; want %+v", s.name, posted, err, runs, balance(t, db.Write, a), freezes(t, db.Write), s)
			}
			mustBalance(t, db.Write)
		}
	})
}

// Two postings are put off, and what is read between or after them tells of both;
// if the second cannot be written, neither is.
func TestTwoPostingsArePutOffTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		again := 1 // runs where what was put off is refused
		if db.Dialect == "postgres" {
			again = 2
		}
		budget, hold := program()
		for _, p := range []ledger.Posting{posting("f", ledger.Move(mirror(), budget, 100_000)...), posting("h", ledger.Move(budget, hold, 1)...)} {
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(err)
			}
		}
		take := func(tx *gorm.DB, key string, minor int64) error {
			_, err := ledger.PostTx(tx.Statement.Context, tx, posting(key, ledger.Move(budget, hold, minor)...))
			return err
		}
		runs, err := patient(t, db, func(tx *gorm.DB) error {
			if err := errors.Join(take(tx, "1", 1), take(tx, "2", 2)); err != nil {
				return err
			}
			if held := balance(t, tx, hold); held != 4 {
				t.Errorf("in the transaction %d are held", held)
			}
			return take(tx, "3", 3)
		})
		if held := balance(t, db.Write, hold); err != nil || runs != 1 || held != 7 {
			t.Errorf("%d runs, %v: %d held", runs, err, held)
		}
		both := func(name string, second string, want error, held int64) {
			t.Helper()
			runs, err := patient(t, db, func(tx *gorm.DB) error { return errors.Join(take(tx, "4", 2), take(tx, second, 1)) })
			if now := balance(t, db.Write, hold); !errors.Is(err, want) || runs != again || now != held {
				t.Errorf("%s: %d runs, %v: %d held", name, runs, err, now)
			}
		}
		both("the second with other content", "3", ledger.ErrKeyReused, 7)
		if posted, err := post(db.Write, posting("8", ledger.Move(budget, hold, 1)...)); err != nil || posted != 1 { // sees again what there is
			t.Fatal(posted, err)
		}
		// then a batch takes nearly all, and this process still believes in plenty
		left := balance(t, db.Write, budget) - 2
		if n, err := post(db.Write, posting("6", ledger.Move(budget, hold, left-1)...), posting("7", ledger.Move(budget, hold, 1)...)); err != nil || n != 2 {
			t.Fatal(n, err)
		}
		both("more than there is", "5", ledger.ErrInsufficientFunds, 8+left)
		mustBalance(t, db.Write)
	})
}
