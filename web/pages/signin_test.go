package pages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

const ada = "ada@example.org"

// setPassword lets somebody known sign in.
func setPassword(b *browser, email string) access.PersonID {
	b.T.Helper()
	p, err := b.Access.PersonByEmail(b.Ctx(), access.SystemCaller("test"), email)
	if err == nil {
		err = b.SignIn.SetPasswordFor(b.Ctx(), access.SystemCaller("test"), p.ID, webtest.Password)
	}
	if err != nil {
		b.T.Fatal(err)
	}
	return p.ID
}

func TestSigningUpAndIn(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		p := b.send("/sign-up?next=/work/programs/1", 422, "name", "Ada <b>", "email", "a", "password", "short")
		p.says(t, "Enter an address like name@example.org.", "at least 10 characters")
		if !strings.Contains(p.text, `value="Ada &lt;b&gt;"`) || strings.Contains(p.text, "short") || !strings.Contains(p.text, `<title>Error: `) {
			t.Errorf("what was typed is not kept, or too much: %s", p.text)
		}
		b.send("/sign-up?next=/work/programs/1", 200, "name", "Ada", "email", ada, "password", webtest.Password).says(t, "Look into your mail")
		token := b.MailedToken(ada, "verify")
		b.send("/verify", 422, "token", token, "password", "not this one").says(t, "The address or the password is wrong.")
		if p := b.do("POST", "/verify", url.Values{"token": {b.URL + "/verify#token=" + token}, "password": {webtest.Password}}); p.path != "/work/programs/1" {
			t.Errorf("signing up led to %s", p.path)
		}
		b.look("/sign-in", 200).says(t, "You are signed in as Ada.")
		b.send("/sign-out", 200).says(t, "New here?")
		if b.cookie("knowhow_refresh") != "" {
			t.Error("the session goes on")
		}
		b.send("/sign-in", 422, "email", ada, "password", "").says(t, "Please look at this again")
		b.send("/sign-in", 422, "email", ada, "password", "not this one").says(t, "The address or the password is wrong.")
		for next, want := range map[string]string{
			"": "/work", "/console/x?a=b": "/console/x?a=b", "//evil.example": "/work", "https://evil.example": "/work", `/\evil.example`: "/work", "/\t/evil.example": "/work",
		} {
			if p := b.do("POST", "/sign-in", url.Values{"email": {ada}, "password": {webtest.Password}, "next": {next}}); p.path != want {
				t.Errorf("signing in on the way to %q led to %s", next, p.path)
			}
		}
	})
}

// Who tries too often is told so, and when to try again, by the answer's status too.
func TestTryingTooOften(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		setPassword(b, "olga@example.com")
		for range 10 {
			b.send("/sign-in", http.StatusUnprocessableEntity, "email", "olga@example.com", "password", "a wrong one")
		}
		p := b.send("/sign-in", http.StatusTooManyRequests, "email", "olga@example.com", "password", webtest.Password)
		p.says(t, "This was tried too often.", "Try again in 15 minutes")
		if after := p.header.Get("Retry-After"); after != "900" {
			t.Errorf("try again after %q s", after)
		}
	})
}

func TestSigningInWithACode(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		person := access.PersonCaller(setPassword(b, "olga@example.com"))
		e, err := b.SignIn.BeginTOTP(b.Ctx(), person, webtest.Password)
		if err != nil {
			t.Fatal(err)
		}
		code := func() string {
			text, err := totp.GenerateCode(e.Secret, b.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		if _, err := b.SignIn.ConfirmTOTP(b.Ctx(), person, code()); err != nil {
			t.Fatal(err)
		}
		b.Clock.Advance(time.Minute)
		p := b.send("/sign-in", 200, "email", "olga@example.com", "password", webtest.Password)
		p.says(t, "Your password is right.")
		if held := b.cookie("knowhow_halfway"); strings.Contains(p.text, webtest.Password) || held == "" || strings.Contains(held, "olga@") {
			t.Error("the password is on the page, or can be read")
		}
		b.send("/sign-in/code", 422, "code", "000000x").says(t, "That code does not fit.")
		if p := b.do("POST", "/sign-in/code", url.Values{"code": {code()}}); p.path != "/console/operator" {
			t.Errorf("signing in led to %s", p.path)
		}
		if b.cookie("knowhow_halfway") != "" {
			t.Error("the password is still held")
		}
		other := open(b.Server)
		other.look("/sign-in/code", 200).says(t, "New here?")
		other.send("/sign-in", 200, "email", "olga@example.com", "password", webtest.Password)
		b.Clock.Advance(6 * time.Minute)
		other.send("/sign-in/code", 200, "code", code()).says(t, "New here?") // too late
	})
}

// Of an operator an authenticator is asked, which they set up on the way in.
func TestSettingUpAnAuthenticator(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		setPassword(b, "olga@example.com")
		b.send("/sign-in", 200, "email", "olga@example.com", "password", webtest.Password).says(t, "Set up your authenticator")
		b.send("/sign-in/authenticator", 422, "password", "not this one").says(t, "The address or the password is wrong.")
		p := b.send("/sign-in/authenticator", 200, "password", webtest.Password)
		secret := regexp.MustCompile(`<code class="secret" dir="ltr">([A-Z2-7 ]+)<`).FindStringSubmatch(p.text)
		if secret == nil || !strings.Contains(p.text, `<svg class="qr"`) {
			t.Fatalf("nothing to set up: %s", p.words())
		}
		b.send("/sign-in/authenticator/confirm", 422, "code", "000000x").says(t, secret[1])
		code, err := totp.GenerateCode(strings.ReplaceAll(secret[1], " ", ""), b.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		b.send("/sign-in/authenticator/confirm", 200, "code", code).says(t, "Your authenticator is on.", "Recovery codes")
		if p := b.do("GET", "/welcome", nil); p.path != "/console/operator" {
			t.Errorf("it leads to %s", p.path)
		}
	}, func(m *markettest.Market, _ *web.Options) { m.NeedTOTP() })
}

func TestAForgottenPassword(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		setPassword(b, "olga@example.com")
		for _, email := range []string{"olga@example.com", "nobody@example.com"} {
			b.send("/password/forgotten", 200, "email", email).says(t, "If there is an account with that address")
		}
		token := b.MailedToken("olga@example.com", "reset")
		b.send("/reset", 422, "token", token, "password", "password123").says(t, "on no list of common ones")
		b.send("/reset", 200, "token", token, "password", "a new one, at last").says(t, "Your password is new")
		b.send("/reset", 422, "token", token, "password", "a new one, at last").says(t, "used before")
		if p := b.do("POST", "/sign-in", url.Values{"email": {"olga@example.com"}, "password": {"a new one, at last"}}); p.path != "/console/operator" {
			t.Errorf("signing in led to %s", p.path)
		}
	})
}

func TestAnInvitation(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		invite := func(email string) string {
			if _, err := b.SignIn.Invite(b.Ctx(), b.Owner, b.Brand, email, access.Agent); err != nil {
				t.Fatal(err)
			}
			return b.MailedToken(email, "invitation")
		}
		b.send("/invitation", 422, "token", "x").says(t, "This link does not work.")
		b.send("/invitation", 200, "token", invite(ada)).says(t, "Brindlewave invites you", "As an agent", ada)
		b.send("/invitation/accept", 422, "name", "Ada", "password", "short").says(t, "at least 10 characters")
		if p := b.do("POST", "/invitation/accept", url.Values{"name": {"Ada"}, "password": {webtest.Password}}); p.path != "/console" {
			t.Errorf("accepting led to %s", p.path)
		}
		known := open(b.Server)
		setPassword(known, "olga@example.com")
		known.send("/invitation", 200, "token", invite("olga@example.com")).says(t, "There is an account with this address")
		p := known.send("/sign-in?next=/invitation", 200, "email", "olga@example.com", "password", webtest.Password)
		p.says(t, "Accept as Olga Operator")
		if p := known.do("POST", "/invitation/accept", nil); p.path != "/console/operator" {
			t.Errorf("accepting led to %s", p.path)
		}
		known.look("/invitation", 200).says(t, "Paste the link")
	})
}

// Who has a mail gets no more like it, by a button and not by opening a link.
func TestUnsubscribing(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		b.send("/unsubscribe", 422, "token", "").says(t, "Paste your link")
		b.send("/unsubscribe", 422, "token", "nonsense").says(t, "No more mails like this")
		routes := b.Web.Routes()
		n := slices.IndexFunc(routes, func(r api.Route) bool { return r.ID == "unsubscribe" })
		token := b.Scene(b.Market, routes[n]).Value("MAIL_TOKEN")
		b.send("/unsubscribe", 200, "token", b.URL+"/unsubscribe#token="+token).says(t, "You get no more of them")
		choices := func() bool {
			t.Helper()
			var off int64
			if err := b.Store.Read(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
				return tx.Table("mail_choices").Where("kind = 'payouts' AND NOT wanted").Count(&off).Error
			}); err != nil {
				t.Fatal(err)
			}
			return off == 0
		}
		if choices() {
			t.Error("nothing was turned off")
		}
		b.look("/unsubscribe/done", 200).says(t, "Turn them on again")
		b.send("/unsubscribe/undo", 200).says(t, "You get them again")
		if !choices() {
			t.Error("it was not undone")
		}
		if strings.Contains(b.look("/unsubscribe/done", 200).text, "/unsubscribe/undo") {
			t.Error("it can be undone twice")
		}
		b.send("/unsubscribe/undo", 200).says(t, "No more mails like this")
	})
}
