package invitation

import (
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// Service keeps invitations and has their mails sent. Safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	programs *program.Service
	experts  *expert.Service
	notify   *notify.Service
	people   *access.Service
	keys     *redact.Keyring

	inviteKey []byte // of links
}

// Rooms is what the room stands on. Keys seal addresses.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Programs *program.Service
	Experts  *expert.Service
	Notify   *notify.Service
	People   *access.Service
	Keys     *redact.Keyring
}

// New makes the service and registers when mails go out.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, programs: r.Programs, experts: r.Experts, notify: r.Notify, people: r.People, keys: r.Keys,
		inviteKey: r.Keys.Derive("expert.invite"), // by another name no link would be good any more
	}
	r.Queue.Sweep(job.Sweep{Name: "invitations", Table: "expert_invitations", Do: s.invitationDueTx})
	return s
}
