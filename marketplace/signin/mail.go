package signin

import (
	"context"
	"net/url"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
)

type letterNoun struct{}

// mailPersonTx writes to a person, if they have an address.
func (s *Service) mailPersonTx(ctx context.Context, tx *gorm.DB, person access.PersonID, l notify.Letter) error {
	p, err := access.PersonTx(ctx, tx, person)
	if err != nil || p.EmailSealed == nil {
		return err
	}
	return s.mailTx(ctx, tx, notify.Mail{Brand: marketplace.AllBrands, To: person}, l)
}

// mailAddressTx writes to an address that is nobody's yet, in a language.
func (s *Service) mailAddressTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, email, language string, l notify.Letter) error {
	return s.mailTx(ctx, tx, notify.Mail{Brand: brand, ToAddress: email, Language: language}, l)
}

func (s *Service) mailTx(ctx context.Context, tx *gorm.DB, m notify.Mail, l notify.Letter) error {
	m.Key, m.Says = "signin:"+marketplace.NewID[letterNoun]().String(), l
	return s.notify.SendTx(ctx, tx, m)
}

// link leads to a page with a token in the fragment, which no server, log or
// referrer sees.
func link(base *url.URL, page, token string) string {
	u := base.JoinPath(page)
	u.Fragment = "token=" + token
	return u.String()
}

// What follows is what somebody is written. It quotes nothing a stranger could have
// put in, but the name of a brand.

func verifyLetter(base *url.URL, token string) notify.Letter {
	return notify.Letter{Name: "signin.verify", Values: notify.Values{"link": link(base, "verify", token)}}
}

func knownLetter(base *url.URL) notify.Letter { return signInLetter("signin.known", base) }

func resetLetter(base *url.URL, token string) notify.Letter {
	return notify.Letter{Name: "signin.reset", Values: notify.Values{"link": link(base, "reset", token)}}
}

func changedLetter(base *url.URL) notify.Letter { return signInLetter("signin.changed", base) }

func authenticatorLetter(base *url.URL, on bool) notify.Letter {
	if on {
		return signInLetter("signin.totp_on", base)
	}
	return signInLetter("signin.totp_off", base)
}

// signInLetter leads to the page where one signs in.
func signInLetter(name string, base *url.URL) notify.Letter {
	return notify.Letter{Name: name, Values: notify.Values{"link": base.JoinPath("sign-in").String()}}
}

func invitationLetter(base *url.URL, token, brand string, role access.Role) notify.Letter {
	return notify.Letter{Name: "signin.invitation", Values: notify.Values{
		"brand": brand, "role": notify.Words{Of: "role." + string(role)}, "link": link(base, "invitation", token),
	}}
}
