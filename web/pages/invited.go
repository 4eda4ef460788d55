package pages

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"knowhow/web/problem"
)

// invitedRoutes are how somebody follows a program's invitation to apply.
func (p *Pages) invitedRoutes() {
	p.get("/invited", (*visit).invitedPage)
	p.post("/invited", (*visit).readInvited)
}

// applicant is an invitation to apply, as who has its link sees it.
type applicant struct {
	Program   string    `json:"program"`
	BrandName string    `json:"brand_name"`
	Email     string    `json:"email"`
	ExpiresAt time.Time `json:"expires_at"`
	Token     string    `json:"-"`
}

// The cookie with the link's token, from reading it to applying.
const (
	invitedBy     = "knowhow_invited"
	invitedByLife = 24 * time.Hour
)

func (v *visit) invitedPage() error {
	return v.show(page{name: "invited", title: "invited.title"})
}

// readInvited leads who has a link to the program's page, where it is said that
// they are invited.
func (v *visit) readInvited() error {
	shown := page{name: "invited", title: "invited.title", status: 422}
	if shown.form = v.lacking("token"); shown.form != nil {
		return v.show(shown)
	}
	a := &applicant{Token: v.linkToken()}
	if err := v.api.send("/expert_invitations/preview", map[string]string{"token": a.Token}, a); err != nil {
		return v.again(err, shown, "token")
	}
	if err := v.hold(invitedBy, heldInvitation{Program: a.Program, Token: a.Token}, invitedByLife); err != nil {
		return err
	}
	return v.goTo("/join/" + segment(a.Program))
}

// heldInvitation is what the browser keeps of an invitation.
type heldInvitation struct {
	Program, Token string
}

// invitedTo is the invitation to a program that the visitor came by; nil where
// there is none, or it is good no more.
func (v *visit) invitedTo(program string) *applicant {
	var held heldInvitation
	if !v.held(invitedBy, &held) || program != "" && held.Program != program {
		return nil
	}
	a := &applicant{Token: held.Token}
	if err := v.api.send("/expert_invitations/preview", map[string]string{"token": a.Token}, a); err != nil {
		var p *problem.Problem
		if errors.As(err, &p) && (p.Status == http.StatusNotFound || p.Status == http.StatusConflict) { // else it may be good the next time
			v.drop(invitedBy)
		}
		return nil
	}
	return a
}

// withInvitation is the way to a program in the experts' app, with the invitation
// to it that the visitor came by, which no server sees there.
func (v *visit) withInvitation(path string) string {
	var held heldInvitation
	if v.held(invitedBy, &held) && strings.TrimRight(path, "/") == "/work/programs/"+held.Program {
		return path + "#invitation=" + held.Token
	}
	return path
}
