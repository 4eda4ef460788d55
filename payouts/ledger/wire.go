package ledger

import (
	"context"

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
	// WirePutOff takes a statement that is sent with what comes next, at the latest
	// with the commit, and reports whether that may be. If it fails, the transaction
	// is run again, with nothing put off.
	WirePutOff(query string, args []any) bool
}

// putOff has the transaction send a statement later, where it can.
func putOff(tx *gorm.DB, query string, args []any) bool {
	w, ok := tx.Statement.ConnPool.(wire)
	return ok && tx.Error == nil && w.WirePutOff(query, args)
}

// sendNumbered runs a statement that is written out for PostgreSQL.
func sendNumbered(tx *gorm.DB, query string, args []any) (rows, error) {
	if tx.Error != nil {
		return nil, tx.Error
	}
	if w, ok := tx.Statement.ConnPool.(wire); ok {
		return w.WireQuery(tx.Statement.Context, query, args)
	}
	found, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, query, args...)
	if err != nil {
		return nil, err
	}
	return found, nil
}
