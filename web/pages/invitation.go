package pages

import (
	"time"
)

// invitationRoutes are how somebody follows a brand's invitation.
func (p *Pages) invitationRoutes() {
	p.get("/invitation", (*visit).invitationPage)
	p.post("/invitation", (*visit).readInvitation)
	p.post("/invitation/accept", (*visit).acceptInvitation)
}

// invited is an invitation, as who has its link sees it.
type invited struct {
	BrandName string    `json:"brand_name"`
	Role      string    `json:"role"`
	Email     string    `json:"email"`
	ExpiresAt time.Time `json:"expires_at"`
	Known     bool      `json:"known"`
	Person    *person   `json:"-"` // who is signed in
}

// The cookie with the link's token, between reading and accepting.
const (
	invitation     = "knowhow_invitation"
	invitationLife = time.Hour
)

// invitationPage asks for the link, or shows the invitation that was read.
func (v *visit) invitationPage() error {
	token := ""
	if !v.held(invitation, &token) {
		return v.show(page{name: "invitation", title: "invitation.title"})
	}
	return v.showInvitation(token)
}

func (v *visit) showInvitation(token string) error {
	i := &invited{}
	if err := v.api.send("/invitations/preview", map[string]string{"token": token}, i); err != nil {
		v.drop(invitation)
		return v.again(err, page{name: "invitation", title: "invitation.title"}, "token")
	}
	i.Person = v.person()
	return v.show(page{name: "invitation", title: "invitation.for", args: []any{"brand", i.BrandName}, data: i})
}

func (v *visit) readInvitation() error {
	if f := v.lacking("token"); f != nil {
		return v.show(page{name: "invitation", title: "invitation.title", status: 422, form: f})
	}
	token := v.linkToken()
	if err := v.api.send("/invitations/preview", map[string]string{"token": token}, nil); err != nil {
		return v.again(err, page{name: "invitation", title: "invitation.title"}, "token")
	}
	if err := v.hold(invitation, token, invitationLife); err != nil {
		return err
	}
	return v.goTo("/invitation")
}

// acceptInvitation accepts with the account somebody has, or makes one.
func (v *visit) acceptInvitation() error {
	token, i := "", &invited{}
	if !v.held(invitation, &token) {
		return v.goTo("/invitation")
	}
	if err := v.api.send("/invitations/preview", map[string]string{"token": token}, i); err != nil {
		return v.again(err, page{name: "invitation", title: "invitation.title"}, "token")
	}
	shown := page{name: "invitation", title: "invitation.for", args: []any{"brand", i.BrandName}, data: i, status: 422}
	i.Person = v.person()
	if i.Known {
		if i.Person == nil {
			return v.goTo("/sign-in?next=/invitation")
		}
		if err := v.api.as(i.Person.AccessToken).send("/me/invitations/accept", map[string]string{"token": token}, nil); err != nil {
			return v.again(err, shown)
		}
	} else {
		if shown.form = v.lacking("name", "password"); shown.form != nil {
			return v.show(shown)
		}
		body := v.fields("name", "password")
		body["token"] = token
		if err := v.api.send("/invitations/accept", body, &session{}); err != nil {
			return v.again(err, shown, "name", "password")
		}
	}
	v.drop(invitation)
	return v.enter()
}
