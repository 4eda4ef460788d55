package api

import (
	"slices"
	"strings"

	"knowhow/marketplace/access"
)

// Roles are the members' roles that may call the route.
func (w Who) Roles() []access.Role {
	roles := access.HoldersOf(w.Permission).Roles
	if w.Also == "" {
		return roles
	}
	also := access.HoldersOf(w.Also).Roles
	return slices.DeleteFunc(roles, func(r access.Role) bool { return !slices.Contains(also, r) })
}

// Operators reports whether the platform's operators may call the route.
func (w Who) Operators() bool {
	return access.HoldersOf(w.Permission).Operators && (w.Also == "" || access.HoldersOf(w.Also).Operators)
}

// Scopes are what an API key needs to call the route: one scope of each list.
// None where no key may.
func (w Who) Scopes() [][]access.Scope {
	var needed [][]access.Scope
	for _, p := range []access.Permission{w.Permission, w.Also} {
		if p == "" {
			continue
		}
		scopes := access.HoldersOf(p).Scopes
		if len(scopes) == 0 {
			return nil
		}
		needed = append(needed, scopes)
	}
	return needed
}

// Callers says who it is in words: kinds of callers, roles and scopes, as the
// table of permissions has them.
func (w Who) Callers() []string {
	switch w.Kind {
	case Account:
		return []string{"person", "API key"}
	case Member, Operator, Party:
		var list, all []string
		if w.Kind == Party {
			list = append(list, "customer", "expert")
		}
		for _, role := range w.Roles() {
			list = append(list, string(role))
		}
		for _, scopes := range w.Scopes() {
			var any []string
			for _, s := range scopes {
				any = append(any, string(s))
			}
			all = append(all, strings.Join(any, " or "))
		}
		if len(all) > 0 {
			list = append(list, "API key with "+strings.Join(all, " and "))
		}
		if w.Operators() {
			list = append(list, "operator")
		}
		return list
	}
	return []string{string(w.Kind)}
}
