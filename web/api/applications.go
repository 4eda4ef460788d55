package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
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
	act(a, Route{ID: "setWantedTopics", Method: "PUT", Path: "/programs/{program}/application/topics", Tag: expertsTag, Who: self,
		Summary: "Say which topics you want; none means all"}, a.setWantedTopics)
	for _, v := range []struct {
		id, path, summary string
		do                func(context.Context, access.Caller, program.ID) error
	}{
		{"pauseWork", "pause", "Rest from a program", a.House.Experts.Pause},
		{"resumeWork", "resume", "End the rest", a.House.Experts.Unpause},
		{"leaveProgram", "leave", "Leave a program; what you earned stays yours", a.House.Admission.Leave},
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
	Country     string     `json:"country" doc:"Whose experts they bind; empty: of every country without terms of its own."`
	Language    string     `json:"language" doc:"Of the text; empty: not said."`
	Text        string     `json:"text"`
	Languages   []string   `json:"languages" doc:"The others they are translated to."`
	PublishedAt *time.Time `json:"published_at"`
}

func termsOf(t training.Terms, language, text string) Terms {
	shape := Terms{Version: t.Version, Country: t.Country, Language: language, Text: text, Languages: list(slices.Sorted(maps.Keys(t.Translations)))}
	if t.Version > 0 {
		shape.PublishedAt = &t.PublishedAt
	}
	return shape
}

type termsIn struct {
	ProgramIn
	Country  string `query:"country" pattern:"^([A-Z]{2})?$" doc:"Of the expert, ISO 3166."`
	Language string `query:"language" maxLength:"35" doc:"To read them in, BCP 47, where there is such a translation."`
}

func (a *API) terms(ctx context.Context, _ access.Caller, in *termsIn) (*One[Terms], error) {
	t, err := a.House.Training.Terms(ctx, in.Program, in.Country)
	language, text := t.In([]string{in.Language})
	return one(termsOf(t, language, text)), err
}

type applyIn struct {
	ProgramIn
	Body struct {
		Motivation string     `json:"motivation" maxLength:"4096" doc:"Why you, in your own words." example:"I have used the box for years."`
		Owns       string     `json:"owns,omitempty" maxLength:"1000" doc:"Which of the brand's products you have, and since when." example:"Two boxes, since 2021."`
		Uses       expert.Use `json:"uses,omitempty" enum:",daily,weekly,monthly,seldom,formerly" doc:"How often you use them." example:"daily"`
		Country    string     `json:"country,omitempty" pattern:"^([A-Z]{2})?$" doc:"ISO 3166; your profile's from now on." example:"DE"`
		Languages  []string   `json:"languages,omitempty" maxItems:"50" doc:"BCP 47; your profile's from now on." example:"[\"en\",\"de\"]"`
		Invitation string     `json:"invitation,omitempty" maxLength:"100" doc:"The token of the invitation you came by."`
	}
}

func (a *API) apply(ctx context.Context, caller access.Caller, in *applyIn) (string, error) {
	e, err := a.House.Admission.Apply(ctx, caller, in.Program, admission.Application(in.Body))
	return e.ID.String(), err
}

func (a *API) applied(ctx context.Context, caller access.Caller, in *applyIn, _ string) (*One[OwnEnrolment], error) {
	return a.ownEnrolment(ctx, caller, &in.ProgramIn)
}

type acceptTermsIn struct {
	ProgramIn
	Body struct {
		Version  int    `json:"version" minimum:"1" maximum:"1000000" doc:"The version that was read."`
		Language string `json:"language,omitempty" maxLength:"35" doc:"In which it was read." example:"en"`
	}
}

func (a *API) acceptTerms(ctx context.Context, caller access.Caller, in *acceptTermsIn) error {
	return a.House.Training.AcceptTerms(ctx, caller, in.Program, in.Body.Version, in.Body.Language)
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
	Unlocked   []string           `json:"unlocked" doc:"Topics whose cards you have read."`
	Waiting    bool               `json:"waiting" doc:"The program is full; you wait for a place."`
	ReapplyAt  *time.Time         `json:"reapply_at" doc:"When you may apply again after a rejection."`
	Decision   string             `json:"decision,omitempty" doc:"The reason code of the latest decision about you."`
	Note       string             `json:"note,omitempty" doc:"What was written with it."`
}

func ownEnrolmentOf(e expert.Enrolment) OwnEnrolment {
	return OwnEnrolment{
		ID: e.ID, Program: e.ProgramID, State: e.State, Topics: list(e.Topics), Certified: list(e.Certified),
		Unlocked: list(e.Unlocked), Waiting: e.Waiting, ReapplyAt: e.ReapplyAt,
		AppliedAt: e.AppliedAt, EnrolledAt: e.EnrolledAt, Decision: e.DecisionCode, Note: e.DecisionNote,
	}
}

func (a *API) ownEnrolment(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[OwnEnrolment], error) {
	e, err := a.House.Experts.MyEnrolment(ctx, caller, in.Program)
	return one(ownEnrolmentOf(e)), err
}
