package dbtest

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/migrations/sqldb"
)

// What is rolled back is quiet, what is committed is not, and a dump tells every
// row and NULL from an empty text.
func TestOnlyWhatIsCommittedIsHeard(t *testing.T) {
	Each(t, func(t *testing.T, db *sqldb.DB) {
		write := func(statement string, err error) {
			t.Helper()
			got := db.Write.Transaction(func(tx *gorm.DB) error {
				if failed := tx.Exec(statement).Error; failed != nil {
					return failed
				}
				return err
			})
			if !errors.Is(got, err) {
				t.Fatalf("%s: %v", statement, got)
			}
		}
		write("CREATE TABLE notes (id INTEGER PRIMARY KEY, said TEXT)", nil)
		quiet, before := newQuiet(t, db), Dump(t, db)
		defer quiet.close()
		const empty, null = "INSERT INTO notes VALUES (1, '')", "INSERT INTO notes VALUES (1, NULL)"
		for range 3 {
			if write(empty, errHalfway); !quiet.still() || Dump(t, db) != before {
				t.Error("what was rolled back is heard")
			}
		}
		if write(empty, nil); quiet.still() {
			t.Error("what was committed is not heard")
		}
		one := Dump(t, db)
		write("DELETE FROM notes WHERE id = 1", nil)
		write(null, nil)
		if other := Dump(t, db); one == before || other == one || !strings.Contains(other, "notes: id:1 said:NULL") {
			t.Errorf("dumps of two rows:\n%s\n%s", difference(before, one), difference(before, other))
		}
	})
}

var errUndone = errors.New("undone")

// What was found out is looked for again once something was committed, and not
// before.
func TestMemoLastsUntilACommit(t *testing.T) {
	Each(t, func(t *testing.T, db *sqldb.DB) {
		write := func(statement string) {
			t.Helper()
			if err := db.Write.Exec(statement).Error; err != nil {
				t.Fatal(err)
			}
		}
		write("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
		memo, looked := NewMemo(t, db), 0
		look := func() string {
			looked++
			return Dump(t, db)
		}
		first := memo.Of("all", look)
		kept := false // PostgreSQL may commit something of its own in between
		for try := 0; try < 5 && !kept; try++ {
			before := looked
			undone := db.Write.Transaction(func(tx *gorm.DB) error { return errors.Join(tx.Exec("INSERT INTO notes VALUES (7)").Error, errUndone) })
			if !errors.Is(undone, errUndone) || memo.Of("all", look) != first {
				t.Fatalf("after what was undone (%v) something else is found", undone)
			}
			kept = looked == before
		}
		if !kept {
			t.Errorf("looked %d times at what did not change", looked)
		}
		if memo.Of("other", func() string { return "other" }) != "other" {
			t.Error("one name is taken for another")
		}
		write("INSERT INTO notes VALUES (1)")
		if second := memo.Of("all", look); second == first {
			t.Error("what was committed is not seen")
		}
	})
}
