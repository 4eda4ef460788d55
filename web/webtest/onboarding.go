package webtest

import (
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

var boxQuiz = training.NewQuiz{Items: []training.QuizItem{{Question: "What is a box?", Options: []string{"a box", "no box"}}}, PassMark: 1}

// onboardings are the routes of an expert's way in, and what each wants before.
var onboardings = map[string]func(*Scene){
	"getOnboarding":   func(s *Scene) { s.applied() },
	"listOwnCards":    func(s *Scene) { s.applied() },
	"listOwnPractice": func(s *Scene) { s.applied() },
	"retireCard":      func(s *Scene) { s.card(s.draft()) },
	"readCard":        func(s *Scene) { s.card(s.applied()) },
	"retirePracticeTask": func(s *Scene) {
		s.task(s.draft())
	},
	"answerPractice": func(s *Scene) { s.task(s.quizzed()) },
	"judgePracticeAnswer": func(s *Scene) {
		id := s.quizzed()
		a, err := s.Training.AnswerPractice(s.Ctx(), s.person, id, s.task(id), "It updates.")
		s.server.must("answer a practice task", err)
		s.Set("ANSWER", a.ID.String())
	},
	"beginQuiz": func(s *Scene) { s.timed(s.assessed()) },
	"answerQuizItem": func(s *Scene) {
		id := s.assessed()
		s.timed(id)
		_, err := s.Training.BeginQuiz(s.Ctx(), s.person, training.QuizRef{Program: id})
		s.server.must("begin a quiz", err)
	},
	"publishPlatformQuiz": (*Scene).noPlatformQuiz,
	"getPlatformQuiz":     func(s *Scene) { s.platformQuiz(0) },
	"takePlatformQuiz":    func(s *Scene) { s.platformQuiz(0) },
	"beginPlatformQuiz":   func(s *Scene) { s.platformQuiz(60) },
	"answerPlatformQuizItem": func(s *Scene) {
		s.platformQuiz(60)
		_, err := s.Training.BeginQuiz(s.Ctx(), s.person, training.QuizRef{})
		s.server.must("begin the platform's quiz", err)
	},
}

// assessed is applied, with the terms accepted.
func (s *Scene) assessed() program.ID {
	s.T.Helper()
	id := s.applied()
	s.server.must("accept terms", s.Training.AcceptTerms(s.Ctx(), s.person, id, 1, "en"))
	return id
}

// quizzed is assessed, with the quiz passed.
func (s *Scene) quizzed() program.ID {
	s.T.Helper()
	id := s.assessed()
	_, err := s.Training.TakeQuiz(s.Ctx(), s.person, training.QuizRef{Program: id}, 1, []int{0})
	s.server.must("take the quiz", err)
	return id
}

// timed publishes a quiz with a time for each item.
func (s *Scene) timed(id program.ID) {
	s.T.Helper()
	q := boxQuiz
	q.ItemSeconds = 60
	_, err := s.Training.PublishQuiz(s.Ctx(), s.Manager, training.QuizRef{Program: id}, q)
	s.server.must("publish a quiz", err)
}

// card publishes $CARD.
func (s *Scene) card(id program.ID) {
	s.T.Helper()
	c, err := s.Training.AddCard(s.Ctx(), s.Manager, id, training.NewCard{Title: "The box", Text: "It is a box."})
	s.server.must("publish a card", err)
	s.Set("CARD", c.ID.String())
}

// task publishes $TASK.
func (s *Scene) task(id program.ID) training.PracticeTaskID {
	s.T.Helper()
	t, err := s.Training.AddPracticeTask(s.Ctx(), s.Manager, id, "My box blinks.", "It updates.")
	s.server.must("publish a practice task", err)
	s.Set("TASK", t.ID.String())
	return t.ID
}

// noPlatformQuiz begins without the quiz that every expert has to pass, which
// scenes before this one may have published.
func (s *Scene) noPlatformQuiz() {
	s.T.Helper()
	s.server.must("forget the platform's quiz", s.Store.InTx(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM platform_attempts").Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM platform_quizzes").Error
	}))
}

// platformQuiz is the first version of the platform's quiz, with so long for
// each item, and somebody who has not passed it.
func (s *Scene) platformQuiz(itemSeconds int) {
	s.T.Helper()
	s.noPlatformQuiz()
	q := boxQuiz
	q.ItemSeconds = itemSeconds
	_, err := s.Training.PublishQuiz(s.Ctx(), s.Operator, training.QuizRef{}, q)
	s.server.must("publish the platform's quiz", err)
	s.person = s.newcomer()
}
