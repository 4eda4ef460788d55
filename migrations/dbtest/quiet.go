package dbtest

import (
	"database/sql"
	"testing"

	"knowhow/migrations/sqldb"
)

// quiet tells cheaply that nothing was committed since it was made. What it
// cannot tell is for a Dump to find out.
type quiet struct {
	t     testing.TB
	conn  *sql.Conn
	since string
	query string
	args  []any
}

// PostgreSQL numbers the transactions that write: it is asked whether one that a
// snapshot does not see has committed since. SQLite counts, for a connection,
// what others committed.
const (
	snapshot  = "SELECT pg_current_snapshot()::text"
	committed = `SELECT CASE WHEN EXISTS (
		SELECT FROM generate_series(pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) n
		WHERE NOT pg_visible_in_snapshot(n::text::xid8, $1::text::pg_snapshot) AND pg_xact_status(n::text::xid8) = 'committed') THEN '' ELSE $1::text END`
	commits = "PRAGMA data_version"
)

func newQuiet(t testing.TB, db *sqldb.DB) *quiet {
	t.Helper()
	pool, err := db.Read.DB()
	if err != nil {
		t.Fatalf("watch for commits: %v", err)
	}
	conn, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatalf("watch for commits: %v", err)
	}
	q := &quiet{t: t, conn: conn, query: commits}
	if db.Dialect == "postgres" {
		q.query = snapshot
	}
	if q.since = q.ask(); db.Dialect == "postgres" {
		q.query, q.args = committed, []any{q.since}
	}
	return q
}

// still reports that nothing was committed. That something was means little:
// others may commit on the same server.
func (q *quiet) still() bool {
	q.t.Helper()
	return q.ask() == q.since
}

// close gives the connection back, of which a pool has few.
func (q *quiet) close() { _ = q.conn.Close() }

// Memo keeps what a test found out about its database for as long as nothing is
// committed, so that what changed nothing need not be looked through again.
type Memo struct {
	t     testing.TB
	db    *sqldb.DB
	quiet *quiet
	found map[string]string
}

// NewMemo makes one that lasts until the test ends.
func NewMemo(t testing.TB, db *sqldb.DB) *Memo {
	m := &Memo{t: t, db: db}
	t.Cleanup(func() {
		if m.quiet != nil {
			m.quiet.close()
		}
	})
	return m
}

// Of is what find finds, or found since the last commit under the same name. It
// must depend on nothing but the database.
func (m *Memo) Of(name string, find func() string) string {
	m.t.Helper()
	if m.quiet != nil && !m.quiet.still() {
		m.quiet.close()
		m.quiet = nil
	}
	if m.quiet == nil {
		m.quiet, m.found = newQuiet(m.t, m.db), map[string]string{}
	}
	found, known := m.found[name]
	if !known {
		found = find()
		m.found[name] = found
	}
	return found
}

func (q *quiet) ask() (answer string) {
	q.t.Helper()
	if err := q.conn.QueryRowContext(q.t.Context(), q.query, q.args...).Scan(&answer); err != nil {
		q.t.Fatalf("watch for commits: %v", err)
	}
	return answer
}
