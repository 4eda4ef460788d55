package api

import (
	"context"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
)

// auditRoutes are what operators did.
func (a *API) auditRoutes() {
	read(a, Route{ID: "listAudit", Path: "/audit", Tag: operatorsTag, Who: operator(access.SeeAudit),
		Summary: "List what operators did, newest first",
		About:   "In any brand, and on the platform as a whole: what they changed, not what they read; ids and codes only."}, a.audit)
}

// Act is something that an operator did.
type Act struct {
	BrandEvent
	Brand *marketplace.BrandID `json:"brand" nullable:"true" doc:"Where; null: on the platform as a whole."`
}

func (a *API) audit(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[Act], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	acts, err := a.House.Insight.Audit(ctx, caller, page)
	return listOf(acts, func(act insight.Act) Act {
		shape := Act{BrandEvent: BrandEvent(act.Happening)}
		if act.Brand != marketplace.AllBrands {
			shape.Brand = &act.Brand
		}
		return shape
	}), err
}
