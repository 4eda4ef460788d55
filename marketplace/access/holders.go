package access

import "slices"

// Holders is who has a permission: what AuthorizeTx decides by, for whoever
// describes it or checks it.
type Holders struct {
	Roles     []Role  // members of the brand in one of these roles
	Scopes    []Scope // the brand's API keys with one of these scopes
	Operators bool    // the platform's operators
}

// HoldersOf says who has permission. A permission that is nobody's has none.
func HoldersOf(permission Permission) Holders {
	g := grants[permission]
	return Holders{Roles: slices.Clone(g.roles), Scopes: slices.Clone(g.scopes), Operators: g.operator}
}
