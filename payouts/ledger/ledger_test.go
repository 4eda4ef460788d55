package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func wallet(id uuid.UUID) ledger.Account {
	return ledger.Account{Kind: ledger.BrandWallet, Owner: id, Currency: "EUR"}
}

func mirror() ledger.Account { return ledger.Account{Kind: ledger.SandboxBalance, Currency: "EUR"} }

func posting(key string, entries ...ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: key, Kind: "test", At: at, Entries: entries}
}

// post runs one transaction, again after a deadlock or where it was overtaken.
func post(db *gorm.DB, p ...ledger.Posting) (n int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	for {
		err = db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if n = 0; len(p) > 1 {
				n, err = ledger.PostAllTx(ctx, tx, p...)
				return err
			}
			posted, err := ledger.PostTx(ctx, tx, p[0])
			if posted {
				n = 1
			}
			return err
		})
		var state interface{ SQLState() string }
		if !errors.As(err, &state) || state.SQLState() != "40P01" && state.SQLState() != "40001" {
			return n, err
		}
	}
}

func balance(t *testing.T, db *gorm.DB, a ledger.Account) int64 {
	t.Helper()
	m, err := ledger.BalanceTx(context.Background(), db, a)
	if err != nil {
		t.Fatal(err)
	}
	return m.Minor
}

func mustBalance(t *testing.T, db *gorm.DB) {
	t.Helper()
	broken, err := ledger.CheckTx(context.Background(), db)
	if err != nil || len(broken) > 0 {
		t.Fatalf("check: %v, %v", broken, err)
	}
}

func TestPost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		steps := []struct {
			name    string
			posting ledger.Posting
			posted  int
			err     error
			a, b    int64
		}{
			{"fund", posting("f", ledger.Move(mirror(), a, 100)...), 1, nil, 100, 0},
			{"again", posting("f", ledger.Move(mirror(), a, 100)...), 0, nil, 100, 0},
			{"again with other content", posting("f", ledger.Move(mirror(), a, 99)...), 0, ledger.ErrKeyReused, 100, 0},
			{"move", posting("m", ledger.Move(a, b, 100)...), 1, nil, 0, 100},
			{"again when the money is gone", posting("m", ledger.Move(a, b, 100)...), 0, nil, 0, 100},
			{"other content when the money is gone", posting("m", ledger.Move(a, b, 1)...), 0, ledger.ErrKeyReused, 0, 100},
			{"too much", posting("n", ledger.Move(a, b, 1)...), 0, ledger.ErrInsufficientFunds, 0, 100},
			{"overflow", posting("o", ledger.Move(mirror(), b, 1<<62+1<<61)...), 1, nil, 0, 100 + 1<<62 + 1<<61},
			{"overflow again", posting("p", ledger.Move(mirror(), b, 1<<62)...), 0, money.ErrOverflow, 0, 100 + 1<<62 + 1<<61},
			{"one side", posting("q", ledger.Entry{Account: b, Minor: 1}), 0, ledger.ErrPosting, 0, 100 + 1<<62 + 1<<61},
			{"nothing", posting("r", ledger.Move(a, b, 0)...), 0, ledger.ErrPosting, 0, 100 + 1<<62 + 1<<61},
			{"no key", posting("", ledger.Move(b, a, 1)...), 0, ledger.ErrPosting, 0, 100 + 1<<62 + 1<<61},
			{"no owner", posting("s", ledger.Move(b, wallet(uuid.Nil), 1)...), 0, ledger.ErrPosting, 0, 100 + 1<<62 + 1<<61},
			{"no such kind", posting("t", ledger.Move(b, ledger.Account{Kind: "x", Currency: "EUR"}, 1)...), 0, ledger.ErrPosting, 0, 100 + 1<<62 + 1<<61},
			{"no such currency", posting("u", ledger.Move(b, ledger.Account{Kind: ledger.FeePending, Currency: "ZZZ"}, 1)...), 0, money.ErrCurrency, 0, 100 + 1<<62 + 1<<61},
		}
		for _, s := range steps {
			n, err := post(db.Write, s.posting)
			if n != s.posted || !errors.Is(err, s.err) {
				t.Fatalf("%s: posted %d, %v; want %d, %v", s.name, n, err, s.posted, s.err)
			}
			if got := [2]int64{balance(t, db.Write, a), balance(t, db.Write, b)}; got != [2]int64{s.a, s.b} {
				t.Fatalf("%s: balances %v, want %v", s.name, got, [2]int64{s.a, s.b})
			}
			mustBalance(t, db.Write)
		}
	})
}

func TestInsufficientFundsSaysWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		_, err := post(db.Write, posting("m", ledger.Move(a, b, 7)...))
		var missing *ledger.InsufficientFundsError
		if !errors.As(err, &missing) || missing.Account != a || missing.Missing != money.Of(7, "EUR") {
			t.Fatalf("%v", err)
		}
		var accounts int64
		if err := db.Write.Table("ledger_accounts").Count(&accounts).Error; err != nil || accounts != 0 {
			t.Fatalf("%d accounts were opened, %v", accounts, err)
		}
	})
}

func TestPostAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		batch := []ledger.Posting{
			posting("1", ledger.Move(mirror(), a, 100)...),
			posting("2", ledger.Move(a, b, 60)...),
			posting("2", ledger.Move(a, b, 60)...),
			posting("3", ledger.Move(a, b, 40)...),
		}
		if n, err := post(db.Write, batch[:2]...); n != 2 || err != nil {
			t.Fatalf("first two: %d, %v", n, err)
		}
		if n, err := post(db.Write, batch...); n != 1 || err != nil {
			t.Fatalf("all: %d, %v", n, err)
		}
		more := posting("4", ledger.Move(b, a, 50)...)
		if _, err := post(db.Write, more, posting("5", ledger.Move(a, b, 51)...)); !errors.Is(err, ledger.ErrInsufficientFunds) {
			t.Fatalf("second overdraws: %v", err)
		}
		if got := [2]int64{balance(t, db.Write, a), balance(t, db.Write, b)}; got != [2]int64{0, 100} {
			t.Fatalf("balances %v", got)
		}
		mustBalance(t, db.Write)
	})
}

func TestPostTakesFewStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		saved := int64(0)
		if db.Dialect == "postgres" {
			saved = 2
		}
		if _, err := post(db.Write, posting("0", ledger.Move(mirror(), a, 100)...), posting("1", ledger.Move(a, b, 50)...)); err != nil {
			t.Fatal(err)
		}
		before := db.Statements()
		if _, err := post(db.Write, posting("2", ledger.Move(a, b, 1)...)); err != nil || db.Statements()-before != 3-saved {
			t.Fatalf("one posting: %d statements, %v", db.Statements()-before, err)
		}
		before = db.Statements()
		var batch []ledger.Posting
		for i := range 50 {
			batch = append(batch, posting(fmt.Sprint("b", i), ledger.Move(b, a, 1)...))
		}
		if _, err := post(db.Write, batch...); err != nil || db.Statements()-before != 5-saved {
			t.Fatalf("fifty postings: %d statements, %v", db.Statements()-before, err)
		}
		mustBalance(t, db.Write)
	})
}

// Sixteen callers post the same key at once, and sixteen move money to and fro
// over accounts that do not exist yet.
func TestPostConcurrently(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a, b := wallet(uuid.New()), wallet(uuid.New())
		if _, err := post(db.Write, posting("f", ledger.Move(mirror(), a, 16)...)); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		posted := make(chan int, 16)
		for i := range 16 {
			wg.Go(func() {
				n, err := post(db.Write, posting("same", ledger.Move(a, b, 10)...))
				if err != nil {
					t.Error("same key:", err)
				}
				posted <- n
				if _, err = post(db.Write, posting(fmt.Sprint("in", i), ledger.Move(mirror(), wallet(b.Owner), 1)...)); err != nil {
					t.Error("own key:", err)
				}
				_, err = post(db.Write, posting(fmt.Sprint("back", i), ledger.Move(b, a, 1)...))
				if err != nil {
					t.Error("back:", err)
				}
			})
		}
		wg.Wait()
		close(posted)
		total := 0
		for n := range posted {
			total += n
		}
		if total != 1 || balance(t, db.Write, a)+balance(t, db.Write, b) != 32 {
			t.Fatalf("posted %d times; %d + %d", total, balance(t, db.Write, a), balance(t, db.Write, b))
		}
		mustBalance(t, db.Write)
	})
}

// Of two transactions that post to two accounts in opposite orders one is told
// that it is a deadlock, so that its caller knows to run it again.
func TestADeadlockIsKnownAsOne(t *testing.T) {
	db := dbtest.Open(t, "postgres").Write
	a, b := wallet(uuid.New()), wallet(uuid.New())
	for _, w := range []ledger.Account{a, b} {
		if _, err := post(db, posting("fund "+w.ID(), ledger.Move(mirror(), w, 10)...)); err != nil {
			t.Fatal(err)
		}
	}
	var met, ended sync.WaitGroup
	met.Add(2)
	errs := make([]error, 2)
	for i, order := range [][]ledger.Account{{a, b}, {b, a}} {
		ended.Go(func() {
			errs[i] = db.Transaction(func(tx *gorm.DB) error {
				_, err := ledger.PostTx(t.Context(), tx, posting(fmt.Sprint("first ", i), ledger.Move(mirror(), order[0], 1)...))
				met.Done()
				met.Wait()
				if err == nil {
					_, err = ledger.PostTx(t.Context(), tx, posting(fmt.Sprint("second ", i), ledger.Move(mirror(), order[1], 1)...))
				}
				return err
			})
		})
	}
	ended.Wait()
	lost := errors.Join(errs...)
	var state interface{ SQLState() string }
	if (errs[0] == nil) == (errs[1] == nil) || !errors.As(lost, &state) || state.SQLState() != "40P01" {
		t.Errorf("got %v and %v, want one deadlock", errs[0], errs[1])
	}
	mustBalance(t, db)
}

// What is locked ahead is locked in order, and none of it can be lacking.
func TestLockAhead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a := wallet(uuid.New())
		err := db.Write.Transaction(func(tx *gorm.DB) error {
			if err := ledger.LockTx(t.Context(), tx, uuid.Nil, a, wallet(uuid.New()), mirror()); err != nil {
				return err
			}
			_, err := ledger.PostTx(t.Context(), tx, posting("f", ledger.Move(mirror(), a, 16)...))
			return err
		})
		if err != nil || balance(t, db.Write, a) != 16 {
			t.Errorf("posted %d, %v", balance(t, db.Write, a), err)
		}
		if err := ledger.LockTx(t.Context(), db.Write, uuid.Nil, ledger.Account{Kind: "nobody's", Currency: "EUR"}); !errors.Is(err, ledger.ErrPosting) {
			t.Errorf("an unknown account: %v", err)
		}
		mustBalance(t, db.Write)
	})
}

func TestTheDatabaseRefusesToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		a := wallet(uuid.New())
		if _, err := post(db.Write, posting("f", ledger.Move(mirror(), a, 5)...)); err != nil {
			t.Fatal(err)
		}
		for _, sql := range []string{
			"UPDATE ledger_entries SET amount = 6",
			"DELETE FROM ledger_entries",
			"UPDATE ledger_postings SET kind = 'other'",
			"DELETE FROM ledger_postings",
			"UPDATE ledger_accounts SET balance = -1",
			"UPDATE ledger_accounts SET currency = 'eur'",
		} {
			if err := db.Write.Exec(sql).Error; err == nil {
				t.Errorf("%s: was let through", sql)
			}
		}
		mustBalance(t, db.Write)
	})
}

// Each damage that the tables let through is found by its rule.
func TestCheckFindsDamage(t *testing.T) {
	const entry = `INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT id, 9, %s FROM ledger_postings`
	damages := map[string]string{
		"balance and version follow from the entries":     "UPDATE ledger_accounts SET balance = balance + 1",
		"entries add up to zero per posting and currency": fmt.Sprintf(entry, "'fee:pending:EUR', 'EUR', 1, NULL, NULL"),
		"each balance follows from the one before":        fmt.Sprintf(entry, "'brand:x:wallet:EUR', 'EUR', 1, 9, 1"),
		"entries with a balance belong to an account":     fmt.Sprintf(entry, "'brand:x:wallet:EUR', 'EUR', 1, 1, 1"),
		"only constrained accounts have a balance":        "UPDATE ledger_accounts SET kind = 'fee:pending'",
	}
	for rule, damage := range damages {
		t.Run(rule, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				if _, err := post(db.Write, posting("f", ledger.Move(mirror(), wallet(uuid.New()), 5)...)); err != nil {
					t.Fatal(err)
				}
				if err := db.Write.Exec(damage).Error; err != nil {
					t.Fatal(err)
				}
				broken, err := ledger.CheckTx(context.Background(), db.Write)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range broken {
					if v.Rule == rule {
						return
					}
				}
				t.Fatalf("found only %v", broken)
			})
		})
	}
}
