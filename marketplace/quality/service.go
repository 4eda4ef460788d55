package quality

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
)

// What happens in this room. The subject is the question, data is a Detail, unless
// it says something else.
const (
	EventFeedback        event.Kind = "quality.feedback"       // reason: solved or not_solved
	EventReviewRequested event.Kind = "review.requested"       // no check yet, so no part of the receipt
	EventReviewed        event.Kind = "quality.reviewed"       // reason: pass or fail
	EventReviewLapsed    event.Kind = "quality.review_lapsed"  //
	EventRefused         event.Kind = "quality.refused"        // reason: the RefusalReason
	EventAppealed        event.Kind = "quality.appealed"       //
	EventAppealDecided   event.Kind = "quality.appeal_decided" // reason: upheld, rejected or undecided
	EventSignalSettled   event.Kind = "signal.settled"         // the subject is the program, data a SettledSignal
)

// Detail is the data of this room's events; what does not apply is left out.
type Detail struct {
	Attempt    int                   `json:"attempt,omitempty"`
	Assignment question.AssignmentID `json:"assignment,omitzero"`
	Review     ReviewID              `json:"review,omitzero"`
	Refusal    RefusalID             `json:"refusal,omitzero"`
	By         access.PersonID       `json:"by,omitzero"` // the human who judged
	Reason     string                `json:"reason,omitempty"`
	CSAT       int                   `json:"csat,omitempty"`
	Cause      FeedbackReason        `json:"cause,omitempty"` // of feedback
}

// Rooms are what this one stands on.
type Rooms struct {
	Store     *marketplace.Store
	Clock     marketplace.Clock
	Queue     *job.Queue
	Events    *event.Log
	Keys      *redact.Keyring
	Questions *question.Service
	Experts   *expert.Service
	Customers *customer.Service
	Programs  *program.Service
	Notify    *notify.Service
	Redactor  *redact.Redactor
	DrawKey   []byte // what the draw of work to review hangs on; nil: one made of Keys
}

// Service judges work. Safe for concurrent use.
type Service struct {
	store     *marketplace.Store
	clock     marketplace.Clock
	queue     *job.Queue
	events    *event.Log
	keys      *redact.Keyring
	questions *question.Service
	experts   *expert.Service
	customers *customer.Service
	programs  *program.Service
	notify    *notify.Service
	redactor  *redact.Redactor
	drawKey   []byte
	signalKey []byte // what names of signals are made with
}

// New makes the service and registers its sampling, its deadlines and its
// eraser.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, queue: r.Queue, events: r.Events, keys: r.Keys,
		questions: r.Questions, experts: r.Experts, customers: r.Customers, programs: r.Programs, notify: r.Notify,
		redactor: r.Redactor, drawKey: r.DrawKey, signalKey: r.Keys.Derive("quality.signals"),
	}
	if s.drawKey == nil {
		s.drawKey = r.Keys.Derive("quality.draw")
	}
	r.Events.React(s.drawAtOnce, question.EventEarned)
	r.Events.SubscribeIf("review", s.mayDraw, s.drawOn, question.EventEarned)
	r.Events.SubscribeIf("review_rated", s.badlyRated, s.reviewRated, EventFeedback)
	r.Customers.RegisterEraser("quality", erasedColumns, eraseCustomerTx)
	r.Queue.HandleCall(watchJob, s.watch)
	r.Queue.Sweep(job.Sweep{Name: "reviews", Table: "reviews", Do: s.lapseDueTx})
	r.Queue.Sweep(job.Sweep{Name: "review_votes", Table: "review_votes", Do: s.voteDueTx})
	r.Queue.Sweep(job.Sweep{Name: "refusals", Table: "refusals", Do: s.refusalDueTx})
	r.Queue.Sweep(job.Sweep{Name: "feedback", Table: "feedback", Do: s.countDueTx})
	return s
}

// inBrand runs fn in one transaction of a brand where the caller has the
// permission.
func (s *Service) inBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, permission access.Permission, fn func(tx *gorm.DB) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, permission); err != nil {
			return err
		}
		return fn(tx)
	})
}

// inProgram is inBrand for who manages one of its programs.
func (s *Service) inProgram(ctx context.Context, caller access.Caller, id program.ID, fn func(tx *gorm.DB, p program.Program) error) error {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.ManageProgram, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		p, err := s.programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return fn(tx, p)
	})
}

func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, q question.Question, now time.Time, d Detail) error {
	e := event.Event{Brand: q.BrandID, Kind: kind, Subject: event.Subject(q.ID), At: now}
	return s.events.AppendTx(ctx, tx, e, d)
}
