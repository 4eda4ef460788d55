package webtest

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// Stage is how far a scene's question has come.
type Stage int

// The stages of a question.
const (
	Offered Stage = iota
	Accepted
	Answered
	Resolved
)

// Scene is one question and what hangs on it: it gives the variables of the
// documentation's examples their values, each made when it is first asked for.
type Scene struct {
	*markettest.Market
	Stage Stage // what the question is brought to

	server   *Server
	prepare  func(*Scene)
	values   map[string]string
	customer access.Caller
	expert   access.Caller // who has the offer or the turn
	person   access.Caller // somebody else who is to act
	own      program.ID    // a program with nobody else in it
	question question.Question
	offer    question.OfferID
	turn     question.Assignment
	refusal  quality.Refusal
}

// NewScene begins a scene in m, which is the server's own market or its
// neighbour.
func (s *Server) NewScene(m *markettest.Market, stage Stage) *Scene {
	return &Scene{Market: m, Stage: stage, server: s, values: map[string]string{}}
}

// values are how a variable gets its value. A route whose path or example
// names another one needs a line here.
var values = map[string]func(*Scene) string{
	"BRAND":        func(s *Scene) string { return s.Brand.String() },
	"PROGRAM":      func(s *Scene) string { return s.Program.ID.String() },
	"TOPIC":        func(s *Scene) string { return s.Topics["box"].ID.String() },
	"PARENT":       func(s *Scene) string { return s.Topics["box"].ID.String() },
	"QUESTION":     func(s *Scene) string { s.play(); return s.question.ID.String() },
	"OFFER":        func(s *Scene) string { s.play(); return s.offer.String() },
	"ASSIGNMENT":   func(s *Scene) string { s.play(); return s.turn.ID.String() },
	"HANDED_BACK":  (*Scene).handedBack,
	"REVIEW":       (*Scene).review,
	"VOTE":         (*Scene).vote,
	"GOLD":         (*Scene).gold,
	"SIGNAL":       (*Scene).signal,
	"REFUSAL":      func(s *Scene) string { s.refuse(); return s.refusal.ID.String() },
	"CUSTOMER":     func(s *Scene) string { return s.Customer().Customer.String() },
	"PERSON":       func(s *Scene) string { return s.Market.Person("Petra Person").String() },
	"OWNER":        func(s *Scene) string { return s.Market.Person("Petra Person").String() },
	"REFERENCE":    func(*Scene) string { return uuid.NewString() },
	"REQUEST":      func(*Scene) string { return uuid.NewString() },
	"EMAIL":        (*Scene).fresh,
	"PASSWORD":     func(*Scene) string { return Password },
	"NEW_PASSWORD": func(*Scene) string { return Password + " green" },
	"PICTURE":      (*Scene).picture,
	"MONTH":        (*Scene).month,
	"CURRENCY":     func(*Scene) string { return "EUR" },
	"EXPERT":       func(s *Scene) string { s.play(); return s.expert.Person.String() },
	"ACT":          (*Scene).moneyAct,
	"YEAR":         func(s *Scene) string { return s.month()[:4] },
	"JOB":          func(s *Scene) string { return s.server.job(false) },
	"ENROLMENT":    func(s *Scene) string { return s.enrolment().ID.String() },
	"MEASURE":      func(s *Scene) string { s.suspended(); return s.measure().String() },
}

// Value is the value of the variable called name.
func (s *Scene) Value(name string) string {
	s.T.Helper()
	s.ready()
	if value, ok := s.values[name]; ok {
		return value
	}
	find, ok := values[name]
	if !ok {
		s.T.Errorf("nothing is known for $%s: add it to the values in web/webtest/scene.go", name)
		return ""
	}
	s.values[name] = find(s)
	return s.values[name]
}

// Set gives a variable a value.
func (s *Scene) Set(name, value string) { s.values[name] = value }

// ready does once what the scene is prepared with.
func (s *Scene) ready() {
	if prepare := s.prepare; prepare != nil {
		s.prepare = nil
		prepare(s)
	}
}

// Customer is whose question it is.
func (s *Scene) Customer() access.Caller {
	s.ready()
	if !s.customer.Valid() {
		s.customer = s.Market.Customer("Dana Whitlow")
	}
	return s.customer
}

// Person is the expert whom it concerns.
func (s *Scene) Person() access.Caller {
	s.ready()
	if s.person.Valid() {
		return s.person
	}
	s.play()
	return s.expert
}

// play brings the question to the stage.
func (s *Scene) play() {
	s.T.Helper()
	if !s.question.ID.IsZero() {
		return
	}
	s.server.makeRoom(s.Market)
	s.question = s.Ask(s.Customer(), "My box is dead")
	s.findOffer()
	if s.Stage >= Accepted {
		s.accept()
	}
	if s.Stage >= Answered {
		s.Answer(s.expert, s.turn)
	}
	if s.Stage >= Resolved {
		s.server.must("resolve", s.Questions.Resolve(s.Ctx(), s.customer, s.question.ID))
		s.RunDue()
	}
}

// findOffer finds who is asked now.
func (s *Scene) findOffer() {
	s.T.Helper()
	var offer question.Offer
	err := s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Where("question_id = ? AND state = ?", s.question.ID, question.OfferOpen).Take(&offer).Error
	})
	s.server.must("find the offer", err)
	s.offer, s.expert = offer.ID, access.PersonCaller(offer.PersonID)
}

func (s *Scene) accept() {
	s.T.Helper()
	var err error
	s.turn, err = s.Questions.Accept(s.Ctx(), s.expert, s.offer)
	s.server.must("accept", err)
}

// picture is one that the customer has sent.
func (s *Scene) picture() string {
	s.T.Helper()
	s.play()
	id := s.Upload(s.customer)
	s.server.must("send a picture", s.Questions.Say(s.Ctx(), s.customer, s.question.ID, "It looks like this.", id))
	return id.String()
}

// handedBack has the expert hand the question back and another one accept it;
// it gives the first turn.
func (s *Scene) handedBack() string {
	s.T.Helper()
	s.play()
	first := s.turn.ID
	s.server.must("hand back", s.Questions.HandBack(s.Ctx(), s.expert, first, "beyond_my_knowledge", "It is not the cable."))
	s.RunDue()
	s.findOffer()
	s.accept()
	return first.String()
}

// review is the review of the resolved question's assignment.
func (s *Scene) review() string { return s.reviewID().String() }

func (s *Scene) reviewID() quality.ReviewID {
	s.T.Helper()
	s.play()
	var review quality.Review
	err := s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Where("assignment_id = ?", s.turn.ID).Take(&review).Error
	})
	s.server.must("find the review", err)
	return review.ID
}

// given is that review in the hands of the first of the roles that may decide it.
func (s *Scene) given() {
	reviewer := s.server.Member(access.HoldersOf(access.ReviewWork).Roles[0])
	s.server.must("give a review", s.GiveReview(reviewer, s.reviewID()))
}

// vote is asked of an expert who then acts, on the resolved question; the id of
// no vote where nobody could be asked.
func (s *Scene) vote() string {
	s.T.Helper()
	s.reviewing()
	paid := s.Program.Policies
	paid.Reward.ReviewMinor = 40
	s.server.must("pay reviews", s.Programs.SetPolicies(s.Ctx(), s.Owner, s.Program.ID, paid))
	s.Stage = Resolved
	s.play()
	s.server.must("pay them no longer", s.Programs.SetPolicies(s.Ctx(), s.Owner, s.Program.ID, s.Program.Policies))
	var vote quality.Vote
	err := s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Joins("JOIN reviews ON reviews.id = review_votes.review_id").
			Where("reviews.assignment_id = ?", s.turn.ID).First(&vote).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) { // what others did to the program left nobody to ask
		return uuid.NewString()
	}
	s.server.must("find the vote", err)
	s.person = access.PersonCaller(vote.PersonID)
	return vote.ID.String()
}

// reviewing is an expert who judges others' work.
func (s *Scene) reviewing() {
	s.T.Helper()
	s.server.experts++
	s.person = s.Market.Expert(fmt.Sprintf("reviewer-%d", s.server.experts))
	s.server.must("take no offers", s.Experts.SetAvailability(s.Ctx(), s.person, false))
	s.server.must("review", s.Quality.SetReviewing(s.Ctx(), s.person, s.Program.ID, true))
}

// gold is an item of the scene's program.
func (s *Scene) gold() string {
	s.T.Helper()
	id := s.Program.ID
	if own, ok := s.values["PROGRAM"]; ok { // a draft's
		var err error
		id, err = marketplace.ParseID[program.Program](own)
		s.server.must("read the program's id", err)
	}
	g, err := s.Quality.AddGold(s.Ctx(), s.Owner, id, quality.GoldText{
		Title: "The lamp blinks", Question: "Why?", Answer: "Its filter is full.", Language: "en", Because: "So it is.",
	})
	s.server.must("add gold", err)
	return g.ID.String()
}

// refuse has the brand's second manager refuse pay for the resolved question.
func (s *Scene) refuse() {
	s.T.Helper()
	s.play()
	if !s.refusal.ID.IsZero() {
		return
	}
	var err error
	s.refusal, err = s.Quality.Refuse(s.Ctx(), s.Second, s.Brand, s.turn.ID, quality.RefuseNoAnswer, "It says nothing.")
	s.server.must("refuse pay", err)
}

// newcomer is somebody registered as an expert and enrolled nowhere.
func (s *Scene) newcomer() access.Caller {
	s.T.Helper()
	s.server.experts++
	caller := access.PersonCaller(s.Market.Person("Nina Newcomer"))
	_, err := s.Experts.Register(s.Ctx(), caller, expert.Profile{
		Handle: fmt.Sprintf("newcomer-%d", s.server.experts), Languages: []string{"en"},
	})
	s.server.must("register an expert", err)
	return caller
}

// enrolment is an application that waits for a decision.
func (s *Scene) enrolment() expert.Enrolment {
	s.T.Helper()
	s.noPlatformQuiz()
	s.person = s.newcomer()
	e, err := s.Admission.Apply(s.Ctx(), s.person, s.Program.ID, admission.Application{Motivation: "I know the box."})
	s.server.must("apply", err)
	return e
}

// draft gives the scene a program of its own, not launched, with a topic.
func (s *Scene) draft() program.ID {
	s.T.Helper()
	policies := s.Program.Policies
	p, err := s.Programs.CreateProgram(s.Ctx(), s.Owner, s.Brand, program.NewProgram{
		Name: "Another", Currency: "EUR", Languages: []string{"en"}, Policies: policies, RolloutShareBP: 10_000,
	})
	s.server.must("create a program", err)
	topic, err := s.Programs.AddTopic(s.Ctx(), s.Owner, p.ID, program.NewTopic{Slug: "box", Name: "Box", Mode: program.Crowd})
	s.server.must("add a topic", err)
	s.Set("PROGRAM", p.ID.String())
	s.Set("TOPIC", topic.ID.String())
	s.Set("PARENT", topic.ID.String())
	return p.ID
}

// funded is a draft that is ready to be launched.
func (s *Scene) funded() program.ID {
	s.T.Helper()
	id, amount := s.draft(), payouts.Money{Minor: 100_00, Currency: "EUR"}
	s.server.must("fund", s.Programs.Fund(s.Ctx(), s.Owner, id, amount, id.String()))
	s.server.must("allocate", s.Programs.AllocateBudget(s.Ctx(), s.Owner, id, amount, id.String()))
	return id
}

// paidIn has the brand pay in what can be paid back to it.
func (s *Scene) paidIn() {
	s.T.Helper()
	_, err := s.Programs.Pay(s.Ctx(), s.Owner, s.draft(), payouts.PayCard, payouts.Money{Minor: 100_00, Currency: "EUR"}, uuid.NewString())
	s.server.must("pay in", err)
}

// live is a program of the scene's own that takes questions.
func (s *Scene) live() program.ID {
	s.T.Helper()
	id := s.funded()
	s.server.must("launch", s.Programs.Launch(s.Ctx(), s.Owner, id))
	return id
}

// makeRoom sees to it that there are always two experts with room for more.
func (s *Server) makeRoom(m *markettest.Market) {
	s.T.Helper()
	if s.free[m]--; s.free[m] > 10 {
		return
	}
	for range 2 {
		s.experts++
		expert := m.Expert(fmt.Sprintf("expert-%d", s.experts))
		s.must("widen an expert's hands", m.Experts.SetCapacity(m.Ctx(), expert, 100))
	}
	s.free[m] = 100
}
