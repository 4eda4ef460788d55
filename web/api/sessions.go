package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
)

// sessionRoutes are a person's sessions, from any of them.
func (a *API) sessionRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "listSessions", Path: "/me/sessions", Tag: signInTag, Who: self,
		Summary: "List where you are signed in, last used first"}, a.sessions)
	act(a, Route{ID: "revokeSession", Method: "DELETE", Path: "/me/sessions/{session}", Tag: signInTag, Who: self,
		Summary: "End one of your sessions"}, a.revokeSession)
	act(a, Route{ID: "revokeOtherSessions", Path: "/me/sessions/revoke_others", Tag: signInTag, Who: self,
		Summary: "End every session but this one"}, a.revokeOtherSessions)
}

// OwnSession is one browser or device somebody is signed in with.
type OwnSession struct {
	ID         signin.SessionID `json:"id" format:"uuid"`
	Current    bool             `json:"current" doc:"It is the one that asks."`
	UserAgent  string           `json:"user_agent" doc:"As the browser calls itself."`
	CreatedAt  time.Time        `json:"created_at"`
	LastUsedAt time.Time        `json:"last_used_at"`
	ExpiresAt  time.Time        `json:"expires_at" doc:"If it is not used before."`
}

func (a *API) sessions(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[OwnSession], error) {
	sessions, err := a.House.SignIn.Sessions(ctx, caller)
	this := requestOf(ctx).session()
	return allOf(sessions, func(s signin.Session) OwnSession {
		return OwnSession{
			ID: s.ID, Current: s.ID == this, UserAgent: s.UserAgent, CreatedAt: s.CreatedAt, LastUsedAt: s.LastUsedAt, ExpiresAt: s.ExpiresAt,
		}
	}), err
}

type sessionIn struct {
	Session signin.SessionID `path:"session" format:"uuid" doc:"The session's id."`
}

func (a *API) revokeSession(ctx context.Context, caller access.Caller, in *sessionIn) error {
	return a.House.SignIn.Revoke(ctx, caller, in.Session)
}

func (a *API) revokeOtherSessions(ctx context.Context, caller access.Caller, _ *struct{}) error {
	return a.House.SignIn.RevokeAll(ctx, caller, requestOf(ctx).session())
}
