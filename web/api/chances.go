package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// chanceRoutes are why an expert was asked, or not.
func (a *API) chanceRoutes() {
	read(a, Route{ID: "getChances", Path: "/programs/{program}/application/chances", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Read why you were asked, and why not",
		About:   "How the program's decisions of the last 28 days since you were enrolled, at most the latest 300, went for you, and what keeps you out now. Empty for who applied, was rejected or left. Of others nothing is told, and nothing of questions but topic and hour."}, a.chances)
}

// Chances are how decisions went for an expert.
type Chances struct {
	Since     time.Time   `json:"since" doc:"28 days ago, or when you were enrolled."`
	Decisions int         `json:"decisions" doc:"On whom to ask, each for one wave of one question."`
	Asked     int         `json:"asked" doc:"In which you were asked."`
	Behind    int         `json:"behind" doc:"In which you were ranked, and those before you were asked."`
	Shared    int         `json:"shared" doc:"In which you were ranked, and others were asked, not all of whom came before you, since several questions were shared out at once."`
	MeanPlace *int        `json:"mean_place" doc:"Your place in the ranking, in the mean; null: you were in none."`
	Elsewhere int         `json:"elsewhere" doc:"In which a rule kept you out, or you came further behind than is put on record."`
	Rules     []TopicRule `json:"rules" doc:"What keeps you out now, topic by topic."`
	Latest    []Chance    `json:"latest" doc:"One by one, the latest first, at most 50."`
}

// Chance is how one decision went for an expert.
type Chance struct {
	Hour    time.Time              `json:"hour" doc:"In which it was made."`
	Topic   string                 `json:"topic" doc:"The topic's slug; empty: none was known."`
	Outcome question.ChanceOutcome `json:"outcome" enum:"asked,behind,shared,kept_out,further" doc:"shared: you were ranked, and others were asked, not all of whom came before you, since several questions were shared out at once. further: you came further behind than is put on record, or a rule kept you out."`
	Place   question.PlaceClass    `json:"place" enum:",front,middle,back" doc:"Yours among all who were ranked, in thirds; empty: you were not, or it is not on record."`
	Lower   []string               `json:"lower" doc:"Groups of parameters in which you had less than was needed, the greatest lack first; empty: in none, or you were not behind."`
	Rule    string                 `json:"rule" doc:"What kept you out; empty: nothing did, or which rule is not on record."`
	Now     string                 `json:"now" doc:"The rule that would keep you out of such a question now; empty: none."`
}

// TopicRule is what keeps an expert from a topic.
type TopicRule struct {
	Topic string `json:"topic" doc:"The topic's slug; empty: questions of no known topic."`
	Rule  string `json:"rule" doc:"Empty: nothing."`
}

func (a *API) chances(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Chances], error) {
	c, err := a.House.Questions.Chances(ctx, caller, in.Program)
	shown := Chances{
		Since: c.Since, Decisions: c.Decisions, Asked: c.Asked, Behind: c.Behind, Shared: c.Shared, Elsewhere: c.Elsewhere, Rules: []TopicRule{}, Latest: []Chance{},
	}
	for _, one := range c.Latest {
		shown.Latest = append(shown.Latest, Chance{one.Hour, one.Topic, one.Outcome, one.Place, one.Lower, one.Rule, one.Now})
	}
	if c.MeanPlace > 0 {
		shown.MeanPlace = &c.MeanPlace
	}
	for _, r := range c.Rules {
		shown.Rules = append(shown.Rules, TopicRule{r.Topic, r.Rule})
	}
	return one(shown), err
}
