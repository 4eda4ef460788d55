package expert

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// The events of this room. Those of profiles are events of
// marketplace.AllBrands with the person as subject (Registered is the brand's
// where somebody vouched for who was no expert yet); the others are the brand's
// with the enrolment as subject and Change as data.
const (
	Registered     event.Kind = "expert.registered"
	ProfileChanged event.Kind = "expert.profile_changed"
	Moved          event.Kind = "expert.moved" // to another country
	HasPaused      event.Kind = "expert.paused"
	Unpaused       event.Kind = "expert.unpaused"
	CertifiedSet   event.Kind = "expert.certified"
	TopicsSet      event.Kind = "expert.topics_set"
	EvidenceAdded  event.Kind = "expert.evidence_imported" // subject: the program
)

// Change is the data of events about experts and enrolments: this room's, and those
// of the rooms above that admit, teach, judge and invite them.
type Change struct {
	By      string          `json:"by"` // the caller, by id
	Program program.ID      `json:"program,omitzero"`
	Person  access.PersonID `json:"person,omitzero"`
	State   State           `json:"state,omitempty"` // after the change
	Code    string          `json:"code,omitempty"`  // the reason, from a closed list
	Version int             `json:"version,omitempty"`
	Score   int             `json:"score,omitempty"`
	Count   int             `json:"count,omitempty"`
	Card    event.Subject   `json:"card,omitzero"`
	Task    event.Subject   `json:"task,omitzero"`
	Measure event.Subject   `json:"measure,omitzero"`
}

// Service keeps experts, enrolments, evidence and standings. Safe for
// concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	log      *event.Log
	programs *program.Service
	priors   priors
	redactor *redact.Redactor
	keys     *redact.Keyring
	rosters  *rosters

	payable func(country string, at time.Time) bool
	paidIn  func(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (string, error)
}

// Rooms is what the room stands on. Redactor hides personal data in what is
// imported; Keys seal experts' macros.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Events   *event.Log
	Programs *program.Service
	Redactor *redact.Redactor
	Keys     *redact.Keyring
	// Payable reports whether experts of a country can be paid; nil: all can.
	Payable func(country string, at time.Time) bool
	// PaidIn is the country of the account that an expert is paid into; empty, or nil:
	// it is not known, or there is none.
	PaidIn func(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (string, error)
}

// New makes the service and registers when experts' hours change.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, log: r.Events, programs: r.Programs, redactor: r.Redactor, keys: r.Keys,
		rosters: newRosters(),
		payable: r.Payable, paidIn: r.PaidIn,
	}
	r.Store.OnUndone(s.rosters.forget)
	r.Queue.Sweep(job.Sweep{Name: "experts' hours", Table: "expert_schedules", Do: s.hoursDueTx})
	return s
}

// InProgram runs do in one transaction of the program's brand, when caller has
// permission there. Errors: *access.ForbiddenError, *marketplace.NotFoundError for
// an unknown program, to those who are nothing to its brand too, and do's.
func (s *Service) InProgram(ctx context.Context, caller access.Caller, id program.ID, permission access.Permission,
	do func(tx *gorm.DB, p program.Program) error,
) error {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		p, err := s.programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, p)
	})
}

// ProgramEventTx records an event about a program, for the rooms above too.
func (s *Service) ProgramEventTx(ctx context.Context, tx *gorm.DB, kind event.Kind, p program.Program, c Change) error {
	c.Program = p.ID
	e := event.Event{Brand: p.BrandID, Kind: kind, Subject: event.Subject(p.ID), At: s.clock.Now()}
	return s.log.AppendTx(ctx, tx, e, c)
}
