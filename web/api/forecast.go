package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// forecastRoutes are what anybody may know of how long they will wait.
func (a *API) forecastRoutes() {
	read(a, Route{ID: "getForecast", Path: "/programs/{program}/forecast", Tag: programsTag, Who: Who{Kind: Anyone},
		Summary: "Read how long customers wait for a first response",
		About:   "By the questions of the last four weeks: those on the topic and in the language where they are enough. Nothing is said of fewer than 20."}, a.forecast)
}

type forecastIn struct {
	ProgramIn
	Topic    string `query:"topic" maxLength:"64" doc:"The topic's slug."`
	Language string `query:"language" maxLength:"35" doc:"BCP 47."`
}

// Forecast is how long customers wait for a first response.
type Forecast struct {
	MedianS *int64    `json:"median_s" doc:"As many wait longer as shorter; null: not known."`
	P90S    *int64    `json:"p90_s" doc:"Nine in ten wait no longer; null: not known."`
	Sample  int       `json:"sample" doc:"How many questions it is made of, answered or not."`
	Since   time.Time `json:"since" doc:"The first of them was asked then or later."`
}

// Ahead is when a question will have its first response, by what is known now:
// of how long others waited who had waited for so long.
type Ahead struct {
	MedianAt *time.Time `json:"median_at" doc:"As likely before as after; null: not known."`
	P90At    *time.Time `json:"p90_at" doc:"Before it in nine of ten cases; null: not known."`
	Sample   int        `json:"sample" doc:"How many questions it is made of, answered or not."`
}

func aheadOf(f *question.Forecast) *Ahead {
	if f == nil {
		return nil
	}
	return &Ahead{MedianAt: f.MedianAt, P90At: f.P90At, Sample: f.Sample}
}

func (a *API) forecast(ctx context.Context, _ access.Caller, in *forecastIn) (*One[Forecast], error) {
	w, err := a.House.Questions.Forecast(ctx, in.Program, in.Topic, in.Language)
	return one(Forecast{MedianS: wholeSeconds(w.Median), P90S: wholeSeconds(w.P90), Sample: w.Sample, Since: w.Since}), err
}

// wholeSeconds rounds up; null stays null.
func wholeSeconds(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := seconds(*d + time.Second - 1)
	return &n
}
