package signin

import (
	"net/url"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	base := &url.URL{Scheme: "https", Host: "help.example.com"}
	list := []notify.Letter{
		verifyLetter(base, "t"), knownLetter(base), resetLetter(base, "t"), changedLetter(base),
		authenticatorLetter(base, true), authenticatorLetter(base, false),
	}
	for _, role := range access.Roles {
		list = append(list, invitationLetter(base, "t", "Acme", role))
	}
	for _, l := range list {
		notifytest.MustSpell(t, l)
	}
}
