package web_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/web/api"
)

// cell is what a route answers a caller.
type cell string

const (
	yes     cell = "✓"
	unknown cell = "401" // who is not known
	no      cell = "403" // who is known and may not
	nothing cell = "404" // for whom there is no such thing
	whenOwn cell = "own" // allowed, about what is theirs, which may be nothing
)

// somebody is a sort of caller, a column of the table.
type somebody struct {
	name   string
	kind   access.Kind // zero: nobody
	own    bool        // it is theirs, or they are the brand's
	brand  bool        // a customer of the brand
	role   access.Role
	half   bool // signed in without the second factor
	op     bool
	scoped bool // a key with the scope
}

// inside reports who may know what there is in the brand.
func (w somebody) inside() bool { return w.op || w.own && (w.role != "" || w.kind == access.KindKey) }

var everybody = func() []somebody {
	list := []somebody{
		{name: "nobody"},
		{name: "customer, own", kind: access.KindCustomer, own: true, brand: true},
		{name: "customer, other's", kind: access.KindCustomer, brand: true},
		{name: "customer of another brand", kind: access.KindCustomer},
		{name: "expert, own", kind: access.KindPerson, own: true},
		{name: "expert, other's", kind: access.KindPerson},
		{name: "stranger", kind: access.KindPerson},
	}
	for _, role := range access.Roles {
		list = append(list, somebody{name: string(role), kind: access.KindPerson, role: role, own: true})
	}
	for _, role := range access.Roles {
		list = append(list, somebody{name: "another brand's " + string(role), kind: access.KindPerson, role: role})
	}
	return append(list,
		somebody{name: "operator", kind: access.KindPerson, op: true},
		somebody{name: "half signed in", kind: access.KindPerson, half: true},
		somebody{name: "API key, in scope", kind: access.KindKey, own: true, scoped: true},
		somebody{name: "API key, out of scope", kind: access.KindKey, own: true},
		somebody{name: "another brand's API key", kind: access.KindKey, scoped: true})
}()

var ids = regexp.MustCompile(`\{(\w+)\}`)

// concerns reports whether a route names one of these in its path.
func concerns(r api.Route, names ...string) bool {
	return slices.ContainsFunc(ids.FindAllStringSubmatch(r.Path, -1), func(m []string) bool { return slices.Contains(names, m[1]) })
}

// expected is what r answers w, computed from the route's own words and the
// table of permissions.
func expected(r api.Route, body string, w somebody) cell {
	switch {
	case r.Who.Kind == api.Anyone:
		return yes
	case w.kind == "", r.Who.Kind == api.Session: // which nobody here has the cookie of
		return unknown
	case w.half && !r.Limited:
		return no
	case r.Who.Kind == api.Party:
		return expectedOfParties(r, w)
	case r.Who.Kind == api.Customer:
		return expectedOfCustomers(r, body, w)
	case r.Who.Kind == api.Person:
		return expectedOfPersons(r, w)
	case r.Who.Kind == api.Colleague:
		return expectedOfColleagues(w)
	case w.kind == access.KindCustomer:
		return no
	case r.Who.Kind == api.Account:
		return whenOwn
	case r.Who.Kind == api.Operator:
		if w.op && r.Who.Operators() {
			return yes
		}
		return no
	}
	return expectedOfMembers(r, w)
}

func expectedOfCustomers(r api.Route, body string, w somebody) cell {
	switch {
	case w.kind != access.KindCustomer:
		return no
	case concerns(r, "question") && !w.own, strings.Contains(body, "$PROGRAM") && !w.brand:
		return nothing
	case !w.own && r.ID != "ask" && r.ID != "preview":
		return whenOwn
	}
	return yes
}

// expectedOfParties is what a route answers that either side of a conversation
// may call: where it names what is theirs, who it is not for finds nothing.
func expectedOfParties(r api.Route, w somebody) cell {
	about := concerns(r, "picture")
	member := w.own && slices.Contains(r.Who.Roles(), w.role)
	foreign := !w.own && !about // they may, in another brand
	switch {
	case w.kind == access.KindCustomer && w.own:
		return yes
	case w.kind == access.KindCustomer && !about:
		return whenOwn
	case w.kind == access.KindKey && w.scoped && (w.own || foreign):
		return yes
	case w.kind == access.KindPerson && w.role == "" && !w.op && w.name != "stranger" && (w.own || !about):
		return yes
	case w.kind == access.KindPerson && (member || foreign && slices.Contains(r.Who.Roles(), w.role)):
		return yes
	case about:
		return nothing
	}
	return no
}

func expectedOfPersons(r api.Route, w somebody) cell {
	about := concerns(r, "offer", "assignment", "question", "refusal")
	expert := w.own && w.role == ""
	switch {
	case w.kind != access.KindPerson:
		return no
	case expert:
		return yes
	case about:
		return nothing
	}
	return whenOwn
}

// expectedOfColleagues is what the experts' own answers: nothing to the brand's
// people, to operators, and to experts of other programs.
func expectedOfColleagues(w somebody) cell {
	switch {
	case w.kind != access.KindPerson:
		return no
	case w.own && w.role == "":
		return yes
	}
	return nothing
}

func expectedOfMembers(r api.Route, w somebody) cell {
	allowed := w.own && slices.Contains(r.Who.Roles(), w.role) || w.op && r.Who.Operators()
	if w.kind == access.KindKey {
		allowed = w.own && w.scoped && len(r.Who.Scopes()) > 0
	}
	if w.kind == access.KindPerson && w.own && w.role == "" && r.ID == "getEnrolment" {
		allowed = true // their own
	}
	switch {
	case allowed:
		return yes
	case w.inside(), concerns(r, "brand") && !strings.HasSuffix(r.Path, "{brand}"):
		return no
	}
	return nothing
}

// TestAccessTableIsCommitted writes the table for people.
func TestAccessTableIsCommitted(t *testing.T) {
	s := sqliteServer(t)
	var b strings.Builder
	b.WriteString(`# Who may call what

Generated from the routes and the table of permissions, and held against the served API cell by cell: see web/access_test.go.

✓ allowed · own: allowed, about what is theirs · 401 not known · 403 known, and may not · 404 there is no such thing for them

The people of another brand are strangers here: all their roles get the same. An id that does not exist gets the same answer as one that the caller may not know of.
`)
	shown := slices.DeleteFunc(slices.Clone(everybody), func(w somebody) bool {
		return strings.HasPrefix(w.name, "another brand's ") && w.role != access.Owner && w.role != ""
	})
	tag, place := "", map[string]int{}
	routes := slices.Clone(s.Web.Routes())
	for i, r := range routes {
		if _, known := place[r.Tag]; !known {
			place[r.Tag] = i
		}
	}
	slices.SortStableFunc(routes, func(a, b api.Route) int { return place[a.Tag] - place[b.Tag] })
	for _, r := range routes {
		if r.Tag != tag {
			tag = r.Tag
			fmt.Fprintf(&b, "\n## %s\n\n| |", tag)
			for _, w := range shown {
				fmt.Fprintf(&b, " %s |", strings.Replace(w.name, "another brand's owner", "another brand's members", 1))
			}
			b.WriteString("\n|---|" + strings.Repeat(":-:|", len(shown)) + "\n")
		}
		fmt.Fprintf(&b, "| %s %s |", r.Method, r.Path)
		for _, w := range shown {
			fmt.Fprintf(&b, " %s |", expected(r, s.Example(r.ID).Body, w))
		}
		b.WriteString("\n")
	}
	committed(t, "../docs/api-access.md", []byte(b.String()))
}
