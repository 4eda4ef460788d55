package signin

import (
	"context"
	"fmt"
	"net/url"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
)

type letterNoun struct{}

// letter is what somebody is written. It quotes nothing a stranger could have
// put in, but the name of a brand.
type letter struct{ subject, text string }

// mailPersonTx writes to a person, if they have an address.
func (s *Service) mailPersonTx(ctx context.Context, tx *gorm.DB, person access.PersonID, l letter) error {
	p, err := access.PersonTx(ctx, tx, person)
	if err != nil || p.EmailSealed == nil {
		return err
	}
	return s.mailTx(ctx, tx, notify.Mail{Brand: marketplace.AllBrands, To: person}, l)
}

// mailAddressTx writes to an address that is nobody's yet.
func (s *Service) mailAddressTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, email string, l letter) error {
	return s.mailTx(ctx, tx, notify.Mail{Brand: brand, ToAddress: email}, l)
}

func (s *Service) mailTx(ctx context.Context, tx *gorm.DB, m notify.Mail, l letter) error {
	m.Key, m.Subject, m.Text = "signin:"+marketplace.NewID[letterNoun]().String(), l.subject, l.text
	return s.notify.SendTx(ctx, tx, m)
}

// link leads to a page with a token in the fragment, which no server, log or
// referrer sees.
func link(base *url.URL, page, token string) string {
	u := base.JoinPath(page)
	u.Fragment = "token=" + token
	return u.String()
}

func verifyLetter(base *url.URL, token string) letter {
	return letter{"Confirm your e-mail address", fmt.Sprintf(`Somebody, we think you, signed up to Knowhow with this address.

To confirm it and make the account, follow this link within 24 hours and enter the password you chose:

%s

If it was not you, do not follow the link: there will be no account.
`, link(base, "verify", token))}
}

func knownLetter(base *url.URL) letter {
	return letter{"You have an account already", fmt.Sprintf(`Somebody, we think you, tried to sign up to Knowhow with this address. There is an account with it already: sign in, or set a new password, at

%s

If it was not you, there is nothing to do.
`, base.JoinPath("sign-in"))}
}

func resetLetter(base *url.URL, token string) letter {
	return letter{"Set a new password", fmt.Sprintf(`To set a new password for your Knowhow account, follow this link within an hour:

%s

It ends every session you have. If you did not ask for it, there is nothing to do.
`, link(base, "reset", token))}
}

func changedLetter(base *url.URL) letter {
	return letter{"Your password was changed", fmt.Sprintf(`The password of your Knowhow account was changed, and other sessions have ended.

If it was not you, set a new one at once: %s
`, base.JoinPath("sign-in"))}
}

func authenticatorLetter(base *url.URL, on bool) letter {
	subject, what := "Your authenticator was turned off", "Signing in to your Knowhow account needs no code any more."
	if on {
		subject, what = "Your authenticator was turned on", "Signing in to your Knowhow account now needs a code of your authenticator."
	}
	return letter{subject, fmt.Sprintf(`%s

If it was not you, set a new password at once: %s
`, what, base.JoinPath("sign-in"))}
}

func invitationLetter(base *url.URL, token, brand string, role access.Role) letter {
	return letter{"You are invited to " + brand, fmt.Sprintf(`%s invites you to work with it on Knowhow, as %s.

To accept, follow this link within 7 days:

%s

If you do not know why you are asked, there is nothing to do.
`, brand, role, link(base, "invitation", token))}
}
