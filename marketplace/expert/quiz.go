package expert

import (
	"fmt"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Quiz is one version of a program's test, with the right answers: it is for
// the brand's people; applicants see Quiz.Questions.
type Quiz struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID `gorm:"primaryKey"`
	Version   int        `gorm:"primaryKey;autoIncrement:false"`
	PassMark  int        // right answers needed
	Items     []QuizItem `gorm:"serializer:json"`
	CreatedAt time.Time
}

// QuizItem is one question with its options; Answer is the index of the right
// one.
type QuizItem struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
	Answer   int      `json:"answer"`
}

// QuizQuestion is an item as an applicant sees it.
type QuizQuestion struct {
	Question string
	Options  []string
}

// QuizAttempt is one try, graded. Answers are the chosen options' indexes.
type QuizAttempt struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID      `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	Version   int             `gorm:"primaryKey;autoIncrement:false"`
	Attempt   int             `gorm:"primaryKey;autoIncrement:false"`
	Answers   []int           `gorm:"serializer:json"`
	Score     int             // right answers
	Passed    bool
	TakenAt   time.Time
}

const (
	maxItems    = 100
	maxOptions  = 10
	maxQuizText = 2_000
	// A failed quiz can be tried again after a day, three times in all per
	// version.
	maxAttempts = 3
	retakeAfter = 24 * time.Hour
)

// Questions are the items without their answers.
func (q Quiz) Questions() []QuizQuestion {
	list := make([]QuizQuestion, len(q.Items))
	for i, item := range q.Items {
		list[i] = QuizQuestion{Question: item.Question, Options: item.Options}
	}
	return list
}

func checkQuiz(items []QuizItem, passMark int) error {
	if len(items) == 0 || len(items) > maxItems {
		return &marketplace.InvalidError{Field: "items", Reason: fmt.Sprintf("must be 1 to %d", maxItems)}
	}
	if passMark < 1 || passMark > len(items) {
		return &marketplace.InvalidError{Field: "pass_mark", Reason: fmt.Sprintf("must be 1 to %d", len(items))}
	}
	for i, item := range items {
		if err := item.check(fmt.Sprintf("items[%d].", i)); err != nil {
			return err
		}
	}
	return nil
}

func (q QuizItem) check(field string) error {
	if err := marketplace.CheckText(field+"question", q.Question, 1, maxQuizText); err != nil {
		return err
	}
	if len(q.Options) < 2 || len(q.Options) > maxOptions {
		return &marketplace.InvalidError{Field: field + "options", Reason: fmt.Sprintf("must be 2 to %d", maxOptions)}
	}
	for _, option := range q.Options {
		if err := marketplace.CheckText(field+"options", option, 1, maxQuizText); err != nil {
			return err
		}
	}
	if q.Answer < 0 || q.Answer >= len(q.Options) {
		return &marketplace.InvalidError{Field: field + "answer", Reason: "is not one of the options"}
	}
	return nil
}

// grade counts the right answers; there must be one of each item's options per
// item.
func (q Quiz) grade(answers []int) (int, error) {
	if len(answers) != len(q.Items) {
		return 0, &marketplace.InvalidError{Field: "answers", Reason: fmt.Sprintf("must be %d", len(q.Items))}
	}
	score := 0
	for i, a := range answers {
		if a < 0 || a >= len(q.Items[i].Options) {
			return 0, &marketplace.InvalidError{Field: fmt.Sprintf("answers[%d]", i), Reason: "is not one of the options"}
		}
		if a == q.Items[i].Answer {
			score++
		}
	}
	return score, nil
}

// mayRetake applies the retake rule to the attempts at one version, oldest
// first.
func mayRetake(attempts []QuizAttempt, now time.Time) error {
	if len(attempts) == 0 {
		return nil
	}
	last := attempts[len(attempts)-1]
	if last.Passed || len(attempts) >= maxAttempts {
		return &RetakeError{}
	}
	if at := last.TakenAt.Add(retakeAfter); now.Before(at) {
		return &RetakeError{At: at}
	}
	return nil
}
