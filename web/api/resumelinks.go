package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
)

// resumeLinkRoutes are how a customer takes their questions along to another
// browser.
func (a *API) resumeLinkRoutes() {
	self := Who{Kind: Customer}
	call(a, Route{ID: "createResumeLink", Path: "/me/resume_links", Tag: customersTag, Who: self,
		Summary: "Make a link to go on by in another browser", About: "It is good once, for an hour."}, a.createResumeLink)
	act(a, Route{ID: "revokeResumeLinks", Method: "DELETE", Path: "/me/resume_links", Tag: customersTag, Who: self,
		Summary: "Make your open links good for nothing"}, a.revokeResumeLinks)
}

// ResumeLink lets who follows it go on as the customer.
type ResumeLink struct {
	URL       string    `json:"url" doc:"Its fragment is token= and the resume_token, which no server or log sees."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *API) createResumeLink(ctx context.Context, caller access.Caller, _ *struct{}) (*One[ResumeLink], error) {
	l, err := a.House.Customers.NewResumeLink(ctx, caller)
	if err != nil {
		return nil, err
	}
	u := a.Base.JoinPath("resume")
	u.Fragment = "token=" + l.Token
	return one(ResumeLink{URL: u.String(), ExpiresAt: l.ExpiresAt}), nil
}

func (a *API) revokeResumeLinks(ctx context.Context, caller access.Caller, _ *struct{}) error {
	return a.House.Customers.RevokeResumeLinks(ctx, caller)
}
