package webtest

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
)

// Password is the one of whoever has one here.
const Password = "an orange light, blinking"

var (
	system   = access.SystemCaller("test")
	mailLink = regexp.MustCompile(`/([a-z-]+)#token=(\S+)`)
)

// MailedToken is the token of the last link to a page that was mailed to an
// address, by the second.
func (s *Server) MailedToken(address, page string) string {
	s.T.Helper()
	s.RunDue()
	token, sent := "", time.Time{}
	for _, raw := range s.Mails() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		s.must("read a mail", err)
		at, err := m.Header.Date()
		s.must("read a mail's date", err)
		if m.Header.Get("To") != "<"+address+">" || at.Before(sent) {
			continue
		}
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		s.must("read a mail's text", err)
		if found := mailLink.FindStringSubmatch(string(text)); found != nil && found[1] == page {
			token, sent = found[2], at
		}
	}
	if token == "" {
		s.T.Fatalf("no link to %s was mailed to %s", page, address)
	}
	return token
}

// later moves the clock so far that one place is not told it asks too often,
// and no token gets too old.
func (s *Scene) later() { s.Clock.Advance(3 * time.Minute) }

// fresh is an address nobody has.
func (s *Scene) fresh() string {
	s.server.addresses++
	return fmt.Sprintf("scene-%d@example.org", s.server.addresses)
}

// account is somebody with the address $EMAIL and the password $PASSWORD.
func (s *Scene) account() access.Caller {
	s.T.Helper()
	p, err := s.Access.CreatePerson(s.Ctx(), s.Operator, access.NewPerson{Name: "Ada", Email: s.Value("EMAIL")})
	s.server.must("create a person", err)
	s.server.must("set a password", s.SignIn.SetPasswordFor(s.Ctx(), system, p.ID, Password))
	return access.PersonCaller(p.ID)
}

// signedIn begins a session of somebody.
func (s *Scene) signedIn() signin.Started {
	s.T.Helper()
	s.person = s.account()
	started, err := s.SignIn.SignIn(s.Ctx(), signin.Client{}, signin.Credentials{Email: s.Value("EMAIL"), Password: Password})
	s.server.must("sign in", err)
	return started
}

// invited has the brand invite $EMAIL.
func (s *Scene) invited() {
	s.T.Helper()
	i, err := s.SignIn.Invite(s.Ctx(), s.Owner, s.Brand, s.Value("EMAIL"), access.Viewer)
	s.server.must("invite", err)
	s.Set("INVITATION", i.ID.String())
	s.Set("INVITATION_TOKEN", s.server.MailedToken(s.Value("EMAIL"), "invitation"))
}

// authenticator sets one up for somebody, and gives its secret.
func (s *Scene) authenticator() (secret string) {
	s.T.Helper()
	s.person = s.account()
	e, err := s.SignIn.BeginTOTP(s.Ctx(), s.person, Password)
	s.server.must("begin to set up an authenticator", err)
	s.Set("CODE", s.code(e.Secret))
	return e.Secret
}

func (s *Scene) code(secret string) string {
	s.T.Helper()
	code, err := totp.GenerateCode(secret, s.Clock.Now())
	s.server.must("make a code", err)
	return code
}

// fewKeys revokes the brand's keys but those that callers have: a brand may
// have so many and no more.
func (s *Scene) fewKeys() {
	s.T.Helper()
	keys, err := s.Access.Keys(s.Ctx(), s.Owner, s.Brand, marketplace.Page{Limit: marketplace.MaxPage})
	s.server.must("list the keys", err)
	for _, k := range keys.Items {
		if k.Name != kept && k.RevokedAt == nil {
			s.server.must("revoke a key", s.Access.RevokeKey(s.Ctx(), s.Owner, s.Brand, k.ID))
		}
	}
	signing, err := s.Customers.IdentityKeys(s.Ctx(), s.Owner, s.Brand, marketplace.Page{Limit: marketplace.MaxPage})
	s.server.must("list the identity keys", err)
	for _, k := range signing.Items {
		if k.RevokedAt == nil {
			s.server.must("revoke an identity key", s.Customers.RevokeIdentityKey(s.Ctx(), s.Owner, s.Brand, k.ID))
		}
	}
}

// doors are the routes by which people come in, and what each wants before.
var doors = map[string]func(*Scene){
	"signUp": (*Scene).later,
	"verifySignUp": func(s *Scene) {
		s.later()
		a := signin.Account{Email: s.Value("EMAIL"), Name: "Ada", Password: Password}
		s.server.must("sign up", s.SignIn.SignUp(s.Ctx(), signin.Client{}, a))
		s.Set("SIGN_UP_TOKEN", s.server.MailedToken(a.Email, "verify"))
	},
	"signIn":         func(s *Scene) { s.account() },
	"refresh":        func(s *Scene) { s.Set("COOKIE", "knowhow_refresh="+s.signedIn().Token) },
	"signOut":        func(s *Scene) { s.Set("COOKIE", "knowhow_refresh="+s.signedIn().Token) },
	"revokeSession":  func(s *Scene) { s.Set("SESSION", s.signedIn().Session.ID.String()) },
	"forgetPassword": (*Scene).later,
	"resetPassword": func(s *Scene) {
		s.later()
		s.account()
		s.server.must("forget the password", s.SignIn.RequestReset(s.Ctx(), signin.Client{}, s.Value("EMAIL")))
		s.Set("RESET_TOKEN", s.server.MailedToken(s.Value("EMAIL"), "reset"))
	},
	"changePassword": func(s *Scene) { s.person = s.account() },
	"beginTOTP":      func(s *Scene) { s.person = s.account() },
	"confirmTOTP":    func(s *Scene) { s.authenticator() },
	"disableTOTP": func(s *Scene) {
		secret := s.authenticator()
		_, err := s.SignIn.ConfirmTOTP(s.Ctx(), s.person, s.Value("CODE"))
		s.server.must("turn an authenticator on", err)
		s.Clock.Advance(30 * time.Second) // each code is good once
		s.Set("CODE", s.code(secret))
	},
	"previewInvitation":  (*Scene).invited,
	"withdrawInvitation": (*Scene).invited,
	"acceptInvitation":   func(s *Scene) { s.later(); s.invited() },
	"joinBrand":          func(s *Scene) { s.person = s.account(); s.invited() },
	"createAPIKey":       (*Scene).fewKeys,
	"revokeAPIKey": func(s *Scene) {
		s.fewKeys()
		k, _, err := s.Access.CreateKey(s.Ctx(), s.Owner, s.Brand, access.NewKey{Name: "test", Scopes: []access.Scope{access.QuestionsRead}})
		s.server.must("create a key", err)
		s.Set("KEY", k.ID.String())
	},
	"createIdentityKey": (*Scene).fewKeys,
	"revokeIdentityKey": func(s *Scene) {
		s.fewKeys()
		k, _, err := s.Customers.CreateIdentityKey(s.Ctx(), s.Owner, s.Brand, "test")
		s.server.must("create an identity key", err)
		s.Set("KEY", k.ID.String())
	},
	"endCustomerSession": func(s *Scene) {
		started, err := s.Customers.StartDevice(s.Ctx(), s.Brand, "en")
		s.server.must("start a device", err)
		s.Set("DEVICE_TOKEN", started.Token)
	},
}
