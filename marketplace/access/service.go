package access

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/redact"
)

// The events of this room. Those of persons are events of
// marketplace.AllBrands.
const (
	PersonCreated   event.Kind = "person.created"   // subject: the person
	PersonRenamed   event.Kind = "person.renamed"   // subject: the person
	OperatorCreated event.Kind = "operator.created" // subject: the person
	MemberAdded     event.Kind = "member.added"     // subject: the person; data: MemberChange
	MemberRemoved   event.Kind = "member.removed"   // subject: the person; data: MemberChange
	KeyCreated      event.Kind = "key.created"      // subject: the API key
	KeyRevoked      event.Kind = "key.revoked"      // subject: the API key
)

// MemberChange is the data of MemberAdded and MemberRemoved.
type MemberChange struct {
	Role Role   `json:"role"`
	By   string `json:"by"` // the caller, by id
}

type byCaller struct {
	By string `json:"by"`
}

// Service keeps persons, memberships and API keys. Safe for concurrent use.
type Service struct {
	// Environment stands in the API keys made here ("live", "demo"), so that
	// one that was lost can be told apart; set it before the first.
	Environment string

	store *marketplace.Store
	clock marketplace.Clock
	log   *event.Log
	keys  *redact.Keyring
}

// New makes the service; keys seal e-mail addresses.
func New(store *marketplace.Store, clock marketplace.Clock, log *event.Log, keys *redact.Keyring) *Service {
	return &Service{Environment: "live", store: store, clock: clock, log: log, keys: keys}
}

// allow refuses a caller without a platform-wide permission.
func allow(ctx context.Context, tx *gorm.DB, caller Caller, permission Permission) error {
	return AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, permission)
}
