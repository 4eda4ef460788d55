package dbtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

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
	before, quiet := Dump(t, db), newQuiet(t, db)
	defer quiet.close()
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
		if quiet.still() {
			continue
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
	before, quiet := Dump(t, db), newQuiet(t, db)
	defer quiet.close()
	do()
	if quiet.still() {
		return
	}
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
