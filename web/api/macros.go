package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// macroRoutes are the answers an expert keeps to use again.
func (a *API) macroRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "listMacros", Path: "/me/macros", Tag: workTag, Who: self,
		Summary: "List the answers you keep, by name", About: "All of them: there are 200 at most."}, a.ownMacros)
	create(a, Route{ID: "createMacro", Path: "/me/macros", Tag: workTag, Who: self,
		Summary: "Keep an answer to use again", About: "Nobody else reads it."}, a.createMacro, a.createdMacro)
	act(a, Route{ID: "changeMacro", Method: "PUT", Path: "/me/macros/{macro}", Tag: workTag, Who: self,
		Summary: "Replace an answer you keep"}, a.changeMacro)
	act(a, Route{ID: "deleteMacro", Method: "DELETE", Path: "/me/macros/{macro}", Tag: workTag, Who: self,
		Summary: "Forget an answer you keep"}, a.deleteMacro)
}

// MacroIn names a macro.
type MacroIn struct {
	Macro expert.MacroID `path:"macro" format:"uuid" doc:"The macro's id."`
}

// Macro is an answer that an expert keeps to use again.
type Macro struct {
	ID        expert.MacroID `json:"id" format:"uuid"`
	Name      string         `json:"name"`
	Text      string         `json:"text"`
	Language  string         `json:"language" doc:"BCP 47; empty: any."`
	CreatedAt time.Time      `json:"created_at"`
	ChangedAt time.Time      `json:"changed_at"`
}

func macroOf(m expert.Macro) Macro {
	return Macro{ID: m.ID, Name: m.Name, Text: m.Text, Language: m.Language, CreatedAt: m.CreatedAt, ChangedAt: m.ChangedAt}
}

func (a *API) ownMacros(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[Macro], error) {
	macros, err := a.House.Experts.Macros(ctx, caller)
	return allOf(macros, macroOf), err
}

// MacroBody is what a macro is made of.
type MacroBody struct {
	Name     string `json:"name" minLength:"1" maxLength:"100" doc:"What you find it by." example:"Reset the box"`
	Text     string `json:"text" minLength:"1" maxLength:"16384" example:"Hold the power button for ten seconds."`
	Language string `json:"language,omitempty" maxLength:"35" doc:"BCP 47; left out: any." example:"en"`
}

func (b MacroBody) text() expert.MacroText {
	return expert.MacroText{Name: b.Name, Text: b.Text, Language: b.Language}
}

type createMacroIn struct{ Body MacroBody }

func (a *API) createMacro(ctx context.Context, caller access.Caller, in *createMacroIn) (string, error) {
	m, err := a.House.Experts.AddMacro(ctx, caller, in.Body.text())
	return m.ID.String(), err
}

func (a *API) createdMacro(ctx context.Context, caller access.Caller, _ *createMacroIn, id string) (*One[Macro], error) {
	parsed, err := marketplace.ParseID[expert.Macro](id)
	if err != nil {
		return nil, err
	}
	m, err := a.House.Experts.Macro(ctx, caller, parsed)
	return one(macroOf(m)), err
}

type changeMacroIn struct {
	MacroIn
	Body MacroBody
}

func (a *API) changeMacro(ctx context.Context, caller access.Caller, in *changeMacroIn) error {
	return a.House.Experts.ChangeMacro(ctx, caller, in.Macro, in.Body.text())
}

func (a *API) deleteMacro(ctx context.Context, caller access.Caller, in *MacroIn) error {
	return a.House.Experts.RemoveMacro(ctx, caller, in.Macro)
}
