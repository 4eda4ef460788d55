package markettest

import (
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Neighbour is another brand in the same house, with people and a live program
// of its own: everything there is out of reach from here, and the other way
// round.
func (m *Market) Neighbour() *Market {
	m.T.Helper()
	n := &Market{
		House: m.House, T: m.T, DB: m.DB, Clock: m.Clock, Operator: m.Operator,
		Topics: map[string]program.Topic{}, made: m.made + 10_000, logged: m.logged,
	}
	owner := n.Person("Nora Neighbour")
	brand, err := n.Programs.CreateBrand(n.Ctx(), n.Operator, "Tidewell", owner)
	n.must("create the neighbour's brand", err)
	n.Brand, n.Owner = brand.ID, access.PersonCaller(owner)
	n.Manager, n.Second = n.member("Moritz Manager", access.Manager), n.member("Stine Second", access.Manager)
	n.Reviewer, n.Agent = n.member("Ruth Reviewer", access.Reviewer), n.member("Arno Agent", access.Agent)
	n.openProgram(func(*program.Policies) {})
	return n
}
