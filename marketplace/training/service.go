package training

import (
	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// Service keeps terms, cards, quizzes and practice, and how far everybody is with
// them. Safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	log      *event.Log
	programs *program.Service
	experts  *expert.Service

	drawKey []byte // of quizzes' items
}

// Rooms is what the room stands on.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Events   *event.Log
	Programs *program.Service
	Experts  *expert.Service
	Keys     *redact.Keyring
}

// New makes the service.
func New(r Rooms) *Service {
	return &Service{
		store: r.Store, clock: r.Clock, log: r.Events, programs: r.Programs, experts: r.Experts,
		drawKey: r.Keys.Derive("expert.draw"), // by another name every try would draw anew
	}
}
