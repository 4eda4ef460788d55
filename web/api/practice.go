package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/training"
)

// practiceRoutes are made-up questions, what applicants answer, and what people
// of the brand say of it.
func (a *API) practiceRoutes() {
	managed, judging, self := member(access.ManageProgram), member(access.ReviewWork), Who{Kind: Person}
	read(a, Route{ID: "listPracticeTasks", Path: "/programs/{program}/practice", Tag: expertsTag, Who: managed,
		Summary: "List a program's practice tasks"}, a.practiceTasks)
	create(a, Route{ID: "addPracticeTask", Path: "/programs/{program}/practice", Tag: expertsTag, Who: managed,
		Summary: "Publish a practice task", About: "Who has not been approved yet must pass it."}, a.addPracticeTask, a.addedPracticeTask)
	act(a, Route{ID: "retirePracticeTask", Method: "DELETE", Path: "/programs/{program}/practice/{task}", Tag: expertsTag, Who: managed,
		Summary: "Take a practice task back"}, a.retirePracticeTask)
	read(a, Route{ID: "listPracticeAnswers", Path: "/programs/{program}/practice_answers", Tag: expertsTag, Who: judging,
		Summary: "List practice answers to judge, longest waiting first", About: "Nothing says whose they are."}, a.practiceToJudge)
	act(a, Route{ID: "judgePracticeAnswer", Path: "/programs/{program}/practice_answers/{answer}/judge", Tag: expertsTag, Who: judging,
		Summary: "Say whether a practice answer passes"}, a.judgePractice)
	read(a, Route{ID: "listOwnPractice", Path: "/programs/{program}/application/practice", Tag: expertsTag, Who: self,
		Summary: "Read a program's practice tasks, with your answers"}, a.ownPractice)
	create(a, Route{ID: "answerPractice", Path: "/programs/{program}/application/practice/{task}", Tag: expertsTag, Who: self,
		Summary: "Answer a practice task"}, a.answerPractice, a.answeredPractice)
}

// PracticeTask is a made-up question, as the brand reads it.
type PracticeTask struct {
	ID          training.PracticeTaskID `json:"id" format:"uuid"`
	Question    string                  `json:"question"`
	Guide       string                  `json:"guide" doc:"What a good answer has, for who judges."`
	PublishedAt time.Time               `json:"published_at"`
}

func practiceTaskOf(t training.PracticeTask) PracticeTask {
	return PracticeTask{ID: t.ID, Question: t.Question, Guide: t.Guide, PublishedAt: t.PublishedAt}
}

func (a *API) practiceTasks(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[PracticeTask], error) {
	tasks, err := a.House.Training.PracticeTasks(ctx, caller, in.Program)
	return allOf(tasks, practiceTaskOf), err
}

type addPracticeTaskIn struct {
	ProgramIn
	Body struct {
		Question string `json:"question" minLength:"1" maxLength:"4096" example:"My box blinks orange. What now?"`
		Guide    string `json:"guide,omitempty" maxLength:"4096" example:"Says that it updates, and how long that takes."`
	}
}

func (a *API) addPracticeTask(ctx context.Context, caller access.Caller, in *addPracticeTaskIn) (string, error) {
	t, err := a.House.Training.AddPracticeTask(ctx, caller, in.Program, in.Body.Question, in.Body.Guide)
	return t.ID.String(), err
}

func (a *API) addedPracticeTask(ctx context.Context, caller access.Caller, in *addPracticeTaskIn, id string) (*One[PracticeTask], error) {
	tasks, err := a.House.Training.PracticeTasks(ctx, caller, in.Program)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		if t.ID.String() == id {
			return one(practiceTaskOf(t)), nil
		}
	}
	return nil, &marketplace.NotFoundError{Noun: "practice task", ID: id}
}

type practiceTaskIn struct {
	ProgramIn
	Task training.PracticeTaskID `path:"task" format:"uuid" doc:"The task's id."`
}

func (a *API) retirePracticeTask(ctx context.Context, caller access.Caller, in *practiceTaskIn) error {
	return a.House.Training.RetirePracticeTask(ctx, caller, in.Program, in.Task)
}

// PracticeToJudge is an answer as who judges it reads it.
type PracticeToJudge struct {
	ID          training.PracticeAnswerID `json:"id" format:"uuid"`
	Question    string                    `json:"question"`
	Guide       string                    `json:"guide" doc:"What a good answer has."`
	Text        string                    `json:"text"`
	Attempt     int                       `json:"attempt"`
	SubmittedAt time.Time                 `json:"submitted_at"`
}

type practiceToJudgeIn struct {
	ProgramIn
	PageParams
}

func (a *API) practiceToJudge(ctx context.Context, caller access.Caller, in *practiceToJudgeIn) (*Listed[PracticeToJudge], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	answers, err := a.House.Training.PracticeToJudge(ctx, caller, in.Program, page)
	return listOf(answers, func(p training.PracticeToJudge) PracticeToJudge { return PracticeToJudge(p) }), err
}

type judgePracticeIn struct {
	ProgramIn
	Answer training.PracticeAnswerID `path:"answer" format:"uuid" doc:"The answer's id."`
	Body   struct {
		Pass bool   `json:"pass" example:"true"`
		Note string `json:"note,omitempty" maxLength:"500" doc:"For the applicant; one that fails must have it." example:"Kind and complete."`
	}
}

func (a *API) judgePractice(ctx context.Context, caller access.Caller, in *judgePracticeIn) error {
	return a.House.Training.JudgePractice(ctx, caller, in.Program, in.Answer, in.Body.Pass, in.Body.Note)
}

// OwnPractice is a task as an applicant reads it, with their answers.
type OwnPractice struct {
	ID       training.PracticeTaskID `json:"id" format:"uuid"`
	Question string                  `json:"question"`
	Answers  []OwnPracticeAnswer     `json:"answers" doc:"Yours, oldest first."`
	Left     int                     `json:"left" doc:"How many more you may give; 0 where one has passed."`
}

// OwnPracticeAnswer is an answer as its writer reads it.
type OwnPracticeAnswer struct {
	Attempt     int        `json:"attempt"`
	Text        string     `json:"text"`
	SubmittedAt time.Time  `json:"submitted_at"`
	Passed      *bool      `json:"passed" doc:"null: it is yet to be judged."`
	Note        string     `json:"note" doc:"Of who judged."`
	JudgedAt    *time.Time `json:"judged_at"`
}

func ownPracticeOf(v training.PracticeView) OwnPractice {
	shape := OwnPractice{ID: v.Task.ID, Question: v.Task.Question, Left: v.Left(), Answers: make([]OwnPracticeAnswer, len(v.Answers))}
	for i, p := range v.Answers {
		shape.Answers[i] = OwnPracticeAnswer{Attempt: p.Attempt, Text: p.Text, SubmittedAt: p.SubmittedAt, Passed: p.Passed, Note: p.Note, JudgedAt: p.JudgedAt}
	}
	return shape
}

func (a *API) ownPractice(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[OwnPractice], error) {
	tasks, err := a.House.Training.Practice(ctx, caller, in.Program)
	return allOf(tasks, ownPracticeOf), err
}

type answerPracticeIn struct {
	practiceTaskIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"16384" example:"It updates; that takes ten minutes."`
	}
}

func (a *API) answerPractice(ctx context.Context, caller access.Caller, in *answerPracticeIn) (string, error) {
	p, err := a.House.Training.AnswerPractice(ctx, caller, in.Program, in.Task, in.Body.Text)
	return p.ID.String(), err
}

func (a *API) answeredPractice(ctx context.Context, caller access.Caller, in *answerPracticeIn, _ string) (*One[OwnPractice], error) {
	tasks, err := a.House.Training.Practice(ctx, caller, in.Program)
	for _, t := range tasks {
		if t.Task.ID == in.Task {
			return one(ownPracticeOf(t)), err
		}
	}
	return nil, marketplace.NotFound("practice task", in.Task)
}
