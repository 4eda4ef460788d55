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
	s.play()
	id, err := s.Earnings.AskForAct(s.Ctx(), s.otherOperator(), earnings.NewAct{
		Kind: earnings.ActBonus, Subject: uuid.UUID(s.expert.Person), Amount: payouts.Money{Minor: 250, Currency: "EUR"}, Reason: "For three nights of answers.",
	})
	s.server.must("ask for an act", err)
	return id.String()
}

// otherOperator is one beside the scene's.
func (s *Scene) otherOperator() access.Caller {
	s.T.Helper()
	var other access.Person
	s.server.must("create an operator", s.Store.InTx(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		other, err = s.Access.EnsureOperatorTx(s.Ctx(), tx, system, access.NewPerson{Name: "Otto Operator", Email: s.fresh()})
		return err
	}))
	return access.PersonCaller(other.ID)
}

// takenBack is an expert whose released pay two other operators have decided to
// take back.
func (s *Scene) takenBack() {
	s.T.Helper()
	s.Stage = Resolved
	s.play()
	s.person = s.expert
	reward := uuid.UUID(s.turn.ID)
	s.server.must("release", s.Store.InTx(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return payouts.ReleaseTx(s.Ctx(), tx, s.Clock.Now(), reward)
	}))
	id, err := s.Earnings.AskForAct(s.Ctx(), s.otherOperator(), earnings.NewAct{
		Kind: earnings.ActClawBack, Subject: reward, Ground: earnings.GroundPaidTwice, Reason: "It is the answer to the question before.",
	})
	s.server.must("ask to take pay back", err)
	s.server.must("agree to that", s.Earnings.AgreeToAct(s.Ctx(), s.otherOperator(), id))
	s.Set("ACT", id.String())
}
