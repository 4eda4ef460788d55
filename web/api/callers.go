package api

import "knowhow/marketplace/access"

// Callers says who it is in words: kinds of callers, roles and scopes, as the
// table of permissions has them.
func (w Who) Callers() []string {
	switch w.Kind {
	case Member, Operator:
		h := access.HoldersOf(w.Permission)
		var list []string
		for _, role := range h.Roles {
			list = append(list, string(role))
		}
		for _, scope := range h.Scopes {
			list = append(list, "API key with "+string(scope))
		}
		if h.Operators {
			list = append(list, "operator")
		}
		return list
	default:
		return []string{string(w.Kind)}
	}
}
