package expert

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// The events of this room. Those of profiles are events of
// marketplace.AllBrands with the person as subject (Registered is the brand's
// where EnrolExperienced made the expert); the others are the brand's
// with the enrolment as subject and Change as data.
const (
	Registered      event.Kind = "expert.registered"
	ProfileChanged  event.Kind = "expert.profile_changed"
	HasApplied      event.Kind = "expert.applied"
	TermsAccepted   event.Kind = "expert.terms_accepted"
	QuizTaken       event.Kind = "expert.quiz_taken"
	Approved        event.Kind = "expert.approved"
	Activated       event.Kind = "expert.activated"
	HasPaused       event.Kind = "expert.paused"
	Unpaused        event.Kind = "expert.unpaused"
	WasSuspended    event.Kind = "expert.suspended"
	Reinstated      event.Kind = "expert.reinstated"
	HasLeft         event.Kind = "expert.left"
	WasRejected     event.Kind = "expert.rejected"
	EnrolledByHuman event.Kind = "expert.enrolled_experienced"
	CertifiedSet    event.Kind = "expert.certified"
	TopicsSet       event.Kind = "expert.topics_set"
	TermsPublished  event.Kind = "expert.terms_published"   // subject: the program
	QuizPublished   event.Kind = "expert.quiz_published"    // subject: the program
	EvidenceAdded   event.Kind = "expert.evidence_imported" // subject: the program
)

// Change is the data of this room's events.
type Change struct {
	By      string          `json:"by"` // the caller, by id
	Program program.ID      `json:"program,omitzero"`
	Person  access.PersonID `json:"person,omitzero"`
	State   State           `json:"state,omitempty"` // after the change
	Code    string          `json:"code,omitempty"`  // the reason, from a closed list
	Version int             `json:"version,omitempty"`
	Score   int             `json:"score,omitempty"`
	Count   int             `json:"count,omitempty"`
}

// Service keeps experts, enrolments, evidence and standings. Safe for
// concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	log      *event.Log
	programs *program.Service
	redactor *redact.Redactor
	keys     *redact.Keyring
	rosters  *rosters
}

// New makes the service. redactor hides personal data in what is imported; keys
// seal experts' macros.
func New(store *marketplace.Store, clock marketplace.Clock, log *event.Log, programs *program.Service, redactor *redact.Redactor, keys *redact.Keyring) *Service {
	s := &Service{store: store, clock: clock, log: log, programs: programs, redactor: redactor, keys: keys, rosters: newRosters()}
	store.OnUndone(s.rosters.forget)
	return s
}

// inProgram runs do in one transaction of the program's brand, when caller has
// permission there.
func (s *Service) inProgram(ctx context.Context, caller access.Caller, id program.ID, permission access.Permission,
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

func (s *Service) programEventTx(ctx context.Context, tx *gorm.DB, kind event.Kind, p program.Program, c Change) error {
	c.Program = p.ID
	e := event.Event{Brand: p.BrandID, Kind: kind, Subject: event.Subject(p.ID), At: s.clock.Now()}
	return s.log.AppendTx(ctx, tx, e, c)
}
