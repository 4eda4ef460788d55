package api

import (
	"context"

	"knowhow/marketplace/access"
)

// passwordRoutes are how a password is set anew.
func (a *API) passwordRoutes() {
	anyone := Who{Kind: Anyone}
	act(a, Route{ID: "forgetPassword", Path: "/password/forgotten", Tag: signInTag, Who: anyone, unkeyed: true, policy: a.SignIns,
		Summary: "Have a link mailed that sets a new password", About: "The answer is the same where there is no such account."}, a.forgetPassword)
	act(a, Route{ID: "resetPassword", Path: "/password/reset", Tag: signInTag, Who: anyone, unkeyed: true, policy: a.SignIns,
		Summary: "Set a new password, by the mailed link's token", About: "It ends every session; sign in after it."}, a.resetPassword)
	act(a, Route{ID: "changePassword", Method: "PUT", Path: "/me/password", Tag: signInTag, Who: Who{Kind: Person}, unkeyed: true, policy: a.SignIns,
		Summary: "Change your password", About: "It ends every other session."}, a.changePassword)
}

type forgottenIn struct {
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"254" example:"$EMAIL"`
	}
}

func (a *API) forgetPassword(ctx context.Context, _ access.Caller, in *forgottenIn) error {
	return a.House.SignIn.RequestReset(ctx, requestOf(ctx).client(), in.Body.Email)
}

type resetIn struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"100" doc:"Of the mailed link." example:"$RESET_TOKEN"`
		Password string `json:"password" minLength:"10" maxLength:"200" doc:"The new one." example:"$PASSWORD"`
	}
}

func (a *API) resetPassword(ctx context.Context, _ access.Caller, in *resetIn) error {
	return a.House.SignIn.Reset(ctx, requestOf(ctx).client(), in.Body.Token, in.Body.Password)
}

type changePasswordIn struct {
	Body struct {
		Old      string `json:"old" minLength:"1" maxLength:"200" doc:"The one you have." example:"$PASSWORD"`
		Password string `json:"password" minLength:"10" maxLength:"200" doc:"The new one." example:"$NEW_PASSWORD"`
	}
}

func (a *API) changePassword(ctx context.Context, caller access.Caller, in *changePasswordIn) error {
	return a.House.SignIn.ChangePassword(ctx, caller, requestOf(ctx).session(), in.Body.Old, in.Body.Password)
}
