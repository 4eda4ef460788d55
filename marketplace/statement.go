package marketplace

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
)

// Statement is one statement that writes, without RETURNING. Then, where it is
// set, judges how many rows it wrote; for WriteSoonTx it has nothing to say of one.
type Statement struct {
	Doing string // what for, for errors: "save question …"
	SQL   string
	Args  []any
	Then  func(rows int64) error
}

// WriteTx runs statements of which none needs to see what another one writes,
// and which write different rows. On PostgreSQL they are parts of one, in no
// order and in one round trip; on SQLite they run one after the other. Each
// Then is called when all have run; an error must end the transaction.
func WriteTx(ctx context.Context, tx *gorm.DB, list ...Statement) error {
	write := writeEach
	if Postgres(tx) && len(list) > 1 {
		write = writeAtOnce
	}
	written, err := write(tx.WithContext(ctx), list)
	if err != nil {
		return err
	}
	for i, s := range list {
		if s.Then == nil {
			continue
		}
		if err := s.Then(written[i]); err != nil {
			return err
		}
	}
	return nil
}

func writeEach(tx *gorm.DB, list []Statement) ([]int64, error) {
	written := make([]int64, len(list))
	for i, s := range list {
		var err error
		if written[i], err = ExecTx(tx, s.SQL, s.Args...); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Doing, err)
		}
	}
	return written, nil
}

func writeAtOnce(tx *gorm.DB, list []Statement) ([]int64, error) {
	written, into := make([]int64, len(list)), []any{new(int64)}
	query, args, judged := parts(list)
	counts := "0"
	for _, i := range judged {
		counts += ", (SELECT count(*) FROM w" + strconv.Itoa(i) + ")"
		into = append(into, &written[i])
	}
	if err := ScanTx(tx, query+" SELECT "+counts, args, into...); err != nil {
		return nil, fmt.Errorf("%s: %w", doings(list), err)
	}
	return written, nil
}

// parts has the statements as parts of one, each with its place for a name, and
// tells which of them are judged: counting rows costs as much as a small write.
func parts(list []Statement) (query string, args []any, judged []int) {
	var b strings.Builder
	for i, s := range list {
		before, after := ", w", ")"
		if i == 0 {
			before = "WITH w"
		}
		if s.Then != nil {
			after, judged = " RETURNING 1)", append(judged, i)
		}
		b.WriteString(before + strconv.Itoa(i) + " AS (" + s.SQL + after)
		args = append(args, s.Args...)
	}
	return b.String(), args, judged
}

// WriteSoonTx is WriteTx for what nothing else in this transaction depends on. On
// PostgreSQL it may be sent with what comes next, at the latest with the COMMIT,
// in the same round trip. Then is called for any number of rows but one: if that,
// or an error, turns up late, InTx runs its function again, in which this is
// WriteTx.
func WriteSoonTx(ctx context.Context, tx *gorm.DB, list ...Statement) error {
	tx = tx.WithContext(ctx)
	if tx.Error == nil && putOff(tx, list) {
		return nil
	}
	return WriteTx(ctx, tx, list...)
}

// putOff has the transaction send the statements later, as one that fails where
// one of them writes an unusual number of rows: by dividing by zero.
func putOff(tx *gorm.DB, list []Statement) bool {
	pool, ok := tx.Statement.ConnPool.(wire)
	if !ok || len(list) == 0 {
		return false
	}
	if slices.ContainsFunc(list, func(s Statement) bool { return !plain(s.Args) }) {
		return false
	}
	query, args, judged := parts(list)
	query += " SELECT 1"
	for i, at := range judged {
		before := " AND "
		if i == 0 {
			before = " / CASE WHEN "
		}
		query += before + "(SELECT count(*) FROM w" + strconv.Itoa(at) + ") = 1"
	}
	if len(judged) > 0 {
		query += " THEN 1 ELSE 0 END"
	}
	return pool.WirePutOff(query, args)
}

func doings(list []Statement) string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = s.Doing
	}
	return strings.Join(all, ", ")
}

// ScanTx reads the one row that a query finds, its columns into into in their
// order; gorm.ErrRecordNotFound if there is none. It is for what is read often
// and by hand; a struct of its own is simpler.
func ScanTx(tx *gorm.DB, query string, args []any, into ...any) error {
	rows, err := RowsTx(tx, query, args...)
	if err != nil {
		return err
	}
	if rows.Next() {
		err = rows.Scan(into...)
	} else if err = rows.Err(); err == nil {
		err = gorm.ErrRecordNotFound
	}
	return closed(tx, rows, err)
}

// translated gives a driver's error gorm's name for it, as gorm itself does for
// all but what reading rows tells.
func translated(tx *gorm.DB, err error) error {
	if err == nil {
		return nil
	}
	if translator, ok := tx.Dialector.(gorm.ErrorTranslator); ok {
		return translator.Translate(err)
	}
	return err
}

// ForUpdateSQL is ForUpdate for a query that is written out.
func ForUpdateSQL(tx *gorm.DB) string {
	if !Postgres(tx) {
		return ""
	}
	return " FOR NO KEY UPDATE"
}

// EnteringSQL is a last column for a query, in a transaction of AllBrands, that
// finds one row: the transaction enters the brand in the row's named column, and
// from then on sees no other's.
func EnteringSQL(tx *gorm.DB, column string) string {
	if !Postgres(tx) {
		return ", ''"
	}
	return ", set_config('knowhow.brand', " + column + "::text, true)"
}
