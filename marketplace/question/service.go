package question

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
	"knowhow/marketplace/redact"
	"knowhow/payouts"
)

// What happens to a question. Data is a Detail, or empty; of EventTopicSet a
// TopicSet.
const (
	EventAsked          event.Kind = "question.asked"
	EventOffered        event.Kind = "question.offered"
	EventDeclined       event.Kind = "question.offer_declined"
	EventExpired        event.Kind = "question.wave_expired"
	EventAccepted       event.Kind = "question.accepted"
	EventMessage        event.Kind = "question.message"
	EventAnswered       event.Kind = "question.answered"
	EventHandedBack     event.Kind = "question.handed_back"
	EventHandoff        event.Kind = "question.handoff_confirmed"
	EventLapsed         event.Kind = "question.lapsed"
	EventNudged         event.Kind = "question.nudged"
	EventResolved       event.Kind = "question.resolved"
	EventReopened       event.Kind = "question.reopened"
	EventRoutedBack     event.Kind = "question.routed_back" // by the brand, to the crowd
	EventEscalated      event.Kind = "question.escalated"
	EventBrandAnswered  event.Kind = "question.brand_answered"
	EventTopicSet       event.Kind = "question.topic_set" // by the brand
	EventThanked        event.Kind = "assignment.thanked" // by the brand, with a bonus
	EventEnded          event.Kind = "question.ended"     // by its expert; reason: one of EndReasons
	EventWithdrawn      event.Kind = "question.withdrawn"
	EventResponseMissed event.Kind = "question.first_response_missed"
	EventSLAMissed      event.Kind = "question.resolution_missed"
	EventEarned         event.Kind = "assignment.earned"
	EventReleased       event.Kind = "assignment.released"
	EventContested      event.Kind = "assignment.contested"
	EventRefused        event.Kind = "assignment.refused"
)

// Detail is the data of this room's events; what does not apply is left out.
type Detail struct {
	Attempt    int              `json:"attempt,omitempty"`
	Wave       int              `json:"wave,omitempty"`
	Offers     int              `json:"offers,omitempty"`
	Person     *access.PersonID `json:"person,omitempty"`
	Assignment *AssignmentID    `json:"assignment,omitempty"`
	Reason     string           `json:"reason,omitempty"`
	Minor      int64            `json:"minor,omitempty"`
	Ended      bool             `json:"ended,omitempty"` // of EventEarned: the expert ended the conversation
	Drawing    *Drawing         `json:"-"`               // of EventEarned, for who subscribes to it

	routed bool // of EventAsked: the question was routed as it was asked
}

// Drawing is what decides, as a turn is earned, whether it will be reviewed.
type Drawing struct {
	AskedAt   time.Time // of the question
	SampleBP  int       // the program's share of reviews
	Probation bool      // the expert's
	Verified  bool      // the customer
	Watch     expert.Watch
	EarnedAt  time.Time
	ReleaseAt time.Time
	Pay       payouts.Money // for reviewing it, by the program's policies
}

// Rooms are what this one stands on.
type Rooms struct {
	Store     *marketplace.Store
	Clock     marketplace.Clock
	Queue     *job.Queue
	Events    *event.Log
	Keys      *redact.Keyring
	Customers *customer.Service
	Programs  *program.Service
	Experts   *expert.Service
	Notify    *notify.Service
	Sandbox   bool // no real money moves; receipts say so
}

// Service moves questions through their life. Safe for concurrent use.
type Service struct {
	store     *marketplace.Store
	clock     marketplace.Clock
	queue     *job.Queue
	events    *event.Log
	keys      *redact.Keyring
	customers *customer.Service
	programs  *program.Service
	experts   *expert.Service
	notify    *notify.Service
	memory    *memory
	forecasts *forecasts
	darkroom  darkroom
	typed     *pace
	redactKey []byte
	capKey    []byte
	sandbox   bool
}

// New makes the service and registers its routing and its deadlines.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, queue: r.Queue, events: r.Events, keys: r.Keys,
		customers: r.Customers, programs: r.Programs, experts: r.Experts, notify: r.Notify, memory: newMemory(),
		forecasts: newForecasts(), darkroom: newDarkroom(), typed: newPace(typingEvery),
		redactKey: r.Keys.Derive("question.redaction"), capKey: r.Keys.Derive("question.caps"), sandbox: r.Sandbox,
	}
	r.Store.OnUndone(s.memory.forget)
	r.Events.SubscribeIf("route", unrouted, s.routeOn, EventAsked, EventReopened, EventHandedBack, EventLapsed, EventRoutedBack)
	r.Customers.RegisterEraser("question", erasedColumns, s.eraseCustomerTx)
	r.Queue.Handle(tellJob, s.tell)
	r.Queue.HandleCall(refitJob, s.refit)
	r.Notify.RegisterWatch(s.watchOffersTx)
	r.Notify.RegisterWatch(s.watchWordsTx)
	r.Queue.Sweep(job.Sweep{Name: "questions", Table: "questions", Do: s.advanceTx})
	r.Queue.Sweep(job.Sweep{Name: "rewards", Table: "assignments", Do: s.releaseDueTx})
	return s
}

// unrouted tells whether what an event is about still waits for experts.
func unrouted(_ event.Event, data any) bool {
	d, ok := data.(Detail)
	return !ok || !d.routed
}

// routeOn reacts to a question that waits for experts. One that meanwhile
// moved on needs nothing.
func (s *Service) routeOn(ctx context.Context, tx *gorm.DB, e event.Event) error {
	q, err := lockTx(ctx, tx, ID(e.Subject))
	if err != nil || q.State != Asked {
		return err
	}
	return s.routeTx(ctx, tx, &q, s.clock.Now())
}
