package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// standingLogRoutes are what an expert's standing came from.
func (a *API) standingLogRoutes() {
	read(a, Route{ID: "getStandingLog", Path: "/programs/{program}/application/standing_log", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Read what each change of your standing came from",
		About:   "The latest 100, with what reviewers wrote to you, and your level on each topic. Levels decide nothing: you are asked by the standing itself."}, a.standingLog)
}

// StandingLog is what a standing came from.
type StandingLog struct {
	Levels  []StandingLevel  `json:"levels" doc:"By topic."`
	Bars    []LevelBar       `json:"bars" doc:"What the levels take, the lowest first. One is lost only where the range falls below nine tenths of its bar."`
	Changes []StandingChange `json:"changes" doc:"The latest first."`
}

// StandingLevel is where an expert stands on a topic.
type StandingLevel struct {
	Topic     string        `json:"topic" doc:"A slug; empty: not known."`
	Level     quality.Level `json:"level" enum:"new,proven,trusted"`
	Since     *time.Time    `json:"since" doc:"Null for new."`
	Outcomes  int           `json:"outcomes" doc:"That count for a level: at most ten of a day, and three of a customer."`
	Customers int           `json:"customers"`
	Days      int           `json:"days"`
	Low       float64       `json:"low" doc:"The lower end of the range in which the share of good work lies, now."`
}

// LevelBar is what a level takes.
type LevelBar struct {
	Level     quality.Level `json:"level" enum:"proven,trusted"`
	Low       float64       `json:"low"`
	Outcomes  int           `json:"outcomes"`
	Customers int           `json:"customers"`
	Days      int           `json:"days"`
}

// StandingChange is one outcome.
type StandingChange struct {
	At         time.Time             `json:"at"`
	Topic      string                `json:"topic" doc:"A slug; empty: not known."`
	Source     quality.ChangeSource  `json:"source" enum:"resolution,review,feedback,appeal"`
	Outcome    expert.Outcome        `json:"outcome" enum:"success,failure"`
	Weight     float64               `json:"weight" doc:"A resolution is 1."`
	Before     float64               `json:"before" doc:"The expected share of good work before it."`
	After      float64               `json:"after"`
	Assignment question.AssignmentID `json:"assignment" format:"uuid"`
	Question   question.ID           `json:"question" format:"uuid"`
	Title      string                `json:"title" doc:"Of the question, redacted."`
	Note       string                `json:"note" doc:"What the reviewer wrote to you."`
}

func (a *API) standingLog(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[StandingLog], error) {
	l, err := a.House.Quality.StandingLog(ctx, caller, in.Program)
	shown := StandingLog{Levels: []StandingLevel{}, Bars: []LevelBar{}, Changes: []StandingChange{}}
	for _, r := range l.Levels {
		shown.Levels = append(shown.Levels, StandingLevel{r.Topic, r.Level, r.Since, r.Outcomes, r.Customers, r.Days, r.Low})
	}
	for _, b := range quality.Bars {
		shown.Bars = append(shown.Bars, LevelBar{b.Level, b.Low, b.Outcomes, b.Customers, b.Days})
	}
	for _, x := range l.Changes {
		shown.Changes = append(shown.Changes, StandingChange{
			At: x.At, Topic: x.Topic, Source: x.Source, Outcome: x.Outcome, Weight: x.Weight, Before: x.Before, After: x.After,
			Assignment: x.Assignment, Question: x.Question, Title: x.Title, Note: x.Note,
		})
	}
	return one(shown), err
}
