package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// admissionRoutes are what a program asks of who wants to work in it, and how
// those who do stand.
func (a *API) admissionRoutes() {
	managed := member(access.ManageProgram)
	call(a, Route{ID: "publishTerms", Path: "/programs/{program}/terms", Tag: expertsTag, Who: managed,
		Summary: "Publish a version of a program's terms", About: "It binds who applies from now on."}, a.publishTerms)
	call(a, Route{ID: "publishQuiz", Path: "/programs/{program}/quiz", Tag: expertsTag, Who: managed,
		Summary: "Publish a version of a program's quiz", About: "It binds who has not been approved yet."}, a.publishQuiz)
	read(a, Route{ID: "getFullQuiz", Path: "/programs/{program}/quiz", Tag: expertsTag, Who: managed,
		Summary: "Read a program's quiz with its answers"}, a.fullQuiz)
	read(a, Route{ID: "listOwnEnrolments", Path: "/me/enrolments", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "List the programs you work in, or applied to"}, a.ownEnrolments)
	read(a, Route{ID: "listStandings", Path: "/programs/{program}/application/standings", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Read what is believed of your work, by topic"}, a.standings)
}

type publishTermsIn struct {
	ProgramIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"65536" example:"Answer only what you know."`
	}
}

func (a *API) publishTerms(ctx context.Context, caller access.Caller, in *publishTermsIn) (*One[Terms], error) {
	t, err := a.House.Experts.PublishTerms(ctx, caller, in.Program, in.Body.Text)
	return one(Terms{Version: t.Version, Text: t.Text, PublishedAt: &t.PublishedAt}), err
}

// FullQuiz is a program's test with the right answers, for the brand's people.
type FullQuiz struct {
	Version  int        `json:"version" doc:"0: there is none."`
	PassMark int        `json:"pass_mark" doc:"Right answers needed."`
	Items    []QuizItem `json:"items"`
}

// QuizItem is one question with its options and the right one's index.
type QuizItem struct {
	Question string   `json:"question" minLength:"1" maxLength:"1000" example:"What do you do first?"`
	Options  []string `json:"options" minItems:"2" maxItems:"10" example:"[\"Read the question\",\"Guess\"]"`
	Answer   int      `json:"answer" minimum:"0" doc:"The right option's index, from 0."`
}

func fullQuizOf(q expert.Quiz) FullQuiz {
	shape := FullQuiz{Version: q.Version, PassMark: q.PassMark, Items: make([]QuizItem, len(q.Items))}
	for i, item := range q.Items {
		shape.Items[i] = QuizItem(item)
	}
	return shape
}

type publishQuizIn struct {
	ProgramIn
	Body struct {
		PassMark int        `json:"pass_mark" minimum:"1" doc:"Right answers needed."`
		Items    []QuizItem `json:"items" minItems:"1" maxItems:"200"`
	}
}

func (a *API) publishQuiz(ctx context.Context, caller access.Caller, in *publishQuizIn) (*One[FullQuiz], error) {
	items := make([]expert.QuizItem, len(in.Body.Items))
	for i, item := range in.Body.Items {
		items[i] = expert.QuizItem(item)
	}
	q, err := a.House.Experts.PublishQuiz(ctx, caller, in.Program, items, in.Body.PassMark)
	return one(fullQuizOf(q)), err
}

func (a *API) fullQuiz(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[FullQuiz], error) {
	q, err := a.House.Experts.FullQuiz(ctx, caller, in.Program)
	return one(fullQuizOf(q)), err
}

// EnrolmentSummary is an enrolment as its expert's list shows it.
type EnrolmentSummary struct {
	Enrolment    OwnEnrolment  `json:"enrolment"`
	BrandName    string        `json:"brand_name"`
	ProgramName  string        `json:"program_name"`
	ProgramState program.State `json:"program_state" enum:"draft,live,paused,closed"`
}

func (a *API) ownEnrolments(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[EnrolmentSummary], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	enrolments, err := a.House.Experts.MyEnrolments(ctx, caller, page)
	return listOf(enrolments, func(e expert.OwnEnrolment) EnrolmentSummary {
		return EnrolmentSummary{Enrolment: ownEnrolmentOf(e.Enrolment), BrandName: e.BrandName, ProgramName: e.ProgramName, ProgramState: e.ProgramState}
	}), err
}

// Standing is what is believed of an expert's work on one topic: the expected
// share of good work and its 90 % credible interval.
type Standing struct {
	Topic    string    `json:"topic" doc:"Slug; empty: work on no known topic."`
	Mean     float64   `json:"mean"`
	Low      float64   `json:"low"`
	High     float64   `json:"high"`
	Evidence int       `json:"evidence" doc:"Outcomes behind it."`
	LastAt   time.Time `json:"last_at"`
}

func (a *API) standings(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[Standing], error) {
	standings, err := a.House.Experts.Standings(ctx, caller, in.Program)
	return allOf(standings, func(s expert.OwnStanding) Standing { return Standing(s) }), err
}
