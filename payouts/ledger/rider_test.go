package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

var errRode = errors.New("the rider wrote something else")

// freeze is a rider that leaves a row behind.
func freeze(reason string, rows int64) ledger.Rider {
	return ledger.Rider{
		Doing: "freeze", Rows: rows, Else: errRode,
		SQL:  "INSERT INTO payout_freezes (scope, owner_id, reason, frozen_at) SELECT 'brand', ?, ?, ? WHERE true%s ON CONFLICT DO NOTHING",
		Args: []any{uuid.NewSHA1(uuid.Nil, []byte(reason)), reason, at},
	}
}

// never is a rider that may not be written.
func never() ledger.Rider {
	r := freeze("never", 1)
	r.If, r.IfArgs = "NOT EXISTS (SELECT 1 FROM ledger_postings WHERE kind = ?)", []any{"test"}
	return r
}

func freezes(t *testing.T, db *gorm.DB) (n int64) {
	t.Helper()
	if err := db.Table("payout_freezes").Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// A rider is written with its posting, the first time and later, and not with
// one that is refused or was posted before.
func TestRiders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		for _, s := range []struct {
			name    string
			posting ledger.Posting
			rider   ledger.Rider
			posted  bool
			err     error
			freezes int64
		}{
			{"accounts never used", posting("f", ledger.Move(mirror(), a, 10)...), freeze("f", 1), true, nil, 1},
			{"again", posting("f", ledger.Move(mirror(), a, 10)...), freeze("again", 1), false, nil, 1},
			{"other content", posting("f", ledger.Move(mirror(), a, 9)...), freeze("other", 1), false, ledger.ErrKeyReused, 1},
			{"one account never used", posting("m", ledger.Move(a, b, 1)...), freeze("m", 1), true, nil, 2},
			{"known accounts", posting("n", ledger.Move(a, b, 1)...), freeze("n", 1), true, nil, 3},
			{"too much", posting("o", ledger.Move(a, b, 9)...), freeze("o", 1), false, ledger.ErrInsufficientFunds, 3},
			{"without a balance", posting("p", ledger.Move(mirror(), ledger.Account{Kind: ledger.PlatformFee, Currency: "EUR"}, 1)...), freeze("p", 1), true, nil, 4},
			{"may not", posting("r", ledger.Move(a, b, 1)...), never(), false, errRode, 4},
			{"may not, an account never used", posting("s", ledger.Move(a, wallet(uuid.New()), 1)...), never(), false, errRode, 4},
			{"writes nothing", posting("q", ledger.Move(a, b, 1)...), freeze("n", 1), false, errRode, 4},
			{"may write nothing", posting("q", ledger.Move(a, b, 1)...), freeze("n", 0), true, nil, 4},
		} {
			var posted bool
			err := db.Write.Transaction(func(tx *gorm.DB) (err error) {
				posted, err = ledger.PostTx(t.Context(), tx, s.posting, s.rider)
				return err
			})
			if posted != s.posted || !errors.Is(err, s.err) || freezes(t, db.Write) != s.freezes {
				t.Errorf("%s: posted %v, %v, %d riders; want %v, %v, %d", s.name, posted, err, freezes(t, db.Write), s.posted, s.err, s.freezes)
			}
			mustBalance(t, db.Write)
		}
	})
}

// A rider is written with what is taken from a busy account too, whether or not
// the row had far more before.
func TestRidersOfBusyAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, hold := program()
		for _, p := range []ledger.Posting{posting("f"+budget.ID(), ledger.Move(mirror(), budget, 100_000)...), posting("h"+budget.ID(), ledger.Move(budget, hold, 1)...)} {
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(err)
			}
		}
		for i, minor := range []int64{9000, 1, 1, 70_000, 1} {
			key := fmt.Sprint("take", i, budget.ID())
			err := db.Write.Transaction(func(tx *gorm.DB) error {
				posted, err := ledger.PostTx(t.Context(), tx, posting(key, ledger.Move(budget, hold, minor)...), freeze(key, 1))
				if err == nil && !posted {
					err = errors.New("was not posted")
				}
				return err
			})
			if err != nil || freezes(t, db.Write) != int64(i+1) {
				t.Errorf("%d: %v, %d riders", minor, err, freezes(t, db.Write))
			}
		}
		if balance(t, db.Write, hold) != 79_004 {
			t.Errorf("%d held", balance(t, db.Write, hold))
		}
	})
}

// Sixteen callers take what is there for ten, over accounts that are known, in
// either direction at once: nobody waits for ever, none is lost.
func TestPostAtOnceConcurrently(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		for _, p := range []ledger.Posting{posting("a", ledger.Move(mirror(), a, 10)...), posting("b", ledger.Move(mirror(), b, 100)...)} {
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		refused := make(chan error, 16)
		for i := range 16 {
			wg.Go(func() {
				if _, err := post(db.Write, posting(fmt.Sprint("out", i), ledger.Move(a, b, 1)...)); err != nil {
					refused <- err
				}
			})
			wg.Go(func() {
				ctx := context.Background()
				err := db.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
					_, err := ledger.PostTx(ctx, tx, posting(fmt.Sprint("loop", i), append(ledger.Move(b, mirror(), 2), ledger.Move(mirror(), b, 1)...)...))
					return err
				})
				if err != nil {
					t.Error("from the other:", err)
				}
			})
		}
		wg.Wait()
		close(refused)
		n := 0
		for err := range refused {
			if n++; !errors.Is(err, ledger.ErrInsufficientFunds) {
				t.Error(err)
			}
		}
		if n != 6 || balance(t, db.Write, a) != 0 || balance(t, db.Write, b) != 94 {
			t.Errorf("%d refused; %d and %d left", n, balance(t, db.Write, a), balance(t, db.Write, b))
		}
		mustBalance(t, db.Write)
	})
}
