package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"reflect"
	"strings"
)

// What a connection keeps: statements of the program's own, of which there are
// a few hundred. Long ones, such as those of an import, come in any length.
const (
	mostStatements  = 500
	longestPrepared = 4 << 10
)

// keepStatements makes a connector whose connections keep the statements they
// prepared: SQLite's parser and planner cost more than most of our statements.
//
// Unless they can be interrupted, a context is heeded before each statement
// only: to watch it meanwhile, the driver starts a goroutine for every one.
func keepStatements(c driver.Connector, interruptible bool, sent *counter) driver.Connector {
	return keeper{c, interruptible, sent}
}

type keeper struct {
	driver.Connector
	interruptible bool
	sent          *counter
}

// Connect implements driver.Connector.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	plain, ok := c.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver's connection lacks a method"), c.Close())
	}
	return &keepingConn{sqliteConn: plain, interruptible: k.interruptible, sent: k.sent, kept: map[string]*keptStatement{}}, nil
}

// sqliteConn is what the driver's connection can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keepingConn is a connection with its prepared statements. database/sql uses
// it from one goroutine at a time.
type keepingConn struct {
	sqliteConn
	interruptible bool
	sent          *counter
	kept          map[string]*keptStatement
	newest, least *keptStatement // the statements by their last use
}

// keptStatement is a prepared statement in the list of its connection.
type keptStatement struct {
	driver.Stmt
	query        string
	newer, older *keptStatement
	busy         bool // its rows are being read
	dropped      bool // no longer kept: to be closed once it is not busy
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (res driver.Result, err error) {
	if bounds(query) {
		return c.exec(ctx, query, args)
	}
	err = c.sent.send(ctx, query, func() []any { return values(args) }, func() (err error) {
		res, err = c.exec(ctx, query, args)
		return err
	})
	return res, err
}

func (c *keepingConn) exec(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(c.watched(ctx), args)
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.sent.send(ctx, query, func() []any { return values(args) }, func() (err error) {
		rows, err = c.query(ctx, query, args)
		return err
	})
	if err != nil && rows != nil {
		return nil, errors.Join(err, rows.Close())
	}
	return rows, err
}

func (c *keepingConn) query(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(c.watched(ctx), args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{sqliteRows: rows.(sqliteRows), of: s}, nil
}

func (c *keepingConn) watched(ctx context.Context) context.Context {
	if c.interruptible {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// Close closes the statements and the connection.
func (c *keepingConn) Close() error {
	var errs []error
	for s := c.newest; s != nil; s = s.older {
		errs = append(errs, s.Close())
	}
	clear(c.kept)
	c.newest, c.least = nil, nil
	return errors.Join(append(errs, c.sqliteConn.Close())...)
}

// statement is the kept statement of a query, nil where it is to be run without
// one: it is no query of the program's own, or it is being read from already.
func (c *keepingConn) statement(ctx context.Context, query string) (*keptStatement, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s, ok := c.kept[query]; ok {
		if s.busy {
			return nil, nil
		}
		c.unlink(s)
		c.link(s)
		return s, nil
	}
	if !worthKeeping(query) {
		return nil, nil
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s := &keptStatement{Stmt: prepared, query: query}
	c.kept[query] = s
	c.link(s)
	if len(c.kept) > mostStatements {
		return s, c.drop(c.least)
	}
	return s, nil
}

// worthKeeping reports a statement that reads or writes rows and will come
// again as it is.
func worthKeeping(query string) bool {
	if len(query) > longestPrepared {
		return false
	}
	verb, _, _ := strings.Cut(query, " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return bounds(query)
}

// bounds reports a statement that only begins or ends a transaction, or a part
// of one.
func bounds(query string) bool {
	verb, _, _ := strings.Cut(query, " ")
	switch verb {
	case "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return true
	}
	return false
}

func (c *keepingConn) link(s *keptStatement) {
	s.older = c.newest
	if c.newest != nil {
		c.newest.newer = s
	} else {
		c.least = s
	}
	c.newest = s
}

func (c *keepingConn) unlink(s *keptStatement) {
	if s.newer != nil {
		s.newer.older = s.older
	} else {
		c.newest = s.older
	}
	if s.older != nil {
		s.older.newer = s.newer
	} else {
		c.least = s.newer
	}
	s.newer, s.older = nil, nil
}

// drop forgets a statement; one that is being read from is closed after that.
func (c *keepingConn) drop(s *keptStatement) error {
	delete(c.kept, s.query)
	c.unlink(s)
	s.dropped = true
	if s.busy {
		return nil
	}
	return s.Close()
}

// sqliteRows is what the driver's rows can do.
type sqliteRows interface {
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	ColumnTypeScanType(index int) reflect.Type
}

// keptRows are the rows of a kept statement, which is free again once they are
// closed.
type keptRows struct {
	sqliteRows
	of     *keptStatement
	closed bool
}

// Close implements driver.Rows.
func (r *keptRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	err := r.sqliteRows.Close()
	r.of.busy = false
	if r.of.dropped {
		err = errors.Join(err, r.of.Close())
	}
	return err
}
