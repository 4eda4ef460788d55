package question

import (
	"reflect"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm/schema"
)

// What is written by hand must name every column of its struct, in the order in
// which it is scanned.
func TestRowsByHandAreTheStructs(t *testing.T) {
	var q Question
	var a Assignment
	var o Offer
	var tags, redaction []byte
	for _, c := range []struct {
		row     any
		columns string
		into    []any
		apart   map[string]any // columns that are scanned into something else
	}{
		{&q, questionColumns, q.into(&tags, &redaction), map[string]any{"tags": &tags, "redaction": &redaction}},
		{&a, turnColumns, a.into(), nil},
		{&o, offerColumns, o.into(), nil},
	} {
		parsed, err := schema.Parse(c.row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		columns := strings.FieldsFunc(c.columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
		if len(columns) != len(parsed.DBNames) || len(columns) != len(c.into) {
			t.Errorf("%s: %d columns, %d fields, %d scanned", parsed.Table, len(columns), len(parsed.DBNames), len(c.into))
			continue
		}
		for i, column := range columns {
			field := parsed.FieldsByDBName[column]
			if field == nil {
				t.Errorf("%s has no field for %s", parsed.Name, column)
				continue
			}
			want := reflect.ValueOf(c.row).Elem().FieldByIndex(field.StructField.Index).Addr().Interface()
			if apart, ok := c.apart[column]; ok {
				want = apart
			}
			if c.into[i] != want {
				t.Errorf("%s.%s is scanned into another field", parsed.Table, column)
			}
		}
	}
}
