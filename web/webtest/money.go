package webtest

import (
	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
)

// moneyAct is one that another operator has asked for.
func (s *Scene) moneyAct() string {
	s.T.Helper()
	var other access.Person
	s.server.must("create an operator", s.Store.InTx(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		other, err = s.Access.EnsureOperatorTx(s.Ctx(), tx, system, access.NewPerson{Name: "Otto Operator", Email: s.fresh()})
		return err
	}))
	s.play()
	id, err := s.Earnings.AskForAct(s.Ctx(), access.PersonCaller(other.ID), earnings.NewAct{
		Kind: earnings.ActBonus, Subject: uuid.UUID(s.expert.Person), Amount: payouts.Money{Minor: 250, Currency: "EUR"}, Reason: "For three nights of answers.",
	})
	s.server.must("ask for an act", err)
	return id.String()
}
