package invitation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// ID identifies an invitation.
type ID = marketplace.ID[Invitation]

// Invitation asks people to apply to a program: whoever has its link, or who has
// one of the addresses it is for. Nothing depends on one; who applies by it is
// counted.
type Invitation struct {
	ID        ID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID program.ID
	Kind      Kind
	Label     string // the brand's own word for it; the invited do not read it
	Language  string // of the mails, where an address has none of its own
	FileIndex []byte // of a file: a keyed hash of it
	Most      int    // how many may apply by a link; 0: any number
	Invited   int    // addresses it is for
	CreatedBy access.PersonID
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
	NextDueAt *time.Time // when mails go out, or what is left of it is forgotten
}

// TableName implements gorm's Tabler.
func (Invitation) TableName() string { return "expert_invitations" }

// Kind says whom an invitation is for.
type Kind string

const (
	ByLink      Kind = "link"      // whoever has it
	ByAddresses Kind = "addresses" // some that were written in
	ByFile      Kind = "file"      // the brand's own customers
)

// Terms are what every sort of invitation has.
type Terms struct {
	Label     string
	Language  string    // one of Languages; empty: English
	ExpiresAt time.Time // zero: in 30 days
}

const (
	invitationLife    = 30 * 24 * time.Hour
	maxInvitationLife = 365 * 24 * time.Hour
	maxLabel          = 100
	maxMost           = 10_000
	// MaxInvitations is how many open ones a program has at most.
	MaxInvitations = 100
	// MaxInvitesPerDay is how many mails the invitations of one brand send on a day
	// (UTC); the rest go out on the days after.
	MaxInvitesPerDay = 500
)

// Languages are those that invitations are written in.
var Languages = []string{"en", "de", "ar"}

// invitee is one whom an invitation is for.
type invitee struct {
	ID           inviteeID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	ProgramID    program.ID
	InvitationID ID
	EmailIndex   []byte
	EmailSealed  []byte // nil once it is not needed any more
	Language     string // of their mail
	TokenHash    []byte // of their link; nil before it was sent and once it is over
	State        inviteeState
	SentAt       *time.Time
}

type inviteeID = marketplace.ID[invitee]

// TableName implements gorm's Tabler.
func (invitee) TableName() string { return "invitees" }

type inviteeState string

const (
	inviteeWaits     inviteeState = "waiting"   // for the mail; a sweep moves it on
	inviteeSent      inviteeState = "sent"      // has a link; applying moves it on
	inviteeUsed      inviteeState = "used"      // applied
	inviteeWithdrawn inviteeState = "withdrawn" // was sent, and is revoked or too late
)

// invitationUse is one who applied by an invitation.
type invitationUse struct {
	InvitationID ID              `gorm:"primaryKey"`
	PersonID     access.PersonID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	UsedAt       time.Time
}

// TableName implements gorm's Tabler.
func (invitationUse) TableName() string { return "invitation_uses" }

var inviteeColumn = redact.SealedColumn{Table: "invitees", Column: "email_sealed", Prefix: "invitees/email_sealed/", Key: []string{"id"}}

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{inviteeColumn}

// ErasedColumns are this room's columns that hold a customer's data.
var ErasedColumns = []string{"invitees.email_sealed"}

func (i Terms) normal(now time.Time) (Terms, error) {
	i.Label = strings.TrimSpace(i.Label)
	if err := marketplace.CheckText("label", i.Label, 1, maxLabel); err != nil {
		return i, err
	}
	if strings.ContainsFunc(i.Label, unicode.IsControl) {
		return i, &marketplace.InvalidError{Field: "label", Reason: "holds a control character"}
	}
	if i.Language == "" {
		i.Language = "en"
	}
	if !slices.Contains(Languages, i.Language) {
		return i, &marketplace.InvalidError{Field: "language", Reason: fmt.Sprintf("must be one of %v", Languages)}
	}
	if i.ExpiresAt.IsZero() {
		i.ExpiresAt = now.Add(invitationLife)
	}
	i.ExpiresAt = i.ExpiresAt.UTC().Truncate(time.Microsecond)
	if !i.ExpiresAt.After(now) || i.ExpiresAt.After(now.Add(maxInvitationLife)) {
		return i, &marketplace.InvalidError{Field: "expires_at", Reason: "must be within a year from now"}
	}
	return i, nil
}

// over says why an invitation is good for nothing any more; nil: it is good.
func (i Invitation) over(now time.Time) error {
	if i.RevokedAt != nil || !now.Before(i.ExpiresAt) {
		return ErrOver
	}
	return nil
}

// A link's token is the invitation's id and a MAC of it, and so kept nowhere: who
// may invite can look at it again. An address's is chance, of which the hash is
// kept.
const linkMAC = 16

func (s *Service) linkToken(id ID) string {
	return base64.RawURLEncoding.EncodeToString(append(id[:], s.signInvitation(id)...))
}

func (s *Service) signInvitation(id ID) []byte {
	mac := hmac.New(sha256.New, s.inviteKey)
	_, _ = mac.Write(id[:]) // never fails
	return mac.Sum(nil)[:linkMAC]
}

// linkOf reads the token of a link.
func (s *Service) linkOf(token string) (id ID, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != len(id)+linkMAC {
		return id, false
	}
	id = ID(raw[:len(id)])
	return id, hmac.Equal(raw[len(id):], s.signInvitation(id))
}
