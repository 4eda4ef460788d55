package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
)

// checklistRoutes are what a program lacks.
func (a *API) checklistRoutes() {
	read(a, Route{ID: "getChecklist", Path: "/programs/{program}/checklist", Tag: programsTag, Who: member(access.SeePrograms),
		Summary: "Read what a program has and lacks to go live",
		About:   "It can be launched once everything is done that is blocking."}, a.checklist)
}

// ChecklistItem is one thing to see to before a program goes live.
type ChecklistItem struct {
	Code     string   `json:"code" enum:"topic,language,reward,budget,sla,review,origins,escalation,terms,quiz,experts,appeals"`
	Done     bool     `json:"done"`
	Blocking bool     `json:"blocking" doc:"It cannot be launched without."`
	Details  []string `json:"details" doc:"Codes: default, no_sample, own_pages_only, owners_only, one_person; of experts the languages in which too few answer."`
}

func (a *API) checklist(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[ChecklistItem], error) {
	items, err := a.House.Insight.Checklist(ctx, caller, in.Program)
	return allOf(items, func(i insight.Item) ChecklistItem {
		return ChecklistItem{Code: i.Code, Done: i.Done, Blocking: i.Blocking, Details: list(i.Details)}
	}), err
}
