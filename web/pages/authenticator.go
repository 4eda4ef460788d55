package pages

import (
	"strings"
)

// authenticatorRoutes are how somebody of whom a second factor is asked sets
// one up.
func (p *Pages) authenticatorRoutes() {
	p.get("/sign-in/authenticator", (*visit).authenticatorPage)
	p.post("/sign-in/authenticator", (*visit).beginAuthenticator)
	p.post("/sign-in/authenticator/confirm", (*visit).confirmAuthenticator)
}

// setup is what an authenticator app is set up with, and what it gave.
type setup struct {
	Secret string   `json:"secret"`
	URI    string   `json:"uri"`
	Codes  []string `json:"recovery_codes"`
}

// Spaced is the secret in groups, for typing.
func (s setup) Spaced() string {
	var groups []string
	for i := 0; i < len(s.Secret); i += 4 {
		groups = append(groups, s.Secret[i:min(i+4, len(s.Secret))])
	}
	return strings.Join(groups, " ")
}

// QR is the same as a QR code.
func (s setup) QR() (pattern, error) { return encode(s.URI) }

func (v *visit) authenticatorPage() error {
	if v.person() == nil {
		return v.goTo("/sign-in?next=/sign-in/authenticator")
	}
	return v.show(page{name: "authenticator", title: "totp.title", data: setup{}})
}

// beginAuthenticator shows the secret, this once.
func (v *visit) beginAuthenticator() error {
	who, shown := v.person(), page{name: "authenticator", title: "totp.title", data: setup{}}
	if who == nil {
		return v.goTo("/sign-in?next=/sign-in/authenticator")
	}
	if shown.form = v.lacking("password"); shown.form != nil {
		shown.status = 422
		return v.show(shown)
	}
	var s setup
	err := v.api.as(who.AccessToken).send("/me/totp", map[string]string{"password": v.r.PostFormValue("password")}, &s)
	if err != nil {
		return v.again(err, shown, "password")
	}
	if err := v.hold(halfway, s, 2*halfwayLife); err != nil { // a wrong code shows it again
		return err
	}
	shown.data = s
	return v.show(shown)
}

// confirmAuthenticator turns it on, and shows the recovery codes, this once.
func (v *visit) confirmAuthenticator() error {
	who, s := v.person(), setup{}
	if who == nil || !v.held(halfway, &s) {
		return v.goTo("/sign-in/authenticator")
	}
	shown := page{name: "authenticator", title: "totp.title", data: s}
	if shown.form = v.lacking("code"); shown.form != nil {
		shown.status = 422
		return v.show(shown)
	}
	err := v.api.as(who.AccessToken).send("/me/totp/confirm", map[string]string{"code": v.r.PostFormValue("code")}, &s)
	if err != nil {
		return v.again(err, shown, "code")
	}
	v.drop(halfway)
	shown.data = s
	return v.show(shown)
}
