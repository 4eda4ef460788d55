package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// npsRoutes are whether customers would recommend a program.
func (a *API) npsRoutes() {
	read(a, Route{ID: "getNPS", Path: "/questions/{question}/nps", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Read whether you are asked for a recommendation", About: "One customer in four is, after a resolution, at most every 90 days."}, a.asksNPS)
	act(a, Route{ID: "giveNPS", Method: "PUT", Path: "/questions/{question}/nps", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Say whether you would recommend the program", About: "Only where it is asked. It counts for no expert."}, a.giveNPS)
	read(a, Route{ID: "getProgramNPS", Path: "/programs/{program}/nps", Tag: figuresTag, Who: member(access.SeeFigures),
		Summary: "Read whether a program's customers would recommend it"}, a.programNPS)
}

// NPSAsked is whether a customer is asked.
type NPSAsked struct {
	Ask bool `json:"ask" doc:"They are, now."`
}

func (a *API) asksNPS(ctx context.Context, caller access.Caller, in *QuestionIn) (*One[NPSAsked], error) {
	ask, err := a.House.Quality.AskNPS(ctx, caller, in.Question)
	return one(NPSAsked{ask}), err
}

type giveNPSIn struct {
	QuestionIn
	Body struct {
		Score *int `json:"score" minimum:"0" maximum:"10" doc:"How likely, from 0 to 10; null: you would rather not say." example:"9"`
	}
}

func (a *API) giveNPS(ctx context.Context, caller access.Caller, in *giveNPSIn) error {
	return a.House.Quality.GiveNPS(ctx, caller, in.Question, in.Body.Score)
}

type programNPSIn struct {
	ProgramIn
	From time.Time `query:"from" doc:"From then on; by default 90 days before its end."`
	To   time.Time `query:"to" doc:"Before then; by default now."`
}

// NPS is what came of asking.
type NPS struct {
	N          int  `json:"n" doc:"Who said something."`
	Promoters  int  `json:"promoters" doc:"9 or 10."`
	Passives   int  `json:"passives" doc:"7 or 8."`
	Detractors int  `json:"detractors" doc:"6 or less."`
	Unsaid     int  `json:"unsaid" doc:"Who was asked and would rather not say."`
	Value      *int `json:"value_bp" doc:"Share of promoters less that of detractors; null: nobody said anything."`
	Low        *int `json:"low_bp" doc:"The lower end of its 95 % interval."`
	High       *int `json:"high_bp" doc:"The upper end."`
}

func (a *API) programNPS(ctx context.Context, caller access.Caller, in *programNPSIn) (*One[NPS], error) {
	n, err := a.House.Quality.NPS(ctx, caller, in.Program, in.From, in.To)
	return one(npsOf(n)), err
}

func npsOf(n quality.NPS) NPS {
	return NPS{
		N: n.Sample(), Promoters: n.Promoters, Passives: n.Passives, Detractors: n.Detractors, Unsaid: n.Unsaid,
		Value: n.Value, Low: n.Low, High: n.High,
	}
}
