package training

import (
	"cmp"
	"fmt"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// QuizRef says whose quiz it is: a program's own, one of its topics', or, where
// both are zero, the platform's, which is passed once for all programs.
type QuizRef struct {
	Program program.ID
	Topic   string // slug; that of a topic certifies for it
}

// Platform reports whether it is the platform's own.
func (r QuizRef) Platform() bool { return r.Program.IsZero() }

func (r QuizRef) check() error {
	if r.Topic == "" {
		return nil
	}
	return program.CheckSlug("topic", r.Topic)
}

// Quiz is one version of a test, with the right answers: a bank of items, of
// which each try draws some. It is for those who publish it; applicants see
// QuizQuestions.
type Quiz struct {
	BrandID       marketplace.BrandID // zero: the platform's
	ProgramID     program.ID          `gorm:"primaryKey"`
	Topic         string
	Version       int        `gorm:"primaryKey;autoIncrement:false"` // counted over all of a program's quizzes
	PassMark      int        // right answers needed
	Draw          int        // items of a try; 0: all
	ItemSeconds   int        // for each item; 0: they are answered together, without haste
	Attempts      int        // tries at this version
	RetakeSeconds int        // from one try to the next
	Items         []QuizItem `gorm:"serializer:json"`
	CreatedAt     time.Time
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

// NewQuiz describes a version of a quiz. Zero Draw draws all items, zero
// Attempts allows three tries, a nil RetakeAfter asks for a day between them.
type NewQuiz struct {
	Items       []QuizItem
	PassMark    int
	Draw        int
	ItemSeconds int
	Attempts    int
	RetakeAfter *time.Duration
}

// QuizAttempt is one try. Answers are the chosen options' indexes, or Missed.
type QuizAttempt struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID      `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	Version   int             `gorm:"primaryKey;autoIncrement:false"`
	Attempt   int             `gorm:"primaryKey;autoIncrement:false"`
	Drawn     []int           `gorm:"serializer:json"` // items of the quiz, in the order they are asked
	Answers   []int           `gorm:"serializer:json"` // to the drawn ones, so far
	Score     int             // right answers; 0 until it is over
	Passed    bool
	TakenAt   time.Time
	// ServedAt is when the item that is to be answered was shown; nil once the try
	// is over.
	ServedAt *time.Time
}

// Missed stands for an answer that was not given in time.
const Missed = -1

const (
	maxItems       = 200
	maxOptions     = 10
	maxQuizText    = 2_000
	maxItemSeconds = 3600
	maxTries       = 20
	maxRetake      = 90 * 24 * time.Hour
	// Unless the quiz says otherwise, a failed one can be tried again after a day,
	// three times in all per version.
	maxAttempts = 3
	retakeAfter = 24 * time.Hour
)

// quiz checks n, and is the quiz it describes.
func (n NewQuiz) quiz() (Quiz, error) {
	if n.Attempts == 0 {
		n.Attempts = maxAttempts
	}
	wait := retakeAfter
	if n.RetakeAfter != nil {
		wait = *n.RetakeAfter
	}
	asked := len(n.Items)
	if n.Draw > 0 {
		asked = n.Draw
	}
	if err := cmp.Or(
		marketplace.CheckRange("items", len(n.Items), 1, maxItems), marketplace.CheckRange("draw", n.Draw, 0, len(n.Items)), marketplace.CheckRange("pass_mark", n.PassMark, 1, asked),
		marketplace.CheckRange("item_seconds", n.ItemSeconds, 0, maxItemSeconds), marketplace.CheckRange("attempts", n.Attempts, 1, maxTries),
		marketplace.CheckRange("retake_after", int(wait/time.Second), 0, int(maxRetake/time.Second)),
	); err != nil {
		return Quiz{}, err
	}
	for i, item := range n.Items {
		if err := item.check(fmt.Sprintf("items[%d].", i)); err != nil {
			return Quiz{}, err
		}
	}
	return Quiz{
		PassMark: n.PassMark, Draw: n.Draw, ItemSeconds: n.ItemSeconds, Attempts: n.Attempts,
		RetakeSeconds: int(wait / time.Second), Items: n.Items,
	}, nil
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

// Asked is how many items a try has.
func (q Quiz) Asked() int {
	if q.Draw > 0 {
		return q.Draw
	}
	return len(q.Items)
}

// Questions are the drawn items without their answers.
func (q Quiz) Questions(drawn []int) []QuizQuestion {
	list := make([]QuizQuestion, len(drawn))
	for i, n := range drawn {
		list[i] = QuizQuestion{Question: q.Items[n].Question, Options: q.Items[n].Options}
	}
	return list
}

// check refuses an answer to an item that is none of its options.
func (q Quiz) checkAnswer(field string, item, answer int) error {
	if answer < 0 || answer >= len(q.Items[item].Options) {
		return &marketplace.InvalidError{Field: field, Reason: "is not one of the options"}
	}
	return nil
}

// grade ends a try whose every item has its answer.
func (q Quiz) grade(a *QuizAttempt) {
	a.Score, a.ServedAt = 0, nil
	for i, n := range a.items(q) {
		if a.Answers[i] == q.Items[n].Answer {
			a.Score++
		}
	}
	a.Passed = a.Score >= q.PassMark
}

// items are those that were drawn; a try from before there were banks has all.
func (a QuizAttempt) items(q Quiz) []int {
	if len(a.Drawn) > 0 {
		return a.Drawn
	}
	return q.all()
}

func (q Quiz) all() []int {
	list := make([]int, len(q.Items))
	for i := range list {
		list[i] = i
	}
	return list
}

// Over reports whether the try has been graded.
func (a QuizAttempt) Over() bool { return a.ServedAt == nil }

// mayRetake applies the retake rule to the tries at this version, oldest first.
func (q Quiz) mayRetake(attempts []QuizAttempt, now time.Time) error {
	if len(attempts) == 0 {
		return nil
	}
	last := attempts[len(attempts)-1]
	if last.Passed || len(attempts) >= q.Attempts {
		return &RetakeError{}
	}
	if at := last.TakenAt.Add(time.Duration(q.RetakeSeconds) * time.Second); now.Before(at) {
		return &RetakeError{At: at}
	}
	return nil
}
