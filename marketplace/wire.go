package marketplace

import (
	"context"
	"database/sql/driver"
	"reflect"
	"time"

	"gorm.io/gorm"
)

// Rows are what a statement returned. They must be closed before the next
// statement of their transaction runs.
type Rows = interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// wire is a transaction that sends what is written out directly, past gorm and
// database/sql, which take about as long to put a statement together as the
// database does to run it. Others are sent by database/sql.
//
// WirePutOff takes a statement to be sent with whatever is sent next, at the
// latest with the commit. It reports false, and takes nothing, where that may not
// be. WireLast says that nothing follows the next statement.
type wire interface {
	WireExec(ctx context.Context, query string, args []any) (written int64, err error)
	WireQuery(ctx context.Context, query string, args []any) (Rows, error)
	WirePutOff(query string, args []any) bool
	WireLast()
}

// Last says of a transaction that reads (Store.Read) that the next statement is
// its last: on PostgreSQL it ends in the same round trip. What is sent after it
// all the same fails.
func Last(tx *gorm.DB) *gorm.DB {
	if w, ok := tx.Statement.ConnPool.(wire); ok {
		w.WireLast()
	}
	return tx
}

// ExecTx runs a statement that is written out, with ? for each argument, and
// tells how many rows it wrote. A list for IN ? makes it no faster than gorm.
func ExecTx(tx *gorm.DB, query string, args ...any) (int64, error) {
	if tx.Error != nil {
		return 0, tx.Error
	}
	if viaGorm(tx, args) {
		res := tx.Exec(query, args...)
		return res.RowsAffected, res.Error
	}
	ctx, pool := tx.Statement.Context, tx.Statement.ConnPool
	if w, ok := pool.(wire); ok {
		written, err := w.WireExec(ctx, query, args)
		return written, translated(tx, err)
	}
	res, err := pool.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, translated(tx, err)
	}
	return res.RowsAffected()
}

// RowsTx runs a statement that is written out, with ? for each argument, and
// gives what it returns. A list for IN ? makes it no faster than gorm.
func RowsTx(tx *gorm.DB, query string, args ...any) (Rows, error) {
	if tx.Error != nil {
		return nil, tx.Error
	}
	if viaGorm(tx, args) {
		rows, err := tx.Raw(query, args...).Rows()
		return rows, translated(tx, err)
	}
	ctx, pool := tx.Statement.Context, tx.Statement.ConnPool
	if w, ok := pool.(wire); ok {
		rows, err := w.WireQuery(ctx, query, args)
		return rows, translated(tx, err)
	}
	rows, err := pool.QueryContext(ctx, query, args...)
	return rows, translated(tx, err)
}

// Scan reads the columns of a row into what it is given, in their order.
type Scan = func(into ...any) error

// EachTx runs a statement that is written out and calls read for each row that
// it returns, in which read scans once.
func EachTx(tx *gorm.DB, query string, args []any, read func(scan Scan) error) error {
	rows, err := RowsTx(tx, query, args...)
	if err != nil {
		return err
	}
	for err == nil && rows.Next() {
		err = read(rows.Scan)
	}
	if err == nil {
		err = rows.Err()
	}
	return closed(tx, rows, err)
}

// closed closes rows and tells what went wrong, also what the database found out
// after the last row that was read.
func closed(tx *gorm.DB, rows Rows, err error) error {
	if wrong := rows.Close(); err == nil {
		err = wrong
	}
	return translated(tx, err)
}

// viaGorm reports what gorm has to put together: lists, and places on PostgreSQL
// outside a transaction.
func viaGorm(tx *gorm.DB, args []any) bool {
	if !plain(args) {
		return true
	}
	_, direct := tx.Statement.ConnPool.(wire)
	return Postgres(tx) && !direct
}

// plain reports arguments that are one value each: gorm expands the others.
func plain(args []any) bool {
	for _, a := range args {
		switch a.(type) {
		case nil, string, []byte, int, int64, bool, time.Time, *time.Time, driver.Valuer:
			continue
		}
		switch t := reflect.TypeOf(a); t.Kind() {
		case reflect.Slice, reflect.Array:
			if t.Elem().Kind() != reflect.Uint8 {
				return false
			}
		case reflect.Struct, reflect.Map, reflect.Func:
			return false
		}
	}
	return true
}
