package ledger

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Rider is a statement that is written together with a posting, and only if that
// is posted now: on PostgreSQL it is a part of the same statement. SQL ends in a
// WHERE clause, to which a condition can be added, or has one where %s stands;
// it has no RETURNING. Where the condition If does not hold, PostTx returns Else
// and nothing was written. It must write exactly Rows rows; else PostTx returns
// Else too, after which the transaction must be rolled back.
type Rider struct {
	Doing  string // for errors: "update hold …"
	If     string // empty: always
	IfArgs []any
	SQL    string
	Args   []any
	Rows   int64
	Else   error
}

// conditions are what the riders need, to be added to a WHERE clause.
func conditions(riders []Rider) (all string, args []any) {
	for _, r := range riders {
		if r.If != "" {
			all += " AND " + r.If
			args = append(args, r.IfArgs...)
		}
	}
	return all, args
}

// mayRide returns Else of the first rider whose condition does not hold.
func mayRide(tx *gorm.DB, riders []Rider) error {
	for _, r := range riders {
		if r.If == "" {
			continue
		}
		held, err := scanCounts(tx, "SELECT CASE WHEN "+r.If+" THEN 1 ELSE 0 END", r.IfArgs, 1)
		if err != nil {
			return err
		}
		if held[0] == 0 {
			return fmt.Errorf("%s: %w", r.Doing, r.Else)
		}
	}
	return nil
}

// guarded is the rider's statement with a further condition.
func (r Rider) guarded(condition string) string {
	if strings.Contains(r.SQL, "%s") {
		return fmt.Sprintf(r.SQL, condition)
	}
	return r.SQL + condition
}

func (r Rider) judge(rows int64) error {
	if rows != r.Rows {
		return fmt.Errorf("%s: %w", r.Doing, r.Else)
	}
	return nil
}

// ride writes riders by themselves, after their posting.
func ride(tx *gorm.DB, riders []Rider) error {
	for _, r := range riders {
		res := tx.Exec(r.guarded(""), r.Args...)
		if res.Error != nil {
			return fmt.Errorf("%s: %w", r.Doing, res.Error)
		}
		if err := r.judge(res.RowsAffected); err != nil {
			return err
		}
	}
	return nil
}

// seen holds ids of accounts that were there, or were about to be. It only says
// which way is the shorter one: a posting whose accounts are not all there is
// not written at once.
var seen = accountsSeen{ids: map[string]struct{}{}}

// mostSeen bounds the memory of accounts.
const mostSeen = 100_000

type accountsSeen struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

// all reports whether every constrained account of p was seen.
func (s *accountsSeen) all(p prepared) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !slices.ContainsFunc(p.Entries, func(e Entry) bool {
		_, ok := s.ids[e.Account.ID()]
		return e.Account.Constrained() && !ok
	})
}

func (s *accountsSeen) add(rows map[string]Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range rows {
		if len(s.ids) >= mostSeen {
			clear(s.ids)
		}
		s.ids[a.ID()] = struct{}{}
	}
}

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

// table is a table of the posting's lines: number, row, currency, amount, and of
// a constrained account what is added to its balance and the most that it can
// hold.
func (q quick) table() (table string, args []any) {
	for i, l := range q.lines {
		change := l.Minor
		if l.Account.Kind.Debit() {
			change = -change
		}
		args = append(args, i+1, l.row, string(l.Account.Currency), l.Minor, change, l.most)
	}
	one := "(CAST(? AS integer), CAST(? AS text), CAST(? AS text), CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint))"
	return "v (line, id, currency, amount, change, most) AS (VALUES " + tuples(one, len(q.lines)) + ")", args
}

// covered is the condition that a balance and its change stay in bounds.
const covered = "CASE WHEN change < 0 THEN balance >= -change ELSE balance <= most - change END"

// writeQuick posts p if all of its accounts are there and hold enough, and
// reports whether it did. If not, nothing was written.
func writeQuick(tx *gorm.DB, p prepared, riders []Rider) (bool, error) {
	q, err := newQuick(p)
	if err != nil || q.changed == 0 {
		return false, err
	}
	if tx.Dialector.Name() == "postgres" {
		return q.writeAtOnce(tx, riders)
	}
	return q.writeEach(tx, riders)
}

// writeAtOnce is one statement. The rows are locked in the order of their ids
// before anything is written, as everywhere. Where a stripe lacks the money, no
// row is locked: the others are asked next, and locked in order with it. Of one
// that had far more a moment ago that is not asked first; should it lack the money
// after all, the transaction is run again.
func (q quick) writeAtOnce(tx *gorm.DB, riders []Rider) (bool, error) {
	lines, args := q.table()
	needed, needs := conditions(riders)
	var query strings.Builder
	query.WriteString("WITH " + lines + `, b AS MATERIALIZED (SELECT a.id, a.balance, v.change, v.most
		FROM ledger_accounts AS a JOIN v ON v.id = a.id AND v.most > 0`)
	if q.takes && !q.ample {
		query.WriteString(" WHERE (SELECT count(*) FROM v JOIN ledger_accounts AS b ON b.id = v.id WHERE most > 0 AND " + covered + ") = ?")
		args = append(args, q.changed)
	}
	query.WriteString(` ORDER BY a.id FOR NO KEY UPDATE OF a), posted AS (INSERT INTO ledger_postings (id, key, kind, digest, posted_at)
		SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM b WHERE ` + covered + ") = ?" + needed + ` ON CONFLICT (key) DO NOTHING RETURNING id),
		changed AS (UPDATE ledger_accounts AS a SET balance = a.balance + b.change, version = a.version + 1
		FROM b WHERE a.id = b.id AND EXISTS (SELECT FROM posted) RETURNING a.id, a.balance, a.version),
		entered AS (INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT posted.id, v.line, v.id, v.currency, v.amount, changed.balance, changed.version
		FROM posted CROSS JOIN v LEFT JOIN changed ON changed.id = v.id RETURNING 1)`)
	args = append(append(args, q.id, q.Key, q.Kind, q.digest, q.At.UTC(), q.changed), needs...)
	counts := "(SELECT count(*) FROM posted), (SELECT count(*) FROM entered), (SELECT count(*) FROM b), COALESCE((SELECT min(balance + change) FROM b WHERE change < 0), 0)"
	for i, r := range riders {
		fmt.Fprintf(&query, ", r%d AS (%s RETURNING 1)", i, r.guarded(" AND EXISTS (SELECT FROM posted)"))
		counts += fmt.Sprintf(", (SELECT count(*) FROM r%d)", i)
		args = append(args, r.Args...)
	}
	written, err := scanCounts(tx, query.String()+" SELECT "+counts, args, 4+len(riders))
	if err != nil {
		return false, err
	}
	return q.judge(tx, written, riders)
}

// judge tells from what was written whether the posting was.
func (q quick) judge(tx *gorm.DB, written []int64, riders []Rider) (bool, error) {
	posted, entered, locked, left := written[0], written[1], written[2], written[3]
	if posted == 0 {
		if !q.takes || locked == 0 {
			return false, nil
		}
		plenty.see(q, 0)
		return false, q.whyNot(tx, riders)
	}
	if entered != int64(len(q.lines)) {
		return false, ErrConcurrent
	}
	for i, r := range riders {
		if err := r.judge(written[4+i]); err != nil {
			return false, err
		}
	}
	if q.takes {
		plenty.see(q, left)
	}
	return true, nil
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

func scanCounts(tx *gorm.DB, query string, args []any, n int) (counts []int64, err error) {
	counts, into := make([]int64, n), make([]any, n)
	for i := range counts {
		into[i] = &counts[i]
	}
	found, err := send(tx, query, args)
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	for err == nil && found.Next() {
		err = found.Scan(into...)
	}
	if err == nil {
		err = found.Err()
	}
	if closed := found.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	return counts, nil
}

// writeEach is three statements, and one for each rider. Where one writes at a
// time, the balances read by the last are those that the one before has written.
func (q quick) writeEach(tx *gorm.DB, riders []Rider) (bool, error) {
	lines, rows := q.table()
	needed, needs := conditions(riders)
	args := append(append(slices.Clone(rows), q.id, q.Key, q.Kind, q.digest, q.At.UTC(), q.changed), needs...)
	posted := tx.Exec("WITH "+lines+` INSERT INTO ledger_postings (id, key, kind, digest, posted_at) SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*)
		FROM v JOIN ledger_accounts AS b ON b.id = v.id WHERE most > 0 AND `+covered+`) = ?`+needed+` ON CONFLICT (key) DO NOTHING`, args...)
	if posted.Error != nil || posted.RowsAffected == 0 {
		return false, posted.Error
	}
	err := tx.Exec("WITH "+lines+` UPDATE ledger_accounts SET balance = balance + v.change, version = version + 1 FROM v
		WHERE ledger_accounts.id = v.id AND v.most > 0`, rows...).Error
	if err != nil {
		return false, fmt.Errorf("update balances: %w", err)
	}
	err = tx.Exec("WITH "+lines+` INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT ?, v.line, v.id, v.currency, v.amount, b.balance, b.version FROM v
		LEFT JOIN ledger_accounts AS b ON b.id = v.id`, append(slices.Clone(rows), q.id)...).Error
	if err != nil {
		return false, fmt.Errorf("insert entries: %w", err)
	}
	err = ride(tx, riders)
	return err == nil, err
}
