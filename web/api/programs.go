package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

const programsTag = "Programs"

// programRoutes are what a brand does with its programs.
func (a *API) programRoutes() {
	seen, managed := member(access.SeePrograms), member(access.ManageProgram)
	read(a, Route{ID: "getPublicProgram", Path: "/programs/{program}/public", Tag: programsTag, Who: Who{Kind: Anyone},
		Summary: "Read what a program tells everybody"}, a.publicProgram)
	read(a, Route{ID: "listPrograms", Path: "/brands/{brand}/programs", Tag: programsTag, Who: seen,
		Summary: "List a brand's programs"}, a.programs)
	create(a, Route{ID: "createProgram", Path: "/brands/{brand}/programs", Tag: programsTag, Who: managed,
		Summary: "Add a program", About: "It is a draft until it is launched."}, a.createProgram, a.createdProgram)
	read(a, Route{ID: "getProgram", Path: "/programs/{program}", Tag: programsTag, Who: seen,
		Summary: "Read a program with its policies"}, a.program)
	act(a, Route{ID: "setPolicies", Method: "PUT", Path: "/programs/{program}/policies", Tag: programsTag, Who: managed,
		Summary: "Replace a program's policies", About: "Questions already asked keep what they were promised."}, a.setPolicies)
	call(a, Route{ID: "tryReward", Path: "/programs/{program}/quote", Tag: programsTag, Who: seen,
		Summary: "See what an offer would pay by a reward policy", About: "Nothing is kept."}, a.exampleQuote)
	act(a, Route{ID: "setProgramLanguages", Method: "PUT", Path: "/programs/{program}/languages", Tag: programsTag, Who: managed,
		Summary: "Replace the languages a program serves"}, a.setProgramLanguages)
	act(a, Route{ID: "setRollout", Method: "PUT", Path: "/programs/{program}/rollout", Tag: programsTag, Who: managed,
		Summary: "Change the share of questions that go to experts"}, a.setRollout)
	act(a, Route{ID: "setOrigins", Method: "PUT", Path: "/programs/{program}/origins", Tag: programsTag, Who: managed,
		Summary: "Replace the web origins whose pages may ask in a browser",
		About:   "Each is https, or http on this machine. Pages of others cannot call the API from a browser."}, a.setOrigins)
	for _, v := range []struct {
		id, path, summary string
		do                func(context.Context, access.Caller, program.ID) error
	}{
		{"launchProgram", "launch", "Let a program take questions", a.House.Programs.Launch},
		{"pauseProgram", "pause", "Stop new questions; open ones go on", a.House.Programs.Pause},
		{"resumeProgram", "resume", "Take questions again", a.House.Programs.Resume},
		{"closeProgram", "close", "End a program for good", a.House.Programs.Close},
	} {
		act(a, Route{ID: v.id, Path: "/programs/{program}/" + v.path, Tag: programsTag, Who: managed, Summary: v.summary},
			func(ctx context.Context, caller access.Caller, in *ProgramIn) error {
				return v.do(ctx, caller, in.Program)
			})
	}
}

type BrandIn struct {
	Brand marketplace.BrandID `path:"brand" format:"uuid" doc:"The brand's id."`
}

type ProgramIn struct {
	Program program.ID `path:"program" format:"uuid" doc:"The program's id."`
}

// Program is a program as its brand reads it.
type Program struct {
	ID             program.ID          `json:"id" format:"uuid"`
	Brand          marketplace.BrandID `json:"brand" format:"uuid"`
	Name           string              `json:"name"`
	State          program.State       `json:"state" enum:"draft,live,paused,closed"`
	Currency       string              `json:"currency"`
	Languages      []string            `json:"languages"`
	RolloutShareBP int                 `json:"rollout_share_bp" doc:"The share of questions that go to experts, in basis points."`
	Origins        []string            `json:"origins" doc:"Whose pages may ask in a browser, beside our own."`
	Policies       Policies            `json:"policies"`
	CreatedAt      time.Time           `json:"created_at"`
}

func programOf(p program.Program) Program {
	return Program{
		ID: p.ID, Brand: p.BrandID, Name: p.Name, State: p.State, Currency: string(p.Currency), Languages: list(p.Languages),
		RolloutShareBP: p.RolloutShareBP, Origins: list(p.Origins), Policies: policiesOf(p.Policies), CreatedAt: p.CreatedAt,
	}
}

type programsIn struct {
	BrandIn
	PageParams
}

func (a *API) programs(ctx context.Context, caller access.Caller, in *programsIn) (*Listed[Program], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	programs, err := a.House.Programs.Programs(ctx, caller, in.Brand, page)
	return listOf(programs, programOf), err
}

func (a *API) program(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Program], error) {
	p, err := a.House.Programs.Program(ctx, caller, in.Program)
	return one(programOf(p)), err
}

type createProgramIn struct {
	BrandIn
	Body struct {
		Name           string    `json:"name" minLength:"1" maxLength:"200" example:"Brindlewave Help"`
		Currency       string    `json:"currency" minLength:"3" maxLength:"3" example:"EUR"`
		Languages      []string  `json:"languages,omitempty" maxItems:"50" doc:"BCP 47."`
		Policies       *Policies `json:"policies,omitempty" doc:"By default safe ones, without a reward."`
		RolloutShareBP *int      `json:"rollout_share_bp,omitempty" minimum:"0" maximum:"10000" doc:"By default all."`
	}
}

func (a *API) createProgram(ctx context.Context, caller access.Caller, in *createProgramIn) (string, error) {
	n := program.NewProgram{
		Name: in.Body.Name, Currency: currency(in.Body.Currency), Languages: in.Body.Languages,
		Policies: program.DefaultPolicies(), RolloutShareBP: 10000,
	}
	if in.Body.Policies != nil {
		n.Policies = in.Body.Policies.domain()
	}
	if in.Body.RolloutShareBP != nil {
		n.RolloutShareBP = *in.Body.RolloutShareBP
	}
	p, err := a.House.Programs.CreateProgram(ctx, caller, in.Brand, n)
	return p.ID.String(), err
}

func (a *API) createdProgram(ctx context.Context, caller access.Caller, _ *createProgramIn, id string) (*One[Program], error) {
	parsed, err := marketplace.ParseID[program.Program](id)
	if err != nil {
		return nil, err
	}
	return a.program(ctx, caller, &ProgramIn{parsed})
}

type policiesIn struct {
	ProgramIn
	Body Policies
}

func (a *API) setPolicies(ctx context.Context, caller access.Caller, in *policiesIn) error {
	return a.House.Programs.SetPolicies(ctx, caller, in.Program, in.Body.domain())
}

type programLanguagesIn struct {
	ProgramIn
	Body struct {
		Languages []string `json:"languages" minItems:"1" maxItems:"50" doc:"BCP 47." example:"[\"en\",\"de\"]"`
	}
}

func (a *API) setProgramLanguages(ctx context.Context, caller access.Caller, in *programLanguagesIn) error {
	return a.House.Programs.SetLanguages(ctx, caller, in.Program, in.Body.Languages)
}

type rolloutIn struct {
	ProgramIn
	Body struct {
		ShareBP int `json:"share_bp" minimum:"0" maximum:"10000" doc:"In basis points."`
	}
}

func (a *API) setRollout(ctx context.Context, caller access.Caller, in *rolloutIn) error {
	return a.House.Programs.SetRolloutShare(ctx, caller, in.Program, in.Body.ShareBP)
}

type originsIn struct {
	ProgramIn
	Body struct {
		Origins []string `json:"origins" maxItems:"20" doc:"Scheme, host and port, as a browser writes them." example:"[\"https://www.example.com\"]"`
	}
}

func (a *API) setOrigins(ctx context.Context, caller access.Caller, in *originsIn) error {
	return a.House.Programs.SetOrigins(ctx, caller, in.Program, in.Body.Origins)
}
