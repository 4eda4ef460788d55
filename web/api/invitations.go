package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
)

// invitationRoutes are how people come to a brand.
func (a *API) invitationRoutes() {
	managed, anyone := member(access.ManageMembers), Who{Kind: Anyone}
	const path = "/brands/{brand}/invitations"
	read(a, Route{ID: "listInvitations", Path: path, Tag: brandsTag, Who: managed,
		Summary: "List a brand's open invitations, newest first"}, a.invitations)
	create(a, Route{ID: "invite", Path: path, Tag: brandsTag, Who: managed,
		Summary: "Invite somebody by e-mail", About: "An open invitation to the same address is replaced."}, a.invite, a.invitation)
	act(a, Route{ID: "withdrawInvitation", Method: "DELETE", Path: path + "/{invitation}", Tag: brandsTag, Who: managed,
		Summary: "Take an invitation back"}, a.withdrawInvitation)
	call(a, Route{ID: "previewInvitation", Path: "/invitations/preview", Tag: brandsTag, Who: anyone, policy: a.SignIns,
		Summary: "Read the invitation behind a mailed link's token"}, a.previewInvitation)
	call(a, Route{ID: "acceptInvitation", Path: "/invitations/accept", Tag: brandsTag, Who: anyone, cookie: true, policy: a.SignIns,
		Summary: "Accept an invitation and get an account", About: "Who has one accepts signed in: sign_in_first."}, a.acceptInvitation)
	call(a, Route{ID: "joinBrand", Path: "/me/invitations/accept", Tag: brandsTag, Who: Who{Kind: Person}, policy: a.SignIns,
		Summary: "Accept an invitation with the account you have"}, a.joinBrand)
}

// Invitation asks whoever has an address to take a role in a brand.
type Invitation struct {
	ID        signin.InvitationID `json:"id" format:"uuid"`
	Brand     marketplace.BrandID `json:"brand" format:"uuid"`
	Email     string              `json:"email"`
	Role      access.Role         `json:"role" enum:"owner,manager,agent,reviewer,finance,viewer"`
	InvitedBy access.PersonID     `json:"invited_by" format:"uuid"`
	CreatedAt time.Time           `json:"created_at"`
	ExpiresAt time.Time           `json:"expires_at"`
}

func invitationOf(i signin.Invitation) Invitation {
	return Invitation{
		ID: i.ID, Brand: i.BrandID, Email: i.Email, Role: i.Role, InvitedBy: i.InvitedBy, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt,
	}
}

func (a *API) invitations(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[Invitation], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	open, err := a.House.SignIn.Invitations(ctx, caller, in.Brand, page)
	return listOf(open, invitationOf), err
}

type inviteIn struct {
	BrandIn
	Body struct {
		Email string      `json:"email" minLength:"3" maxLength:"254" example:"$EMAIL"`
		Role  access.Role `json:"role" enum:"owner,manager,agent,reviewer,finance,viewer" example:"viewer"`
	}
}

func (a *API) invite(ctx context.Context, caller access.Caller, in *inviteIn) (string, error) {
	i, err := a.House.SignIn.Invite(ctx, caller, in.Brand, in.Body.Email, in.Body.Role)
	return i.ID.String(), err
}

// invitation shows one that is open; a repeat may come when it no longer is.
func (a *API) invitation(ctx context.Context, caller access.Caller, in *inviteIn, id string) (*One[Invitation], error) {
	of, err := marketplace.ParseID[signin.Invitation](id)
	if err != nil {
		return nil, err
	}
	i, err := a.House.SignIn.Invitation(ctx, caller, in.Brand, of)
	return one(invitationOf(i)), err
}

type invitationIn struct {
	BrandIn
	Invitation signin.InvitationID `path:"invitation" format:"uuid" doc:"The invitation's id."`
}

func (a *API) withdrawInvitation(ctx context.Context, caller access.Caller, in *invitationIn) error {
	return a.House.SignIn.WithdrawInvitation(ctx, caller, in.Brand, in.Invitation)
}

// Invited is what an invitation says to who has its link.
type Invited struct {
	Brand     marketplace.BrandID `json:"brand" format:"uuid"`
	BrandName string              `json:"brand_name"`
	Role      access.Role         `json:"role" enum:"owner,manager,agent,reviewer,finance,viewer"`
	Email     string              `json:"email,omitempty" doc:"Whom it was sent to."`
	ExpiresAt time.Time           `json:"expires_at"`
	Known     bool                `json:"known" doc:"There is an account with the address: sign in to accept."`
}

type linkTokenIn struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"100" doc:"Of the mailed link." example:"$INVITATION_TOKEN"`
	}
}

func (a *API) previewInvitation(ctx context.Context, _ access.Caller, in *linkTokenIn) (*One[Invited], error) {
	v, err := a.House.SignIn.Invited(ctx, in.Body.Token)
	return one(Invited(v)), err
}

type acceptIn struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"100" doc:"Of the mailed link." example:"$INVITATION_TOKEN"`
		Name     string `json:"name" minLength:"1" maxLength:"200" doc:"What others are to see." example:"Ada"`
		Password string `json:"password" minLength:"10" maxLength:"200" doc:"Anything long that is not on every list." example:"$PASSWORD"`
	}
}

func (a *API) acceptInvitation(ctx context.Context, _ access.Caller, in *acceptIn) (*signedIn, error) {
	started, err := a.House.SignIn.AcceptInvitation(ctx, requestOf(ctx).client(), in.Body.Token, in.Body.Name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return a.signedInAs(started)
}

func (a *API) joinBrand(ctx context.Context, caller access.Caller, in *linkTokenIn) (*One[Invited], error) {
	v, err := a.House.SignIn.AcceptInvitationAs(ctx, caller, in.Body.Token)
	return one(Invited(v)), err
}
