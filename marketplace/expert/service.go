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
	"knowhow/marketplace/notify"
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
	Moved           event.Kind = "expert.moved" // to another country
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
	ExpertsInvited  event.Kind = "expert.invited"           // subject: the program
	InviteRevoked   event.Kind = "expert.invite_revoked"    // subject: the program

	PlatformQuizTaken     event.Kind = "expert.platform_quiz_taken"     // subject: the person
	PlatformQuizPublished event.Kind = "expert.platform_quiz_published" // subject: who published it
	CardPublished         event.Kind = "expert.card_published"          // subject: the program
	CardRetired           event.Kind = "expert.card_retired"            // subject: the program
	CardWasRead           event.Kind = "expert.card_read"
	TopicUnlocked         event.Kind = "expert.topic_unlocked"
	PracticePublished     event.Kind = "expert.practice_published" // subject: the program
	PracticeRetired       event.Kind = "expert.practice_retired"   // subject: the program
	PracticeAnswered      event.Kind = "expert.practice_answered"
	PracticeJudged        event.Kind = "expert.practice_judged"
	OnboardingPaid        event.Kind = "expert.onboarding_paid"
	HasPlace              event.Kind = "expert.has_place" // the wait for one is over

	WasRestricted     event.Kind = "expert.restricted"
	Unrestricted      event.Kind = "expert.unrestricted"
	MeasureContested  event.Kind = "expert.measure_appealed"
	MeasureWasDecided event.Kind = "expert.measure_decided" // code: upheld, rejected or undecided
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
	Card    CardID          `json:"card,omitzero"`
	Task    PracticeTaskID  `json:"task,omitzero"`
	Measure MeasureID       `json:"measure,omitzero"`
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
	notify   *notify.Service
	rosters  *rosters
	drawKey  []byte // of quizzes' items
	people   *access.Service

	inviteKey []byte // of invitations' links
	payable   func(country string, at time.Time) bool
	paidIn    func(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (string, error)
}

// Rooms is what the room stands on. Redactor hides personal data in what is
// imported; Keys seal experts' macros.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Events   *event.Log
	Programs *program.Service
	Notify   *notify.Service
	People   *access.Service
	Redactor *redact.Redactor
	Keys     *redact.Keyring
	// Payable reports whether experts of a country can be paid; nil: all can.
	Payable func(country string, at time.Time) bool
	// PaidIn is the country of the account that an expert is paid into; empty, or nil:
	// it is not known, or there is none.
	PaidIn func(ctx context.Context, tx *gorm.DB, expert uuid.UUID) (string, error)
}

// New makes the service and registers what follows when a program's policies
// change, and when experts' hours do.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, log: r.Events, programs: r.Programs, notify: r.Notify, redactor: r.Redactor, keys: r.Keys,
		rosters: newRosters(), drawKey: r.Keys.Derive("expert.draw"),
		payable: r.Payable, paidIn: r.PaidIn, people: r.People, inviteKey: r.Keys.Derive("expert.invite"),
	}
	r.Store.OnUndone(s.rosters.forget)
	r.Events.Subscribe("places", s.placesChanged, program.PoliciesSet)
	r.Queue.Sweep(job.Sweep{Name: "invitations", Table: "expert_invitations", Do: s.invitationDueTx})
	r.Queue.Sweep(job.Sweep{Name: "experts' hours", Table: "expert_schedules", Do: s.hoursDueTx})
	r.Queue.Sweep(job.Sweep{Name: "measures", Table: "measures", Do: s.measureDueTx})
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
