package api

import (
	"context"
	"net/http"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
	"knowhow/web/token"
)

const signInTag = "Signing in"

// signInRoutes are how people come in and go. The access token is in the
// answer; the session's own, which is good for one turn, only in a cookie that
// no script can read.
func (a *API) signInRoutes() {
	anyone, session := Who{Kind: Anyone}, Who{Kind: Session}
	act(a, Route{ID: "signUp", Path: "/sign_up", Tag: signInTag, Who: anyone, unkeyed: true, policy: a.SignIns,
		Summary: "Ask for an account", About: "A link is mailed that makes it. The answer is the same where there is an account already."}, a.signUp)
	call(a, Route{ID: "verifySignUp", Path: "/sign_up/verify", Tag: signInTag, Who: anyone, cookie: true, policy: a.SignIns,
		Summary: "Make the account, by the mailed link's token", About: "The password is asked for again: whose address it is might not be who signed up."}, a.verifySignUp)
	call(a, Route{ID: "signIn", Path: "/sign_in", Tag: signInTag, Who: anyone, cookie: true, policy: a.SignIns,
		Summary: "Sign in", About: "Without the code of an authenticator the answer is code_needed where there is one; send all three again."}, a.signIn)
	call(a, Route{ID: "refresh", Path: "/sign_in/refresh", Tag: signInTag, Who: session, cookie: true,
		Summary: "Get the next access token", About: "The cookie is changed with it. One that was used before ends the session, unless within half a minute. An access token that is sent along is not looked at."}, a.refresh)
	call(a, Route{ID: "signOut", Path: "/sign_out", Tag: signInTag, Who: session, cookie: true, status: http.StatusNoContent,
		Summary: "End the session"}, a.signOut)
}

// SignedIn is what a session begins, or goes on, with.
type SignedIn struct {
	AccessToken string           `json:"access_token" doc:"To be sent as Authorization: Bearer."`
	ExpiresAt   time.Time        `json:"expires_at" doc:"When the access token does; refresh before."`
	Person      access.PersonID  `json:"person" format:"uuid"`
	Session     signin.SessionID `json:"session" format:"uuid"`
	Limited     bool             `json:"limited" doc:"A second factor is asked of this person, who may only set up an authenticator now, and then refresh."`
}

type signedIn struct {
	SetCookie string `header:"Set-Cookie" doc:"The session's cookie."`
	Body      SignedIn
}

// signedInAs is the answer to who has begun a session, or gone on with it.
func (a *API) signedInAs(s signin.Started) (*signedIn, error) {
	text, until, err := a.Tokens.Issue(token.Grant{Caller: s.Caller(), Session: s.Session.ID.String(), Limited: s.Session.NeedsTOTP})
	if err != nil {
		return nil, err
	}
	return &signedIn{
		SetCookie: a.cookie(s.Token, s.Session.ExpiresAt.Sub(a.House.Doors.Now())),
		Body:      SignedIn{AccessToken: text, ExpiresAt: until, Person: s.Session.PersonID, Session: s.Session.ID, Limited: s.Session.NeedsTOTP},
	}, nil
}

// cookie writes the session's cookie; a life of zero removes it.
func (a *API) cookie(value string, life time.Duration) string {
	c := http.Cookie{
		Name: CookieName(a.Base), Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: a.Base.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if life <= 0 {
		c.MaxAge = -1
	}
	return c.String()
}

// accountIn is what somebody says of themselves to get an account.
type accountIn struct {
	Body struct {
		Email    string `json:"email" minLength:"3" maxLength:"254" doc:"An e-mail address, which will be proven." example:"$EMAIL"`
		Name     string `json:"name" minLength:"1" maxLength:"200" doc:"What others are to see." example:"Ada"`
		Password string `json:"password" minLength:"10" maxLength:"200" doc:"Anything long that is not on every list." example:"$PASSWORD"`
	}
}

func (a *API) signUp(ctx context.Context, _ access.Caller, in *accountIn) error {
	return a.House.SignIn.SignUp(ctx, requestOf(ctx).client(), signin.Account(in.Body))
}

type verifyIn struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"100" doc:"Of the mailed link." example:"$SIGN_UP_TOKEN"`
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"The one signed up with." example:"$PASSWORD"`
	}
}

func (a *API) verifySignUp(ctx context.Context, _ access.Caller, in *verifyIn) (*signedIn, error) {
	started, err := a.House.SignIn.Verify(ctx, requestOf(ctx).client(), in.Body.Token, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return a.signedInAs(started)
}

type credentialsIn struct {
	Body struct {
		Email    string `json:"email" minLength:"3" maxLength:"254" example:"$EMAIL"`
		Password string `json:"password" minLength:"1" maxLength:"200" example:"$PASSWORD"`
		Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the authenticator, or a recovery code; not given where there is none."`
	}
}

func (a *API) signIn(ctx context.Context, _ access.Caller, in *credentialsIn) (*signedIn, error) {
	started, err := a.House.SignIn.SignIn(ctx, requestOf(ctx).client(), signin.Credentials(in.Body))
	if err != nil {
		return nil, err
	}
	return a.signedInAs(started)
}

func (a *API) refresh(ctx context.Context, _ access.Caller, _ *struct{}) (*signedIn, error) {
	started, err := a.House.SignIn.Refresh(ctx, requestOf(ctx).Refresh)
	if err != nil {
		return nil, err
	}
	return a.signedInAs(started)
}

type signedOut struct {
	SetCookie string `header:"Set-Cookie" doc:"The cookie is removed."`
}

func (a *API) signOut(ctx context.Context, _ access.Caller, _ *struct{}) (*signedOut, error) {
	err := a.House.SignIn.SignOut(ctx, requestOf(ctx).Refresh)
	return &signedOut{SetCookie: a.cookie("", 0)}, err
}
