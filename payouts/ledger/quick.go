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

func (s *accountsSeen) add(rows []*accountRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range rows {
		if len(s.ids) >= mostSeen {
			clear(s.ids)
		}
		s.ids[a.ID] = struct{}{}
	}
}

// quick is a posting as one table of its lines, to be written without reading
// the balances first: the database adds to them.
type quick struct {
	prepared
	id      uuid.UUID
	changes []Entry // of constrained accounts, in their order
}

func newQuick(p prepared) (quick, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return quick{}, fmt.Errorf("make posting id: %w", err)
	}
	q := quick{prepared: p, id: id}
	for _, e := range p.Entries {
		if e.Account.Constrained() {
			q.changes = append(q.changes, e)
		}
	}
	return q, nil
}

// change is a table of accounts and what is added to their balances.
func (q quick) change() (table string, args []any) {
	for _, e := range q.changes {
		minor := e.Minor
		if e.Account.Kind.Debit() {
			minor = -minor
		}
		args = append(args, e.Account.ID(), minor)
	}
	return "(VALUES " + tuples("(CAST(? AS text), CAST(? AS bigint))", len(q.changes)) + ")", args
}

// lines is a table of the posting's lines.
func (q quick) lines() (table string, args []any) {
	for i, e := range q.Entries {
		args = append(args, i+1, e.Account.ID(), string(e.Account.Currency), e.Minor)
	}
	one := "(CAST(? AS integer), CAST(? AS text), CAST(? AS text), CAST(? AS bigint))"
	return "(VALUES " + tuples(one, len(q.Entries)) + ")", args
}

// covered is the condition that a balance b and its change v stay in bounds.
const covered = `CASE WHEN v.column2 < 0 THEN b.balance >= -v.column2 ELSE b.balance <= 9223372036854775807 - v.column2 END`

// writeQuick posts p if all of its accounts are there and hold enough, and
// reports whether it did. If not, nothing was written.
func writeQuick(tx *gorm.DB, p prepared, riders []Rider) (bool, error) {
	q, err := newQuick(p)
	if err != nil || len(q.changes) == 0 {
		return false, err
	}
	if tx.Dialector.Name() == "postgres" {
		return q.writeAtOnce(tx, riders)
	}
	return q.writeEach(tx, riders)
}

// writeAtOnce is one statement. The accounts are locked in the order of their
// ids before anything is written, as everywhere.
func (q quick) writeAtOnce(tx *gorm.DB, riders []Rider) (bool, error) {
	change, changes := q.change()
	lines, entries := q.lines()
	needed, needs := conditions(riders)
	ids := make([]any, len(q.changes))
	for i, e := range q.changes {
		ids[i] = e.Account.ID()
	}
	var query strings.Builder
	query.WriteString("WITH b AS MATERIALIZED (SELECT id, balance FROM ledger_accounts WHERE id IN " + "(" + tuples("?", len(ids)) + ")" +
		" ORDER BY id FOR NO KEY UPDATE), posted AS (INSERT INTO ledger_postings (id, key, kind, digest, posted_at) SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM b JOIN " +
		change + " AS v ON v.column1 = b.id WHERE " + covered + ") = ?" + needed + " ON CONFLICT (key) DO NOTHING RETURNING id)")
	args := append(ids, q.id, q.Key, q.Kind, q.digest, q.At.UTC())
	args = append(append(append(args, changes...), len(q.changes)), needs...)
	query.WriteString(`, changed AS (UPDATE ledger_accounts AS a SET balance = a.balance + v.column2, version = a.version + 1 FROM ` +
		change + ` AS v WHERE a.id = v.column1 AND EXISTS (SELECT FROM posted) RETURNING a.id, a.balance, a.version),
		entered AS (INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT posted.id, v.column1, v.column2, v.column3, v.column4, changed.balance, changed.version
		FROM posted CROSS JOIN ` + lines + ` AS v LEFT JOIN changed ON changed.id = v.column2 RETURNING 1)`)
	args = append(append(args, changes...), entries...)
	counts := "(SELECT count(*) FROM posted), (SELECT count(*) FROM entered)"
	for i, r := range riders {
		fmt.Fprintf(&query, ", r%d AS (%s RETURNING 1)", i, r.guarded(" AND EXISTS (SELECT FROM posted)"))
		counts += fmt.Sprintf(", (SELECT count(*) FROM r%d)", i)
		args = append(args, r.Args...)
	}
	written, err := scanCounts(tx, query.String()+" SELECT "+counts, args, 2+len(riders))
	if err != nil || written[0] == 0 {
		return false, err
	}
	if written[1] != int64(len(q.Entries)) {
		return false, ErrConcurrent
	}
	for i, r := range riders {
		if err := r.judge(written[2+i]); err != nil {
			return false, err
		}
	}
	return true, nil
}

func scanCounts(tx *gorm.DB, query string, args []any, n int) ([]int64, error) {
	counts, into := make([]int64, n), make([]any, n)
	for i := range counts {
		into[i] = &counts[i]
	}
	rows, err := tx.Raw(query, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("post: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	return counts, nil
}

// writeEach is three statements, and one for each rider. Where one writes at a
// time, the balances read by the last are those that the one before has written.
func (q quick) writeEach(tx *gorm.DB, riders []Rider) (bool, error) {
	change, changes := q.change()
	lines, entries := q.lines()
	needed, needs := conditions(riders)
	args := append(append([]any{q.id, q.Key, q.Kind, q.digest, q.At.UTC()}, changes...), len(q.changes))
	posted := tx.Exec(`INSERT INTO ledger_postings (id, key, kind, digest, posted_at) SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*)
		FROM `+change+` AS v JOIN ledger_accounts AS b ON b.id = v.column1 WHERE `+covered+`) = ?`+needed+` ON CONFLICT (key) DO NOTHING`, append(args, needs...)...)
	if posted.Error != nil || posted.RowsAffected == 0 {
		return false, posted.Error
	}
	err := tx.Exec(`UPDATE ledger_accounts SET balance = balance + v.column2, version = version + 1 FROM `+change+` AS v
		WHERE ledger_accounts.id = v.column1`, changes...).Error
	if err != nil {
		return false, fmt.Errorf("update balances: %w", err)
	}
	err = tx.Exec(`INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
		SELECT ?, v.column1, v.column2, v.column3, v.column4, b.balance, b.version FROM `+lines+` AS v
		LEFT JOIN ledger_accounts AS b ON b.id = v.column2`, append([]any{q.id}, entries...)...).Error
	if err != nil {
		return false, fmt.Errorf("insert entries: %w", err)
	}
	err = ride(tx, riders)
	return err == nil, err
}
