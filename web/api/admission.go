package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

// admissionRoutes are what a program asks of who wants to work in it, and how
// those who do stand.
func (a *API) admissionRoutes() {
	managed := member(access.ManageProgram)
	call(a, Route{ID: "publishTerms", Path: "/programs/{program}/terms", Tag: expertsTag, Who: managed,
		Summary: "Publish a version of a program's terms", About: "For the experts of a country, or of all that have none of their own. Who accepted an earlier version is asked again, unless the text is the same: then the translations are added to it."}, a.publishTerms)
	read(a, Route{ID: "listOwnEnrolments", Path: "/me/enrolments", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "List the programs you work in, or applied to"}, a.ownEnrolments)
	read(a, Route{ID: "listStandings", Path: "/programs/{program}/application/standings", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Read what is believed of your work, by topic"}, a.standings)
}

type publishTermsIn struct {
	ProgramIn
	Body struct {
		Country      string            `json:"country,omitempty" pattern:"^([A-Z]{2})?$" doc:"ISO 3166, two letters; empty: every country without terms of its own."`
		Language     string            `json:"language,omitempty" maxLength:"35" doc:"Of the text, BCP 47." example:"en"`
		Text         string            `json:"text" minLength:"1" maxLength:"65536" example:"Answer only what you know."`
		Translations map[string]string `json:"translations,omitempty" doc:"The same in other languages, by language (BCP 47)." example:"{\"de\":\"Antworte nur, was du weißt.\"}"`
	}
}

func (a *API) publishTerms(ctx context.Context, caller access.Caller, in *publishTermsIn) (*One[Terms], error) {
	t, err := a.House.Training.PublishTerms(ctx, caller, in.Program, training.NewTerms(in.Body))
	return one(termsOf(t, t.Language, t.Text)), err
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
