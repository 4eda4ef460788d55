package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// demoTag is of the routes that only the demo has.
const demoTag = "Demo"

// demoRoutes are there in the demo only, which answers this machine alone.
func (a *API) demoRoutes() {
	if a.DemoScene == nil {
		return
	}
	spec := a.huma.OpenAPI()
	spec.Tags = slices.Concat(spec.Tags, []*huma.Tag{{Name: demoTag, Description: "What there is only in the demo, which answers this machine alone."}})
	read(a, Route{ID: "getDemo", Path: "/demo", Tag: demoTag, Who: Who{Kind: Anyone},
		Summary: "Read who there is to be in the demo, and how it goes"}, a.demo)
	a.stageRoutes()
}

// DemoScene is what a visitor of the demo needs: who there is to be, how they
// sign in, and what is open.
type DemoScene struct {
	Brand     marketplace.BrandID `json:"brand" format:"uuid"`
	Program   program.ID          `json:"program" format:"uuid"`
	Preview   *program.ID         `json:"preview,omitempty" format:"uuid" doc:"A small program of the brand's, whose places are taken: who applies waits for one."`
	Password  string              `json:"password" doc:"Everybody's; it is no secret."`
	People    []DemoPerson        `json:"people" doc:"The brand's people and the operator, then the experts."`
	Questions []question.ID       `json:"questions" doc:"Those that are open at the start, in their order."`
	Walk      DemoWalk            `json:"walk"`
	Stage     *DemoState          `json:"stage,omitempty" doc:"How the demo goes; missing where nothing can be done to it."`
}

// DemoPerson is somebody a visitor can be.
type DemoPerson struct {
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Role      string   `json:"role" doc:"operator, a member's role, or expert."`
	Handle    string   `json:"handle" doc:"An expert's pseudonym; else empty."`
	Languages []string `json:"languages" doc:"An expert's."`
	About     string   `json:"about"`
}

// DemoWalk is the question that a visitor's walk begins with, filled in
// beforehand.
type DemoWalk struct {
	Name     string   `json:"name" doc:"Who asks; it stands in the text, to be hidden."`
	Title    string   `json:"title"`
	Body     string   `json:"body"`
	Context  string   `json:"context"`
	Topic    string   `json:"topic"`
	Language string   `json:"language"`
	Tags     []string `json:"tags"`
}

func (a *API) demo(context.Context, access.Caller, *struct{}) (*One[DemoScene], error) {
	scene := *a.DemoScene
	if a.DemoStage != nil {
		scene.Questions = a.DemoStage.Questions()
		state := a.DemoStage.State()
		scene.Stage = &state
	}
	return one(scene), nil
}
