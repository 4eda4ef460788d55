package markettest

import (
	"slices"
	"strings"
)

// notOfCustomers are the tables whose sealed columns are persons' or brands':
// erasing a customer does not touch them.
var notOfCustomers = []string{"persons", "signups", "authenticators", "invitations", "identity_keys", "macros"}

// OfCustomers reports whether a sealed column, given as table.column, holds what
// is a customer's, so that erasing them empties it.
func OfCustomers(column string) bool {
	table, _, _ := strings.Cut(column, ".")
	return !slices.Contains(notOfCustomers, table)
}
