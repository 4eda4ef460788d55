package api

import (
	"context"
	"errors"
	"slices"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// meRoutes are who somebody is.
func (a *API) meRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "getMe", Path: "/me", Tag: signInTag, Who: self, Limited: true,
		Summary: "Read who you are, and what you are to which brand"}, a.me)
	act(a, Route{ID: "rename", Method: "PUT", Path: "/me/name", Tag: signInTag, Who: self,
		Summary: "Change your name"}, a.rename)
	act(a, Route{ID: "setLanguage", Method: "PUT", Path: "/me/language", Tag: signInTag, Who: self,
		Summary: "Say in which language you are written to"}, a.setLanguage)
}

// Me is somebody, as they see themselves.
type Me struct {
	ID          access.PersonID `json:"id" format:"uuid"`
	Name        string          `json:"name" doc:"As others see you."`
	Email       string          `json:"email" doc:"Seen by you alone; empty where none is known."`
	Language    string          `json:"language" doc:"In which you are written to; empty: not known, which is English."`
	Operator    bool            `json:"operator" doc:"You run the platform."`
	Expert      bool            `json:"expert" doc:"You are registered as one."`
	TOTP        bool            `json:"totp" doc:"You sign in with an authenticator's code."`
	Limited     bool            `json:"limited" doc:"This session may only set up an authenticator."`
	Memberships []OwnMembership `json:"memberships" doc:"By brand, the oldest first."`
}

// OwnMembership is what somebody is to a brand.
type OwnMembership struct {
	Brand marketplace.BrandID `json:"brand" format:"uuid"`
	Name  string              `json:"name" doc:"The brand's."`
	Roles []access.Role       `json:"roles"`
	May   []access.Permission `json:"may" doc:"What the roles together allow."`
}

func (a *API) me(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Me], error) {
	p, email, err := a.House.Access.Self(ctx, caller)
	if err != nil {
		return nil, err
	}
	shape := Me{ID: p.ID, Name: p.Name, Email: email, Language: p.Language, Operator: p.Operator, Limited: requestOf(ctx).Limited}
	if shape.Memberships, err = a.ownMemberships(ctx, caller); err != nil {
		return nil, err
	}
	if shape.TOTP, err = a.House.SignIn.HasAuthenticator(ctx, caller); err != nil {
		return nil, err
	}
	_, err = a.House.Experts.Expert(ctx, caller)
	if shape.Expert = err == nil; errors.Is(err, marketplace.ErrNotFound) {
		err = nil
	}
	return one(shape), err
}

func (a *API) ownMemberships(ctx context.Context, caller access.Caller) ([]OwnMembership, error) {
	held, err := a.House.Access.Memberships(ctx, caller, caller.Person)
	if err != nil {
		return nil, err
	}
	names, err := a.House.Programs.BrandNames(ctx, caller)
	shapes := []OwnMembership{}
	for _, m := range held {
		i := slices.IndexFunc(shapes, func(o OwnMembership) bool { return o.Brand == m.BrandID })
		if i < 0 {
			i = len(shapes)
			shapes = append(shapes, OwnMembership{Brand: m.BrandID, Name: names[m.BrandID]})
		}
		shapes[i].Roles = append(shapes[i].Roles, m.Role)
	}
	for i := range shapes {
		shapes[i].May = access.PermissionsOf(shapes[i].Roles)
	}
	return shapes, err
}

type renameIn struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200" example:"Ada Lovelace"`
	}
}

func (a *API) rename(ctx context.Context, caller access.Caller, in *renameIn) error {
	return a.House.Access.Rename(ctx, caller, caller.Person, in.Body.Name)
}

type languageIn struct {
	Body struct {
		Language string `json:"language" enum:"en,de,ar" example:"de"`
	}
}

func (a *API) setLanguage(ctx context.Context, caller access.Caller, in *languageIn) error {
	return a.House.Notify.SetLanguage(ctx, caller, in.Body.Language)
}
