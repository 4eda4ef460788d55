package pages

import (
	"strings"
	"time"
)

// signUpRoutes are how somebody gets an account: they ask for one, and follow
// the mailed link.
func (p *Pages) signUpRoutes() {
	p.get("/sign-up", (*visit).signUpPage)
	p.post("/sign-up", (*visit).signUp)
	p.get("/sign-up/sent", (*visit).signUpSent)
	p.get("/verify", (*visit).verifyPage)
	p.post("/verify", (*visit).verify)
}

// signUpPage has the address in it of who came by an invitation that was sent
// there.
func (v *visit) signUpPage() error {
	email := ""
	if a := v.invitedTo(""); a != nil {
		email = a.Email
	}
	return v.show(page{name: "signup", title: "signup.title", data: email})
}

// awaited is where somebody wanted to go who first had to get an account.
const awaited = "knowhow_next"

func (v *visit) signUp() error {
	shown := page{name: "signup", title: "signup.title", status: 422}
	if shown.form = v.lacking("name", "email", "password"); shown.form != nil {
		return v.show(shown)
	}
	err := v.api.send("/sign_up", v.fields("name", "email", "password"), nil)
	if err != nil {
		return v.again(err, shown, "name", "email", "password")
	}
	if next := v.next(); next != "" {
		if err := v.hold(awaited, next, 24*time.Hour); err != nil {
			return err
		}
	}
	return v.goTo("/sign-up/sent")
}

func (v *visit) signUpSent() error {
	return v.show(page{name: "sent", title: "sent.title", data: "signup.sent"})
}

// fields are these fields of the form, as a body.
func (v *visit) fields(names ...string) map[string]string {
	body := map[string]string{}
	for _, name := range names {
		body[name] = v.r.PostFormValue(name)
	}
	return body
}

// linkToken is the token of a mailed link, which may be pasted whole.
func (v *visit) linkToken() string {
	text := strings.TrimSpace(v.r.PostFormValue("token"))
	if _, after, ok := strings.Cut(text, "token="); ok {
		return after
	}
	return text
}

func (v *visit) verifyPage() error { return v.show(page{name: "verify", title: "verify.title"}) }

func (v *visit) verify() error {
	shown := page{name: "verify", title: "verify.title", status: 422}
	if shown.form = v.lacking("token", "password"); shown.form != nil {
		return v.show(shown)
	}
	body := v.fields("password")
	body["token"] = v.linkToken()
	if err := v.api.send("/sign_up/verify", body, &session{}); err != nil {
		return v.again(err, shown, "token", "password")
	}
	next := ""
	if v.held(awaited, &next) {
		v.drop(awaited)
		v.r.Form.Set("next", next)
	}
	return v.enter()
}
