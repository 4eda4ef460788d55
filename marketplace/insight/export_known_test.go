package insight

import "slices"

// Told reports whether a person is told what a table has of them, and why not.
func Told(table string) (told bool, because string) {
	return slices.ContainsFunc(holdings, func(h held) bool { return h.table == table }), notTold[table]
}
