package webtest

import (
	"context"
	"net/http"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/training"
	"knowhow/payouts"
	"knowhow/web/api"
)

// Scene begins a scene in m in which the route r can succeed.
func (s *Server) Scene(m *markettest.Market, r api.Route) *Scene {
	sc := s.NewScene(m, stageOf(r))
	prepare := prepared[r.ID]
	if prepare == nil {
		prepare = doors[r.ID]
	}
	if prepare == nil {
		prepare = onboardings[r.ID]
	}
	if prepare == nil {
		prepare = voices[r.ID]
	}
	if prepare == nil && r.Who.Kind == api.Colleague {
		prepare = func(s *Scene) { s.colleague() }
	}
	if prepare == nil {
		prepare = measured[r.ID]
	}
	switch {
	case prepare != nil:
	case r.Who.Kind == api.Member && r.Method != http.MethodGet && strings.Contains(r.Path, "{program}"):
		prepare = func(s *Scene) { s.draft() } // what others use stays as it is
	case r.Who.Kind == api.Person && !aboutWork(r):
		prepare = func(s *Scene) { s.person = s.newcomer() }
	}
	sc.prepare = prepare
	return sc
}

// aboutWork reports whether a route names something an expert has, or had,
// from a question.
func aboutWork(r api.Route) bool {
	for _, name := range []string{"{offer}", "{assignment}", "{question}", "{refusal}", "{picture}"} {
		if strings.Contains(r.Path, name) {
			return true
		}
	}
	return false
}

// stageOf is how far a question must have come for r to make sense.
func stageOf(r api.Route) Stage {
	if stage, ok := stages[r.ID]; ok {
		return stage
	}
	switch {
	case strings.Contains(r.Path, "{review}"), strings.Contains(r.Path, "{refusal}"):
		return Resolved
	case strings.Contains(r.Path, "{assignment}"):
		return Accepted
	}
	return Offered
}

// stages are the routes that want another stage than their path tells.
var stages = map[string]Stage{
	"resolve": Answered, "reopen": Answered, "giveFeedback": Resolved, "refusePay": Resolved, "thankExpert": Resolved, "shareReceipt": Resolved, "unshareReceipt": Resolved, "confirmHandoff": Accepted,
	"getOfferedQuestion": Accepted,
}

// prepared are the routes that want more than a question.
var prepared = map[string]func(*Scene){
	"confirmHandoff": func(s *Scene) { s.Set("HANDED_BACK", s.handedBack()) },
	"appeal":         func(s *Scene) { s.refuse() },
	"giveVote":       func(s *Scene) { s.Set("VOTE", s.vote()) },
	"decideReview":   (*Scene).given,
	"returnReview":   (*Scene).given,
	"listVotes":      func(s *Scene) { s.vote() },
	"setReviewing":   (*Scene).reviewing,
	"listReviewing":  (*Scene).reviewing,
	"decideAppeal": func(s *Scene) {
		s.refuse()
		s.server.must("appeal", s.Quality.Appeal(s.Ctx(), s.expert, s.refusal.ID, "It does say something."))
	},
	"answerForBrand": func(s *Scene) {
		s.play()
		s.server.must("take over", s.Questions.TakeOver(s.Ctx(), s.Agent, s.Brand, s.question.ID))
	},
	"routeBack": (*Scene).matter,
	"withdrawConsent": func(s *Scene) {
		c := s.Customer()
		_, err := s.Customers.GiveConsent(s.Ctx(), c, s.Brand, c.Customer, "share_receipt", "2026-11")
		s.server.must("give consent", err)
	},
	"removeMember": func(s *Scene) {
		person := s.Market.Person("Petra Person")
		s.server.must("add a member", s.Access.AddMember(s.Ctx(), s.Owner, s.Brand, person, access.Viewer))
		s.Set("PERSON", person.String())
	},
	"retryJob":       func(s *Scene) { s.Set("JOB", s.server.job(true)) },
	"launchProgram":  func(s *Scene) { s.funded() },
	"pauseProgram":   func(s *Scene) { s.live() },
	"closeProgram":   func(s *Scene) { s.live() },
	"allocateBudget": func(s *Scene) { s.funded() },
	"refundWallet":   (*Scene).paidIn,
	"returnBudget":   func(s *Scene) { s.funded() },
	"resumeProgram": func(s *Scene) {
		s.server.must("pause", s.Programs.Pause(s.Ctx(), s.Owner, s.live()))
	},
	"registerExpert": func(s *Scene) { s.person = access.PersonCaller(s.Market.Person("Nina Newcomer")) },
	"getApplication": func(s *Scene) { s.applied() },
	"acceptTerms":    func(s *Scene) { s.applied() },
	"getQuiz":        func(s *Scene) { s.applied() },
	"takeQuiz": func(s *Scene) {
		id := s.applied()
		s.server.must("accept terms", s.Training.AcceptTerms(s.Ctx(), s.person, id, 1, "en"))
	},
	"activateExpert":    func(s *Scene) { s.decided(s.Admission.Approve) },
	"certifyExpert":     func(s *Scene) { s.decided(s.Admission.Approve) },
	"getEnrolment":      func(s *Scene) { s.decided() },
	"getPayoutAccount":  func(s *Scene) { s.play(); s.person = s.expert },
	"showPayoutAccount": func(s *Scene) { s.play(); s.person = s.expert },
	"setTopUp": func(s *Scene) {
		id := s.draft()
		_, err := s.Programs.Pay(s.Ctx(), s.Owner, id, payouts.PayNothing, payouts.Money{Currency: "EUR"}, id.String())
		s.server.must("leave a card", err)
	},
	"requestPayout": func(s *Scene) {
		s.Stage = Resolved
		id := s.reviewID()
		s.person = s.expert
		good := map[quality.Criterion]int{quality.Correct: 5, quality.Complete: 5, quality.Kind: 5, quality.Safe: 5, quality.Honest: 5}
		s.server.must("pass", s.Decide(s.Reviewer, id, quality.Verdict{Pass: true, Scores: good}))
	},
	"getStatement":     (*Scene).earned,
	"getStatementYear": (*Scene).earned,

	"changeMacro": (*Scene).macro,
	"deleteMacro": (*Scene).macro,
	"getSharedReceipt": func(s *Scene) {
		s.Stage = Resolved
		s.play()
		made, err := s.Questions.ShareOwn(s.Ctx(), s.customer, s.question.ID, "2026-11")
		s.server.must("share a receipt", err)
		s.Set("SHARE_TOKEN", made.Token)
	},
	"unsubscribe":     (*Scene).mailed,
	"resubscribe":     (*Scene).mailed,
	"setWantedTopics": (*Scene).enrolled,
	"pauseWork":       (*Scene).enrolled,
	"leaveProgram":    (*Scene).enrolled,
	"resumeWork": func(s *Scene) {
		s.enrolled()
		s.server.must("pause work", s.Experts.Pause(s.Ctx(), s.person, s.Program.ID))
	},
}

// applied is a live program of the scene's own with terms and a quiz, and
// somebody who applied to it.
func (s *Scene) applied() program.ID {
	s.T.Helper()
	s.noPlatformQuiz()
	id := s.live()
	_, err := s.Training.PublishTerms(s.Ctx(), s.Manager, id, training.NewTerms{Text: "Be honest."})
	s.server.must("publish terms", err)
	_, err = s.Training.PublishQuiz(s.Ctx(), s.Manager, training.QuizRef{Program: id}, boxQuiz)
	s.server.must("publish a quiz", err)
	s.person = s.newcomer()
	_, err = s.Admission.Apply(s.Ctx(), s.person, id, admission.Application{Motivation: "I know the box."})
	s.server.must("apply", err)
	return id
}

// decided is an application on which the brand decided, in this order.
func (s *Scene) decided(decisions ...func(context.Context, access.Caller, expert.EnrolmentID) error) {
	s.T.Helper()
	e := s.enrolment()
	s.Set("ENROLMENT", e.ID.String())
	for _, decide := range decisions {
		s.server.must("decide on an application", decide(s.Ctx(), s.Manager, e.ID))
	}
}

// macro is an expert who keeps an answer.
func (s *Scene) macro() {
	s.T.Helper()
	s.person = s.newcomer()
	m, err := s.Experts.AddMacro(s.Ctx(), s.person, expert.MacroText{Name: "Reset", Text: "Hold the button."})
	s.server.must("add a macro", err)
	s.Set("MACRO", m.ID.String())
}

// enrolled is an expert of the program who has no work.
func (s *Scene) enrolled() {
	s.T.Helper()
	s.person = s.newcomer()
	_, err := s.Admission.EnrolExperienced(s.Ctx(), s.Manager, s.Program.ID, s.person.Person, "known from the community")
	s.server.must("enrol an expert", err)
}

// Caller is somebody who may do what r does in the scene, and their token;
// nobody where that is enough.
func (s *Scene) Caller(r api.Route) (access.Caller, string) {
	s.T.Helper()
	var caller access.Caller
	switch r.Who.Kind {
	case api.Anyone, api.Session:
		return caller, ""
	case api.Customer, api.Party:
		caller = s.Customer()
	case api.Person, api.Account, api.Colleague:
		caller = s.Person()
	case api.Operator:
		caller = s.Operator
	case api.Member:
		caller = s.server.Member(r.Who.Roles()[0])
	}
	return caller, s.server.Token(caller)
}

// mailed has somebody get a mail that they may turn off.
func (s *Scene) mailed() {
	s.person = s.newcomer()
	s.server.must("write a mail", s.Store.InTx(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return s.Notify.SendTx(s.Ctx(), tx, notify.Mail{
			Brand: s.Brand, Kind: notify.Payouts, Key: s.person.Person.String(), To: s.person.Person, Subject: "Paid", Text: "You are paid.",
		})
	}))
	s.RunDue()
	s.Set("MAIL_TOKEN", s.UnsubscribeToken("Paid"))
}
