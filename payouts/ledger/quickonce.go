package ledger

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// statement is SQL for PostgreSQL as it is put together, with its arguments. One
// that is used twice is sent once.
type statement struct {
	strings.Builder
	args []any
}

// arg adds an argument and returns its placeholder.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// add appends SQL that has a question mark for each argument.
func (s *statement) add(sql string, args ...any) {
	for _, v := range args {
		before, after, _ := strings.Cut(sql, "?")
		s.WriteString(before)
		s.WriteString(s.arg(v))
		sql = after
	}
	s.WriteString(sql)
}

// booked is what of a posting's lines the statement tells by the row they are
// written to.
type booked struct {
	ids    string // the rows
	change string // what is added to each balance
	line   string // its line
	amount string // what its entry says
}

// book has the rows of constrained accounts as arguments.
func (q quick) book(s *statement) booked {
	var ids, debits []string
	var change, line strings.Builder
	for i, l := range q.lines {
		if !l.Account.Constrained() {
			continue
		}
		id := s.arg(l.row)
		ids = append(ids, id)
		if l.Account.Kind.Debit() {
			debits = append(debits, id)
		}
		change.WriteString(" WHEN " + id + " THEN CAST(" + s.arg(l.change()) + " AS bigint)")
		line.WriteString(" WHEN " + id + " THEN " + strconv.Itoa(i+1))
	}
	b := booked{ids: strings.Join(ids, ", "), change: "CASE id" + change.String() + " END", line: "CASE id" + line.String() + " END", amount: "change"}
	if len(debits) > 0 {
		b.amount = "CASE WHEN id IN (" + strings.Join(debits, ", ") + ") THEN -change ELSE change END"
	}
	return b
}

// within is the condition that a balance and its change stay in bounds, of which
// the upper one is for all what a stripe can hold: the few rows of other accounts
// that hold more are written the longer way.
func within(change string) string {
	return "balance BETWEEN -" + change + " AND " + strconv.FormatInt(mostOfStripe, 10) + " - " + change
}

// once is the posting as one statement, which returns the lines written, with the
// balances after them and how many rows each rider wrote. The rows are locked in
// the order of their ids before anything is written, as everywhere. Where a stripe
// lacks the money, no row is locked: the others are asked next, and locked in order
// with it; line 0 tells how many were. A stripe that had far more a moment ago is
// not asked first, and there is no such line; should it lack the money after all,
// the transaction is run again.
func (q quick) once(riders []Rider) *statement {
	s := &statement{}
	counts := q.write(s, riders, q.asks(), "line, balance_after")
	if q.asks() {
		s.WriteString(" SELECT line, balance_after" + counts + " FROM entered UNION ALL SELECT 0, (SELECT count(*) FROM b)" + counts)
		return s
	}
	s.WriteString(counts)
	return s
}

// late is the posting as one statement that writes all of it or fails, by dividing
// by zero.
func (q quick) late(riders []Rider) *statement {
	s := &statement{}
	q.write(s, riders, true, "1")
	s.WriteString(" SELECT 1 / CASE WHEN (SELECT count(*) FROM entered) = " + strconv.Itoa(len(q.lines)))
	for i, r := range riders {
		s.WriteString(" AND (SELECT count(*) FROM r" + strconv.Itoa(i) + ") = " + strconv.FormatInt(r.Rows, 10))
	}
	s.WriteString(" THEN 1 ELSE 0 END")
	return s
}

// write puts the posting and its riders together, its entries last: by the name
// of entered, or for the statement to end in, with what is told of each. It
// returns the columns that count the rows of the riders.
func (q quick) write(s *statement, riders []Rider, named bool, told string) (counts string) {
	b, id := q.book(s), s.arg(q.id)
	s.WriteString("WITH b AS MATERIALIZED (SELECT id, currency, balance, " + b.change + " AS change FROM ledger_accounts WHERE id IN (" + b.ids + ")")
	if q.asks() {
		s.add(" AND (SELECT count(*) FROM ledger_accounts WHERE id IN ("+b.ids+") AND "+within(b.change)+") = ?", q.changed)
	}
	s.WriteString(" ORDER BY id FOR NO KEY UPDATE), posted AS (INSERT INTO ledger_postings (id, key, kind, digest, posted_at) SELECT " + id)
	s.add(", ?, ?, ?, ? WHERE (SELECT count(*) FROM b WHERE "+within("change")+") = ?", q.Key, q.Kind, q.digest, q.At.UTC(), q.changed)
	for _, r := range riders {
		if r.If != "" {
			s.add(" AND "+r.If, r.IfArgs...)
		}
	}
	s.WriteString(` ON CONFLICT (key) DO NOTHING RETURNING 1), changed AS (UPDATE ledger_accounts AS a
		SET balance = a.balance + b.change, version = a.version + 1 FROM b WHERE a.id = b.id AND EXISTS (SELECT FROM posted)
		RETURNING a.id, a.currency, b.change, a.balance, a.version)`)
	for i, r := range riders {
		s.WriteString(", r" + strconv.Itoa(i) + " AS (")
		s.add(r.guarded(" AND EXISTS (SELECT FROM posted)")+" RETURNING 1)", r.Args...)
		counts += ", (SELECT count(*) FROM r" + strconv.Itoa(i) + ")"
	}
	if named {
		s.WriteString(", entered AS (")
	}
	q.enter(s, b, id)
	if s.WriteString(" RETURNING " + told); named {
		s.WriteString(")")
	}
	return counts
}

// enter inserts the entries of what was posted.
func (q quick) enter(s *statement, b booked, id string) {
	s.WriteString(" INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version) SELECT CAST(" + id + " AS uuid), " +
		b.line + ", id, currency, " + b.amount + ", balance, version FROM changed")
	for i, l := range q.lines {
		if !l.Account.Constrained() {
			s.add(" UNION ALL SELECT CAST("+id+" AS uuid), "+strconv.Itoa(i+1)+", CAST(? AS text), CAST(? AS text), CAST(? AS bigint), NULL, NULL FROM posted",
				l.row, string(l.Account.Currency), l.Minor)
		}
	}
}

// writeOnce sends that statement, with what the transaction sends next where it
// need not be asked first.
func (q quick) writeOnce(tx *gorm.DB, riders []Rider) (bool, error) {
	if !q.asks() {
		if s := q.late(riders); putOff(tx, s.String(), s.args) {
			plenty.spend(q)
			return true, nil
		}
	}
	w, err := q.send(tx, q.once(riders), len(riders))
	if err != nil {
		return false, fmt.Errorf("post: %w", err)
	}
	return q.judge(tx, w, riders)
}

// written is what the statement wrote.
type written struct {
	entries, locked int
	left            int64 // in the poorest of the stripes that the posting takes from
	ridden          []int64
}

func (q quick) send(tx *gorm.DB, s *statement, riders int) (w written, err error) {
	found, err := sendNumbered(tx, s.String(), s.args)
	if err != nil {
		return w, err
	}
	w.ridden, w.locked, w.left = make([]int64, riders), q.changed, math.MaxInt64
	var line int
	var balance *int64
	into := []any{&line, &balance}
	for i := range w.ridden {
		into = append(into, &w.ridden[i])
	}
	for err == nil && found.Next() {
		if err = found.Scan(into...); err == nil {
			w.add(q, line, balance)
		}
	}
	if err == nil {
		err = found.Err()
	}
	if closed := found.Close(); err == nil {
		err = closed
	}
	return w, err
}

// add counts a line that was returned.
func (w *written) add(q quick, line int, balance *int64) {
	if line == 0 {
		w.locked = int(*balance)
		return
	}
	w.entries++
	if q.lines[line-1].taken() {
		w.left = min(w.left, *balance)
	}
}

// judge tells from what was written whether the posting was.
func (q quick) judge(tx *gorm.DB, w written, riders []Rider) (bool, error) {
	if w.entries == 0 {
		if !q.takes || w.locked == 0 {
			return false, nil
		}
		plenty.see(q, 0)
		return false, q.whyNot(tx, riders)
	}
	if w.entries != len(q.lines) {
		return false, ErrConcurrent
	}
	for i, r := range riders {
		if err := r.judge(w.ridden[i]); err != nil {
			return false, err
		}
	}
	if q.takes {
		plenty.see(q, w.left)
	}
	return true, nil
}
