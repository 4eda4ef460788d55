package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// applicationRoutes are an expert's way into a program, and out of it.
func (a *API) applicationRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "getTerms", Path: "/programs/{program}/terms", Tag: expertsTag, Who: Who{Kind: Anyone},
		Summary: "Read what a program's experts agree to"}, a.terms)
	create(a, Route{ID: "apply", Path: "/programs/{program}/application", Tag: expertsTag, Who: self,
		Summary: "Apply to a program"}, a.apply, a.applied)
	read(a, Route{ID: "getApplication", Path: "/programs/{program}/application", Tag: expertsTag, Who: self,
		Summary: "Read how you stand in a program"}, a.ownEnrolment)
	act(a, Route{ID: "acceptTerms", Path: "/programs/{program}/application/terms", Tag: expertsTag, Who: self,
		Summary: "Accept a program's terms"}, a.acceptTerms)
	read(a, Route{ID: "getQuiz", Path: "/programs/{program}/application/quiz", Tag: expertsTag, Who: self,
		Summary: "Read a program's quiz"}, a.quiz)
	call(a, Route{ID: "takeQuiz", Path: "/programs/{program}/application/quiz", Tag: expertsTag, Who: self,
		Summary: "Answer a program's quiz"}, a.takeQuiz)
	act(a, Route{ID: "setWantedTopics", Method: "PUT", Path: "/programs/{program}/application/topics", Tag: expertsTag, Who: self,
		Summary: "Say which topics you want; none means all"}, a.setWantedTopics)
	for _, v := range []struct {
		id, path, summary string
		do                func(context.Context, access.Caller, program.ID) error
	}{
		{"pauseWork", "pause", "Rest from a program", a.House.Experts.Pause},
		{"resumeWork", "resume", "End the rest", a.House.Experts.Unpause},
		{"leaveProgram", "leave", "Leave a program; what you earned stays yours", a.House.Experts.Leave},
	} {
		act(a, Route{ID: v.id, Path: "/programs/{program}/application/" + v.path, Tag: expertsTag, Who: self, Summary: v.summary},
			func(ctx context.Context, caller access.Caller, in *ProgramIn) error {
				return v.do(ctx, caller, in.Program)
			})
	}
}

// Terms are what a program's experts agree to.
type Terms struct {
	Version     int        `json:"version" doc:"0: none were published."`
	Text        string     `json:"text"`
	PublishedAt *time.Time `json:"published_at"`
}

func (a *API) terms(ctx context.Context, _ access.Caller, in *ProgramIn) (*One[Terms], error) {
	t, err := a.House.Experts.Terms(ctx, in.Program)
	shape := Terms{Version: t.Version, Text: t.Text}
	if t.Version > 0 {
		shape.PublishedAt = &t.PublishedAt
	}
	return one(shape), err
}

type applyIn struct {
	ProgramIn
	Body struct {
		Motivation string `json:"motivation" maxLength:"4096" doc:"Why you, in your own words." example:"I have used the box for years."`
	}
}

func (a *API) apply(ctx context.Context, caller access.Caller, in *applyIn) (string, error) {
	e, err := a.House.Experts.Apply(ctx, caller, in.Program, in.Body.Motivation)
	return e.ID.String(), err
}

func (a *API) applied(ctx context.Context, caller access.Caller, in *applyIn, _ string) (*One[OwnEnrolment], error) {
	return a.ownEnrolment(ctx, caller, &in.ProgramIn)
}

type versionIn struct {
	ProgramIn
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The version that was read."`
	}
}

func (a *API) acceptTerms(ctx context.Context, caller access.Caller, in *versionIn) error {
	return a.House.Experts.AcceptTerms(ctx, caller, in.Program, in.Body.Version)
}

// Quiz is a program's test without its answers.
type Quiz struct {
	Version   int            `json:"version" doc:"0: there is none."`
	Questions []QuizQuestion `json:"questions"`
	Last      *QuizAttempt   `json:"last" doc:"Your latest try at it; null: none yet."`
}

// QuizQuestion is one question with its options.
type QuizQuestion struct {
	Question string   `json:"question"`
	Options  []string `json:"options"`
}

func (a *API) quiz(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Quiz], error) {
	version, questions, err := a.House.Experts.Quiz(ctx, caller, in.Program)
	if err != nil {
		return nil, err
	}
	last, err := a.House.Experts.LastAttempt(ctx, caller, in.Program)
	shape := Quiz{Version: version, Questions: make([]QuizQuestion, len(questions))}
	for i, q := range questions {
		shape.Questions[i] = QuizQuestion(q)
	}
	if last.Attempt > 0 {
		shape.Last = &QuizAttempt{Attempt: last.Attempt, Score: last.Score, Passed: last.Passed, TakenAt: last.TakenAt}
	}
	return one(shape), err
}

type takeQuizIn struct {
	ProgramIn
	Body struct {
		Version int   `json:"version" minimum:"1"`
		Answers []int `json:"answers" maxItems:"200" doc:"One option's index per question, from 0." example:"[0]"`
	}
}

// QuizAttempt is one try at a quiz.
type QuizAttempt struct {
	Attempt int       `json:"attempt"`
	Score   int       `json:"score" doc:"Right answers."`
	Passed  bool      `json:"passed"`
	TakenAt time.Time `json:"taken_at"`
}

func (a *API) takeQuiz(ctx context.Context, caller access.Caller, in *takeQuizIn) (*One[QuizAttempt], error) {
	t, err := a.House.Experts.TakeQuiz(ctx, caller, in.Program, in.Body.Version, in.Body.Answers)
	return one(QuizAttempt{Attempt: t.Attempt, Score: t.Score, Passed: t.Passed, TakenAt: t.TakenAt}), err
}

type wantedTopicsIn struct {
	ProgramIn
	Body struct {
		Topics []string `json:"topics" maxItems:"200" doc:"Slugs." example:"[\"box\"]"`
	}
}

func (a *API) setWantedTopics(ctx context.Context, caller access.Caller, in *wantedTopicsIn) error {
	return a.House.Experts.SetTopics(ctx, caller, in.Program, in.Body.Topics)
}

// OwnEnrolment is how an expert stands in a program, as they read it.
type OwnEnrolment struct {
	ID         expert.EnrolmentID `json:"id" format:"uuid"`
	Program    program.ID         `json:"program" format:"uuid"`
	State      expert.State       `json:"state" enum:"applied,assessing,probation,active,paused,suspended,left,rejected"`
	Topics     []string           `json:"topics" doc:"Wanted; none means all."`
	Certified  []string           `json:"certified" doc:"Certified topics you may answer."`
	AppliedAt  time.Time          `json:"applied_at"`
	EnrolledAt *time.Time         `json:"enrolled_at"`
	Decision   string             `json:"decision,omitempty" doc:"The reason code of the latest decision about you."`
	Note       string             `json:"note,omitempty" doc:"What was written with it."`
}

func ownEnrolmentOf(e expert.Enrolment) OwnEnrolment {
	return OwnEnrolment{
		ID: e.ID, Program: e.ProgramID, State: e.State, Topics: list(e.Topics), Certified: list(e.Certified),
		AppliedAt: e.AppliedAt, EnrolledAt: e.EnrolledAt, Decision: e.DecisionCode, Note: e.DecisionNote,
	}
}

func (a *API) ownEnrolment(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[OwnEnrolment], error) {
	e, err := a.House.Experts.MyEnrolment(ctx, caller, in.Program)
	return one(ownEnrolmentOf(e)), err
}
