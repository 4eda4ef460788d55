package redact

import "strings"

// SealedColumn is a column of sealed values: where it is, and what each value
// is sealed to. By it a room seals, and a rotation finds every value again. A
// context, once used, must not change: nothing sealed before would open.
type SealedColumn struct {
	Table, Column string
	Prefix        string   // what the context begins with
	Key           []string // the columns of the table's primary key
	Names         []string // the columns that name the row in the context; nil: those of Key
	Page          int      // how many values may be read at once; 0: as many as short texts
}

// Context is what the value of one row is sealed to: the values of c.Names, as
// text and in that order, after the prefix.
func (c SealedColumn) Context(names ...string) string { return c.Prefix + strings.Join(names, "/") }

// String is the column as table.column.
func (c SealedColumn) String() string { return c.Table + "." + c.Column }
