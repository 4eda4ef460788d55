package webtest

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
)

// measured are the routes of what is judged, and what each wants before.
var measured = map[string]func(*Scene){
	"suspendExpert":    func(s *Scene) { s.decided(s.Experts.Approve) },
	"restrictExpert":   func(s *Scene) { s.decided(s.Experts.Approve) },
	"reinstateExpert":  (*Scene).suspended,
	"appealMeasure":    (*Scene).suspended,
	"unrestrictExpert": func(s *Scene) { s.decided(s.Experts.Approve, s.restrict) },
	"giveNPS":          (*Scene).asked,
	"getChances":       (*Scene).enrolled,
	"getStandingLog":   (*Scene).enrolled,
	"decideMeasure": func(s *Scene) {
		s.suspended()
		id := s.measure()
		s.server.must("appeal", s.Experts.AppealMeasure(s.Ctx(), s.person, id, "It was somebody else."))
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
	s.decided(s.Experts.Approve, func(ctx context.Context, by access.Caller, id expert.EnrolmentID) error {
		return s.Experts.Suspend(ctx, by, id, expert.SuspendQuality, "See the reviews.")
	})
	s.Set("MEASURE", s.measure().String())
}

func (s *Scene) restrict(ctx context.Context, by access.Caller, id expert.EnrolmentID) error {
	return s.Experts.Restrict(ctx, by, id, []string{"box"}, expert.SuspendQuality, "See the reviews.")
}

// measure is the latest against the person.
func (s *Scene) measure() expert.MeasureID {
	s.T.Helper()
	var m expert.Measure
	s.server.must("find the measure", s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", s.person.Person).Order("imposed_at DESC").First(&m).Error
	}))
	return m.ID
}
