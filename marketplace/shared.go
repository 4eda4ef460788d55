package marketplace

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
)

// SQLite has one writer at a time, and a commit waits for the disk. So whoever
// waits for their turn to write joins the transaction that is open, and all of
// them share one COMMIT: nobody is answered before it, and what one of them
// fails at is undone alone.
const (
	mostShared = 16                   // functions in one transaction
	sharedFor  = 8 * time.Millisecond // after which nobody joins any more
)

// sharing has the functions that write take turns in shared transactions. Safe
// for concurrent use.
type sharing struct {
	db     *gorm.DB
	undone func()        // a shared transaction was not committed
	open   time.Duration // how long others may join one

	mu      sync.Mutex
	busy    bool // a transaction is open
	waiting []*turn
}

// turn is a function that waits to run. It is given the open transaction, or
// nil to begin one.
type turn struct {
	alone bool // shares with nobody
	comes chan *sharedTx
}

// undoneError says that a shared transaction, and with it what its functions
// did, was not committed.
type undoneError struct{ cause error }

func (e *undoneError) Error() string { return e.cause.Error() }
func (e *undoneError) Unwrap() error { return e.cause }

// run runs fn in a transaction that others may share and returns once that is
// committed. If it could not be, for which another function may be to blame, fn
// runs again in one of its own.
func (s *sharing) run(ctx context.Context, fn func(tx *gorm.DB) error) error {
	err := s.join(ctx, &turn{comes: make(chan *sharedTx, 1)}, fn)
	var undone *undoneError
	if errors.As(err, &undone) {
		err = s.join(ctx, &turn{alone: true, comes: make(chan *sharedTx, 1)}, fn)
	}
	if errors.As(err, &undone) {
		return undone.cause
	}
	return err
}

// join runs fn in its turn. What fn returns, an error too, goes by what others
// did in the same transaction, so it only holds once that is committed.
func (s *sharing) join(ctx context.Context, m *turn, fn func(tx *gorm.DB) error) error {
	t, err := s.enter(ctx, m)
	if err != nil {
		return err
	}
	kept := false
	func() {
		defer func() { s.leave(t, m, kept) }() // also when fn panics
		if err = t.point(); err == nil {
			err = fn(t.on(ctx, s.db))
			kept = err == nil
		}
	}()
	if !kept && t.first {
		return err // nobody else was in it
	}
	<-t.done
	switch {
	case t.err == nil:
		return err
	case t.kept == 1 && kept: // nobody else was
		return t.err
	}
	return &undoneError{t.err}
}

// enter waits for the turn of m and gives the transaction to run in.
func (s *sharing) enter(ctx context.Context, m *turn) (*sharedTx, error) {
	s.mu.Lock()
	if !s.busy {
		s.busy = true
		m.comes <- nil
	} else {
		s.waiting = append(s.waiting, m)
	}
	s.mu.Unlock()
	select {
	case t := <-m.comes:
		if t != nil {
			return t, nil
		}
	case <-ctx.Done():
		s.giveUp(m)
		return nil, ctx.Err()
	}
	t, err := s.begin(ctx)
	if err != nil {
		s.next()
	}
	return t, err
}

// giveUp takes m out of the line, or passes on the turn it has just been given.
func (s *sharing) giveUp(m *turn) {
	s.mu.Lock()
	if i := slices.Index(s.waiting, m); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	if t := <-m.comes; t != nil {
		s.pass(t, m)
	} else {
		s.next()
	}
}

// leave ends the turn of m: what it did is kept or undone, and the transaction
// goes to who waits, or is committed.
func (s *sharing) leave(t *sharedTx, m *turn, keep bool) {
	t.end(keep)
	s.pass(t, m)
}

// pass gives the transaction to the next in line, if it can be shared yet, and
// else commits it.
func (s *sharing) pass(t *sharedTx, m *turn) {
	if next := s.joining(t, m); next != nil {
		next.comes <- t
		return
	}
	t.finish()
	if t.err != nil && s.undone != nil {
		s.undone()
	}
	close(t.done)
	s.next()
}

// joining takes who may share t out of the line, if anybody is there.
func (s *sharing) joining(t *sharedTx, m *turn) *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.err != nil || t.kept == 0 || t.kept >= mostShared || m.alone || time.Since(t.since) > s.open ||
		len(s.waiting) == 0 || s.waiting[0].alone {
		return nil
	}
	return s.pop()
}

// next has the next in line begin a transaction.
func (s *sharing) next() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		s.busy = false
		return
	}
	s.pop().comes <- nil
}

func (s *sharing) pop() *turn {
	m := s.waiting[0]
	s.waiting[0] = nil
	s.waiting = s.waiting[1:]
	return m
}

func (s *sharing) begin(ctx context.Context) (*sharedTx, error) {
	db, err := s.db.DB()
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, errors.Join(fmt.Errorf("begin: %w", err), conn.Close())
	}
	return &sharedTx{conn: conn, since: time.Now(), first: true, done: make(chan struct{})}, nil
}

// sharedTx is an open transaction. Who has the turn uses it; err is read once
// done is closed.
type sharedTx struct {
	conn  *sql.Conn
	since time.Time
	first bool        // nobody had a turn before
	kept  int         // functions that were done
	rows  []*sql.Rows // what the present turn has read
	err   error       // why it was not committed
	done  chan struct{}
}

// point begins a turn: what is done in it can be undone alone. The first needs
// no savepoint for that.
func (t *sharedTx) point() error {
	if t.kept == 0 {
		return nil
	}
	t.first = false
	t.err = t.exec("SAVEPOINT turn")
	return t.err
}

// end ends a turn and keeps or undoes what it did.
func (t *sharedTx) end(keep bool) {
	for _, rows := range t.rows {
		_ = rows.Close() // what was not read to its end; who read has seen the error
	}
	t.rows = t.rows[:0]
	if t.err == nil && t.kept > 0 {
		if !keep {
			t.err = t.exec("ROLLBACK TO turn")
		}
		t.err = errors.Join(t.err, t.exec("RELEASE turn"))
	}
	if keep {
		t.kept++
	}
}

// finish commits, or rolls back where nothing is to be kept, and returns the
// connection.
func (t *sharedTx) finish() {
	if t.err == nil && t.kept > 0 {
		if err := t.exec("COMMIT"); err != nil {
			t.err = fmt.Errorf("commit: %w", err)
		}
	}
	if t.err != nil || t.kept == 0 {
		if err := t.exec("ROLLBACK"); err != nil { // it may be over, or not: who knows
			_ = t.conn.Raw(func(any) error { return driver.ErrBadConn }) // closes it
		}
	}
	_ = t.conn.Close() // only returns it
}

func (t *sharedTx) exec(statement string) error {
	_, err := t.conn.ExecContext(context.Background(), statement)
	return err
}

// on is the transaction for a function with the given context.
func (t *sharedTx) on(ctx context.Context, db *gorm.DB) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true, Context: ctx})
	tx.Statement.ConnPool = turnConn{t}
	return tx
}

// turnConn is a shared transaction as gorm uses it.
type turnConn struct{ *sharedTx }

// unwatched is a context that is asked between statements only: to watch it
// meanwhile takes a goroutine for every query.
type unwatched struct{ context.Context }

// Done implements context.Context.
func (unwatched) Done() <-chan struct{} { return nil }

// PrepareContext implements gorm.ConnPool.
func (c turnConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(unwatched{ctx}, query)
}

// ExecContext implements gorm.ConnPool.
func (c turnConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.conn.ExecContext(unwatched{ctx}, query, args...)
}

// QueryContext implements gorm.ConnPool.
func (c turnConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := c.conn.QueryContext(unwatched{ctx}, query, args...)
	if err == nil {
		c.rows = append(c.rows, rows)
	}
	return rows, err
}

// QueryRowContext implements gorm.ConnPool.
func (c turnConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return c.conn.QueryRowContext(unwatched{ctx}, query, args...)
}
