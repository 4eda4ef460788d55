package api

import (
	"context"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/program"
)

// PublicProgram is what anybody may know of a program.
type PublicProgram struct {
	ID              program.ID          `json:"id" format:"uuid"`
	Brand           marketplace.BrandID `json:"brand" format:"uuid"`
	BrandName       string              `json:"brand_name"`
	Name            string              `json:"name"`
	State           program.State       `json:"state" enum:"live,paused"`
	Languages       []string            `json:"languages"`
	Topics          []PublicTopic       `json:"topics"`
	RewardFrom      Money               `json:"reward_from" doc:"The least an answer earns."`
	Pay             PayRange            `json:"pay" doc:"What an answer earns, by the program's policies."`
	FirstResponseS  int64               `json:"first_response_s" doc:"The promised wait for a first answer."`
	ResolutionS     int64               `json:"resolution_s" doc:"The promised wait for the solution."`
	HandlingS       *int64              `json:"handling_s" doc:"From acceptance to answer, the median of the last eight weeks; null where fewer than 50 were measured."`
	QuestionsByHour [][]float64         `json:"questions_by_hour" nullable:"true" doc:"Questions asked in an hour of the week, the mean of the last eight weeks: Monday to Sunday, by 24 hours in UTC; null where fewer than 50 were asked."`
	Experts         *int                `json:"experts" doc:"How many are active, rounded down to fives; null where they are fewer than five."`
	Asks            Asks                `json:"asks" doc:"What is asked of an expert."`
	Onboarding      Money               `json:"onboarding" doc:"What a complete onboarding earns; 0: nothing."`
	Full            bool                `json:"full" doc:"There is no place free; who applies waits for one."`
	Branding        PublicBranding      `json:"branding"`
}

// PublicTopic is what anybody may know of a topic.
type PublicTopic struct {
	Slug    string       `json:"slug"`
	Name    string       `json:"name"`
	Mode    program.Mode `json:"mode" enum:"crowd,certified,brand-only"`
	Experts bool         `json:"experts" doc:"Experts may answer it; certified ones only, where the mode says so."`
}

// PayRange is what answers earn.
type PayRange struct {
	Least   Money `json:"least"`
	Typical Money `json:"typical" doc:"The median of the topics that experts may answer."`
	Most    Money `json:"most"`
}

// Asks is what is asked of an expert.
type Asks struct {
	Quiz      bool `json:"quiz" doc:"There is a quiz to pass."`
	Terms     bool `json:"terms" doc:"There are terms to accept."`
	Cards     bool `json:"cards" doc:"There are cards to read."`
	Practice  bool `json:"practice" doc:"There are practice answers to give, which people judge."`
	Probation bool `json:"probation" doc:"Who is approved is on probation first."`
}

// PublicBranding is how a program's pages look and greet.
type PublicBranding struct {
	Accent   string            `json:"accent" doc:"A colour; empty: ours." example:"#1f6feb"`
	TextOn   string            `json:"text_on" doc:"The colour of text on the accent; empty without one." example:"#ffffff"`
	Logo     *string           `json:"logo" doc:"Always null for now."`
	Greeting map[string]string `json:"greeting" doc:"By language (BCP 47)."`
}

func publicBrandingOf(b program.Branding) PublicBranding {
	shape := PublicBranding{Accent: b.Accent, TextOn: b.TextOn(), Greeting: b.Greeting}
	if shape.Greeting == nil {
		shape.Greeting = map[string]string{}
	}
	return shape
}

func (a *API) publicProgram(ctx context.Context, _ access.Caller, in *ProgramIn) (*One[PublicProgram], error) {
	p, err := a.House.Insight.Public(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	return one(publicProgramOf(p)), nil
}

func publicProgramOf(p insight.PublicPage) PublicProgram {
	shape := PublicProgram{
		ID: p.ID, Brand: p.Brand, BrandName: p.BrandName, Name: p.Name, State: p.State, Languages: list(p.Languages),
		Topics: make([]PublicTopic, len(p.Topics)), RewardFrom: p.RewardFrom, Pay: PayRange(p.Pay),
		FirstResponseS: seconds(p.SLA.FirstResponse), ResolutionS: seconds(p.SLA.Resolution),
		HandlingS: secondsOf(p.Demand.Handling), QuestionsByHour: p.Demand.Questions, Experts: p.Demand.Experts,
		Asks:       Asks{Quiz: p.Demand.Quiz, Terms: p.Demand.Terms, Cards: p.Demand.Cards, Practice: p.Demand.Practice, Probation: p.Demand.Probation},
		Onboarding: p.Onboarding, Full: p.Demand.Full,
		Branding: publicBrandingOf(p.Branding),
	}
	for i, t := range p.Topics {
		shape.Topics[i] = PublicTopic{Slug: t.Slug, Name: t.Name, Mode: t.Mode, Experts: t.Mode != program.BrandOnly}
	}
	return shape
}

// brandingRoutes are how a program's pages look and greet.
func (a *API) brandingRoutes() {
	read(a, Route{ID: "getBranding", Path: "/programs/{program}/branding", Tag: programsTag, Who: member(access.SeePrograms),
		Summary: "Read how a program's pages look and greet"}, a.branding)
	act(a, Route{ID: "setBranding", Method: "PUT", Path: "/programs/{program}/branding", Tag: programsTag, Who: member(access.ManageProgram),
		Summary: "Replace how a program's pages look and greet"}, a.setBranding)
}

func (a *API) branding(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[PublicBranding], error) {
	b, err := a.House.Programs.Branding(ctx, caller, in.Program)
	return one(publicBrandingOf(b)), err
}

type brandingIn struct {
	ProgramIn
	Body struct {
		Accent   string            `json:"accent,omitempty" pattern:"^(#[0-9a-fA-F]{6})?$" doc:"A colour on which black or white text can be read; empty: ours." example:"#1f6feb"`
		Greeting map[string]string `json:"greeting,omitempty" doc:"What customers read before they ask, by language (BCP 47); 500 bytes each." example:"{\"en\":\"Ask those who know.\"}"`
	}
}

func (a *API) setBranding(ctx context.Context, caller access.Caller, in *brandingIn) error {
	return a.House.Programs.SetBranding(ctx, caller, in.Program, program.Branding{Accent: in.Body.Accent, Greeting: in.Body.Greeting})
}
