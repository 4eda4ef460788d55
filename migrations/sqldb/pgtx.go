package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
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
	if opts != nil && opts.Isolation == sql.LevelRepeatableRead {
		t.begin += " isolation level repeatable read"
	}
	if opts != nil && opts.ReadOnly {
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
	over   bool
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
	if err := ctx.Err(); err != nil {
		return err
	}
	return t.kept()
}

// kept is sql.ErrConnDone once the connection was taken away.
func (t *pgTx) kept() error { return t.Conn.Raw(func(any) error { return nil }) }

// started begins the transaction, for what database/sql sends.
func (t *pgTx) started(ctx context.Context) error {
	if err := t.usable(ctx); err != nil || t.begin == "" {
		return err
	}
	return t.first(ctx, nil, pgx.BatchResults.Close)
}

// first sends a statement behind those that begin the transaction.
func (t *pgTx) first(ctx context.Context, queue func(b *pgx.Batch), read func(r pgx.BatchResults) error) error {
	var b pgx.Batch
	b.Queue(t.begin)
	begins := 1
	if brand := entering(t.ctx); brand != "" {
		b.Queue(enterBrand, brand)
		begins++
	}
	if queue != nil {
		queue(&b)
	}
	results := t.direct.SendBatch(ctx, &b)
	for range begins {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // it repeats the error
			return fmt.Errorf("begin: %w", err)
		}
		t.begin = ""
	}
	return read(results)
}

// ExecContext implements gorm.ConnPool.
func (t *pgTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	written, err := t.WireExec(ctx, query, args)
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
	if err := t.usable(t.ctx); err != nil {
		if !t.over {
			err = errors.Join(err, t.Rollback())
		}
		return err
	}
	t.over = true
	if t.begin != "" {
		return t.leave() // nothing was sent
	}
	t.unread()
	done, err := t.direct.Exec(t.ctx, "commit")
	if err == nil && done.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return errors.Join(err, t.leave())
}

// Rollback implements gorm.TxCommitter.
func (t *pgTx) Rollback() error {
	if t.over {
		return sql.ErrTxDone
	}
	t.over = true
	t.unread()
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

// WireExec runs a statement and tells how many rows it wrote.
func (t *pgTx) WireExec(ctx context.Context, query string, args []any) (written int64, err error) {
	if err := t.usable(ctx); err != nil {
		return 0, err
	}
	err = t.sent.send(ctx, query, func() []any { return args }, func() error {
		if t.begin == "" {
			done, err := t.direct.Exec(ctx, query, args...)
			written = done.RowsAffected()
			return err
		}
		return t.first(ctx, func(b *pgx.Batch) { b.Queue(query, args...) }, func(r pgx.BatchResults) error {
			done, _ := r.Exec() // what Close repeats
			written = done.RowsAffected()
			return r.Close()
		})
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
	err := t.sent.send(ctx, query, func() []any { return args }, func() (err error) {
		if t.begin == "" {
			rows.Rows, err = t.direct.Query(ctx, query, args...)
			return err
		}
		return t.first(ctx, func(b *pgx.Batch) { b.Queue(query, args...) }, func(r pgx.BatchResults) (err error) {
			rows.behind = r
			rows.Rows, err = r.Query()
			return err
		})
	})
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
