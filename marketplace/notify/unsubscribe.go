package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// A link to turn mails off says whose and which, signed, and so needs to be kept
// nowhere: a letter, the ids, the kind, and 16 bytes of HMAC-SHA-256.
const (
	ofPerson   = 'p' // and the person's id and the kind
	ofCustomer = 'c' // and the brand's id and the customer's
	ofAddress  = 'a' // and the brand's id and the address's blind index
	macSize    = 16
	idSize     = 16
)

// MaxUnsubscribeToken is how long the token of a link to turn mails off may be.
const MaxUnsubscribeToken = 200

// unsubscribeToken is the token for the reader of a mail that goes to an address;
// "" where nothing can be turned off.
func (s *Service) unsubscribeToken(r Record, to string) string {
	var said []byte
	switch {
	case r.Kind == "":
		return ""
	case !r.PersonID.IsZero():
		said = append(append([]byte{ofPerson}, r.PersonID[:]...), r.Kind...)
	case r.CustomerID.IsZero():
		said = append(append([]byte{ofAddress}, r.BrandID[:]...), s.addressIndex(r.BrandID, to)...)
	default:
		said = append(append([]byte{ofCustomer}, r.BrandID[:]...), r.CustomerID[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(append(said, s.sign(said)...))
}

func (s *Service) sign(said []byte) []byte {
	mac := hmac.New(sha256.New, s.offKey)
	_, _ = mac.Write(said) // never fails
	return mac.Sum(nil)[:macSize]
}

// Unsubscribe turns off what the token of a mail is about, without asking who
// comes with it (RFC 8058). Again changes nothing. A token that is none is a
// *marketplace.NotFoundError.
func (s *Service) Unsubscribe(ctx context.Context, token string) error {
	return s.setByToken(ctx, token, false)
}

// Resubscribe turns on again what the token of a mail is about. Errors as
// Unsubscribe's.
func (s *Service) Resubscribe(ctx context.Context, token string) error {
	return s.setByToken(ctx, token, true)
}

func (s *Service) setByToken(ctx context.Context, token string, wanted bool) error {
	none := &marketplace.NotFoundError{Noun: "mail", ID: "of this link"}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(token) > MaxUnsubscribeToken || len(raw) < 1+idSize+macSize {
		return none
	}
	said, mac := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !hmac.Equal(mac, s.sign(said)) {
		return none
	}
	if said[0] == ofAddress {
		return s.setAddress(ctx, marketplace.BrandID(said[1:1+idSize]), said[1+idSize:], wanted)
	}
	if said[0] == ofCustomer {
		return s.setCustomer(ctx, marketplace.BrandID(said[1:1+idSize]), access.CustomerID(said[1+idSize:]), wanted)
	}
	now := s.clock.Now()
	chosen := choice{PersonID: access.PersonID(said[1 : 1+idSize]), Kind: Kind(said[1+idSize:]), Wanted: wanted, ChangedAt: now}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := chooseTx(ctx, tx, []choice{chosen}); err != nil || !wanted || wantedUnlessTold[chosen.Kind] {
			return err
		}
		return wakeWatchTx(ctx, tx, now)
	})
}

// base is where the outside reaches the web pages.
func (s *Service) base() *url.URL {
	if s.Base == nil {
		return &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	}
	return s.Base
}

// Link is a page of ours. A token in it goes into the fragment, which no server,
// log or referrer sees.
func (s *Service) Link(page, token string) string {
	u := s.base().JoinPath(page)
	if token != "" {
		u.Fragment = "token=" + token
	}
	return u.String()
}

// ending is what every mail that can be turned off says at its end, and where a
// mail program can turn it off.
func (s *Service) ending(r Record, to, language string) (text, link string) {
	token := s.unsubscribeToken(r, to)
	if token == "" {
		return "", ""
	}
	w := wordsOf(language)
	text = "\n-- \n" + w.say("ending.off", Values{"link": s.Link("unsubscribe", token)}) + "\n"
	if !r.PersonID.IsZero() {
		text += w.say("ending.choose", Values{"link": s.Link("work/notifications", "")}) + "\n"
	}
	return text, s.base().JoinPath("api/v1/unsubscribe", token).String()
}
