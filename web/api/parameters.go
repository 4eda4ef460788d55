package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// parameterRoutes are by what a program chooses whom it asks.
func (a *API) parameterRoutes() {
	read(a, Route{ID: "getProgramParameters", Path: "/programs/{program}/parameters", Tag: programsTag, Who: Who{Kind: Anyone},
		Summary: "Read by what a program's experts are chosen for a question, and how much each counts",
		About:   "The main parameters of the ranking with the weights in use, and the rules that keep somebody out. Declining is no parameter."}, a.parameters)
}

// Parameters are by what experts are chosen.
type Parameters struct {
	Version  string           `json:"version" doc:"Of the weights, as decision records name it."`
	Own      bool             `json:"own" doc:"They were fitted to this program's own history; else they are the platform's."`
	Resolved int              `json:"resolved" doc:"To how many of its resolved questions."`
	Until    *time.Time       `json:"until" doc:"To when that history goes; null: the platform's."`
	Groups   []ParameterGroup `json:"groups" doc:"The heaviest first."`
	Rules    []string         `json:"rules" doc:"What keeps an expert from being asked, whatever the ranking."`
	Waves    []int            `json:"waves" doc:"At most so many are asked at once, wave by wave; the last number repeats."`
	SampleBP int              `json:"sample_bp" doc:"The share of all work that is reviewed at least."`
}

// ParameterGroup is parameters of one sort.
type ParameterGroup struct {
	Name     string      `json:"name" enum:"similar,record,activity,timing,asker,standing"`
	ShareBP  int         `json:"share_bp" doc:"Of all weights without their signs; they add up to the whole, but for rounding."`
	Features []Parameter `json:"features"`
}

// Parameter is one thing that is counted.
type Parameter struct {
	Name   string  `json:"name" doc:"As decision records name it."`
	Tagged float64 `json:"tagged" doc:"Its weight for questions with tags."`
	Plain  float64 `json:"plain" doc:"Its weight for questions without."`
}

func (a *API) parameters(ctx context.Context, _ access.Caller, in *ProgramIn) (*One[Parameters], error) {
	p, err := a.House.Questions.Parameters(ctx, in.Program)
	return one(parametersOf(p)), err
}

func parametersOf(p question.Parameters) Parameters {
	shown := Parameters{
		Version: p.Version, Own: p.Own, Resolved: p.Resolved, Until: p.Until, Groups: []ParameterGroup{}, Rules: list(p.Rules),
		Waves: append([]int{}, p.Waves...), SampleBP: p.SampleBP,
	}
	for _, g := range p.Groups {
		group := ParameterGroup{Name: g.Name, ShareBP: g.ShareBP, Features: []Parameter{}}
		for _, f := range g.Features {
			group.Features = append(group.Features, Parameter{f.Name, f.Tagged, f.Plain})
		}
		shown.Groups = append(shown.Groups, group)
	}
	return shown
}
