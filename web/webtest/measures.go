package webtest

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// measured are the routes of what is judged, and what each wants before.
var measured = map[string]func(*Scene){
	"suspendExpert":    func(s *Scene) { s.decided(s.Admission.Approve) },
	"restrictExpert":   func(s *Scene) { s.decided(s.Admission.Approve) },
	"reinstateExpert":  (*Scene).suspended,
	"appealMeasure":    (*Scene).suspended,
	"unrestrictExpert": func(s *Scene) { s.decided(s.Admission.Approve, s.restrict) },
	"appealTakeBack":   (*Scene).takenBack,
	"decideTakeBack": func(s *Scene) {
		s.takenBack()
		id, err := marketplace.ParseID[earnings.Act](s.values["ACT"])
		s.server.must("read the act's id", err)
		s.server.must("appeal", s.Earnings.AppealTakeBack(s.Ctx(), s.person, id, "They are two questions."))
	},
	"settleSignal":   func(s *Scene) { s.Set("SIGNAL", s.signal()) },
	"giveNPS":        (*Scene).asked,
	"getChances":     (*Scene).enrolled,
	"getStandingLog": (*Scene).enrolled,
	"decideMeasure": func(s *Scene) {
		s.suspended()
		id := s.measure()
		s.server.must("appeal", s.Conduct.AppealMeasure(s.Ctx(), s.person, id, "It was somebody else."))
	},
}

// asked is a customer who is asked whether they would recommend the program: one
// of many who had a question resolved.
func (s *Scene) asked() {
	s.T.Helper()
	s.Stage = Resolved
	for range 100 {
		s.customer, s.question = access.Caller{}, question.Question{}
		s.play()
		ask, err := s.Quality.AskNPS(s.Ctx(), s.customer, s.question.ID)
		s.server.must("read whether they are asked", err)
		if ask {
			return
		}
	}
	s.T.Error("of a hundred customers nobody is asked")
}

// suspended is an expert whom the brand's manager stopped.
func (s *Scene) suspended() {
	s.T.Helper()
	s.decided(s.Admission.Approve, func(ctx context.Context, by access.Caller, id expert.EnrolmentID) error {
		return s.Conduct.Suspend(ctx, by, id, conduct.SuspendQuality, "See the reviews.")
	})
	s.Set("MEASURE", s.measure().String())
}

func (s *Scene) restrict(ctx context.Context, by access.Caller, id expert.EnrolmentID) error {
	return s.Conduct.Restrict(ctx, by, id, []string{"box"}, conduct.SuspendQuality, "See the reviews.")
}

// measure is the latest against the person.
func (s *Scene) measure() conduct.MeasureID {
	s.T.Helper()
	var m conduct.Measure
	s.server.must("find the measure", s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", s.person.Person).Order("imposed_at DESC").First(&m).Error
	}))
	return m.ID
}

// signal is one about two of the program's experts who are paid to one account.
func (s *Scene) signal() string {
	s.T.Helper()
	var pair []access.PersonID
	account := uuid.NewString()
	for range 2 {
		s.enrolled()
		pair = append(pair, s.person.Person)
		s.server.must("note an account", s.Store.InTx(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
			return payouts.NoteFingerprintsTx(s.Ctx(), tx, s.Clock.Now(), "sandbox", uuid.UUID(s.person.Person), account)
		}))
	}
	list, err := s.Quality.Signals(s.Ctx(), s.Manager, s.Program.ID)
	s.server.must("look for signals", err)
	for _, one := range list {
		if slices.ContainsFunc(one.People, func(p quality.Suspect) bool { return p.Person == pair[0] }) {
			return one.Key.String()
		}
	}
	s.T.Error("there is no signal about who is paid to one account")
	return ""
}
