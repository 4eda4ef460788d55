package webtest

import (
	"gorm.io/gorm"

	"knowhow/marketplace/program"
)

// matter has the customer, beside what an expert is asked about, ask what goes to
// the brand as its own matter.
func (s *Scene) matter() {
	s.T.Helper()
	s.play()
	var now program.Program
	s.server.must("load the program", s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) (err error) {
		now, err = s.Programs.LoadTx(s.Ctx(), tx, s.Program.ID)
		return err
	}))
	kept := now.Policies
	kept.Routing.BrandMatters = true
	s.server.must("keep matters of the brand's", s.Programs.SetPolicies(s.Ctx(), s.Owner, s.Program.ID, kept))
	s.question = s.Ask(s.Customer(), "My box caught fire")
	s.server.must("keep them no longer", s.Programs.SetPolicies(s.Ctx(), s.Owner, s.Program.ID, now.Policies))
}
