package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// pgPool is gorm's way to PostgreSQL. Its transactions begin with their first
// statement, in one round trip.
type pgPool struct {
	*sql.DB
	sent *counter
}

// GetDBConn implements gorm.GetDBConnector.
func (p pgPool) GetDBConn() (*sql.DB, error) { return p.DB, nil }

// BeginTx implements gorm.ConnPoolBeginner.
func (p pgPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	conn, err := p.DB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t := &pgTx{Conn: conn, ctx: ctx, sent: p.sent, begin: "begin"}
	t.reads = opts != nil && opts.ReadOnly
	if opts != nil && opts.Isolation == sql.LevelRepeatableRead {
		t.begin += " isolation level repeatable read"
	}
	if t.reads {
		t.begin += " read only"
	}
	err = conn.Raw(func(c any) error {
		t.direct = c.(pgConn).Conn.Conn()
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return t, nil
}

// pgTx is a transaction. What gorm puts together goes through database/sql,
// what is written out goes directly to pgx (WireExec, WireQuery), on the same
// connection. Like any transaction it is used by one goroutine at a time.
type pgTx struct {
	*sql.Conn
	direct *pgx.Conn
	ctx    context.Context
	sent   *counter
	begin  string    // what is yet to be sent to begin it
	read   io.Closer // the last rows, which may be open
	reads  bool      // it is read only
	over   bool

	late   []statement // what was put off
	failed error       // what was put off and went wrong
	last   bool        // the next statement is the last
	ended  bool        // with its last statement
}

// entering is the brand that a transaction with ctx enters, "" for none.
func entering(ctx context.Context) string {
	brand, _ := ctx.Value(brandKey{}).(string)
	return brand
}

const enterBrand = "select set_config('knowhow.brand', $1, true)"

// usable reports why nothing can be sent any more. database/sql takes the
// connection away where its driver calls it bad, as for a context that has
// ended; from then on it is the pool's.
func (t *pgTx) usable(ctx context.Context) error {
	if t.over {
		return sql.ErrTxDone
	}
	if t.ended {
		return errEnded
	}
	if t.failed != nil {
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return t.kept()
}

// kept is sql.ErrConnDone once the connection was taken away.
func (t *pgTx) kept() error { return t.Conn.Raw(func(any) error { return nil }) }

// started begins the transaction and sends what was put off, for what
// database/sql sends.
func (t *pgTx) started(ctx context.Context) error {
	if err := t.usable(ctx); err != nil || !t.behind() {
		return err
	}
	return t.together(ctx, pgx.BatchResults.Close)
}

// behind reports that something is to be sent before the next statement.
func (t *pgTx) behind() bool { return t.begin != "" || len(t.late) > 0 }

// together sends what is yet to be sent and, behind it, what comes next, in one
// round trip; read is for the results of that.
func (t *pgTx) together(ctx context.Context, read func(r pgx.BatchResults) error, next ...statement) error {
	begin, late, wrote := t.beginning(), t.late, false
	t.late = nil
	all := slices.Concat(begin, late, next)
	err := t.counted(ctx, all, func() error {
		var b pgx.Batch
		for _, s := range all {
			b.Queue(s.query, s.args...)
		}
		results := t.direct.SendBatch(ctx, &b)
		for i := range len(begin) + len(late) {
			if _, err := results.Exec(); err != nil {
				_ = results.Close() // it repeats the error
				return err
			}
			if i < len(begin) {
				t.begin = ""
			}
		}
		wrote = true
		return read(results)
	})
	if !wrote && err != nil && len(late) > 0 {
		err = t.wentWrong(err)
	}
	return err
}

// beginning is what begins the transaction, where it is yet to begin.
func (t *pgTx) beginning() []statement {
	if t.begin == "" {
		return nil
	}
	list := []statement{{query: t.begin, bound: true}}
	if brand := entering(t.ctx); brand != "" {
		list = append(list, statement{query: enterBrand, args: []any{brand}, bound: true})
	}
	return list
}

// ExecContext implements gorm.ConnPool.
func (t *pgTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	written, err := t.exec(ctx, statement{query: query, args: args})
	return driver.RowsAffected(written), err
}

// QueryContext implements gorm.ConnPool.
func (t *pgTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.started(ctx); err != nil {
		return nil, err
	}
	rows, err := t.Conn.QueryContext(ctx, query, args...)
	if err == nil {
		t.read = rows
	}
	return rows, err
}

// PrepareContext implements gorm.ConnPool.
func (t *pgTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := t.started(ctx); err != nil {
		return nil, err
	}
	return t.Conn.PrepareContext(ctx, query)
}

// QueryRowContext implements gorm.ConnPool. Where the transaction cannot begin,
// the statement fails as well.
func (t *pgTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := t.started(ctx); err != nil {
		ctx, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return t.Conn.QueryRowContext(ctx, query, args...)
	}
	return t.Conn.QueryRowContext(ctx, query, args...)
}

// endWithin bounds the end of a transaction whose context has ended.
const endWithin = 5 * time.Second

// Commit implements gorm.TxCommitter.
func (t *pgTx) Commit() error {
	if t.ended && !t.over {
		return t.Rollback() // which finds it ended
	}
	if err := t.usable(t.ctx); err != nil {
		if !t.over {
			err = errors.Join(err, t.Rollback())
		}
		return err
	}
	t.over = true
	t.unread()
	var done pgconn.CommandTag
	var err error
	switch {
	case len(t.late) > 0:
		err = t.together(t.ctx, func(r pgx.BatchResults) error {
			done, _ = r.Exec() // what Close repeats
			return r.Close()
		}, commit)
	case t.begin != "":
		return t.leave() // nothing was sent
	default:
		done, err = t.direct.Exec(t.ctx, commit.query)
	}
	if err == nil && done.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return errors.Join(err, t.undo())
}

// Rollback implements gorm.TxCommitter.
func (t *pgTx) Rollback() error {
	if t.over {
		return sql.ErrTxDone
	}
	t.over = true
	t.unread()
	return t.undo()
}

// undo ends the transaction where it has not ended yet, and gives the connection
// back.
func (t *pgTx) undo() error {
	if t.kept() != nil {
		return nil // with its connection the transaction ended
	}
	if t.direct.IsClosed() || t.direct.PgConn().TxStatus() == 'I' {
		return t.leave()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), endWithin)
	defer cancel()
	_, err := t.direct.Exec(ctx, "rollback")
	return errors.Join(err, t.leave())
}

// leave gives the connection back, which the pool drops where it is not idle.
func (t *pgTx) leave() error { return t.Conn.Close() }

// unread closes rows that were not read to their end; who read them has been
// told what was wrong.
func (t *pgTx) unread() {
	if t.read != nil {
		_ = t.read.Close()
	}
}

// wireRows are the rows of a statement that went past database/sql.
type wireRows = interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// WireExec runs a statement, with ? for each argument, and tells how many rows it wrote.
func (t *pgTx) WireExec(ctx context.Context, query string, args []any) (written int64, err error) {
	return t.exec(ctx, statement{query: numbered.of(query), args: args})
}

// exec runs a statement whose places are numbered.
func (t *pgTx) exec(ctx context.Context, s statement) (written int64, err error) {
	if err := t.usable(ctx); err != nil {
		return 0, err
	}
	if t.behind() {
		err = t.together(ctx, func(r pgx.BatchResults) error {
			done, _ := r.Exec() // what Close repeats
			written = done.RowsAffected()
			return r.Close()
		}, s)
		return written, err
	}
	err = t.counted(ctx, []statement{s}, func() error {
		done, err := t.direct.Exec(ctx, s.query, s.args...)
		written = done.RowsAffected()
		return err
	})
	return written, err
}

// WireQuery runs a statement that returns rows, which must be closed before the
// next one runs.
func (t *pgTx) WireQuery(ctx context.Context, query string, args []any) (wireRows, error) {
	if err := t.usable(ctx); err != nil {
		return nil, err
	}
	var rows pgRows
	var err error
	s := statement{query: numbered.of(query), args: args}
	if t.behind() || t.last {
		next := []statement{s}
		if t.ended = t.last; t.ended {
			next = append(next, commit)
		}
		err = t.together(ctx, func(r pgx.BatchResults) (err error) {
			rows.behind = r
			rows.Rows, err = r.Query()
			return err
		}, next...)
	} else {
		err = t.counted(ctx, []statement{s}, func() (err error) {
			rows.Rows, err = t.direct.Query(ctx, s.query, args...)
			return err
		})
	}
	if err != nil {
		_ = rows.Close()
		return nil, err
	}
	t.read = rows
	return rows, nil
}

// pgRows are pgx's rows, and what of a batch lies behind them.
type pgRows struct {
	pgx.Rows
	behind pgx.BatchResults
}

// Close closes the rows, and tells what went wrong with them.
func (r pgRows) Close() error {
	if r.Rows != nil {
		r.Rows.Close()
	}
	if r.behind != nil {
		return r.behind.Close()
	}
	if r.Rows != nil {
		return r.Rows.Err()
	}
	return nil
}
