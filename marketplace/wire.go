package marketplace

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
type wire interface {
	WireExec(ctx context.Context, query string, args []any) (written int64, err error)
	WireQuery(ctx context.Context, query string, args []any) (Rows, error)
}

// ExecTx runs a statement that is written out, with ? for each argument, and
// tells how many rows it wrote. A list for IN ? makes it no faster than gorm.
func ExecTx(tx *gorm.DB, query string, args ...any) (int64, error) {
	if tx.Error != nil {
		return 0, tx.Error
	}
	if !plain(args) {
		res := tx.Exec(query, args...)
		return res.RowsAffected, res.Error
	}
	ctx, pool := tx.Statement.Context, tx.Statement.ConnPool
	query = forDialect(tx, query)
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
	if !plain(args) {
		rows, err := tx.Raw(query, args...).Rows()
		return rows, translated(tx, err)
	}
	ctx, pool := tx.Statement.Context, tx.Statement.ConnPool
	query = forDialect(tx, query)
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

// forDialect has the query's places numbered where the database wants that.
func forDialect(tx *gorm.DB, query string) string {
	if !Postgres(tx) {
		return query
	}
	return numbered.of(query)
}

// numbering keeps queries with their places numbered. Safe for concurrent use.
type numbering struct {
	known sync.Map
	n     atomic.Int64
}

var numbered numbering

// mostNumbered and longestNumbered bound what is kept: the program has some
// hundred queries, but such as were put together may come in any length.
const (
	mostNumbered    = 2000
	longestNumbered = 16 << 10
)

func (n *numbering) of(query string) string {
	if known, ok := n.known.Load(query); ok {
		return known.(string)
	}
	done := number(query)
	if len(query) <= longestNumbered && n.n.Load() < mostNumbered {
		n.known.Store(query, done)
		n.n.Add(1)
	}
	return done
}

// number writes $1, $2 and so on for each question mark, as gorm would.
func number(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 32)
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
