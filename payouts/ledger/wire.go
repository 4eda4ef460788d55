package ledger

import (
	"context"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// rows are what a statement returned.
type rows = interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// wire is a transaction that sends what is written out directly: gorm and
// database/sql take about as long to put a posting together as the database does
// to write it, and begin the transaction in a round trip of its own.
type wire interface {
	WireQuery(ctx context.Context, query string, args []any) (rows, error)
}

// send runs a statement that is written out, with ? for each argument.
func send(tx *gorm.DB, query string, args []any) (rows, error) {
	if tx.Error != nil {
		return nil, tx.Error
	}
	if w, ok := tx.Statement.ConnPool.(wire); ok {
		return w.WireQuery(tx.Statement.Context, numbered(query), args)
	}
	return tx.Raw(query, args...).Rows()
}

// numbered has $1, $2 and so on for each question mark.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + len(query)/8)
	for i := 1; ; i++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i))
		query = after
	}
}
