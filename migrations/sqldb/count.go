package sqldb

import (
	"context"
	"database/sql/driver"
	"slices"
	"sync/atomic"
)

// counter counts the statements sent to a database, besides those that only
// begin or end a transaction, and has them pass who watches. Safe for concurrent
// use.
type counter struct {
	n       atomic.Int64
	watches atomic.Pointer[[]Watch]
}

// Watch is around every statement that goes to a database, besides those that
// only begin or end a transaction: it calls send, which sends the statement, and
// returns what is to be made of it. It is called concurrently.
type Watch func(ctx context.Context, s Sent, send func() error) error

// Sent is a statement as it goes to the database.
type Sent struct {
	SQL  string
	Args []any
}

// Watch has w around every statement from now on, inside those that are already.
func (db *DB) Watch(w Watch) {
	for {
		var now []Watch
		was := db.sent.watches.Load()
		if was != nil {
			now = slices.Clone(*was)
		}
		now = append(now, w)
		if db.sent.watches.CompareAndSwap(was, &now) {
			return
		}
	}
}

// Statements is how many statements were sent to the database by this handle,
// besides those that only begin or end a transaction.
func (db *DB) Statements() int64 { return db.sent.n.Load() }

// send counts a statement and sends it.
func (c *counter) send(ctx context.Context, query string, args func() []any, send func() error) error {
	c.n.Add(1)
	watches := c.watches.Load()
	if watches == nil {
		return send()
	}
	s := Sent{SQL: query, Args: args()}
	for _, w := range slices.Backward(*watches) {
		inner := send
		send = func() error { return w(ctx, s, inner) }
	}
	return send()
}

// values are a driver's arguments without their places.
func values(args []driver.NamedValue) []any {
	list := make([]any, len(args))
	for i, a := range args {
		list[i] = a.Value
	}
	return list
}
