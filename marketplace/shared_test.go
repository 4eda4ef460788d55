package marketplace_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// crowd has functions wait for their turn behind one that holds it until the
// returned function is called. They take turns in the order of their adding.
type crowd struct {
	*marketplace.Store
	wg   sync.WaitGroup
	open chan struct{}
}

func newCrowd(t *testing.T, s *marketplace.Store) *crowd {
	t.Helper()
	s.StayOpen()
	c, holds, begun := &crowd{Store: s, open: make(chan struct{})}, make(chan struct{}), sync.Once{}
	c.wg.Go(func() {
		err := s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			begun.Do(func() { close(holds) }) // it may run again
			<-c.open
			return write(marketplace.AllBrands, "first")(tx)
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	return c
}

// add has fn wait; its result goes to then.
func (c *crowd) add(ctx context.Context, fn func(tx *gorm.DB) error, then func(err error)) {
	before := c.InLine()
	c.wg.Go(func() { then(c.InTx(ctx, marketplace.AllBrands, fn)) })
	for c.InLine() == before {
		time.Sleep(100 * time.Microsecond)
	}
}

func (c *crowd) run() {
	close(c.open)
	c.wg.Wait()
}

func fine(t *testing.T) func(error) {
	return func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestWritersShareACommit: the second sees what the first wrote, and nobody is
// answered before both are committed.
func TestWritersShareACommit(t *testing.T) {
	db := dbtest.Open(t, "sqlite")
	s := newStore(t, db)
	c := newCrowd(t, s)
	var answered, shared bool
	c.add(t.Context(), write(marketplace.AllBrands, "second"), func(err error) { answered = true; fine(t)(err) })
	c.add(t.Context(), func(tx *gorm.DB) error {
		var mine, others int
		if err := tx.Raw(`SELECT COUNT(*) FROM notes`).Row().Scan(&mine); err != nil {
			return err
		}
		if err := db.Read.Raw(`SELECT COUNT(*) FROM notes`).Row().Scan(&others); err != nil {
			return err
		}
		shared = mine == 2 && others == 0 && !answered
		if !marketplace.AfterCommit(tx, func() {
			if got := bodies(t, s, marketplace.AllBrands); len(got) != 3 {
				t.Errorf("after the commit the table holds %v", got)
			}
		}) {
			t.Error("a shared transaction has nobody to call after it")
		}
		return write(marketplace.AllBrands, "third")(tx)
	}, fine(t))
	c.run()
	if !shared {
		t.Error("three who waited did not share a transaction")
	}
}

// TestOneOfACrowdFails: by an error, a panic and with rows unread; what it wrote
// is undone, and what the others wrote is kept.
func TestOneOfACrowdFails(t *testing.T) {
	s := newStore(t, dbtest.Open(t, "sqlite"))
	c, broken := newCrowd(t, s), errors.New("broken")
	for i := range 9 {
		c.add(t.Context(), func(tx *gorm.DB) error {
			if err := write(marketplace.AllBrands, fmt.Sprint(i))(tx); err != nil {
				return err
			}
			if i%3 != 0 {
				return nil
			}
			rows, err := tx.Raw(`SELECT body FROM notes`).Rows()
			if err != nil {
				return err
			}
			rows.Next()
			return broken
		}, func(err error) {
			if (i%3 == 0) != errors.Is(err, broken) {
				t.Errorf("number %d: %v", i, err)
			}
		})
	}
	c.wg.Go(func() {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error { // the panic leaves no error
			fine(t)(write(marketplace.AllBrands, "panicked")(tx))
			panic("boom")
		})
	})
	c.run()
	if got := fmt.Sprint(bodies(t, s, marketplace.AllBrands)); got != "[1 2 4 5 7 8 first]" {
		t.Errorf("the table holds %s", got)
	}
}

// TestACommitFails: the one function to blame is told, the others are run again
// and kept, and who copied what they read hears of it.
func TestACommitFails(t *testing.T) {
	db := dbtest.Open(t, "sqlite")
	s, undone := newStore(t, db), 0
	s.OnUndone(func() { undone++ })
	if err := db.Write.Exec(`CREATE TABLE twins (id integer PRIMARY KEY, twin integer REFERENCES twins (id) DEFERRABLE INITIALLY DEFERRED)`).Error; err != nil {
		t.Fatal(err)
	}
	c := newCrowd(t, s)
	for i := range 4 {
		c.add(t.Context(), write(marketplace.AllBrands, fmt.Sprint(i)), fine(t))
	}
	c.add(t.Context(), func(tx *gorm.DB) error { return tx.Exec(`INSERT INTO twins VALUES (1, 2)`).Error }, func(err error) {
		if err == nil {
			t.Error("an only twin was committed")
		}
	})
	c.run()
	if got := fmt.Sprint(bodies(t, s, marketplace.AllBrands)); got != "[0 1 2 3 first]" || undone == 0 {
		t.Errorf("the table holds %s; undone %d times", got, undone)
	}
	fine(t)(s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, "later")))
}

// TestWhoGivesUpWaiting leaves the line without a trace.
func TestWhoGivesUpWaiting(t *testing.T) {
	s := newStore(t, dbtest.Open(t, "sqlite"))
	c := newCrowd(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	c.add(ctx, write(marketplace.AllBrands, "gone"), func(err error) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		close(gone)
	})
	c.add(t.Context(), write(marketplace.AllBrands, "stayed"), fine(t))
	cancel()
	<-gone
	c.run()
	if got := fmt.Sprint(bodies(t, s, marketplace.AllBrands)); got != "[first stayed]" {
		t.Errorf("the table holds %s", got)
	}
}

// TestKilledWhileSharing: whatever was answered is there after a kill -9.
func TestKilledWhileSharing(t *testing.T) {
	const name = "KNOWHOW_TEST_CROWD"
	if file := os.Getenv(name); file != "" {
		writeForEver(t, file)
		return
	}
	file := filepath.Join(t.TempDir(), "crowd.db")
	db, err := sqldb.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Write.Exec(`CREATE TABLE notes (brand_id uuid NOT NULL, body text NOT NULL)`).Error; err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWhileSharing$")
	child.Env = append(os.Environ(), name+"="+file)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var answered []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if body, ok := strings.CutPrefix(lines.Text(), "answered "); ok {
			answered = append(answered, body)
		}
		if len(answered) == 200 {
			_ = child.Process.Kill() // Wait tells
		}
	}
	if err := child.Wait(); err == nil || len(answered) < 200 {
		t.Fatalf("%d answers, then %v", len(answered), err)
	}
	kept := bodies(t, marketplace.NewStore(db.Write, db.Read), marketplace.AllBrands)
	for _, body := range answered {
		if _, found := slices.BinarySearch(kept, body); !found {
			t.Errorf("%s was answered and is lost", body)
		}
	}
}

// writeForEver has a crowd write and tells on standard output what was
// committed.
func writeForEver(t *testing.T, file string) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+file)
	if err != nil {
		t.Fatal(err)
	}
	s := marketplace.NewStore(db.Write, db.Read)
	var wg sync.WaitGroup
	for who := range 8 {
		wg.Go(func() {
			for i := range 10_000 {
				body := fmt.Sprintf("%d-%05d", who, i)
				if err := s.InTx(t.Context(), marketplace.AllBrands, write(marketplace.AllBrands, body)); err != nil {
					t.Error(err)
					return
				}
				fmt.Println("answered " + body)
			}
		})
	}
	wg.Wait()
}

// TestErrAgain: a function is run again until it says no more, and keeps only
// what the last run did.
func TestErrAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, runs := newStore(t, db), 0
		fine(t)(s.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
			runs++
			if err := write(marketplace.AllBrands, fmt.Sprint(runs))(tx); err != nil || runs == 3 {
				return err
			}
			return fmt.Errorf("run %d: %w", runs, marketplace.ErrAgain)
		}))
		if got := fmt.Sprint(bodies(t, s, marketplace.AllBrands)); got != "[3]" {
			t.Errorf("the table holds %s", got)
		}
	})
}
