package assembly

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/signin"
)

// Sealed lists every sealed column of the schema.
var Sealed = slices.Concat(access.Sealed, notify.Sealed, signin.Sealed, customer.Sealed, expert.Sealed, invitation.Sealed, question.Sealed, quality.Sealed)

// resealPage is how many values are read at once, and at most written in one
// transaction.
const resealPage = 100

// maxNamed bounds Resealing.Named: with a key missing, no value opens.
const maxNamed = 1000

// Resealing is what a Reseal did.
type Resealing struct {
	Primary   string        `json:"primary"`   // the id of the key that seals
	Resealed  int           `json:"resealed"`  // were under another key
	Unchanged int           `json:"unchanged"` // were under the primary key already
	Broken    int           `json:"broken"`    // do not open, and were left as they are
	Named     []BrokenValue `json:"named"`     // the first 1,000 of the broken
}

// BrokenValue is a sealed value that does not open.
type BrokenValue struct {
	Table  string            `json:"table"`
	Column string            `json:"column"`
	Key    map[string]string `json:"key"` // the row's primary key; bytes in hexadecimal
	Reason string            `json:"reason"`
}

// Reseal seals anew, with the primary key, every value that another key of the
// ring sealed; blind indexes stay as they are. When it is done, nothing is
// broken, and every process seals with that key, the other keys can be taken
// away. A value that does not open is counted and named, and the rest is done.
//
// It may run beside all other work: it writes a value only where it still finds
// what it read, so what was erased meanwhile stays so. Stopped, it returns what
// it did and the error, and may be run again. tell, which may be nil, hears how
// many of a column's values were looked at, page by page.
func (h *House) Reseal(ctx context.Context, tell func(column redact.SealedColumn, done int)) (Resealing, error) {
	sum := Resealing{Primary: h.keys.Primary(), Named: []BrokenValue{}}
	for _, column := range Sealed {
		w := resealer{house: h, column: column}
		for more := true; more; {
			var did Resealing
			var err error
			did, more, err = w.page(ctx)
			sum.add(did)
			if err != nil {
				return sum, fmt.Errorf("reseal %s: %w", column, err)
			}
			if tell != nil {
				tell(column, w.done)
			}
		}
	}
	return sum, nil
}

func (r *Resealing) add(other Resealing) {
	r.Resealed += other.Resealed
	r.Unchanged += other.Unchanged
	r.Broken += other.Broken
	r.Named = append(r.Named, other.Named[:min(len(other.Named), maxNamed-len(r.Named))]...)
}

// resealer walks one column in the order of its table's primary key.
type resealer struct {
	house  *House
	column redact.SealedColumn
	after  []any // the last row's key; nil before the first
	done   int
}

// sealedRow is one value and where it stands.
type sealedRow struct {
	key     []any
	context string
	sealed  []byte
}

// page reseals the values after the last one and reports whether there may be
// more. The transaction that writes is run only for values that need it.
func (w *resealer) page(ctx context.Context) (did Resealing, more bool, err error) {
	rows, err := w.next(ctx)
	if err != nil || len(rows) == 0 {
		return did, false, err
	}
	var stale []sealedRow
	for _, row := range rows {
		switch _, changed, err := w.house.keys.Reseal(row.sealed, row.context); {
		case changed:
			stale = append(stale, row)
		default:
			did.add(w.kept(row, err))
		}
	}
	if len(stale) > 0 {
		moved, err := w.move(ctx, stale)
		if err != nil {
			return did, false, err
		}
		did.add(moved)
	}
	return did, len(rows) == w.size(), nil
}

// size is how many values make a page.
func (w *resealer) size() int { return cmp.Or(w.column.Page, resealPage) }

// next reads the page after the last one.
func (w *resealer) next(ctx context.Context) (rows []sealedRow, err error) {
	err = w.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		rows, err = w.readTx(ctx, tx)
		return err
	})
	if err == nil && len(rows) > 0 {
		w.after, w.done = rows[len(rows)-1].key, w.done+len(rows)
	}
	return rows, err
}

// kept is the outcome for a value that stays as it is: it is under the primary
// key, or it does not open.
func (w *resealer) kept(row sealedRow, err error) Resealing {
	if err == nil {
		return Resealing{Unchanged: 1}
	}
	broken := BrokenValue{Table: w.column.Table, Column: w.column.Column, Key: map[string]string{}, Reason: err.Error()}
	for i, name := range w.column.Key {
		broken.Key[name] = text(row.key[i])
	}
	return Resealing{Broken: 1, Named: []BrokenValue{broken}}
}

// text writes a column's value as people and contexts name it.
func text(value any) string {
	if b, ok := value.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return fmt.Sprint(value)
}

// readTx reads the next page, leaving out what is empty: erased, or never set.
func (w *resealer) readTx(ctx context.Context, tx *gorm.DB) (list []sealedRow, err error) {
	c, names := w.column, w.column.Names
	if names == nil {
		names = c.Key
	}
	key := strings.Join(c.Key, ", ")
	find := tx.WithContext(ctx).Table(c.Table).Select(strings.Join(slices.Concat(c.Key, names, []string{c.Column}), ", ")).
		Where("length(" + c.Column + ") > 0").Order(key).Limit(w.size())
	if w.after != nil {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(c.Key)), ", ")
		find = find.Where("("+key+") > ("+marks+")", w.after...)
	}
	rows, err := find.Rows()
	if err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row, named := sealedRow{key: make([]any, len(c.Key))}, make([]string, len(names))
		if err := rows.Scan(slices.Concat(pointers(row.key), pointers(named), []any{&row.sealed})...); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		row.context = c.Context(named...)
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	return list, nil
}

// pointers is what Scan fills values through.
func pointers[T any](values []T) []any {
	list := make([]any, len(values))
	for i := range values {
		list[i] = &values[i]
	}
	return list
}

// move reseals rows in one transaction.
func (w *resealer) move(ctx context.Context, rows []sealedRow) (did Resealing, err error) {
	err = w.house.Store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		did = Resealing{} // of an earlier try nothing was kept
		for _, row := range rows {
			one, err := w.moveTx(ctx, tx, row)
			if err != nil {
				return err
			}
			did.add(one)
		}
		return nil
	})
	if err != nil {
		return Resealing{}, err
	}
	return did, nil
}

// moveTx reseals one value where it still is what was read. Where another was
// faster it looks again; a value that is gone counts for nothing.
func (w *resealer) moveTx(ctx context.Context, tx *gorm.DB, row sealedRow) (Resealing, error) {
	for {
		fresh, changed, err := w.house.keys.Reseal(row.sealed, row.context)
		if err != nil || !changed {
			return w.kept(row, err), nil
		}
		done := w.at(ctx, tx, row).Where(w.column.Column+" = ?", row.sealed).Updates(map[string]any{w.column.Column: fresh})
		if done.Error != nil {
			return Resealing{}, fmt.Errorf("write a value: %w", done.Error)
		}
		if done.RowsAffected == 1 {
			return Resealing{Resealed: 1}, nil
		}
		var now [][]byte
		err = w.at(ctx, tx, row).Where("length("+w.column.Column+") > 0").Pluck(w.column.Column, &now).Error
		if err != nil {
			return Resealing{}, fmt.Errorf("read a value again: %w", err)
		}
		if len(now) == 0 {
			return Resealing{}, nil
		}
		row.sealed = now[0]
	}
}

// at is the one row of the column's table.
func (w *resealer) at(ctx context.Context, tx *gorm.DB, row sealedRow) *gorm.DB {
	find := tx.WithContext(ctx).Table(w.column.Table)
	for i, name := range w.column.Key {
		find = find.Where(name+" = ?", row.key[i])
	}
	return find
}
