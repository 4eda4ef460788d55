package signin

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
)

// The events of this room. Those of persons are events of
// marketplace.AllBrands, those of invitations are their brand's.
const (
	SessionsEnded          event.Kind = "session.ended"        // subject: the person; data: Ended
	PasswordChanged        event.Kind = "password.changed"     // subject: the person
	AuthenticatorOn        event.Kind = "authenticator.on"     // subject: the person
	AuthenticatorOff       event.Kind = "authenticator.off"    // subject: the person
	InvitationSent         event.Kind = "invitation.sent"      // subject: the invitation; data: InvitationChange
	InvitationAccepted     event.Kind = "invitation.accepted"  // subject: the invitation; data: InvitationChange
	InvitationWasWithdrawn event.Kind = "invitation.withdrawn" // subject: the invitation; data: InvitationChange
)

// Rooms are what the service is built of.
type Rooms struct {
	Store  *marketplace.Store
	Clock  marketplace.Clock
	Log    *event.Log
	People *access.Service
	Notify *notify.Service
	Keys   *redact.Keyring

	// Base is where the outside reaches the web pages; nil: the default address
	// of a local server.
	Base *url.URL
	// OperatorsNeedTOTP limits an operator without a confirmed authenticator to
	// sessions that may only set one up.
	OperatorsNeedTOTP bool
	// BrandName tells a brand's name for its invitations.
	BrandName func(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) (string, error)
	// Hashing is how passwords are hashed; zero: DefaultHashing.
	Hashing Hashing
}

// Service signs people in. Safe for concurrent use.
type Service struct {
	store  *marketplace.Store
	clock  marketplace.Clock
	log    *event.Log
	people *access.Service
	notify *notify.Service
	keys   *redact.Keyring

	base      *url.URL
	strict    bool
	brandName func(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) (string, error)
	hasher    *hasher
	tokens    tokenKeys
}

// New makes the service.
func New(r Rooms) *Service {
	if r.Base == nil {
		r.Base = &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	}
	return &Service{
		store: r.Store, clock: r.Clock, log: r.Log, people: r.People, notify: r.Notify, keys: r.Keys,
		base: r.Base, strict: r.OperatorsNeedTOTP, brandName: r.BrandName, hasher: newHasher(r.Hashing),
		tokens: tokenKeys{next: r.Keys.Derive("signin.refresh"), mark: r.Keys.Derive("signin.refresh mark")},
	}
}

// self is who this room is to the rooms below.
var self = access.SystemCaller("signin")

// ownAccount is granted to nobody: it only names what was refused to a caller
// who is no person.
const ownAccount access.Permission = "manage_own_account"

// onlyPerson refuses whoever is no person signed in.
func onlyPerson(caller access.Caller) error {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return &access.ForbiddenError{Permission: ownAccount}
	}
	return nil
}

// Client is where a request comes from.
type Client struct {
	Address   netip.Addr // the zero value: not known
	UserAgent string     // as the browser calls itself
	Languages []string   // BCP 47, that its user reads, the best first; empty: not said
}

// language is in which somebody is written to whom nothing else is known of.
func (c Client) language() string { return notify.Known(c.Languages...) }

// source is what attempts from one place are counted under: IPv6 by the
// network, since its addresses cost nothing.
func (c Client) source() string {
	a := c.Address.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

const maxAgent = 160

// agent is the user agent fit to be kept and shown.
func (c Client) agent() string {
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, c.UserAgent)
	for len(clean) > maxAgent {
		_, n := utf8.DecodeLastRuneInString(clean)
		clean = clean[:len(clean)-n]
	}
	return strings.TrimSpace(clean)
}
