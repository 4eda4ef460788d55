package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"knowhow/migrations/sqldb"
)

// errHalfway is the fault that Halfway injects.
var errHalfway = errors.New("injected fault")

// Halfway runs do again and again, each time with a later one of its
// statements failing, until one run meets no fault. Every failed run must
// report the fault and leave the database as it was; the last must succeed. do
// writes through db.Write and must run the same statements each time. It
// returns how many there are.
func Halfway(t *testing.T, db *sqldb.DB, do func() error) int {
	t.Helper()
	var seen, failAt atomic.Int64
	injectFault(db, &seen, &failAt)
	defer failAt.Store(-1)
	failAt.Store(-1)
	before := Dump(t, db)
	for n := int64(1); ; n++ {
		seen.Store(0)
		failAt.Store(n)
		err := do()
		failAt.Store(-1)
		if seen.Load() < n {
			if err != nil {
				t.Errorf("without a fault: %v", err)
			}
			return int(n - 1)
		}
		if !errors.Is(err, errHalfway) {
			t.Fatalf("statement %d failed, but the answer is %v", n, err)
		}
		if after := Dump(t, db); after != before {
			t.Fatalf("statement %d failed, but something was kept:\n%s", n, difference(before, after))
		}
	}
}

// FailEach is Halfway for what may succeed by another way although one of its
// statements fails: judge is told of each such run the number of the statement,
// the database as it was before, and the answer. do is told the number too, and
// that of the last run, which meets no fault and must succeed.
func FailEach(t *testing.T, db *sqldb.DB, do func(n int) error, judge func(n int, before string, err error)) int {
	t.Helper()
	var seen, failAt atomic.Int64
	injectFault(db, &seen, &failAt)
	defer failAt.Store(-1)
	for n := int64(1); ; n++ {
		before := Dump(t, db)
		seen.Store(0)
		failAt.Store(n)
		err := do(int(n))
		failAt.Store(-1)
		if seen.Load() < n {
			if err != nil {
				t.Errorf("without a fault: %v", err)
			}
			return int(n - 1)
		}
		judge(int(n), before, err)
	}
}

// Unchanged fails the test when do changes anything in the database.
func Unchanged(t *testing.T, db *sqldb.DB, do func()) {
	t.Helper()
	before := Dump(t, db)
	do()
	if after := Dump(t, db); after != before {
		t.Errorf("something changed:\n%s", difference(before, after))
	}
}

// injectFault makes statement number failAt of db fail, counting in seen.
func injectFault(db *sqldb.DB, seen, failAt *atomic.Int64) {
	db.Watch(func(_ context.Context, _ sqldb.Sent, send func() error) error {
		if seen.Add(1) == failAt.Load() {
			return errHalfway
		}
		return send()
	})
}

// Dump writes out every row of every table, sorted, one a line.
func Dump(t testing.TB, db *sqldb.DB) string {
	t.Helper()
	list := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if db.Dialect == "postgres" {
		list = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
	}
	var lines []string
	err := db.Read.WithContext(t.Context()).Transaction(func(tx *gorm.DB) error {
		if db.Dialect == "postgres" {
			if err := tx.Exec("SELECT set_config('knowhow.brand', '*', true)").Error; err != nil {
				return err
			}
		}
		var tables []string
		if err := tx.Raw(list).Scan(&tables).Error; err != nil {
			return err
		}
		for _, table := range tables {
			var rows []map[string]any
			if err := tx.Raw("SELECT * FROM " + table).Scan(&rows).Error; err != nil {
				return err
			}
			for _, row := range rows {
				lines = append(lines, table+": "+fmt.Sprint(row))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("dump the database: %v", err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// difference lists the lines that only one of two dumps has.
func difference(before, after string) string {
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	var b strings.Builder
	for _, l := range old {
		if !slices.Contains(now, l) {
			fmt.Fprintf(&b, "- %.300s\n", l)
		}
	}
	for _, l := range now {
		if !slices.Contains(old, l) {
			fmt.Fprintf(&b, "+ %.300s\n", l)
		}
	}
	return b.String()
}
