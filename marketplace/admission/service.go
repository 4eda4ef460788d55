package admission

import (
	"knowhow/marketplace"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

// Service lets experts into programs and out. Safe for concurrent use.
type Service struct {
	store       *marketplace.Store
	clock       marketplace.Clock
	programs    *program.Service
	experts     *expert.Service
	invitations *invitation.Service
	conduct     *conduct.Service
	training    *training.Service
	notify      *notify.Service

	atOnce int64 // who wait are given a place in one transaction, at most
}

// Rooms is what the room stands on.
type Rooms struct {
	Store       *marketplace.Store
	Clock       marketplace.Clock
	Events      *event.Log
	Programs    *program.Service
	Experts     *expert.Service
	Invitations *invitation.Service
	Conduct     *conduct.Service
	Training    *training.Service
	Notify      *notify.Service
}

// New makes the service and registers what follows when a program's policies
// change.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, programs: r.Programs, experts: r.Experts, invitations: r.Invitations, conduct: r.Conduct,
		training: r.Training, notify: r.Notify, atOnce: mostAtOnce,
	}
	r.Events.Subscribe("places", s.placesChanged, program.PoliciesSet, HasPlace)
	return s
}
