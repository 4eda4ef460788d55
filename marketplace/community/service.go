package community

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// The events of this room, with Change as data. None says who of the experts did
// it; By is set only for people of the brand and operators.
const (
	Posted           event.Kind = "community.posted"            // subject: the post
	Reported         event.Kind = "community.reported"          // subject: the report
	ReportOpened     event.Kind = "community.report_opened"     // by an operator, who says why
	ReportDecided    event.Kind = "community.report_decided"    // by an operator
	PostRemoved      event.Kind = "community.post_removed"      // by its author
	AuthorLeft       event.Kind = "community.author_left"       // their words went, or their name from them
	Proposed         event.Kind = "community.proposed"          // subject: the proposal
	ProposalCarried  event.Kind = "community.proposal_carried"  // enough support it
	ProposalLapsed   event.Kind = "community.proposal_lapsed"   // too few did
	ProposalAnswered event.Kind = "community.proposal_answered" // by a person of the brand
	ProposalOverdue  event.Kind = "community.proposal_overdue"  // the brand has not answered in time
	ElectionCalled   event.Kind = "community.election_called"   // subject: the election
	VotingBegan      event.Kind = "community.voting_began"
	ElectionClosed   event.Kind = "community.election_closed"
)

// Change is the data of this room's events.
type Change struct {
	By      string     `json:"by,omitempty"` // the caller, by id
	Program program.ID `json:"program,omitzero"`
	Code    string     `json:"code,omitempty"` // a reason or an outcome, from a closed list
	Why     string     `json:"why,omitempty"`  // what an operator gave as the reason
	Count   int        `json:"count,omitempty"`
}

// Service keeps experts' rooms, proposals and elections. Safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	log      *event.Log
	queue    *job.Queue
	programs *program.Service
	notify   *notify.Service
	redactor *redact.Redactor
	seedKey  []byte // of lots
}

// Rooms is what the room stands on. Redactor hides personal data in what is said.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Events   *event.Log
	Programs *program.Service
	Notify   *notify.Service
	Redactor *redact.Redactor
	Keys     *redact.Keyring
}

// New makes the service and registers its deadlines and what follows when an
// expert leaves.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, log: r.Events, queue: r.Queue, programs: r.Programs, notify: r.Notify, redactor: r.Redactor,
		seedKey: r.Keys.Derive("community.lot"),
	}
	r.Events.Subscribe("community", s.hasLeft, admission.HasLeft)
	r.Queue.Sweep(job.Sweep{Name: "proposals", Table: "room_proposals", Do: s.proposalDueTx})
	r.Queue.Sweep(job.Sweep{Name: "elections", Table: "room_elections", Do: s.electionDueTx})
	r.Queue.Handle(tellJob, s.tellTx)
	return s
}

// member is an expert in their room.
type member struct {
	Brand   marketplace.BrandID
	Program program.ID
	Person  access.PersonID
}

// states are those of an enrolment in which an expert is of the room.
var states = []expert.State{expert.Probation, expert.Active, expert.Paused}

// asMember runs do in one transaction, writing if it says so, for an expert of the
// program's room. Who is a member of the brand is not of the room, whatever else
// they are. To everybody else there is no such room: *marketplace.NotFoundError.
func (s *Service) asMember(ctx context.Context, caller access.Caller, id program.ID, write bool, do func(tx *gorm.DB, m member) error) error {
	return s.as(ctx, memberTx, caller, id, write, do)
}

// asAuthor is asMember for what an expert does with their own words: who is
// suspended or has joined the brand may have left some, and reads nothing by it.
func (s *Service) asAuthor(ctx context.Context, caller access.Caller, id program.ID, write bool, do func(tx *gorm.DB, m member) error) error {
	return s.as(ctx, authorTx, caller, id, write, do)
}

func (s *Service) as(
	ctx context.Context, who func(context.Context, *gorm.DB, member) error, caller access.Caller, id program.ID, write bool, do func(tx *gorm.DB, m member) error,
) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if errors.Is(err, marketplace.ErrNotFound) {
		err = noRoom(id)
	}
	if err != nil {
		return err
	}
	run := s.store.Read
	if write {
		run = s.store.InTx
	}
	return run(ctx, brand, func(tx *gorm.DB) error {
		m := member{Brand: brand, Program: id, Person: caller.Person}
		if err := who(ctx, tx, m); err != nil {
			return err
		}
		return do(tx, m)
	})
}

func noRoom(id program.ID) error {
	return &marketplace.NotFoundError{Noun: "experts' room of program", ID: id.String()}
}

// memberTx refuses who is not of the room.
func memberTx(ctx context.Context, tx *gorm.DB, m member) error {
	var n int64
	err := tx.WithContext(ctx).Table("enrolments").Where("program_id = ? AND person_id = ? AND state IN ?", m.Program, m.Person, states).
		Where("NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.brand_id = ? AND memberships.person_id = ?)", m.Brand, m.Person).Count(&n).Error
	if err != nil {
		return fmt.Errorf("look whether %s is of the room of program %s: %w", m.Person, m.Program, err)
	}
	if n == 0 {
		return noRoom(m.Program)
	}
	return nil
}

// authorTx refuses who was never of the room, and who has left it.
func authorTx(ctx context.Context, tx *gorm.DB, m member) error {
	now, found, err := expert.EnrolmentTx(ctx, tx, m.Program, m.Person)
	if err != nil {
		return err
	}
	if !found || now.State != expert.Suspended && !slices.Contains(states, now.State) {
		return noRoom(m.Program)
	}
	return nil
}

// membersTx counts who is of the room.
func membersTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id program.ID) (int, error) {
	var n int64
	err := tx.WithContext(ctx).Table("enrolments").Where("program_id = ? AND state IN ?", id, states).
		Where("NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.brand_id = ? AND memberships.person_id = enrolments.person_id)", brand).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count the room of program %s: %w", id, err)
	}
	return int(n), nil
}

// inBrand runs do in one transaction of the program's brand for who has the
// permission there.
func (s *Service) inBrand(ctx context.Context, caller access.Caller, id program.ID, p access.Permission, write bool, do func(tx *gorm.DB, brand marketplace.BrandID) error) error {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	run := s.store.Read
	if write {
		run = s.store.InTx
	}
	return run(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, p, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		return do(tx, brand)
	})
}

func (s *Service) eventTx(ctx context.Context, tx *gorm.DB, kind event.Kind, brand marketplace.BrandID, subject event.Subject, c Change) error {
	return s.log.AppendTx(ctx, tx, event.Event{Brand: brand, Kind: kind, Subject: subject, At: s.clock.Now()}, c)
}

// clean is what is kept of what somebody writes: without personal data.
func (s *Service) clean(text string) string { return s.redactor.Redact(text, nil).Text }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
