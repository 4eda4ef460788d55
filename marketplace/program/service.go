package program

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// The events of this room; their data is Change.
const (
	BrandCreated    event.Kind = "brand.created"            // subject: the brand
	Created         event.Kind = "program.created"          // subject: the program, as below
	PoliciesSet     event.Kind = "program.policies_set"     //
	LanguagesSet    event.Kind = "program.languages_set"    //
	RolloutSet      event.Kind = "program.rollout_set"      //
	OriginsSet      event.Kind = "program.origins_set"      //
	BrandingSet     event.Kind = "program.branding_set"     //
	TopicAdded      event.Kind = "program.topic_added"      //
	TopicModeSet    event.Kind = "program.topic_mode_set"   //
	TopicDescribed  event.Kind = "program.topic_described"  //
	Launched        event.Kind = "program.launched"         //
	WasPaused       event.Kind = "program.paused"           //
	Resumed         event.Kind = "program.resumed"          //
	WasClosed       event.Kind = "program.closed"           //
	Funded          event.Kind = "program.funded"           // the brand's wallet
	BudgetAllocated event.Kind = "program.budget_allocated" //
	BudgetReturned  event.Kind = "program.budget_returned"  //
	PaymentBegun    event.Kind = "program.payment_begun"    // into the brand's wallet; what comes of it is in the payment
	TopUpSet        event.Kind = "program.top_up_set"       // of the brand's wallet
	BudgetSet       event.Kind = "program.budget_set"       // what it may spend in a month
	BudgetIsLow     event.Kind = "program.budget_low"       // data: BudgetLow
)

// Change is the data of this room's events.
type Change struct {
	By       string  `json:"by"` // the caller, by id
	Topic    TopicID `json:"topic,omitzero"`
	Minor    int64   `json:"minor,omitzero"`
	Currency string  `json:"currency,omitzero"`
}

// Service keeps brands, programs and topics. Safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	log      *event.Log
	access   *access.Service
	provider string
	known    *known

	// Cashier takes in what brands pay. Set it before the first payment.
	Cashier *payouts.Cashier
}

// New makes the service. provider is the payment provider's label ("sandbox",
// "stripe"): where the money that Fund credits is.
func New(store *marketplace.Store, clock marketplace.Clock, log *event.Log, people *access.Service, provider string) *Service {
	s := &Service{store: store, clock: clock, log: log, access: people, provider: provider, known: newKnown()}
	store.OnUndone(s.known.forget)
	return s
}

// change runs do in one transaction of program id's brand, with the program
// locked, when caller has permission there. An unknown program is a
// *marketplace.NotFoundError, a caller without permission an
// *access.ForbiddenError.
func (s *Service) change(ctx context.Context, caller access.Caller, id ID, permission access.Permission,
	do func(tx *gorm.DB, p Program) error,
) error {
	brand, err := s.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		p, err := lockTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, p)
	})
}

func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, p Program, c Change) error {
	return s.log.AppendTx(ctx, tx, s.eventOf(p, kind), c)
}

func (s *Service) eventOf(p Program, kind event.Kind) event.Event {
	return event.Event{Brand: p.BrandID, Kind: kind, Subject: event.Subject(p.ID), At: s.clock.Now()}
}
