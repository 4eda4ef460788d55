package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
)

// chanceRoutes are why an expert was asked, or not.
func (a *API) chanceRoutes() {
	read(a, Route{ID: "getChances", Path: "/programs/{program}/application/chances", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Read why you were asked, and why not",
		About:   "How the program's decisions of the last 28 days, at most the latest 300, went for you, and what keeps you out now. Of others nothing is told."}, a.chances)
}

// Chances are how decisions went for an expert.
type Chances struct {
	Since     time.Time   `json:"since"`
	Decisions int         `json:"decisions" doc:"On whom to ask, each for one wave of one question."`
	Asked     int         `json:"asked" doc:"In which you were asked."`
	Behind    int         `json:"behind" doc:"In which you were ranked, and those before you were asked."`
	MeanPlace *int        `json:"mean_place" doc:"Your place in the ranking, in the mean; null: you were in none."`
	Elsewhere int         `json:"elsewhere" doc:"In which a rule kept you out, or you came further behind than is put on record."`
	Rules     []TopicRule `json:"rules" doc:"What keeps you out now, topic by topic."`
}

// TopicRule is what keeps an expert from a topic.
type TopicRule struct {
	Topic string `json:"topic" doc:"The topic's slug; empty: questions of no known topic."`
	Rule  string `json:"rule" doc:"Empty: nothing."`
}

func (a *API) chances(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Chances], error) {
	c, err := a.House.Questions.Chances(ctx, caller, in.Program)
	shown := Chances{
		Since: c.Since, Decisions: c.Decisions, Asked: c.Asked, Behind: c.Behind, Elsewhere: c.Elsewhere, Rules: []TopicRule{},
	}
	if c.MeanPlace > 0 {
		shown.MeanPlace = &c.MeanPlace
	}
	for _, r := range c.Rules {
		shown.Rules = append(shown.Rules, TopicRule{r.Topic, r.Rule})
	}
	return one(shown), err
}
