package pages

import (
	"time"
)

// signInRoutes are how a person comes in and goes.
func (p *Pages) signInRoutes() {
	p.get("/sign-in", (*visit).signInPage)
	p.post("/sign-in", (*visit).signIn)
	p.get("/sign-in/code", (*visit).codePage)
	p.post("/sign-in/code", (*visit).signInWithCode)
	p.get("/welcome", (*visit).welcome)
	p.get("/sign-out", (*visit).signOutPage)
	p.post("/sign-out", (*visit).signOut)
}

// session is what a person's session goes on with.
type session struct {
	AccessToken string `json:"access_token"`
	Limited     bool   `json:"limited"`
}

// person is who is signed in.
type person struct {
	session
	Name        string     `json:"name"`
	Email       string     `json:"email"`
	Operator    bool       `json:"operator"`
	Expert      bool       `json:"expert"`
	Memberships []struct{} `json:"memberships"`
}

// Home is the app that somebody signed in wants.
func (p *person) Home() string {
	switch {
	case p.Limited:
		return "/sign-in/authenticator"
	case p.Operator:
		return "/console/operator"
	case p.Expert, len(p.Memberships) == 0:
		return "/work"
	}
	return "/console"
}

// person finds who is signed in by their session's cookie; nil: nobody.
func (v *visit) person() *person {
	if v.kept("knowhow_refresh") == "" {
		return nil
	}
	p := &person{}
	if v.api.send("/sign_in/refresh", nil, &p.session) != nil {
		return nil
	}
	if v.api.as(p.AccessToken).read("/me", p) != nil {
		return nil
	}
	return p
}

func (v *visit) signInPage() error {
	return v.show(page{name: "signin", title: "signin.title", data: v.person()})
}

// credentials are what somebody signs in with.
type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"`
}

// The cookie between the password and the code, and how long it is good.
const (
	halfway     = "knowhow_halfway"
	halfwayLife = 5 * time.Minute
)

func (v *visit) signIn() error {
	if f := v.lacking("email", "password"); f != nil {
		return v.show(page{name: "signin", title: "signin.title", status: 422, form: f})
	}
	in := credentials{Email: v.r.PostFormValue("email"), Password: v.r.PostFormValue("password")}
	err := v.api.send("/sign_in", in, &session{})
	switch {
	case err == nil:
		return v.enter()
	case code(err) == "code_needed":
		if err := v.hold(halfway, in, halfwayLife); err != nil {
			return err
		}
		return v.goTo(v.withNext("/sign-in/code"))
	}
	return v.again(err, page{name: "signin", title: "signin.title"}, "email", "password")
}

// again shows a page once more, with what the API refused in its form.
func (v *visit) again(err error, p page, fields ...string) error {
	f, err := v.refused(err, fields...)
	if err != nil {
		return err
	}
	p.form, p.status = f, f.status()
	return v.show(p)
}

// enter sends on who has just signed in. Their session's cookie is on the way
// to the browser, which comes back with it.
func (v *visit) enter() error {
	return v.goTo(v.withNext("/welcome"))
}

// welcome sends on who is signed in: where they wanted to go, or home.
func (v *visit) welcome() error {
	p := v.person()
	switch next := v.next(); {
	case p == nil:
		return v.goTo(v.withNext("/sign-in"))
	case p.Limited || next == "":
		return v.goTo(p.Home())
	default:
		return v.goTo(v.withInvitation(next))
	}
}

func (v *visit) codePage() error {
	if !v.held(halfway, &credentials{}) {
		return v.goTo(v.withNext("/sign-in"))
	}
	return v.show(page{name: "code", title: "code.title"})
}

func (v *visit) signInWithCode() error {
	var in credentials
	if !v.held(halfway, &in) {
		return v.goTo(v.withNext("/sign-in"))
	}
	if f := v.lacking("code"); f != nil {
		return v.show(page{name: "code", title: "code.title", status: 422, form: f})
	}
	in.Code = v.r.PostFormValue("code")
	if err := v.api.send("/sign_in", in, &session{}); err != nil {
		if code(err) == "credentials" { // the password was right
			f := &form{visit: v, wrong: []string{"code"}}
			return v.show(page{name: "code", title: "code.title", status: 422, form: f})
		}
		return v.again(err, page{name: "code", title: "code.title"}, "code")
	}
	v.drop(halfway)
	return v.enter()
}

func (v *visit) signOutPage() error {
	return v.show(page{name: "signout", title: "signout.title", data: v.person()})
}

func (v *visit) signOut() error {
	if err := v.api.send("/sign_out", nil, nil); err != nil && code(err) == "" {
		return err
	}
	return v.goTo("/sign-in")
}
