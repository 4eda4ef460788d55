package ledger

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// quick is a posting as one table of its lines, to be written without reading
// the balances first: the database adds to them.
type quick struct {
	prepared
	id      uuid.UUID
	lines   []quickLine
	changed int  // how many lines are of constrained accounts
	takes   bool // from a stripe, which may lack what others have
	ample   bool // but had far more when this process last looked
}

// quickLine is an entry, the row it is written to, and what that can hold; most
// is 0 where there is no row.
type quickLine struct {
	Entry
	row  string
	most int64
}

func newQuick(p prepared) (quick, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return quick{}, fmt.Errorf("make posting id: %w", err)
	}
	q := quick{prepared: p, id: id, lines: make([]quickLine, len(p.Entries))}
	for i, e := range p.Entries {
		q.lines[i] = quickLine{Entry: e, row: e.Account.ID()}
		if !e.Account.Constrained() {
			continue
		}
		q.lines[i].row, q.lines[i].most = p.homes[i], e.Account.most()
		q.changed++
		q.takes = q.takes || e.Minor < 0 && e.Account.striped()
	}
	q.ample = q.takes && plenty.covers(q)
	return q, nil
}

// writeQuick posts p if all of its accounts are there and hold enough, and
// reports whether it did. If not, nothing was written.
func writeQuick(tx *gorm.DB, p prepared, riders []Rider) (bool, error) {
	q, err := newQuick(p)
	if err != nil || q.changed == 0 || q.huge() {
		return false, err
	}
	if tx.Dialector.Name() == "postgres" {
		return q.writeOnce(tx, riders)
	}
	return q.writeEach(tx, riders)
}

// whyNot is why the posting was not written although its stripe had the money
// when the statement began: it is posted already, a rider may not ride, or
// somebody else has taken the money while this waited. That one must begin anew:
// it holds the stripe, and could only ask for the others out of order.
func (q quick) whyNot(tx *gorm.DB, riders []Rider) error {
	left, err := dropPosted(tx, []prepared{q.prepared})
	if err != nil || len(left) == 0 {
		return err
	}
	if err := mayRide(tx, riders); err != nil {
		return err
	}
	return errOvertaken
}

// change is what is added to the balance of the line's row.
func (l quickLine) change() int64 {
	if l.Account.Kind.Debit() {
		return -l.Minor
	}
	return l.Minor
}

// asks reports whether the statement looks first whether a stripe has the money.
func (q quick) asks() bool { return q.takes && !q.ample }

// huge reports whether the posting moves more than a stripe can hold.
func (q quick) huge() bool {
	return slices.ContainsFunc(q.lines, func(l quickLine) bool { return max(l.Minor, -l.Minor) > mostOfStripe })
}
