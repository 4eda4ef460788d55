package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/training"
)

// quizRoutes are the quizzes of programs, of their topics, and of the platform:
// published from banks of items, taken at once or item by item.
func (a *API) quizRoutes() {
	managed, self, platform := member(access.ManageProgram), Who{Kind: Person}, operator(access.ManagePlatformQuiz)
	call(a, Route{ID: "publishQuiz", Path: "/programs/{program}/quiz", Tag: expertsTag, Who: managed,
		Summary: "Publish a version of a program's quiz", About: "It binds who has not been approved yet. One for a topic certifies who passes it."}, a.publishQuiz)
	read(a, Route{ID: "getFullQuiz", Path: "/programs/{program}/quiz", Tag: expertsTag, Who: managed,
		Summary: "Read a program's quiz with its answers"}, a.fullQuiz)
	read(a, Route{ID: "listQuizItems", Path: "/programs/{program}/quiz/items", Tag: expertsTag, Who: managed,
		Summary: "Read how each item of a program's quiz did", About: "The share of right answers, and what speaks against an item."}, a.itemFigures)
	read(a, Route{ID: "getQuiz", Path: "/programs/{program}/application/quiz", Tag: expertsTag, Who: self,
		Summary: "Read a program's quiz, and where you stand with it"}, a.quiz)
	call(a, Route{ID: "takeQuiz", Path: "/programs/{program}/application/quiz", Tag: expertsTag, Who: self,
		Summary: "Answer a program's quiz at once"}, a.takeQuiz)
	call(a, Route{ID: "beginQuiz", Path: "/programs/{program}/application/quiz/begin", Tag: expertsTag, Who: self,
		Summary: "Begin a quiz with a time for each item", About: "Or go on with one that was begun."}, a.beginQuiz)
	call(a, Route{ID: "answerQuizItem", Path: "/programs/{program}/application/quiz/answer", Tag: expertsTag, Who: self,
		Summary: "Answer the item that is shown", About: "In time, or it counts as missed."}, a.answerItem)

	call(a, Route{ID: "publishPlatformQuiz", Path: "/platform/quiz", Tag: expertsTag, Who: platform,
		Summary: "Publish a version of the platform's quiz", About: "Experts pass it once for all programs."}, a.publishPlatformQuiz)
	read(a, Route{ID: "getFullPlatformQuiz", Path: "/platform/quiz", Tag: expertsTag, Who: platform,
		Summary: "Read the platform's quiz with its answers"}, a.fullPlatformQuiz)
	read(a, Route{ID: "listPlatformQuizItems", Path: "/platform/quiz/items", Tag: expertsTag, Who: platform,
		Summary: "Read how each item of the platform's quiz did"}, a.platformItemFigures)
	read(a, Route{ID: "getPlatformQuiz", Path: "/me/expert/quiz", Tag: expertsTag, Who: self,
		Summary: "Read the platform's quiz, and where you stand with it"}, a.platformQuiz)
	call(a, Route{ID: "takePlatformQuiz", Path: "/me/expert/quiz", Tag: expertsTag, Who: self,
		Summary: "Answer the platform's quiz at once"}, a.takePlatformQuiz)
	call(a, Route{ID: "beginPlatformQuiz", Path: "/me/expert/quiz/begin", Tag: expertsTag, Who: self,
		Summary: "Begin the platform's quiz, or go on with it"}, a.beginPlatformQuiz)
	call(a, Route{ID: "answerPlatformQuizItem", Path: "/me/expert/quiz/answer", Tag: expertsTag, Who: self,
		Summary: "Answer the item of the platform's quiz that is shown"}, a.answerPlatformItem)
}

// FullQuiz is a test with the right answers, for those who publish it.
type FullQuiz struct {
	Version      int        `json:"version" doc:"0: there is none."`
	Topic        string     `json:"topic" doc:"Which it certifies for; empty: none."`
	PassMark     int        `json:"pass_mark" doc:"Right answers needed."`
	Draw         int        `json:"draw" doc:"Items of a try; 0: all."`
	ItemSeconds  int        `json:"item_s" doc:"For each item; 0: they are answered at once, without haste."`
	Attempts     int        `json:"attempts" doc:"Tries at this version."`
	RetakeAfterS int        `json:"retake_after_s" doc:"From one try to the next."`
	Items        []QuizItem `json:"items"`
}

// QuizItem is one question with its options and the right one's index.
type QuizItem struct {
	Question string   `json:"question" minLength:"1" maxLength:"1000" example:"What do you do first?"`
	Options  []string `json:"options" minItems:"2" maxItems:"10" example:"[\"Read the question\",\"Guess\"]"`
	Answer   int      `json:"answer" minimum:"0" maximum:"1000000" doc:"The right option's index, from 0."`
}

func fullQuizOf(q training.Quiz) FullQuiz {
	shape := FullQuiz{
		Version: q.Version, Topic: q.Topic, PassMark: q.PassMark, Draw: q.Draw, ItemSeconds: q.ItemSeconds, Attempts: q.Attempts,
		RetakeAfterS: q.RetakeSeconds, Items: make([]QuizItem, len(q.Items)),
	}
	for i, item := range q.Items {
		shape.Items[i] = QuizItem(item)
	}
	return shape
}

// NewQuiz is a version of a quiz to publish.
type NewQuiz struct {
	PassMark     int        `json:"pass_mark" minimum:"1" maximum:"1000000" doc:"Right answers needed."`
	Draw         int        `json:"draw,omitempty" minimum:"0" maximum:"200" doc:"How many items a try draws from the bank; 0: all."`
	ItemSeconds  int        `json:"item_s,omitempty" minimum:"0" maximum:"3600" doc:"For each item, which are then shown one by one; 0: all at once."`
	Attempts     int        `json:"attempts,omitempty" minimum:"0" maximum:"20" doc:"By default 3."`
	RetakeAfterS *int64     `json:"retake_after_s,omitempty" minimum:"0" maximum:"7776000" doc:"By default a day."`
	Items        []QuizItem `json:"items" minItems:"1" maxItems:"200"`
}

func (n NewQuiz) domain() training.NewQuiz {
	d := training.NewQuiz{PassMark: n.PassMark, Draw: n.Draw, ItemSeconds: n.ItemSeconds, Attempts: n.Attempts, Items: make([]training.QuizItem, len(n.Items))}
	if n.RetakeAfterS != nil {
		wait := duration(*n.RetakeAfterS)
		d.RetakeAfter = &wait
	}
	for i, item := range n.Items {
		d.Items[i] = training.QuizItem(item)
	}
	return d
}

type publishQuizIn struct {
	ProgramIn
	Topic string `query:"topic" maxLength:"64" doc:"A topic's slug: who passes is certified for it."`
	Body  NewQuiz
}

func (a *API) publishQuiz(ctx context.Context, caller access.Caller, in *publishQuizIn) (*One[FullQuiz], error) {
	q, err := a.House.Training.PublishQuiz(ctx, caller, training.QuizRef{Program: in.Program, Topic: in.Topic}, in.Body.domain())
	return one(fullQuizOf(q)), err
}

type publishPlatformQuizIn struct{ Body NewQuiz }

func (a *API) publishPlatformQuiz(ctx context.Context, caller access.Caller, in *publishPlatformQuizIn) (*One[FullQuiz], error) {
	q, err := a.House.Training.PublishQuiz(ctx, caller, training.QuizRef{}, in.Body.domain())
	return one(fullQuizOf(q)), err
}

type quizIn struct {
	ProgramIn
	Topic string `query:"topic" maxLength:"64" doc:"A topic's slug; empty: the program's own quiz."`
}

func (in *quizIn) ref() training.QuizRef {
	return training.QuizRef{Program: in.Program, Topic: in.Topic}
}

func (a *API) fullQuiz(ctx context.Context, caller access.Caller, in *quizIn) (*One[FullQuiz], error) {
	q, err := a.House.Training.FullQuiz(ctx, caller, in.ref())
	return one(fullQuizOf(q)), err
}

func (a *API) fullPlatformQuiz(ctx context.Context, caller access.Caller, _ *struct{}) (*One[FullQuiz], error) {
	q, err := a.House.Training.FullQuiz(ctx, caller, training.QuizRef{})
	return one(fullQuizOf(q)), err
}

// ItemFigures is how the items of a quiz did.
type ItemFigures struct {
	Version int          `json:"version" doc:"0: there is no quiz."`
	Items   []ItemFigure `json:"items"`
}

// ItemFigure is how one item did in the tries that are over.
type ItemFigure struct {
	Question      string            `json:"question"`
	Shown         int               `json:"shown"`
	Right         int               `json:"right"`
	Missed        int               `json:"missed" doc:"Not answered in time."`
	ShownToPassed int               `json:"shown_to_passed" doc:"In the tries that passed."`
	RightOfPassed int               `json:"right_of_passed"`
	Hint          training.ItemHint `json:"hint" enum:",too_hard,too_easy,misleading" doc:"What the figures say against it; empty: nothing, or too little is known."`
}

func (a *API) figuresOf(ctx context.Context, caller access.Caller, ref training.QuizRef) (*One[ItemFigures], error) {
	version, figures, err := a.House.Training.ItemFigures(ctx, caller, ref)
	shape := ItemFigures{Version: version, Items: make([]ItemFigure, len(figures))}
	for i, f := range figures {
		shape.Items[i] = ItemFigure(f)
	}
	return one(shape), err
}

func (a *API) itemFigures(ctx context.Context, caller access.Caller, in *quizIn) (*One[ItemFigures], error) {
	return a.figuresOf(ctx, caller, in.ref())
}

func (a *API) platformItemFigures(ctx context.Context, caller access.Caller, _ *struct{}) (*One[ItemFigures], error) {
	return a.figuresOf(ctx, caller, training.QuizRef{})
}

// Quiz is a test without its answers, and where its reader stands with it.
type Quiz struct {
	Version     int            `json:"version" doc:"0: there is none."`
	Questions   []QuizQuestion `json:"questions" doc:"Of your next try, where they are answered at once."`
	Of          int            `json:"of" doc:"How many items a try has."`
	PassMark    int            `json:"pass_mark" doc:"Right answers needed."`
	ItemSeconds int            `json:"item_s" doc:"For each item, with the extra time you asked for; 0: they are answered at once."`
	Attempts    int            `json:"attempts" doc:"How often this version may be tried."`
	Tries       int            `json:"tries" doc:"How often you have, with one that is under way."`
	RetakeS     int            `json:"retake_after_s" doc:"From one try to the next."`
	Last        *QuizAttempt   `json:"last" doc:"Your latest try that is over; null: none is."`
	May         bool           `json:"may" doc:"You may try now."`
	AgainAt     *time.Time     `json:"again_at" doc:"When you may try again; null where you may now, or not at all."`
	Sitting     *QuizSitting   `json:"sitting" doc:"The try that is under way."`
}

// QuizQuestion is one question with its options.
type QuizQuestion struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
}

// QuizAttempt is one try at a quiz.
type QuizAttempt struct {
	Attempt int       `json:"attempt"`
	Score   int       `json:"score" doc:"Right answers."`
	Passed  bool      `json:"passed"`
	TakenAt time.Time `json:"taken_at"`
}

// QuizSitting is a try that is under way, at one item.
type QuizSitting struct {
	Attempt int          `json:"attempt"`
	Item    int          `json:"item" doc:"Which of them is shown, from 0."`
	Of      int          `json:"of" doc:"How many the try has."`
	Shown   QuizQuestion `json:"shown"`
	Until   time.Time    `json:"until" doc:"When the time for it ends."`
	Left    float64      `json:"left_s" doc:"Until then, in seconds: for clocks that differ."`
}

func quizOf(v training.Sitting) Quiz {
	shape := Quiz{
		Version: v.Quiz.Version, Of: v.Quiz.Asked(), PassMark: v.Quiz.PassMark, ItemSeconds: int(seconds(v.ItemTime)),
		Attempts: v.Quiz.Attempts, Tries: v.Tries, RetakeS: v.Quiz.RetakeSeconds,
		Questions: make([]QuizQuestion, len(v.Questions)), May: v.May, AgainAt: v.Again,
	}
	for i, q := range v.Questions {
		shape.Questions[i] = QuizQuestion(q)
	}
	if last := v.Attempt; v.Item != nil {
		shape.Sitting = &QuizSitting{Attempt: last.Attempt, Item: len(last.Answers), Of: len(last.Drawn), Shown: QuizQuestion(*v.Item), Until: v.Until, Left: v.Left.Seconds()}
	} else if last.Attempt > 0 {
		attempt := attemptOf(last)
		shape.Last = &attempt
	}
	return shape
}

func attemptOf(t training.QuizAttempt) QuizAttempt {
	return QuizAttempt{Attempt: t.Attempt, Score: t.Score, Passed: t.Passed, TakenAt: t.TakenAt}
}

func (a *API) quiz(ctx context.Context, caller access.Caller, in *quizIn) (*One[Quiz], error) {
	v, err := a.House.Training.Sitting(ctx, caller, in.ref())
	return one(quizOf(v)), err
}

func (a *API) platformQuiz(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Quiz], error) {
	v, err := a.House.Training.Sitting(ctx, caller, training.QuizRef{})
	return one(quizOf(v)), err
}

// QuizAnswers are the answers to a quiz that is answered at once.
type QuizAnswers struct {
	Version int   `json:"version" minimum:"1" maximum:"1000000"`
	Answers []int `json:"answers" maxItems:"200" doc:"One option's index per question, from 0." example:"[0]"`
}

type takeQuizIn struct {
	quizIn
	Body QuizAnswers
}

func (a *API) takeQuiz(ctx context.Context, caller access.Caller, in *takeQuizIn) (*One[QuizAttempt], error) {
	t, err := a.House.Training.TakeQuiz(ctx, caller, in.ref(), in.Body.Version, in.Body.Answers)
	return one(attemptOf(t)), err
}

type takePlatformQuizIn struct{ Body QuizAnswers }

func (a *API) takePlatformQuiz(ctx context.Context, caller access.Caller, in *takePlatformQuizIn) (*One[QuizAttempt], error) {
	t, err := a.House.Training.TakeQuiz(ctx, caller, training.QuizRef{}, in.Body.Version, in.Body.Answers)
	return one(attemptOf(t)), err
}

func (a *API) beginQuiz(ctx context.Context, caller access.Caller, in *quizIn) (*One[Quiz], error) {
	v, err := a.House.Training.BeginQuiz(ctx, caller, in.ref())
	return one(quizOf(v)), err
}

func (a *API) beginPlatformQuiz(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Quiz], error) {
	v, err := a.House.Training.BeginQuiz(ctx, caller, training.QuizRef{})
	return one(quizOf(v)), err
}

// ItemAnswer is the answer to the item that is shown.
type ItemAnswer struct {
	Item   int `json:"item" minimum:"0" maximum:"1000000" doc:"The one that is shown."`
	Answer int `json:"answer" minimum:"-1" maximum:"1000000" doc:"The option's index, from 0; -1: none."`
}

type answerItemIn struct {
	quizIn
	Body ItemAnswer
}

func (a *API) answerItem(ctx context.Context, caller access.Caller, in *answerItemIn) (*One[Quiz], error) {
	v, err := a.House.Training.AnswerItem(ctx, caller, in.ref(), in.Body.Item, in.Body.Answer)
	return one(quizOf(v)), err
}

type answerPlatformItemIn struct{ Body ItemAnswer }

func (a *API) answerPlatformItem(ctx context.Context, caller access.Caller, in *answerPlatformItemIn) (*One[Quiz], error) {
	v, err := a.House.Training.AnswerItem(ctx, caller, training.QuizRef{}, in.Body.Item, in.Body.Answer)
	return one(quizOf(v)), err
}
