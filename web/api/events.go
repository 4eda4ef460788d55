package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/quality"
)

// eventRoutes are what happened in a brand.
func (a *API) eventRoutes() {
	read(a, Route{ID: "listBrandEvents", Path: "/brands/{brand}/events", Tag: brandsTag, Who: member(access.SeeHistory),
		Summary: "List who did what in a brand, newest first",
		About:   "Members, keys, programs and their money, experts' enrolments, verdicts, refusals and appeals; ids and codes only."}, a.brandEvents)
}

// BrandEvent is something that somebody did in a brand.
type BrandEvent struct {
	Kind    event.Kind     `json:"kind" doc:"What happened, its noun first." example:"program.policies_set"`
	Subject event.Subject  `json:"subject" format:"uuid" doc:"What it happened to."`
	At      time.Time      `json:"at"`
	By      string         `json:"by" doc:"Who did it: person, key or system and an id; empty: nobody, or not told." example:"person:0198c5e2-7f3a-7000-8000-000000000001"`
	Detail  map[string]any `json:"detail" doc:"What else is on record: ids, codes and numbers."`
}

func (a *API) brandEvents(ctx context.Context, caller access.Caller, in *programsIn) (*Listed[BrandEvent], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	history, err := a.House.Quality.History(ctx, caller, in.Brand, page)
	return listOf(history, func(h quality.Happening) BrandEvent { return BrandEvent(h) }), err
}
