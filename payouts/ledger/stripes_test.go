package ledger_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
)

func program() (budget, hold ledger.Account) {
	id := uuid.New()
	return ledger.Account{Kind: ledger.ProgramBudget, Owner: id, Currency: "EUR"}, ledger.Account{Kind: ledger.ProgramHold, Owner: id, Currency: "EUR"}
}

func near(p ledger.Posting, id uuid.UUID) ledger.Posting {
	p.Near = id
	return p
}

// used is how many rows of an account have money.
func used(t *testing.T, db *sqldb.DB, a ledger.Account) (n int64) {
	t.Helper()
	if err := db.Write.Table("ledger_accounts").Where("owner_id = ? AND kind = ? AND balance > 0", a.Owner, a.Kind).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// A rich account is spread over many rows, a poor one over few; together they are
// the account, to the last cent, and no posting is refused that the account
// covers.
func TestStripes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, hold := program()
		const all, part = 1_000_000, 900
		if _, err := post(db.Write, posting("fund"+budget.ID(), ledger.Move(mirror(), budget, all)...)); err != nil {
			t.Fatal(err)
		}
		left, widest := int64(all), int64(0)
		held := map[uuid.UUID]int64{}
		for left >= part {
			id, minor := uuid.New(), int64(part)
			if len(held) == 60 {
				minor = left - 20*part - 1 // from here on it is a poor one
			}
			if _, err := post(db.Write, near(posting("hold"+id.String(), ledger.Move(budget, hold, minor)...), id)); err != nil {
				t.Fatalf("%d left: %v", left, err)
			}
			held[id] = minor
			left -= minor
			widest = max(widest, used(t, db, budget))
		}
		if got := balance(t, db.Write, budget); got != left || balance(t, db.Write, hold) != all-left {
			t.Fatalf("%d left, want %d", got, left)
		}
		if widest < 15 || used(t, db, hold) < 10 || used(t, db, budget) > 1 {
			t.Errorf("the budget was spread over %d rows, and is over %d at the end; the holds over %d", widest, used(t, db, budget), used(t, db, hold))
		}
		id := uuid.New()
		_, err := post(db.Write, near(posting("over", ledger.Move(budget, hold, left+1)...), id))
		var missing *ledger.InsufficientFundsError
		if !errors.As(err, &missing) || missing.Account != budget || missing.Missing != money.Of(1, "EUR") {
			t.Errorf("one too much: %v", err)
		}
		for id, minor := range held {
			if _, err := post(db.Write, near(posting("void"+id.String(), ledger.Move(hold, budget, minor)...), id)); err != nil {
				t.Fatal(err)
			}
		}
		if balance(t, db.Write, budget) != all || balance(t, db.Write, hold) != 0 {
			t.Errorf("%d and %d at the end", balance(t, db.Write, budget), balance(t, db.Write, hold))
		}
		mustBalance(t, db.Write)
	})
}

// Many take the last money of a budget at once, in parts that do not divide it:
// exactly as many succeed as there is money for.
func TestTheLastMoneyOfManyRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, hold := program()
		for i := range 16 { // spread by hand: a little in each row
			id := uuid.New()
			id[15] = byte(i)
			p := near(posting(fmt.Sprint("fund", i, budget.ID()), ledger.Move(mirror(), budget, 70)...), id)
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		won := 0
		for range 40 {
			wg.Go(func() {
				id := uuid.New()
				_, err := post(db.Write, near(posting(id.String(), ledger.Move(budget, hold, 100)...), id))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, ledger.ErrInsufficientFunds) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 11 || balance(t, db.Write, budget) != 20 || balance(t, db.Write, hold) != 1100 {
			t.Errorf("%d of forty took 100 of 1120; %d left", won, balance(t, db.Write, budget))
		}
		mustBalance(t, db.Write)
	})
}

// All rows together fit in 64 bits.
func TestStripesDoNotOverflow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, _ := program()
		for i := range 80 {
			id := uuid.New()
			_, err := post(db.Write, near(posting(id.String(), ledger.Move(mirror(), budget, math.MaxInt64/64)...), id))
			if err != nil && !errors.Is(err, money.ErrOverflow) {
				t.Fatalf("%d: %v", i, err)
			}
		}
		if got := balance(t, db.Write, budget); got < math.MaxInt64/64 {
			t.Errorf("balance %d", got)
		}
		id := uuid.New()
		if _, err := post(db.Write, near(posting(id.String(), ledger.Move(budget, mirror(), math.MaxInt64/64)...), id)); err != nil {
			t.Error(err)
		}
	})
}

// An account that was opened when there were fewer rows to one is used like any
// other, and the rows that it lacks are opened with it.
func TestAccountsWithFewerRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, hold := program()
		if _, err := post(db.Write, posting("fund"+budget.ID(), ledger.Move(mirror(), budget, 100_000)...)); err != nil {
			t.Fatal(err)
		}
		held := make([]uuid.UUID, 60)
		for i := range held {
			if i == 30 { // from here on rows are missing, some of them with money in others
				if err := db.Write.Exec("DELETE FROM ledger_accounts WHERE owner_id = ? AND balance = 0 AND id LIKE '%#%'", budget.Owner).Error; err != nil {
					t.Fatal(err)
				}
			}
			held[i] = uuid.New()
			if _, err := post(db.Write, near(posting("hold"+held[i].String(), ledger.Move(budget, hold, 50)...), held[i])); err != nil {
				t.Fatal(i, err)
			}
		}
		err := db.Write.Exec("UPDATE ledger_accounts SET balance = CASE WHEN id = ? THEN 3000 ELSE 0 END WHERE owner_id = ? AND kind = ?", hold.ID(), hold.Owner, hold.Kind).Error
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Write.Exec("DELETE FROM ledger_accounts WHERE owner_id = ? AND kind = ? AND balance = 0", hold.Owner, hold.Kind).Error; err != nil {
			t.Fatal(err)
		}
		for _, id := range held {
			if _, err := post(db.Write, near(posting("void"+id.String(), ledger.Move(hold, budget, 50)...), id)); err != nil {
				t.Fatal(err)
			}
		}
		if balance(t, db.Write, budget) != 100_000 || balance(t, db.Write, hold) != 0 {
			t.Errorf("%d and %d at the end", balance(t, db.Write, budget), balance(t, db.Write, hold))
		}
	})
}

// What is posted again is not posted, whatever has become of the rows meanwhile.
func TestStripedReplay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		budget, hold := program()
		id := uuid.New()
		take := near(posting("take"+id.String(), ledger.Move(budget, hold, 60)...), id)
		for _, p := range []ledger.Posting{
			posting("fund"+id.String(), ledger.Move(mirror(), budget, 100)...), take, take,
			near(posting("rest"+id.String(), ledger.Move(budget, hold, 40)...), uuid.New()), take,
		} {
			if _, err := post(db.Write, p); err != nil {
				t.Fatal(err)
			}
		}
		other := near(posting("take"+id.String(), ledger.Move(budget, hold, 61)...), id)
		if _, err := post(db.Write, other); !errors.Is(err, ledger.ErrKeyReused) {
			t.Errorf("other content: %v", err)
		}
		if balance(t, db.Write, budget) != 0 || balance(t, db.Write, hold) != 100 {
			t.Errorf("%d and %d", balance(t, db.Write, budget), balance(t, db.Write, hold))
		}
		mustBalance(t, db.Write)
	})
}

// What this process remembers of a row another may have taken: then the
// transaction is run again, the money found where it is, and nothing refused that
// the account covers.
func TestPlentyIsOnlyARemembrance(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	budget, hold := program()
	const all, part = 10_000_000_000, 100
	if _, err := post(db.Write, posting("fund"+budget.ID(), ledger.Move(mirror(), budget, all)...)); err != nil {
		t.Fatal(err)
	}
	take := func(key string, row int, minor int64) error { // once, whatever comes of it
		id := uuid.New()
		binary.BigEndian.PutUint64(id[8:], uint64(row))
		return db.Write.Transaction(func(tx *gorm.DB) error {
			_, err := ledger.PostTx(t.Context(), tx, near(posting(key+id.String(), ledger.Move(budget, hold, minor)...), id))
			return err
		})
	}
	for i := range 128 { // spreads it, and remembers each row
		if err := take("hold", i%64, part); err != nil {
			t.Fatal(err)
		}
	}
	var rows []string
	err := db.Write.Raw("SELECT id FROM ledger_accounts WHERE owner_id = ? AND kind = ? AND balance > 0 ORDER BY id", budget.Owner, budget.Kind).Scan(&rows).Error
	if err != nil || len(rows) != 64 {
		t.Fatalf("spread over %d rows, %v", len(rows), err)
	}
	err = db.Write.Exec("UPDATE ledger_accounts SET balance = 0 WHERE owner_id = ? AND kind = ? AND id <> ?", budget.Owner, budget.Kind, rows[0]).Error
	if err != nil { // what is left is in one row
		t.Fatal(err)
	}
	again := 0
	for i := range 64 {
		err := take("after", i, part)
		if errors.Is(err, ledger.ErrConcurrent) {
			again++
			err = take("after", i, part)
		}
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if again < 1 || again > 63 {
		t.Errorf("run again %d times for 63 rows", again)
	}
	if n := used(t, db, budget); n != 64 {
		t.Errorf("spread over %d rows anew", n)
	}
	missing := &ledger.InsufficientFundsError{}
	for range 2 { // it may be run again, and is then refused
		err = take("over", 0, all)
		if !errors.Is(err, ledger.ErrConcurrent) {
			break
		}
	}
	if !errors.As(err, &missing) {
		t.Errorf("more than there is: %v", err)
	}
}
