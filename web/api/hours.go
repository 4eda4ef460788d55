package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// HoursSpan is a part of a day, in minutes from its beginning.
type HoursSpan struct {
	From int `json:"from" minimum:"0" maximum:"1439" example:"540"`
	To   int `json:"to" minimum:"1" maximum:"1440" example:"1020"`
}

// Hours are when in the week an expert wants offers, by the clock of their zone.
type Hours struct {
	Zone string        `json:"zone" maxLength:"64" doc:"An IANA name; empty: there are no hours." example:"Europe/Lisbon"`
	Days [][]HoursSpan `json:"days" minItems:"7" maxItems:"7" doc:"Of each day, Monday first, spans one after the other." example:"[[{\"from\":540,\"to\":1020}],[],[],[],[],[],[]]"`
}

func (a *API) hours(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Hours], error) {
	h, _, err := a.House.Experts.Hours(ctx, caller)
	shape := Hours{Zone: h.Zone, Days: make([][]HoursSpan, len(h.Days))}
	for i, day := range h.Days {
		shape.Days[i] = make([]HoursSpan, len(day))
		for n, s := range day {
			shape.Days[i][n] = HoursSpan(s)
		}
	}
	return one(shape), err
}

type hoursIn struct{ Body Hours }

func (a *API) setHours(ctx context.Context, caller access.Caller, in *hoursIn) error {
	h := expert.Hours{Zone: in.Body.Zone}
	for i, day := range in.Body.Days {
		for _, s := range day {
			h.Days[i] = append(h.Days[i], expert.Span(s))
		}
	}
	return a.House.Experts.SetHours(ctx, caller, h)
}

func (a *API) clearHours(ctx context.Context, caller access.Caller, _ *struct{}) error {
	return a.House.Experts.ClearHours(ctx, caller)
}
