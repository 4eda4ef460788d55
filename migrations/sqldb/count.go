package sqldb

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// counter counts the statements sent to a database, besides those that only
// begin or end a transaction. Safe for concurrent use.
type counter struct{ n atomic.Int64 }

// Statements is how many statements were sent to the database by this handle,
// besides those that only begin or end a transaction.
func (db *DB) Statements() int64 { return db.sent.n.Load() }

// TraceQueryStart implements pgx.QueryTracer.
func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	verb, _, _ := strings.Cut(q.SQL, " ")
	switch strings.TrimSuffix(verb, ";") {
	case "begin", "commit", "rollback":
	default:
		c.n.Add(1)
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
