package conduct

import (
	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// Service keeps measures and their appeals. Safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	programs *program.Service
	experts  *expert.Service
	notify   *notify.Service
	redactor *redact.Redactor
}

// Rooms is what the room stands on. Redactor hides personal data in what is
// written of an expert's work.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Programs *program.Service
	Experts  *expert.Service
	Notify   *notify.Service
	Redactor *redact.Redactor
}

// New makes the service and registers when appeals are over that nobody decided.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, programs: r.Programs, experts: r.Experts, notify: r.Notify, redactor: r.Redactor,
	}
	r.Queue.Sweep(job.Sweep{Name: "measures", Table: "measures", Do: s.measureDueTx})
	return s
}
